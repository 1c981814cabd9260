"""Casts letters from a mould: what is the same for all is encoded once, and only the lines with places anew."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from markupsafe import escape

from outreach.core.letters.markup import DIGITS
from outreach.core.letters.mime import AttachedFile, Bodies, Body, Words, digest_of, foreign, is_foreign, plain_bodies
from outreach.frozen import made_often
from outreach.lines import Frame, Lines

# Marks of places; like those of markup.py they are characters that neither a letter nor a value may hold.
AS_IT_IS, IN_LINE, MARK_END = "\ue006", "\ue007", "\ue008"
MARK = re.compile(f"([{AS_IT_IS}{IN_LINE}])([{DIGITS}]+){MARK_END}")
FORMS = 8  # of each value: as it is and as HTML, with its spaces and with single ones, each also quoted-printable
_SINGLE, _QUOTED = 2, 4  # how much further the forms with single spaces, and those in quoted-printable, stand
_PLAIN = "[!#-%(-;?-~]+"  # what HTML and quoted-printable leave as it is
SIMPLE = re.compile(rf"(?!\.\Z){_PLAIN}(?: {_PLAIN})*")  # a value with but one form
_ESCAPED = re.compile("[&<>'\"]")
_UNQUOTED = re.compile(rb"[^\t -<>-~]")
_STRETCH = re.compile(rb".{1,75}(?<!=)(?<!=.)", re.DOTALL)  # as long as a line may be, and no “=E9” is parted


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text with open places."""

    octets: bytes  # with %b for each place
    values: Callable[[Sequence[bytes]], object]  # picks those that fill them

    def filled(self, filling: Sequence[bytes]) -> bytes:
        """The text with its values."""
        return self.octets % self.values(filling)


@made_often(frozen=True, slots=True)
class Cast:
    """A letter ready for the wire: its words in UTF-8, and its text and HTML encoded."""

    subject: bytes
    text: bytes
    html: bytes
    language: str
    bodies: Bodies

    @property
    def whole(self) -> tuple[object, ...]:
        """All of it, in however many pieces it is kept."""
        text, html, frame = self.bodies
        octets = frame.octets % self.bodies.between(b"", b"", b"")
        return self.subject, self.text, self.html, self.language, text.encoding, html.encoding, octets

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
    encoded: tuple[Lines | None, ...]  # as quoted-printable: runs of fixed lines, and None for each line with places
    lines: tuple[Pieces, ...]  # those, without soft breaks
    fixed: int  # octets that are the same for all
    size: int  # those of them that are no line ends
    foreign: int  # that are not ASCII

    def may_be_foreign(self, text: bytes) -> bool:
        """Whether the text would be longer in quoted-printable than in base64 if its values were wholly foreign."""
        return is_foreign(self.size, self.foreign + len(text) - self.fixed)

    def cast(self, filling: Sequence[bytes]) -> Body:
        """The lines with places, filled, in quoted-printable."""
        return Body("quoted-printable", tuple([_broken(line.filled(filling)) for line in self.lines]))


@dataclass(frozen=True, slots=True)
class Mould:
    """A letter with its places open."""

    subject: Pieces
    text: Part
    html: Part
    language: str
    frame: Frame

    def cast(self, filling: Sequence[bytes]) -> Cast:
        """The letter with its places filled, each in the forms that `forms_of` gives."""
        text, html = self.text.words.filled(filling), self.html.words.filled(filling)
        bodies = self._bodies(text, html, filling)
        return Cast(self.subject.filled(filling), text, html, self.language, bodies)

    def _bodies(self, text: bytes, html: bytes, filling: Sequence[bytes]) -> Bodies:
        if self.text.may_be_foreign(text) or self.html.may_be_foreign(html):
            bodies = plain_bodies(text, html)
            if "base64" in (bodies.text.encoding, bodies.html.encoding):
                return bodies
        return Bodies(self.text.cast(filling), self.html.cast(filling), self.frame)


def mark(number: int, kind: str) -> str:
    """What stands in a place while the mould is made."""
    return f"{kind}{''.join(DIGITS[int(digit)] for digit in str(number))}{MARK_END}"


def number_of(match: re.Match[str]) -> int:
    """The place that a mark stands in."""
    return int("".join(str(DIGITS.index(digit)) for digit in match[2]))


def forms_of(value: str) -> tuple[bytes, ...]:
    """A value as text and HTML have it, as it is and in a line where every space is single; then quoted-printable."""
    line = " ".join(value.split())
    forms = (*_encoded(value), *_encoded(line))
    return (*forms, *map(_quoted, forms))


def _encoded(value: str) -> tuple[bytes, bytes]:
    plain = value.encode()
    return plain, str(escape(value)).encode() if _ESCAPED.search(value) else plain


def cast_of(words: Words) -> Cast:
    """A letter that was filled in the plain way, ready for the wire."""
    text, html = words.text.encode(), words.html.encode()
    return Cast(words.subject.encode(), text, html, words.language, plain_bodies(text, html))


def make_mould(words: Words) -> Mould:
    """The mould of a letter that was filled with marks.

    Raises:
        ValueError: A line with a place is none that can be made in pieces.
    """
    text, html = _part(words.text, 0), _part(words.html, 1)
    frame = Frame.of([None, *text.encoded, None, *html.encoded, None])
    return Mould(_pieces(words.subject, 0), text, html, words.language, frame)


def _part(text: str, form: int) -> Part:
    encoded: list[Lines | None] = []
    lines: list[Pieces] = []
    for has_place, some in groupby(text.rstrip("\n").split("\n"), lambda line: MARK.search(line) is not None):
        if has_place:
            wire = [_pieces(_whole(line), form + _QUOTED) for line in some]
            lines += wire
            encoded += [None] * len(wire)
        else:  # each line is encoded for itself (RFC 2045 §6.7), so some of them give what they give in the whole
            encoded.append(Lines(b2a_qp("".join(f"{line}\r\n" for line in some).encode(), istext=True)))
    fixed = MARK.sub("", text).encode()
    size = len(fixed) - fixed.count(b"\n")
    return Part(_pieces(text, form), tuple(encoded), tuple(lines), len(fixed), size, foreign(fixed))


def _whole(line: str) -> str:
    if "\r" in line or line.endswith((" ", "\t")):  # a space at the end is quoted, one that is not at the end is not
        raise ValueError(line)
    return line


def _pieces(text: str, form: int) -> Pieces:
    """A text with places, whose values are wanted in a form."""
    encode = _quoted if form & _QUOTED else bytes
    octets, places, at = list[bytes](), list[int](), 0
    for match in MARK.finditer(text):
        octets.append(encode(text[at : match.start()].encode()))
        places.append(number_of(match) * FORMS + form + (_SINGLE if match[1] == IN_LINE else 0))
        at = match.end()
    octets.append(encode(text[at:].encode()))
    return Pieces(b"%b".join(one.replace(b"%", b"%%") for one in octets), itemgetter(*places) if places else _no_values)


def _no_values(_filling: Sequence[bytes]) -> tuple[bytes, ...]:
    return ()


def _quoted(octets: bytes) -> bytes:
    """Quoted-printable without soft line breaks."""
    return _UNQUOTED.sub(lambda one: b"=%02X" % ord(one[0]), octets)


def _broken(line: bytes) -> bytes:
    """A line in quoted-printable with its soft line breaks (RFC 2045 §6.7), where `b2a_qp` puts them."""
    return b"=\r\n".join(_STRETCH.findall(line)) + b"\r\n"
