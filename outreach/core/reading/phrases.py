"""Looks for phrases in plain words: a small language of its own, fast and without surprises.

A phrase is words parted by blanks, compared without accents and case. `a|b` is one word or the other, `(a b|c)` and
`(a b)|c` the same with several words, `(a|)` a word that may be missing, `word~` any word that begins so, `~word` any
that ends so, `#` a figure, `*` up to four words, `**` up to ten; a phrase never goes beyond its sentence. In scripts
without blanks every sign counts as a word: `不在` is found anywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from outreach.languages.spelling import WORD, plain, plain_words

_TOKEN = re.compile(r"(?:\([^)]*\)|[^\s(])+")
_SENTENCE = re.compile(r"(?<=[.!?;])(?<!\d\.)\s+|(?<=[。？！])|\n\s*\n|\n(?=\s*[-*•>])")
MOST_SENTENCES = 200
LONGEST = 3000  # characters of one sentence that are looked at
GAPS = {"*": r"(?:\S+ ){0,4}", "**": r"(?:\S+ ){0,10}"}
FIGURE = r"\S{0,20}\d\S{0,20}"  # “2022”, “no4411”
REST = r"\S{0,40}"  # of a word of which a part is named


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands, and its plain words with the places where they stand."""

    text: str
    words: str  # “ we join ”: a blank before, between and behind
    spans: tuple[tuple[int, int], ...]  # of each word in the text
    starts: tuple[int, ...]  # of each word in the plain words

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip(' "”»)').endswith(("?", "？", "؟"))


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text; a line end alone does not end one."""
    parts = [part for part in _SENTENCE.split(text) if part and part.strip()]
    return tuple(_sentence(part[:LONGEST]) for part in parts[:MOST_SENTENCES])


def _sentence(text: str) -> Sentence:
    words, spans, starts, at = [], [], [], 1
    for found in WORD.finditer(text):
        word = _spelled(found.group())
        if word:
            words.append(word)
            spans.append(found.span())
            starts.append(at)
            at += len(word) + 1
    return Sentence(text, f" {' '.join(words)} " if words else " ", tuple(spans), tuple(starts))


@lru_cache(maxsize=1 << 16)
def _spelled(word: str) -> str:
    return plain(word).replace(" ", "")


def _alternatives(token: str) -> list[str]:
    return [words.strip() for words in re.sub(r"[()]", "", token).split("|")]


def _alternative(words: str) -> str:
    return " ".join(_word(word) for word in words.split())


def _word(word: str) -> str:
    if word == "#":
        return FIGURE
    return (REST if word.startswith("~") else "") + " ".join(plain_words(word)) + (REST if word.endswith("~") else "")


@lru_cache(maxsize=16384)
def _compiled(phrase: str) -> re.Pattern[str]:
    return re.compile("(?<= )" + "".join(GAPS.get(token) or _piece(token) for token in _TOKEN.findall(phrase)))


def _piece(token: str) -> str:
    words = _alternatives(token)
    piece = "|".join(_alternative(one) for one in words if one)
    return f"(?:(?:{piece}) ){'' if all(words) else '?'}"


def find(phrases: Sequence[str], sentence: Sentence) -> Iterator[str]:
    """The words of the sentence, as they stand in the mail, that fit one of the phrases."""
    for phrase in phrases:
        found = _compiled(phrase).search(sentence.words)
        if found is not None:
            yield _as_written(sentence, found.start(), found.end())


def _as_written(sentence: Sentence, start: int, end: int) -> str:
    inside = [index for index, at in enumerate(sentence.starts) if start <= at < end]
    if not inside:
        return sentence.text.strip()
    return " ".join(sentence.text[sentence.spans[inside[0]][0] : sentence.spans[inside[-1]][1]].split())


Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Found(Generic[Name]):
    """A phrase that was found: its name, the places of its first and last word, and the words as they stand."""

    name: Name
    first: int
    last: int
    words: str


class Phrasebook(Generic[Name]):
    """Many named phrases, looked up by their first words: thousands of them cost hardly more than a few."""

    def __init__(self, named: Iterable[tuple[Name, str]]) -> None:
        self._whole: dict[str, list[tuple[Name, str]]] = defaultdict(list)
        self._begins: dict[str, list[tuple[Name, str]]] = defaultdict(list)
        self._ends: dict[str, list[tuple[Name, str]]] = defaultdict(list)
        for name, phrase in named:
            for words in _alternatives(_TOKEN.findall(phrase)[0]):
                self._add(words.split()[0], (name, phrase))
        self._lengths = sorted({len(part) for part in (*self._begins, *self._ends)})

    def _add(self, first: str, entry: tuple[Name, str]) -> None:
        spelled = plain_words(first)
        if first.startswith("~"):
            self._ends[spelled[-1]].append(entry)
        elif first.endswith("~") and len(spelled) == 1:
            self._begins[spelled[0]].append(entry)
        else:
            self._whole[spelled[0]].append(entry)

    def find(self, sentence: Sentence) -> Iterator[Found[Name]]:
        """Every phrase of the book that stands in a sentence, in the order of their first words."""
        for first, (word, at) in enumerate(zip(sentence.words.split(), sentence.starts, strict=True)):
            for name, phrase in self._beginning_with(word):
                match = _compiled(phrase).match(sentence.words, at)
                if match is not None:
                    last = bisect_left(sentence.starts, match.end()) - 1
                    yield Found(name, first, last, _as_written(sentence, at, match.end()))

    def _beginning_with(self, word: str) -> Iterator[tuple[Name, str]]:
        yield from self._whole.get(word, ())
        for length in self._lengths:
            if length <= len(word):
                yield from self._begins.get(word[:length], ())
                yield from self._ends.get(word[-length:], ())
