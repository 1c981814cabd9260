"""Octets that may go to a relay, and are known to be such."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Self

_WHOLE = (b"\r\n", b"")  # how a piece may end
LONGEST = 998  # octets of a line without CRLF (RFC 5322 §2.1.1)


class Lines(bytes):
    """Whole lines of 7 bits, each ended by CRLF and none too long.

    They are looked at when this is made, and not again: what many letters share is made once.
    """

    dotted: bytes | None  # the same as they go over the wire, where that is not as they are

    def __new__(cls, octets: bytes) -> Self:
        """Looks at them.

        Raises:
            ValueError: They are not such lines.
        """
        _check(octets)
        lines = super().__new__(cls, octets)
        lines.dotted = stuffed(octets) if _has_dots(octets) else None
        return lines

    @property
    def stuffed(self) -> bytes:
        """As they go over the wire: a dot that begins a line is doubled (RFC 5321 §4.5.2)."""
        return self if self.dotted is None else self.dotted


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole lines that are known, and places for others; made once for many letters, and filled for each."""

    octets: bytes  # with %b for each place
    dotted: bytes | None  # the same as they go over the wire, where that is not as they are

    @classmethod
    def of(cls, pieces: Iterable[Lines | None]) -> Self:
        """One piece after the other; None is a place."""
        known = list(pieces)
        octets, dotted = (
            b"".join([b"%b" if one is None else form(one).replace(b"%", b"%%") for one in known])
            for form in (bytes, attrgetter("stuffed"))
        )
        return cls(octets, None if dotted == octets else dotted)

    def filled(self, pieces: tuple[bytes, ...]) -> Lines:
        """Everything as one, with what stands in the places; that is looked at.

        Raises:
            ValueError: These are not whole lines that a relay takes.
        """
        new = b"".join(pieces)
        _check(new)
        if [piece for piece in pieces if piece[-2:] not in _WHOLE]:
            raise ValueError("a line goes on in the next piece")
        lines = bytes.__new__(Lines, self.octets % pieces)
        dots = _has_dots(new)
        if dots or self.dotted is not None:
            lines.dotted = (self.dotted or self.octets) % (tuple(map(stuffed, pieces)) if dots else pieces)
        else:
            lines.dotted = None
        return lines


def stuffed(octets: bytes) -> bytes:
    """Lines that end with CRLF, with every dot at their beginning doubled."""
    octets = octets.replace(b"\r\n.", b"\r\n..")
    return b"." + octets if octets.startswith(b".") else octets


def _has_dots(octets: bytes) -> bool:
    return b"\r\n." in octets or octets.startswith(b".")


def _check(octets: bytes) -> None:
    rest = octets.replace(b"\r\n", b"")  # quicker than to count pairs
    whole = b"\r" not in rest and b"\n" not in rest and octets[-2:] in _WHOLE
    if not whole or not octets.isascii() or b"\0" in octets or has_long_line(octets):
        raise ValueError("these octets are no lines that a relay takes")


def has_long_line(octets: bytes) -> bool:
    """Whether a line is longer than a relay must take; leaps from line end to line end, for attachments are long."""
    start = 0
    while len(octets) - start > LONGEST:
        start = octets.rfind(b"\n", start, start + LONGEST + 2) + 1
        if not start:
            return True
    return False
