"""Looks for phrases in plain words: a small language of its own, fast and without surprises.

A phrase is words parted by blanks, compared without accents and case. `a|b` is one word or the other, `(a b|c)` the
same with several words, `word~` any word that begins so, `*` up to four words, `**` up to ten; a phrase never goes
beyond its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from outreach.core.places import plain

_TOKEN = re.compile(r"\([^)]*\)|\S+")
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?。？！;])(?<!\d\.)\s+|\n\s*\n|\n(?=\s*[-*•>])")
MOST_SENTENCES = 200
LONGEST = 3000  # characters of one sentence that are looked at
GAPS = {"*": r"(?:\S+ ){0,4}", "**": r"(?:\S+ ){0,10}"}


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
    for found in _WORD.finditer(text):
        word = plain(found.group()).replace(" ", "")
        if word:
            words.append(word)
            spans.append(found.span())
            starts.append(at)
            at += len(word) + 1
    return Sentence(text, f" {' '.join(words)} " if words else " ", tuple(spans), tuple(starts))


def _alternative(words: str) -> str:
    return " ".join(plain(word) + (r"\S*" if word.endswith("~") else "") for word in words.split())


@lru_cache(maxsize=8192)
def _compiled(phrase: str) -> re.Pattern[str]:
    pieces = []
    for token in _TOKEN.findall(phrase):
        if token in GAPS:
            pieces.append(GAPS[token])
            continue
        pieces.append(f"(?:{'|'.join(_alternative(words) for words in token.strip('()').split('|'))}) ")
    return re.compile("(?<= )" + "".join(pieces))


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
