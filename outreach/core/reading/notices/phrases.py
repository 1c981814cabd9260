"""A table of what servers say, and how it is searched: plain words, never a pattern that could take long."""

from __future__ import annotations

import re
from dataclasses import dataclass

NEAR = 120  # characters that “…” stands for at most


@dataclass(frozen=True, slots=True)
class Phrases:
    """What it means, and phrases that say so, parted by “|”; “…” stands for anything, but not for much."""

    meaning: str
    words: str

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The phrases in lower case, cut at their gaps."""
        phrases = (" ".join(phrase.split()) for phrase in self.words.lower().split("|"))
        return tuple(tuple(part.strip() for part in phrase.split("…")) for phrase in phrases if phrase)


def choice(phrases: Phrases) -> str:
    """A pattern that matches any of the phrases."""
    return "|".join(re.escape(" ".join(parts)).replace(r"\ ", " ") for parts in phrases.parts())


Table = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


def table(*rows: Phrases) -> Table:
    """Rows, ready to be searched in their order."""
    return tuple((row.meaning, row.parts()) for row in rows)


def folded(text: str) -> str:
    """A text as phrases are compared with it: lower case, one space, straight apostrophes."""
    return " ".join(text.lower().replace("’", "'").split())


def meaning(said: str, rows: Table) -> str:
    """What the first row that has a phrase in a folded text means; "" if none has."""
    for means, phrases in rows:
        for parts in phrases:
            if parts[0] in said and (len(parts) == 1 or _follows(said, parts)):
                return means
    return ""


def _follows(said: str, parts: tuple[str, ...]) -> bool:
    """Whether the second half of a phrase stands close behind the first, anywhere."""
    start = said.find(parts[0])
    while start >= 0:
        end = start + len(parts[0])
        if parts[1] in said[end : end + NEAR]:
            return True
        start = said.find(parts[0], end)
    return False
