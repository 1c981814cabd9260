"""Which language a text is written in: letters and words weighed together, and the commonest words of further languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from outreach.core.reading.phrases import Sentence
from outreach.core.reading.vote import shares
from outreach.languages import Language, Languages

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
    whole = _weigh(" ".join(one.text for one in heard), languages)
    if not whole:
        return Tongue(None, 0.0, (None,) * len(heard))
    code = max(whole, key=lambda one: whole[one])
    return Tongue(
        languages.get(code),
        whole[code],
        tuple(languages.get(_of_sentence(one, whole, languages)) for one in heard),
    )


def _of_sentence(sentence: Sentence, whole: dict[str, float], languages: Languages) -> str:
    own = _weigh(sentence.text, languages) or whole
    return max(own, key=lambda code: own[code] * (whole[code] + PRIOR))


def _weigh(text: str, languages: Languages) -> dict[str, float]:
    traits = frozenset(tongue_traits(text))
    return shares(languages.votes.tongue, traits) if traits else {}


def tongue_traits(text: str) -> Iterator[str]:
    """The words of a text and every three letters of them, accents kept: they tell languages apart."""
    for found in _WORD.finditer(text[:MOST].lower()):
        word = found.group()[:LONGEST_WORD]
        yield word
        framed = f" {word} "
        yield from (framed[at : at + 3] for at in range(len(framed) - 2))


def _further(heard: Sequence[Sentence], languages: Languages) -> Language | None:
    """A language of which only the commonest words are known, if they are so many that it must be that."""
    words = [word for sentence in heard for word in sentence.words.split()]
    if not words:
        return None
    counts = {one.code: sum(word in one.common for word in words) for one in languages.all}
    code = max(counts, key=lambda one: counts[one])
    best = languages.get(code)
    return best if best is not None and not best.words and counts[code] / len(words) >= FURTHER else None
