"""The names of all invitees in one piece of memory: whoever is looked for is found without asking the database."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence


class Names:
    """What the invitees are searched by, in the order of their names; about fifty bytes an invitee."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        """`rows` are each invitee's number and words, in the order of the names."""
        self._numbers, self._begins, text = array("q"), array("L"), bytearray()
        for number, words in rows:
            self._numbers.append(number)
            self._begins.append(len(text))
            text += words.encode() + b"\n"
        self._begins.append(len(text))
        self._text = bytes(text)

    def found(
        self,
        words: Sequence[str],
        most: int,
        *,
        only: Container[int] | None = None,
        but: Container[int] = (),
        after: int = 0,
    ) -> tuple[int, ...]:
        """The first so many invitees, in their order, that hold all of the words; a word begins with a blank.

        `only` of these, `but` not of those; behind the invitee `after`, if it is one of them.
        """
        text, begins, numbers = self._text, self._begins, self._numbers
        rarest, *others = sorted((word.encode() for word in words), key=text.count)
        found: list[int] = []
        place = text.find(rarest, self._behind(after))
        while place >= 0 and len(found) < most:
            row = bisect_right(begins, place)  # of the next one
            end, number = begins[row], numbers[row - 1]
            if (only is None or number in only) and number not in but and _holds(text[begins[row - 1] : end], others):
                found.append(number)
            place = text.find(rarest, end)
        return tuple(found)

    def _behind(self, invitee: int) -> int:
        """Where the text of the next one begins."""
        try:
            return self._begins[self._numbers.index(invitee) + 1] if invitee else 0
        except ValueError:
            return 0


def _holds(text: bytes, words: Sequence[bytes]) -> bool:
    for word in words:  # noqa: SIM110  all(…) takes three times as long, and there may be thousands
        if word not in text:
            return False
    return True
