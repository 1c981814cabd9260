"""Suggests what a mail says in a language of which only phrases are known; a person decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from outreach.core.reading.meaning.weighing import NEVER, Doubt, Verdict
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import Sentence, find
from outreach.languages import Language
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
LEAD = 0.5  # of a phrase
DOUBT = Doubt(Evidence("doubt: language", "this language is read by a person"), NEVER)

NOTHING = Doubt(Evidence("doubt: no words", "nothing is written in it"), NEVER)


def suggest(sentences: Sequence[Sentence], language: Language | None) -> Verdict:
    """The weightiest kind of which a phrase is found; a question where one is only asked."""
    said = [(sentence, _said(sentence, language)) for sentence in sentences]
    for kind in KINDS:
        words = [words for sentence, by_kind in said for words in find(by_kind.get(kind.value, ()), sentence)]
        if words:
            return Verdict(kind, LEAD, tuple(Evidence(kind.value, one) for one in dict.fromkeys(words))[:3], (DOUBT,))
    asked = [sentence.text.strip() for sentence in sentences if sentence.asks]
    if asked:
        return Verdict(K.QUESTION, LEAD, (Evidence("question", asked[0]),), (DOUBT,))
    return Verdict(K.UNCLEAR, 0.0, (), (DOUBT if any(sentence.plain for sentence in sentences) else NOTHING,))


def flags_told(sentences: Sequence[Sentence], language: Language | None) -> Iterator[Flag]:
    """The flags of which a phrase is found."""
    said = [(sentence, _said(sentence, language)) for sentence in sentences]
    for flag in Flag:
        if any(True for sentence, by_kind in said for _ in find(by_kind.get(flag.value, ()), sentence)):
            yield flag


def _said(sentence: Sentence, language: Language | None) -> Mapping[str, Sequence[str]]:
    """The phrases that stand in a sentence, by what they say, in the order of the language's file."""
    if language is None:
        return {}
    found = {one.name for one in _book(language).find(sentence)}
    return {
        what: [phrase for phrase in phrases if phrase in found]
        for what, phrases in (language.phrases.items() if found else ())
    }


@lru_cache(maxsize=64)
def _book(language: Language) -> Phrasebook[str]:
    return Phrasebook((phrase, phrase) for phrases in language.phrases.values() for phrase in phrases)
