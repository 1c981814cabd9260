"""Finds what words mean: the same few dozen meanings in every language, each with the words that carry it.

A language's `[words]` table lists, for each meaning, words parted by blanks and compared without accents and case:
`word~` is any word that begins so, `(two words)` stand together, `*` between words leaves room for up to four others,
and `=sí` is a word with just these accents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from outreach.core.reading.phrases import Sentence, spelled
from outreach.languages import Language
from outreach.languages.beginnings import Beginnings
from outreach.languages.remembering import Remembered
from outreach.languages.spelling import plain

ADDRESS = "address"  # the meaning of a mail address that stands in a text
_ADDRESS = re.compile(r"[^\s@<>()\[\]]{1,64}@[^\s@<>()\[\]]{1,253}")
_TOKEN = re.compile(r"\([^)]*\)|\S+")
ROOM = 4  # words that `*` leaves room for
GAP = "*"


class Meaning(NamedTuple):
    """A meaning in a sentence, and the words that carry it (their places in the sentence)."""

    name: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Pattern:
    name: str
    words: tuple[str, ...]  # after the first
    exact: bool  # just these, one after the other


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The patterns that may begin with a word."""

    alone: tuple[str, ...]  # names of those that are one word
    by_second: Mapping[str, tuple[_Pattern, ...]]  # those whose second word must be just this one
    seconds: tuple[str, ...]  # beginnings of the second words of others
    others: tuple[_Pattern, ...]  # all others


_NOTHING = _Beginning((), {}, (), ())


class Vocabulary:
    """The words of one language by their beginnings, made once."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._whole: dict[str, list[_Pattern]] = defaultdict(list)
        self._begins: dict[str, list[_Pattern]] = defaultdict(list)
        for name, listed in words.items():
            for token in _TOKEN.findall(listed):
                self._add(name, token.strip("()").split())
        self._beginnings = Beginnings(self._begins)
        self._beginning = Remembered(self._beginning_with)

    def _add(self, name: str, written: Sequence[str]) -> None:
        words = [part for word in written for part in _parts(word)]
        if not words:
            return
        first, pattern = words[0], _pattern(name, words[1:])
        if first.endswith("~"):
            self._begins[first[:-1]].append(pattern)
        else:
            self._whole[first].append(pattern)

    def meanings(self, sentence: Sentence) -> tuple[Meaning, ...]:
        """What the words of a sentence mean, in their order; words that belong together speak together only."""
        hidden = _in_addresses(sentence) if "@" in sentence.text else ()
        found: list[Meaning] = []
        longer = False
        seconds = (*sentence.plain[1:], "")
        for at, beginning in enumerate(list(map(self._beginning.__getitem__, sentence.written))):
            if beginning is _NOTHING or (hidden and at in hidden):
                continue
            if beginning.alone:
                found += _alone(beginning.alone, at)
            second = seconds[at]
            patterns = beginning.by_second.get(second, ())
            if beginning.others and second.startswith(beginning.seconds):
                patterns = (*patterns, *beginning.others)
            if patterns:
                phrases = _phrases(patterns, at, sentence)
                longer = longer or bool(phrases)
                found += phrases
        if longer:
            found = _whole_phrases(found)
        if hidden:
            found.append(Meaning(ADDRESS, (min(hidden),)))
        return tuple(sorted(found, key=_order) if longer or hidden else found)

    def _beginning_with(self, written: str) -> _Beginning:
        word = spelled[written]
        begins = [self._begins[part] for part in self._beginnings.of(word)]
        patterns = list(chain(self._whole.get(word, ()), self._whole.get("=" + written, ()), *begins))
        if not patterns:
            return _NOTHING
        alone: list[str] = []
        by_second: dict[str, tuple[_Pattern, ...]] = {}
        others: list[_Pattern] = []
        for pattern in patterns:
            if not pattern.words:
                alone.append(pattern.name)
            elif _is_open(pattern.words[0]):
                others.append(pattern)
            else:
                by_second[pattern.words[0]] = (*by_second.get(pattern.words[0], ()), pattern)
        return _Beginning(tuple(sorted(alone)), by_second, tuple(map(_second, others)), tuple(others))


def _pattern(name: str, words: Sequence[str]) -> _Pattern:
    return _Pattern(name, tuple(words), not any(map(_is_open, words)))


def _is_open(word: str) -> bool:
    """Whether a word of a list stands for several, or is written with just these accents."""
    return word == GAP or word.startswith("=") or word.endswith("~")


def _second(pattern: _Pattern) -> str:
    """How the second word of a pattern begins in plain letters, as far as that is known."""
    return pattern.words[0][:-1] if pattern.words[0].endswith("~") else ""


def _order(one: Meaning) -> tuple[int, str]:
    return one.places[0], one.name


def _parts(word: str) -> list[str]:
    """A word of a list as it is compared: “can't” becomes two."""
    if word == GAP or word.startswith("="):
        return [word.lower()]
    parts = plain(word).split()
    if word.endswith("~") and parts:
        parts[-1] += "~"
    return parts


@lru_cache(maxsize=1 << 10)
def _alone(names: tuple[str, ...], at: int) -> tuple[Meaning, ...]:
    """The meanings of one word at a place."""
    return tuple([Meaning(name, (at,)) for name in names])


def _phrases(patterns: Sequence[_Pattern], at: int, sentence: Sentence) -> list[Meaning]:
    """The meanings of the phrases that follow a word at a place."""
    words, found = sentence.plain, []
    for pattern in patterns:
        if not pattern.exact:
            places = _follow(pattern.words, at, words, sentence.written)
        elif words[at + 1 : at + 1 + len(pattern.words)] == pattern.words:
            places = tuple(range(at, at + 1 + len(pattern.words)))
        else:
            continue
        if places is not None:
            found.append(Meaning(pattern.name, places))
    return found


def _follow(pattern: tuple[str, ...], at: int, words: Sequence[str], written: Sequence[str]) -> tuple[int, ...] | None:
    """The places of a pattern's words, the first of which stands at a place, or None."""
    places, room, at = [at], 0, at + 1
    for wanted in pattern:
        if wanted == GAP:
            room = ROOM
            continue
        for place in range(at, min(at + room + 1, len(words))):
            if _is(wanted, words[place], written[place]):
                break
        else:
            return None
        places.append(place)
        at, room = place + 1, 0
    return tuple(places)


def _is(wanted: str, word: str, written: str) -> bool:
    if wanted.startswith("="):
        return written == wanted[1:]
    return word.startswith(wanted[:-1]) if wanted.endswith("~") else word == wanted


def _whole_phrases(found: list[Meaning]) -> list[Meaning]:
    """Without what only a part of a longer phrase would say: “no objection” is no “no”."""
    phrases = {frozenset(one.places) for one in found if len(one.places) > 1}
    inside = frozenset().union(*phrases)
    return [one for one in found if not _is_part(one.places, phrases, inside)]


def _is_part(own: tuple[int, ...], phrases: Collection[frozenset[int]], inside: frozenset[int]) -> bool:
    return own[0] in inside if len(own) == 1 else any(map(frozenset(own).__lt__, phrases))


def _in_addresses(sentence: Sentence) -> frozenset[int]:
    """The places of words that are parts of mail addresses."""
    spans = [found.span() for found in _ADDRESS.finditer(sentence.text)]
    return frozenset(
        place
        for place, (start, end) in enumerate(sentence.spans)
        if any(first <= start and end <= last for first, last in spans)
    )


@lru_cache(maxsize=64)
def vocabulary(language: Language) -> Vocabulary:
    """The vocabulary of a language."""
    return Vocabulary(language.words)
