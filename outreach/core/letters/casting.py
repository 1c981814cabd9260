"""Casts letters from a mould: what is the same for all is encoded once, and only the lines with places anew."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import escape

from outreach.core.letters.markup import DIGITS
from outreach.core.letters.mime import AttachedFile, Body, Words, body_of, digest_of, foreign, is_foreign
from outreach.lines import Lines

if TYPE_CHECKING:
    from dataclasses import dataclass as made_often
else:
    from outreach.frozen import made_often

# Marks of places; like those of markup.py they are characters that neither a letter nor a value may hold.
AS_IT_IS, IN_LINE, MARK_END = "\ue006", "\ue007", "\ue008"
MARK = re.compile(f"([{AS_IT_IS}{IN_LINE}])([{DIGITS}]+){MARK_END}")
FORMS = 4  # of each value: as it is and as HTML, with its spaces and with single ones

Pieces = tuple["bytes | int", ...]  # octets, and the numbers of the values between them


@made_often(frozen=True, slots=True)
class Cast:
    """A letter ready for the wire: its words in UTF-8, and its text and HTML encoded."""

    subject: bytes
    text: bytes
    html: bytes
    language: str
    bodies: tuple[Body, Body]

    @property
    def whole(self) -> tuple[object, ...]:
        """All of it, in however many pieces it is kept."""
        bodies = ((body.encoding, b"".join(body.pieces)) for body in self.bodies)
        return self.subject, self.text, self.html, self.language, *bodies

    def digest(self, attachments: Iterable[AttachedFile]) -> str:
        """As `mime.digest` gives it of the words."""
        return digest_of((self.subject, self.text, self.html), self.language, attachments)

    def words(self) -> Words:
        """What a reader gets to read."""
        return Words(self.subject.decode(), self.text.decode(), self.html.decode(), self.language)


@dataclass(frozen=True, slots=True)
class Run:
    """Lines without a place."""

    words: bytes  # as UTF-8, with LF
    encoded: Lines  # as quoted-printable


@dataclass(frozen=True, slots=True)
class Part:
    """The text or the HTML of a mould: runs of fixed lines, and between them lines in pieces."""

    lines: tuple[Run | Pieces, ...]
    end: bytes  # line ends after the last line, which do not go over the wire
    size: int  # octets of the runs with CRLF
    foreign: int  # those that are not ASCII


@dataclass(frozen=True, slots=True)
class Mould:
    """A letter with its places open."""

    subject: Pieces
    text: Part
    html: Part
    language: str

    def cast(self, filling: Sequence[bytes]) -> Cast:
        """The letter with its places filled, each in the four forms that `forms_of` gives."""
        (text, plain), (html, rich) = _cast(self.text, filling), _cast(self.html, filling)
        return Cast(_joined(self.subject, filling), text, html, self.language, (plain, rich))


def mark(number: int, kind: str) -> str:
    """What stands in a place while the mould is made."""
    return f"{kind}{''.join(DIGITS[int(digit)] for digit in str(number))}{MARK_END}"


def number_of(match: re.Match[str]) -> int:
    """The place that a mark stands in."""
    return int("".join(str(DIGITS.index(digit)) for digit in match[2]))


def forms_of(value: str) -> tuple[bytes, bytes, bytes, bytes]:
    """A value as text and HTML have it, as it is and in a line where every space is single."""
    plain, rich = _encoded(value)
    line = " ".join(value.split())
    return (plain, rich, plain, rich) if line == value else (plain, rich, *_encoded(line))


def _encoded(value: str) -> tuple[bytes, bytes]:
    return value.encode(), str(escape(value)).encode()


def cast_of(words: Words) -> Cast:
    """A letter that was filled in the plain way, ready for the wire."""
    text, html = words.text.encode(), words.html.encode()
    return Cast(words.subject.encode(), text, html, words.language, (body_of(text), body_of(html)))


def make_mould(words: Words) -> Mould:
    """The mould of a letter that was filled with marks."""
    return Mould(_pieces(words.subject, 0), _part(words.text, 0), _part(words.html, 1), words.language)


def _part(text: str, html: int) -> Part:
    lines = text.rstrip("\n")
    made: list[Run | Pieces] = []
    for has_place, some in groupby(lines.split("\n"), lambda line: MARK.search(line) is not None):
        made.extend((_pieces(line, html) for line in some) if has_place else (_run(some),))  # noqa: B031  one or the other
    fixed = b"".join(piece.words for piece in made if isinstance(piece, Run)).replace(b"\n", b"\r\n")
    return Part(tuple(made), text[len(lines) + 1 :].encode(), len(fixed), foreign(fixed))


def _run(lines: Iterable[str]) -> Run:
    words = "".join(f"{line}\n" for line in lines).encode()
    # Each line is encoded for itself (RFC 2045 §6.7), so some of them give what they give in the whole.
    return Run(words, Lines(b2a_qp(words.replace(b"\n", b"\r\n"), istext=True)))


def _pieces(text: str, html: int) -> Pieces:
    return tuple(_each_piece(text, html))


def _each_piece(text: str, html: int) -> Iterator[bytes | int]:
    at = 0
    for match in MARK.finditer(text):
        yield text[at : match.start()].encode()
        yield number_of(match) * FORMS + (2 if match[1] == IN_LINE else 0) + html
        at = match.end()
    yield text[at:].encode()


def _joined(pieces: Pieces, filling: Sequence[bytes]) -> bytes:
    return b"".join([filling[piece] if isinstance(piece, int) else piece for piece in pieces])


def _cast(part: Part, filling: Sequence[bytes]) -> tuple[bytes, Body]:
    words: list[bytes] = []
    encoded: list[bytes] = []
    size, not_ascii = part.size, part.foreign
    for piece in part.lines:
        if isinstance(piece, Run):
            words.append(piece.words)
            encoded.append(piece.encoded)
        else:
            line = _joined(piece, filling)
            words += (line, b"\n")
            encoded.append(b2a_qp(line + b"\r\n", istext=True))  # no value holds a line end
            size, not_ascii = size + len(line) + 2, not_ascii + foreign(line)
    text = b"".join((*words, part.end))
    return text, body_of(text) if is_foreign(size, not_ascii) else Body("quoted-printable", tuple(encoded))
