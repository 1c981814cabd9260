"""Remembers what was worked out for single words: mails of all the world say the same few thousand again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Worth = TypeVar("Worth")

MOST = 1 << 16  # words or signs; then everything is forgotten, and worked out anew
LONGEST = 60  # characters; what is longer is no word, and not kept


class Remembered(dict[str, Worth]):
    """What a function says of words, each worked out once: `map(remembered.__getitem__, words)` is quick."""

    def __init__(self, work_out: Callable[[str], Worth]) -> None:
        self._work_out = work_out

    def __missing__(self, word: str) -> Worth:
        """Works it out."""
        found = self._work_out(word)
        if len(word) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[word] = found
        return found
