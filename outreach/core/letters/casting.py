"""Casts letters from a mould: what is the same for all is encoded once, and only the lines with places anew."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import escape

from outreach.core.letters.markup import DIGITS
from outreach.core.letters.mime import AttachedFile, Body, Words, body_of, digest_of, foreign, is_foreign
from outreach.frozen import made_often
from outreach.lines import Lines

# Marks of places; like those of markup.py they are characters that neither a letter nor a value may hold.
AS_IT_IS, IN_LINE, MARK_END = "\ue006", "\ue007", "\ue008"
MARK = re.compile(f"([{AS_IT_IS}{IN_LINE}])([{DIGITS}]+){MARK_END}")
_ESCAPED = re.compile("[&<>'\"]")
FORMS = 4  # of each value: as it is and as HTML, with its spaces and with single ones


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text with open places."""

    octets: tuple[bytes, ...]  # each second one, b"", is a place
    places: tuple[int, ...]  # the numbers of the values that fill them

    def filled(self, filling: Sequence[bytes]) -> bytes:
        """The text with its values."""
        octets = list(self.octets)
        octets[1::2] = [filling[number] for number in self.places]
        return b"".join(octets)


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
class Part:
    """The text or the HTML of a mould."""

    words: Pieces  # in UTF-8, with LF
    encoded: tuple[bytes, ...]  # as quoted-printable: runs of fixed lines, and b"" for each line that has places
    lines: tuple[tuple[int, Pieces], ...]  # where among those which line stands, with CRLF
    fixed: int  # octets that are the same for all
    size: int  # those of them that are no line ends
    foreign: int  # that are not ASCII


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
        return Cast(self.subject.filled(filling), text, html, self.language, (plain, rich))


def mark(number: int, kind: str) -> str:
    """What stands in a place while the mould is made."""
    return f"{kind}{''.join(DIGITS[int(digit)] for digit in str(number))}{MARK_END}"


def number_of(match: re.Match[str]) -> int:
    """The place that a mark stands in."""
    return int("".join(str(DIGITS.index(digit)) for digit in match[2]))


def forms_of(value: str) -> tuple[bytes, bytes, bytes, bytes]:
    """A value as text and HTML have it, as it is and in a line where every space is single."""
    plain, rich = forms = _encoded(value)
    line = " ".join(value.split())
    return (plain, rich, plain, rich) if line == value else (*forms, *_encoded(line))


def _encoded(value: str) -> tuple[bytes, bytes]:
    plain = value.encode()
    return plain, str(escape(value)).encode() if _ESCAPED.search(value) else plain


def cast_of(words: Words) -> Cast:
    """A letter that was filled in the plain way, ready for the wire."""
    text, html = words.text.encode(), words.html.encode()
    return Cast(words.subject.encode(), text, html, words.language, (body_of(text), body_of(html)))


def make_mould(words: Words) -> Mould:
    """The mould of a letter that was filled with marks."""
    return Mould(_pieces(words.subject, 0), _part(words.text, 0), _part(words.html, 1), words.language)


def _part(text: str, html: int) -> Part:
    encoded: list[bytes] = []
    lines: list[tuple[int, Pieces]] = []
    for has_place, some in groupby(text.rstrip("\n").split("\n"), lambda line: MARK.search(line) is not None):
        wire = [f"{line}\r\n" for line in some]
        if has_place:
            lines += ((len(encoded) + number, _pieces(line, html)) for number, line in enumerate(wire))
        # Each line is encoded for itself (RFC 2045 §6.7), so some of them give what they give in the whole.
        encoded += (b"" for _ in wire) if has_place else [Lines(b2a_qp("".join(wire).encode(), istext=True))]
    words = _pieces(text, html)
    fixed = b"".join(words.octets)
    size = len(fixed) - fixed.count(b"\n")
    return Part(words, tuple(encoded), tuple(lines), len(fixed), size, foreign(fixed))


def _pieces(text: str, html: int) -> Pieces:
    octets, places, at = list[bytes](), list[int](), 0
    for match in MARK.finditer(text):
        octets += (text[at : match.start()].encode(), b"")
        places.append(number_of(match) * FORMS + (2 if match[1] == IN_LINE else 0) + html)
        at = match.end()
    return Pieces((*octets, text[at:].encode()), tuple(places))


def _cast(part: Part, filling: Sequence[bytes]) -> tuple[bytes, Body]:
    text = part.words.filled(filling)
    at_most = part.foreign + len(text) - part.fixed  # if the values were wholly foreign
    if is_foreign(part.size, at_most) and (body := body_of(text)).encoding == "base64":
        return text, body
    encoded = list(part.encoded)
    for place, line in part.lines:
        encoded[place] = b2a_qp(line.filled(filling), istext=True)  # no value holds a line end
    return text, Body("quoted-printable", tuple(encoded))
