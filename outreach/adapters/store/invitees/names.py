"""The names of all invitees in one piece of memory: whoever is looked for is found without asking the database."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from itertools import islice

_NOWHERE = -1


class Names:
    """What the invitees are searched by, in the order of their names; about sixty bytes an invitee."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        """`rows` are each invitee's number and words, in the order of the names."""
        self._numbers, self._begins, text = array("q"), array("L"), bytearray()
        for number, words in rows:
            self._numbers.append(number)
            self._begins.append(len(text))
            text += words.encode() + b"\n"
        self._begins.append(len(text))
        self._text = bytes(text)
        self._rows = array("l", [_NOWHERE]) * (max(self._numbers, default=-1) + 1)  # by number
        for row, number in enumerate(self._numbers):
            self._rows[number] = row

    def found(
        self,
        words: Sequence[str],
        most: int,
        *,
        only: Collection[int] | None = None,
        but: Container[int] = (),
        after: int | None = None,
    ) -> tuple[int, ...]:
        """The first so many invitees, in their order, that hold all of the words; a word begins with a blank.

        `only` of these, `but` not of those; behind the invitee `after`, if it is one of them.
        """
        behind = self._behind(after)
        rows = self._holding(words, behind) if only is None else self._those_of(only, words, behind)
        every = map(self._numbers.__getitem__, rows)
        return tuple(islice((number for number in every if number not in but), most))

    def _those_of(self, only: Collection[int], words: Sequence[str], behind: int) -> list[int]:
        """The rows of these numbers, from one on, that hold the words."""
        text, begins = self._text, self._begins
        several = [word.encode() for word in words]
        rows = [row for row in map(self._rows.__getitem__, filter(self._knows, only)) if row >= behind]
        return sorted(row for row in rows if _holds(text[begins[row] : begins[row + 1]], several))

    def _knows(self, number: int) -> bool:
        return 0 <= number < len(self._rows)

    def _holding(self, words: Sequence[str], behind: int) -> Iterator[int]:
        """All rows from one on that hold the words."""
        text, begins = self._text, self._begins
        longest, *others = sorted((word.encode() for word in words), key=len, reverse=True)
        # To the end of its line, so that each is found once; thrice as quick as to look for one after the other.
        for hit in re.compile(re.escape(longest) + rb"[^\n]*").finditer(text, begins[behind]):
            begin, end = hit.span()
            row = bisect_right(begins, begin) - 1
            if not others or _holds(text[begins[row] : end], others):
                yield row

    def _behind(self, invitee: int | None) -> int:
        """The row of the next one; the first where there is no such invitee."""
        return self._rows[invitee] + 1 if invitee is not None and self._knows(invitee) else 0


def _holds(text: bytes, words: Sequence[bytes]) -> bool:
    for word in words:  # noqa: SIM110  all(…) takes three times as long, and there may be thousands
        if word not in text:
            return False
    return True
