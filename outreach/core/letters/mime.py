"""Writes a letter as the bytes that go over the wire, and has them read back before anybody may send them.

The headers are written here and not by the email package, which folds ids and long names so that threads break and
one recipient reads back as four. Everything is 7 bit, so no relay has to recode it; only an address in another script
stands in its header as it is, for there is no other way to write it (RFC 6532).
"""

from __future__ import annotations

import hashlib
import re
import struct
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote

from outreach.core.letters.headers import CRLF, Head, LetterError, has_ascii_addresses, written_headers
from outreach.core.letters.heading import BOUNDARY, cast_top
from outreach.core.letters.reading_back import read_back, reads_back_plainly
from outreach.lines import Frame, Lines

__all__ = ["AttachedFile", "Body", "Head", "LetterError", "Words", "assemble", "digest", "read_back", "serialise"]

_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_LENGTH = struct.Struct(">Q").pack
_NOT_ASCII = bytes(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader gets to read."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a letter."""

    name: str
    content_type: str
    content: bytes


class Body(NamedTuple):
    """A text as a part of a mail holds it."""

    encoding: str  # quoted-printable or base64
    lines: tuple[bytes, ...]  # those that letters do not share; 7 bit, whole, with CRLF


class Bodies(NamedTuple):
    """Text and HTML of a letter, and all that letters share of them."""

    text: Body
    html: Body
    frame: Frame  # its places: headers, the lines of the text, what stands between, those of the HTML, the end

    def between(self, top: bytes, middle: bytes, end: bytes) -> tuple[bytes, ...]:
        """What fills the frame."""
        return (top, *self.text.lines, middle, *self.html.lines, end)


def digest(words: Words, attachments: Iterable[AttachedFile]) -> str:
    """SHA-256 of everything a reader gets, in hexadecimal."""
    return digest_of((words.subject.encode(), words.text.encode(), words.html.encode()), words.language, attachments)


def digest_of(words: Iterable[bytes], language: str, attachments: Iterable[AttachedFile]) -> str:
    """The same of subject, text and HTML as UTF-8."""
    fields = [*words, language.encode()]
    for attached in attachments:
        fields += (attached.name.encode(), attached.content_type.encode(), _content_digest(attached))
    # Each length stands before its field, so that no two letters look the same when strung together.
    strung = [octets for field in fields for octets in (_LENGTH(len(field)), field)]
    return hashlib.sha256(b"".join(strung)).hexdigest()


@lru_cache(maxsize=64)
def _content_digest(attached: AttachedFile) -> bytes:
    return hashlib.sha256(attached.content).digest()


# ---------------------------------------------------------------- writing


def serialise(head: Head, words: Words, attachments: tuple[AttachedFile, ...]) -> bytes:
    """The letter as bytes; the same letter gives the same bytes.

    Raises:
        LetterError: Something in it cannot be written as a correct mail.
    """
    bodies = plain_bodies(words.text.encode(), words.html.encode())
    around, files = _parts(head, written_headers(head), bodies, words.language, attachments)
    data = b"".join((*bodies.between(*around), *files))
    read_back(data, head)
    return data


def assemble(head: Head, bodies: Bodies, language: str, attachments: tuple[AttachedFile, ...]) -> tuple[bytes, ...]:
    """The bytes of a letter in parts of whole lines, from its text and HTML.

    The first part is everything up to the first attachment; an attachment is the same object in every letter.

    Raises:
        LetterError: Something in it cannot be written as a correct mail.
    """
    boundary = _boundary(head, language)
    if (top := cast_top(head, _first(bodies, mixed=bool(attachments)), boundary)) is not None:
        around = (top, *_between(bodies, boundary, mixed=bool(attachments)))
        with suppress(ValueError):  # the plain way says what is wrong
            return bodies.frame.filled(bodies.between(*around)), *_files(boundary, attachments)
    return _assembled(head, bodies, language, attachments)


def _assembled(head: Head, bodies: Bodies, language: str, attachments: tuple[AttachedFile, ...]) -> tuple[bytes, ...]:
    """The same in the plain way: every header is written and read back."""
    headers = written_headers(head)
    around, files = _parts(head, headers, bodies, language, attachments)
    pieces = bodies.between(*around)
    if not has_ascii_addresses(head):
        start = bodies.frame.octets % pieces
        read_back(b"".join((start, *files)), head)
        return start, *files
    try:
        known = bodies.frame.filled(pieces)
    except ValueError as error:
        read_back(b"".join((bodies.frame.octets % pieces, *files)), head)
        raise LetterError(f"a letter cannot be written: {error}; it was not sent") from error
    if not reads_back_plainly(known, head, [name for name, _ in headers]):
        read_back(b"".join((known, *files)), head)
    return known, *files


def _parts(
    head: Head,
    headers: Iterable[tuple[str, str]],
    bodies: Bodies,
    language: str,
    attachments: tuple[AttachedFile, ...],
) -> tuple[tuple[bytes, bytes, bytes], list[bytes]]:
    """What stands before, between and after text and HTML; and the attachments with what stands between them."""
    boundary, mixed = _boundary(head, language), bool(attachments)
    first = _first(bodies, mixed=mixed).replace(BOUNDARY, boundary)
    top = CRLF.join([*[f"{name}: {value}" for name, value in headers], first])
    return (top.encode(), *_between(bodies, boundary, mixed=mixed)), _files(boundary, attachments)


def _boundary(head: Head, language: str) -> str:
    # "=_" occurs neither in quoted-printable nor in base64, so no content can hold a boundary (RFC 2045 §6.7).
    return hashlib.sha256(f"{head.message_id}{language}".encode()).hexdigest()[:32]


def _first(bodies: Bodies, *, mixed: bool) -> str:
    """What stands between the other headers and the text."""
    return _around(bodies.text.encoding, bodies.html.encoding, mixed=mixed)[0]


def _between(bodies: Bodies, boundary: str, *, mixed: bool) -> tuple[bytes, bytes]:
    """What stands between text and HTML, and after them."""
    _, between, end = _around(bodies.text.encoding, bodies.html.encoding, mixed=mixed)
    return between.replace(BOUNDARY, boundary).encode("ascii"), end.replace(BOUNDARY, boundary).encode("ascii")


def _files(boundary: str, attachments: tuple[AttachedFile, ...]) -> list[bytes]:
    """The attachments, what stands between them, and the end of the letter."""
    if not attachments:
        return []
    next_file = f"{CRLF}--=_mixed_{boundary}{CRLF}".encode("ascii")
    files = [part for attached in attachments for part in (next_file, file_part(attached))][1:]
    return [*files, f"{CRLF}--=_mixed_{boundary}--{CRLF}".encode("ascii")]


@cache
def _around(text: str, html: str, *, mixed: bool) -> tuple[str, str, str]:
    """What stands before, between and after text and HTML, in these encodings."""
    first, next_part = _multipart("alternative"), f"{CRLF}--=_alternative_{BOUNDARY}"
    end = f"{next_part}--{CRLF}"
    if mixed:
        first = f"{_multipart('mixed')}{first}"
        end += f"{CRLF}--=_mixed_{BOUNDARY}{CRLF}"
    between = f"{next_part}{CRLF}{_text_head('html', html)}"
    return f"{first}{_text_head('plain', text)}", between, end


def _multipart(subtype: str) -> str:
    boundary = f"=_{subtype}_{BOUNDARY}"
    return f'Content-Type: multipart/{subtype};{CRLF} boundary="{boundary}"{CRLF}{CRLF}--{boundary}{CRLF}'


def _text_head(subtype: str, encoding: str) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}'
        f"Content-Disposition: inline{CRLF}{CRLF}"
    )


def plain_bodies(text: bytes, html: bytes) -> Bodies:
    """Text and HTML of a letter that shares nothing with others."""
    return Bodies(body_of(text), body_of(html), PLAIN_FRAME)


PLAIN_FRAME = Frame.of([None] * 5)


def body_of(text: bytes) -> Body:
    """A text in UTF-8 as a part of a mail holds it, in the shorter of the two encodings."""
    octets = text.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    if is_foreign(len(octets), foreign(octets)):
        return Body("base64", (_base64_lines(octets),))
    return Body("quoted-printable", (b2a_qp(octets, istext=True),))


def foreign(octets: bytes) -> int:
    """How many octets are not ASCII."""
    return 0 if octets.isascii() else len(octets) - len(octets.translate(None, _NOT_ASCII))


def is_foreign(size: int, not_ascii: int) -> bool:
    """Whether a text of so many octets, so many of them not ASCII, is longer in quoted-printable than in base64."""
    return not_ascii * 3 > size


def _base64_lines(octets: bytes) -> bytes:
    encoded = b64encode(octets)
    return b"\r\n".join([*(encoded[start : start + 76] for start in range(0, len(encoded), 76)), b""])


@lru_cache(maxsize=64)  # an attachment is encoded once and goes with every letter
def file_part(attached: AttachedFile) -> Lines:
    """An attachment as a part of a mail holds it."""
    if not _CONTENT_TYPE.fullmatch(attached.content_type):
        raise LetterError(f"“{attached.content_type}” is no content type; rename the attachment {attached.name}")
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", attached.name)
    disposition = f'attachment; filename="{plain}"'
    if plain != attached.name:  # RFC 2231 §4
        disposition += f";{CRLF} filename*=utf-8''{quote(attached.name, safe='')}"
    head = (
        f"Content-Type: {attached.content_type}{CRLF}Content-Transfer-Encoding: base64{CRLF}"
        f"Content-Disposition: {disposition}{CRLF}{CRLF}"
    )
    try:
        return Lines(head.encode("ascii") + _base64_lines(attached.content))
    except ValueError as error:
        message = f"the attachment {attached.name} cannot be written as a correct mail; rename it"
        raise LetterError(message) from error
