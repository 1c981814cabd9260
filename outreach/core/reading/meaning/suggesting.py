"""Suggests what a mail says in a language of which only phrases are known; a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.meaning.weighing import NEVER, TO_JOIN, Doubt, Verdict
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import Sentence
from outreach.languages import Language, Languages
from outreach.model import Evidence, Flag, ReadingKind

K = ReadingKind
# The weightiest first: what is listed earlier wins.
KINDS = (
    K.WITHDRAW,
    K.UNSUBSCRIBE,
    K.DECLINE,
    K.TENTATIVE,
    K.CONFIRM,
    K.REDIRECT,
    K.QUESTION,
    K.ACKNOWLEDGE,
    K.UNRELATED,
)
NOES = (K.DECLINE.value, K.WITHDRAW.value)
# Meanings of a sentence that the vote could hear.
TELLING = TO_JOIN | {"yes", "accept", "regret", "refuse", "withdraw"}
LEAD = 0.5  # of a phrase
DOUBT = Doubt(Evidence("doubt: language", "this language is read by a person"), NEVER)

NOTHING = Doubt(Evidence("doubt: no words", "nothing is written in it"), NEVER)


def suggest(sentences: Sequence[Sentence], language: Language | None) -> Verdict:
    """The weightiest kind of which a phrase is found; a question where one is only asked."""
    said = [_said(sentence, language) for sentence in sentences]
    for kind in KINDS:
        if words := [words for one in said for words in one.get(kind.value, ())]:
            return Verdict(kind, LEAD, tuple(Evidence(kind.value, one) for one in dict.fromkeys(words))[:3], (DOUBT,))
    asked = [sentence.text.strip() for sentence in sentences if sentence.asks]
    if asked:
        return Verdict(K.QUESTION, LEAD, (Evidence("question", asked[0]),), (DOUBT,))
    return Verdict(K.UNCLEAR, 0.0, (), (DOUBT if any(sentence.plain for sentence in sentences) else NOTHING,))


def denied_otherwise(mail: Sequence[Heard], languages: Languages) -> Iterator[Doubt]:
    """Words of refusal in a language of which only phrases are known, in a sentence that the vote could not hear.

    “We join the campaign. Vi ansluter oss inte till kampanjen.”: one of the two is a mistake, of theirs or of ours.
    """
    unheard = (one.sentence for one in mail if TELLING.isdisjoint(one.names))
    found = next((found for sentence in unheard for found in _noes(languages).find(sentence)), None)
    if found is not None:
        yield Doubt(Evidence("doubt: a no in another language", found.words), NEVER)


def nothing_known(sentence: Sentence) -> Verdict:
    """What words say of which none is known: nothing; a person looks at them."""
    shown = Evidence(NOTHING.evidence.rule, sentence.text.strip())
    return Verdict(K.UNCLEAR, 0.0, (), (replace(NOTHING, evidence=shown),))


def flags_told(sentences: Sequence[Sentence], language: Language | None) -> Iterator[Flag]:
    """The flags of which a phrase is found."""
    said = frozenset[str]().union(*(_said(sentence, language) for sentence in sentences))
    yield from (flag for flag in Flag if flag.value in said)


def _said(sentence: Sentence, language: Language | None) -> Mapping[str, Sequence[str]]:
    """The words of a sentence by what they say; of each phrase where it stands first, in the order of the file."""
    if language is None:
        return {}
    first = {one.name: one for one in reversed(tuple(_book(language).find(sentence)))}
    said = defaultdict[str, list[str]](list)
    for (what, _), found in sorted(first.items()):
        said[what].append(found.words)
    return said


@lru_cache(maxsize=4)
def _noes(languages: Languages) -> Phrasebook[str]:
    further = [one for one in languages.all if one.suggests_only]
    return Phrasebook((what, phrase) for one in further for what in NOES for phrase in one.phrases.get(what, ()))


@lru_cache(maxsize=64)
def _book(language: Language) -> Phrasebook[tuple[str, int]]:
    return Phrasebook(
        ((what, place), phrase) for what, some in language.phrases.items() for place, phrase in enumerate(some)
    )
