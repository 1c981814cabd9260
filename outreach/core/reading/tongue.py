"""Which language a text is written in: letters and words weighed, and the commonest words of further languages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat

from outreach.core.reading.phrases import Sentence
from outreach.languages import Language, Languages
from outreach.languages.scores import Scores

MOST = 3000  # characters of a text that are looked at
LONGEST_WORD = 16
PRIOR = 0.02  # what a sentence's own words must overcome to be heard in another language than the mail's
FURTHER = 0.15  # share of commonest words by which a language that only suggests is known
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of a mail, how sure that is, and the language of each sentence."""

    language: Language | None  # None: of no language that is known
    sure: float  # 0 to 1
    sentences: tuple[Language | None, ...]


def tongue(heard: Sequence[Sentence], languages: Languages) -> Tongue:
    """The languages of a mail and of its sentences."""
    further = _further(heard, languages)
    if further is not None:
        return Tongue(further, FURTHER, (further,) * len(heard))
    each = [tongue_words(one.text) for one in heard]
    whole = _weigh(_first_words(heard, each), languages.votes.tongue)
    if not whole:
        return Tongue(None, 0.0, (None,) * len(heard))
    code = max(whole, key=whole.__getitem__)
    if len(each) == 1:
        return Tongue(languages.get(code), whole[code], (languages.get(code),))
    codes = [_of_sentence(own, whole, languages.votes.tongue) for own in each]
    known = {one: languages.get(one) for one in {code, *codes}}
    return Tongue(known[code], whole[code], tuple([known[one] for one in codes]))


def _first_words(heard: Sequence[Sentence], each: Sequence[frozenset[str]]) -> frozenset[str]:
    """The words of a mail as far as they are looked at, given those of each sentence."""
    found, room = set[str](), MOST
    for one, words in zip(heard, each, strict=True):
        if room <= 0:
            break
        found |= words if len(one.text) <= room else tongue_words(one.text[:room])
        room -= len(one.text) + 1
    return frozenset(found)


def _of_sentence(words: frozenset[str], whole: Mapping[str, float], scores: Scores) -> str:
    own = _weigh(words, scores) or whole
    return max(own, key=lambda code: own[code] * (whole[code] + PRIOR))


def _weigh(words: frozenset[str], scores: Scores) -> dict[str, float]:
    return scores.shares(scores.table.weigh_words(words, word_traits)) if words else {}


def tongue_words(text: str) -> frozenset[str]:
    """The words of a text, accents kept: they tell languages apart."""
    return frozenset(word[:LONGEST_WORD] for word in _WORD.findall(text[:MOST].lower()))


def word_traits(word: str) -> tuple[str, ...]:
    """A word, and every three letters of it with its beginning and end."""
    framed = f" {word} "
    return (word, *(framed[at : at + 3] for at in range(len(framed) - 2)))


def _further(heard: Sequence[Sentence], languages: Languages) -> Language | None:
    """A language of which only the commonest words are known, if they are so many that it must be that."""
    words = " ".join([sentence.words for sentence in heard]).split()
    counts = Counter(chain.from_iterable(map(_speakers(languages).get, words, repeat(()))))
    code = min(counts, key=lambda one: (-counts[one], one), default=None)
    best = languages.get(code)
    return best if best is not None and not best.words and counts[best.code] / len(words) >= FURTHER else None


@lru_cache(maxsize=4)
def _speakers(languages: Languages) -> Mapping[str, Sequence[str]]:
    """The languages of which a word is among the commonest."""
    speak = defaultdict[str, list[str]](list)
    for language in languages.all:
        for word in language.common:
            speak[word].append(language.code)
    return speak
