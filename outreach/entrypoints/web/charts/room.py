"""Finds room in a drawing for words, so that they cover no line and no other words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from outreach.entrypoints.web.charts.svg import width_of

ASIDE = 4  # units that stay free to the left and right of words
BOLD = 1.1  # how much wider bold type is


class Box(NamedTuple):
    """What something covers; of a line two sides are the same."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether they have a point in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


def box_of(x: float, y: float, said: str, size: float, *, anchor: str = "start") -> Box:
    """What words cover that stand on a line at y, bold or not; with a little room around."""
    length = width_of(said, size) * BOLD
    left = x if anchor == "start" else x - length
    return Box(left - ASIDE, y - size, left + length + ASIDE, y + size * 0.3)


@dataclass
class Room:
    """Words and lines that have their place."""

    lines: list[Box] = field(default_factory=list)
    words: list[Box] = field(default_factory=list)

    def is_free(self, words: Box, lines: Iterable[Box] = ()) -> bool:
        """Whether words may stand somewhere, and lines of their own run where they do."""
        crossed = any(line.meets(other) for line in lines for other in self.words)
        return not crossed and not any(words.meets(other) for other in (*self.lines, *self.words))

    def take(self, words: Box, lines: Iterable[Box] = ()) -> None:
        """They stand there."""
        self.words.append(words)
        self.lines += lines
