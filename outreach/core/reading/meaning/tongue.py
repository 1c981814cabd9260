"""Which language a text is written in: letters and words weighed, and the commonest words of further languages."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from outreach.core.reading.phrases import Sentence
from outreach.languages import Language, Languages
from outreach.languages.remembering import Remembered
from outreach.languages.scores import Scores, Sum
from outreach.languages.spelling import JOINED

LONGEST_WORD = 16
PRIOR = 0.02  # what a sentence's own words must overcome to be heard in another language than the mail's
FAMILIAR = 0.78  # share of a text's letters, three at a time, that are known if it is in a language learned from
FURTHER, FURTHER_WORDS = 0.15, 3  # commonest words, and share of all, by which a further language is told from its kin
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of a mail, and that of each sentence; None: of no language that is known."""

    language: Language | None
    sentences: tuple[Language | None, ...]


def tongue(heard: Sequence[Sentence], languages: Languages) -> Tongue:
    """The languages of a mail and of its sentences."""
    scores = languages.votes.tongue
    of_words = scores.table.of_words(parts_of)
    each = list(map(tongue_words, heard))
    weighed = sum(map(of_words.__getitem__, frozenset[str]().union(*each)))
    known, traits = scores.table.sums(weighed, 0, 0)
    familiar = traits > 0 and known / traits >= FAMILIAR
    further = _further(heard, languages, among_kin=familiar)
    if further is not None or not familiar:
        return Tongue(further, (further,) * len(heard))
    whole = scores.shares(weighed)
    language = languages.get(max(whole, key=whole.__getitem__))
    if len(each) == 1:
        return Tongue(language, (language,))
    ahead = [math.log(share + PRIOR) for share in whole.values()]
    before = list(map(add, ahead, scores.bias))
    first = before.index(max(before))
    own = [sum(map(of_words.__getitem__, words)) for words in each]
    codes = [_likeliest(scores, one, ahead, first) if one else None for one in own]
    return Tongue(language, tuple([languages.get(code) if code else language for code in codes]))


def _likeliest(scores: Scores, own: Sum, ahead: Sequence[float], first: int) -> str:
    """The language of a sentence, by what its own words say and what speaks for each in the mail as a whole.

    Args:
        scores: The model.
        own: The words, weighed.
        ahead: What speaks for each language in the mail.
        first: Which is first before any word; where the words speak for it too, nothing need be reckoned.
    """
    *sums, _, _ = scores.table.sums(own, scores.first, len(scores.kinds))
    if sums.index(max(sums)) == first:
        return scores.kinds[first]
    both = list(map(add, scores.totals(own), ahead))
    return scores.kinds[both.index(max(both))]


def tongue_words(sentence: Sentence) -> frozenset[str]:
    """The words of a sentence, accents kept: they tell languages apart."""
    words = frozenset(map(_alone.__getitem__, sentence.written))
    return frozenset([word[:LONGEST_WORD] for word in _WORD.findall(sentence.text.lower())]) if "" in words else words


# A word as it tells languages apart; "" where its letters may belong to others, or figures stand in it.
_alone: Remembered[str] = Remembered(lambda word: word[:LONGEST_WORD] if word.isalpha() and word < JOINED else "")


def parts_of(word: str) -> tuple[str, ...]:
    """A word, and every three letters of it with its beginning and end."""
    framed = f" {word} "
    return (word, *[framed[at : at + 3] for at in range(len(word))])


def _further(heard: Sequence[Sentence], languages: Languages, *, among_kin: bool) -> Language | None:
    """The language of which only the commonest words are known that most of a text's words belong to.

    Args:
        heard: The text.
        languages: All that are known.
        among_kin: Whether the text looks like a language learned from, such as Galician like Portuguese: then only
            words that are common in none of those count, several and often enough.
    """
    words = [word for sentence in heard for word in sentence.plain]
    speak = _speakers(languages, among_kin=among_kin)
    if speak.keys().isdisjoint(words):
        return None
    spoken = [(word, speak[word]) for word in words if word in speak]
    counts = Counter([code for _, codes in spoken for code in codes])
    code = min(counts, key=lambda one: (-counts[one], one))
    different = len({word for word, codes in spoken if code in codes})
    enough = different >= FURTHER_WORDS and counts[code] / len(words) >= FURTHER
    return languages.get(code) if enough or not among_kin else None


@lru_cache(maxsize=4)
def _speakers(languages: Languages, *, among_kin: bool) -> Mapping[str, Sequence[str]]:
    """The further languages of which a word is among the commonest, by their codes."""
    own = {word for one in languages.all if one.words for word in one.common} if among_kin else set()
    speak = defaultdict[str, list[str]](list)
    for language in languages.all:
        for word in language.common - own if not language.words else ():
            speak[word].append(language.code)
    return dict(speak)
