"""The traits of a sentence and of a mail by which the vote is cast: meanings, words, and which of them meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, starmap
from operator import add
from typing import NamedTuple

from outreach.core.reading.meaning.vocabulary import Meaning
from outreach.core.reading.phrases import Sentence
from outreach.languages.remembering import Remembered
from outreach.languages.scores import Trait

FEW = 4  # letters of a word that are looked at, and one more: they know “confirmo” from “confirmamos” and “confirm”
LONGEST_WORD = 24
STEM = 6  # letters of a word by which it is known again in its other forms
SHORT = 8  # words of a sentence in which each meaning weighs more
BRIEF = 12  # words of a mail in which each meaning weighs more
FAR = 40  # meanings of a sentence that are looked at together
SENTENCE_LENGTHS = (2, 4, 8, 16, 32)
MAIL_LENGTHS = (3, 6, 12, 25, 50, 100)
BEGIN, END = "^", "$"


class Heard(NamedTuple):
    """A sentence, the language it is heard in, and the meanings of its words."""

    sentence: Sentence
    language: str
    meanings: tuple[Meaning, ...]
    names: tuple[str, ...]  # of the meanings in their order, repetitions told once

    @property
    def size(self) -> int:
        """The number of words."""
        return len(self.sentence.plain)

    def written(self, places: Sequence[int]) -> str:
        """Words of the sentence as they stand in the mail, from the first place to the last."""
        return self.sentence.written_from(min(places), max(places))


def names_of(meanings: Sequence[Meaning]) -> tuple[str, ...]:
    """The names of meanings that follow each other, repetitions told once."""
    names = [one.name for one in meanings]
    return tuple([name for name, before in zip(names, ("", *names)) if name != before][:FAR])  # noqa: B905  of itself


def meaning_traits(heard: Heard) -> frozenset[Trait]:
    """What the meanings of a sentence's words tell, the same in all languages."""
    return _meaning_traits(heard.names, min(heard.size, SENTENCE_LENGTHS[-1] + 1), heard.sentence.asks)


@lru_cache(maxsize=1 << 9)  # the same few meanings follow each other again and again
def _meaning_traits(names: tuple[str, ...], size: int, asks: bool) -> frozenset[Trait]:  # noqa: FBT001
    found = [*names, *_up_to("words", size, SENTENCE_LENGTHS)]
    found += map(_run, names, names[1:])
    found += map(_run, names, names[1:], names[2:])
    found += starmap(_meeting, combinations(names, 2))
    if names:
        found += [f"first {names[0]}", f"last {names[-1]}"]
    if size <= SHORT:
        found += [f"short {name}" for name in names]
    if asks:
        found += ["asks", *[f"asks {name}" for name in names]]
    return frozenset(found)


@lru_cache(maxsize=1 << 14)
def _run(*names: str) -> Trait:
    return f"run {' '.join(names)}"


@lru_cache(maxsize=1 << 12)
def _meeting(first: str, later: str) -> Trait:
    return f"{first} > {later}"


def mail_traits(mail: Sequence[Heard]) -> frozenset[Trait]:
    """What a mail has beside its sentences."""
    size = min(sum([heard.size for heard in mail]), MAIL_LENGTHS[-1] + 1)
    brief = [f"brief {name}" for heard in mail for name in heard.names] if size <= BRIEF else []
    return frozenset([*_up_to("mail words", size, MAIL_LENGTHS), *brief])


@lru_cache(maxsize=1 << 8)
def _up_to(what: str, size: int, lengths: Sequence[int]) -> tuple[Trait, ...]:
    return tuple([f"{what} {most}" for most in lengths if size <= most])


def word_traits(heard: Heard) -> frozenset[Trait]:
    """The words of a sentence themselves, alone and with one and two that follow."""
    words = BEGIN, *heard.sentence.plain, END
    ones = list(map(_first(heard.language).__getitem__, words))
    behind = list(map(_behind.__getitem__, words))
    twos = list(map(add, ones, behind[1:]))
    return frozenset([*ones, *twos, *map(add, twos, behind[2:])])


@lru_cache(maxsize=64)
def _first(language: str) -> Remembered[Trait]:
    """How a word is written with which a trait begins."""
    return Remembered(lambda word: f"{language}:{word[:STEM]}")


_behind: Remembered[str] = Remembered(lambda word: f" {word[:STEM]}")


def letters(word: str) -> list[str]:
    """Every few letters of a word with its beginning and end, the same in all languages."""
    framed = f"<{word[:LONGEST_WORD]}>"
    fours = [f"~{a}{b}{c}{d}" for a, b, c, d in zip(framed, framed[1:], framed[2:], framed[3:])]  # noqa: B905  to its end
    return [*fours, *map(add, fours, framed[FEW:])]
