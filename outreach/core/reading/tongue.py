"""Which language a text is written in: letters and words weighed, and the commonest words of further languages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
    whole = _weigh(" ".join(one.text for one in heard), languages.votes.tongue)
    if not whole:
        return Tongue(None, 0.0, (None,) * len(heard))
    code = max(whole, key=lambda one: whole[one])
    return Tongue(
        languages.get(code),
        whole[code],
        tuple(languages.get(_of_sentence(one, whole, languages)) for one in heard),
    )


def _of_sentence(sentence: Sentence, whole: Mapping[str, float], languages: Languages) -> str:
    own = _weigh(sentence.text, languages.votes.tongue) or whole
    return max(own, key=lambda code: own[code] * (whole[code] + PRIOR))


def _weigh(text: str, scores: Scores) -> dict[str, float]:
    words = tongue_words(text)
    return scores.shares(scores.table.weigh_words(words, parts_of)) if words else {}


def tongue_words(text: str) -> frozenset[str]:
    """The words of a text, accents kept: they tell languages apart."""
    return frozenset(word[:LONGEST_WORD] for word in _WORD.findall(text[:MOST].lower()))


def parts_of(word: str) -> tuple[str, ...]:
    """A word, and every three letters of it with its beginning and end."""
    framed = f" {word} "
    return (word, *(framed[at : at + 3] for at in range(len(framed) - 2)))


def _further(heard: Sequence[Sentence], languages: Languages) -> Language | None:
    """A language of which only the commonest words are known, if they are so many that it must be that."""
    words = [word for sentence in heard for word in sentence.words.split()]
    speak = _speakers(languages)
    counts = Counter(code for word in words for code in speak.get(word, ()))
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
