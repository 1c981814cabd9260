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
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from outreach.core.letters.headers import CRLF, Head, LetterError, has_ascii_addresses, written_headers
from outreach.core.letters.reading_back import read_back, reads_back_plainly
from outreach.lines import Lines

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
    """A text as a part of a mail holds it, in pieces; what letters share is the same object in each."""

    encoding: str  # quoted-printable or base64
    pieces: tuple[bytes, ...]  # 7 bit, whole lines with CRLF; those that letters share are `Lines`


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
    bodies = body_of(words.text.encode()), body_of(words.html.encode())
    first, files = _parts(head, written_headers(head), bodies, words.language, attachments)
    data = b"".join((*first, *files))
    read_back(data, head)
    return data


def assemble(
    head: Head, bodies: tuple[Body, Body], language: str, attachments: tuple[AttachedFile, ...]
) -> tuple[bytes, ...]:
    """The bytes of a letter in parts of whole lines, from its text and HTML.

    The first part is everything up to the first attachment; an attachment is the same object in every letter.

    Raises:
        LetterError: Something in it cannot be written as a correct mail.
    """
    headers = written_headers(head)
    first, files = _parts(head, headers, bodies, language, attachments)
    if not has_ascii_addresses(head):
        start = b"".join(first)
        read_back(b"".join((start, *files)), head)
        return start, *files
    try:
        known = Lines.joined(first)
    except ValueError as error:
        read_back(b"".join((*first, *files)), head)
        raise LetterError(f"a letter cannot be written: {error}; it was not sent") from error
    if not reads_back_plainly(known, head, [name for name, _ in headers]):
        read_back(b"".join((known, *files)), head)
    return known, *files


def _parts(
    head: Head,
    headers: Iterable[tuple[str, str]],
    bodies: tuple[Body, Body],
    language: str,
    attachments: tuple[AttachedFile, ...],
) -> tuple[list[bytes], list[bytes]]:
    """The pieces of headers, text and HTML; and the attachments with what stands between them."""
    boundary = hashlib.sha256(f"{head.message_id}{language}".encode()).hexdigest()[:32]
    # "=_" occurs neither in quoted-printable nor in base64, so no content can hold a boundary (RFC 2045 §6.7).
    mixed, alternative = f"=_mixed_{boundary}", f"=_alternative_{boundary}"
    top = "".join([f"{name}: {value}{CRLF}" for name, value in headers])
    if attachments:
        top += f"{_multipart('mixed', mixed)}--{mixed}{CRLF}"
    top += f"{_multipart('alternative', alternative)}--{alternative}{CRLF}{_text_head('plain', bodies[0])}"
    between = f"{CRLF}--{alternative}{CRLF}{_text_head('html', bodies[1])}"
    end = f"{CRLF}--{alternative}--{CRLF}"
    next_file, files = f"{CRLF}--{mixed}{CRLF}", []
    if attachments:
        end += next_file
        files = [part for attached in attachments for part in (next_file.encode("ascii"), file_part(attached))][1:]
        files.append(f"{CRLF}--{mixed}--{CRLF}".encode("ascii"))
    text, html = (body.pieces for body in bodies)
    return [top.encode(), *text, between.encode("ascii"), *html, end.encode("ascii")], files


def _multipart(subtype: str, boundary: str) -> str:
    return f'Content-Type: multipart/{subtype};{CRLF} boundary="{boundary}"{CRLF}{CRLF}'


def _text_head(subtype: str, body: Body) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"{CRLF}Content-Transfer-Encoding: {body.encoding}{CRLF}'
        f"Content-Disposition: inline{CRLF}{CRLF}"
    )


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
