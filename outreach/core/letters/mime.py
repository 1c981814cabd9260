"""Writes a letter as the bytes that go over the wire, then reads them back before anybody may send them.

The headers are written here and not by the email package, which folds ids and long names so that threads break and
one recipient reads back as four. Everything is 7 bit, so no relay has to recode it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from functools import lru_cache
from urllib.parse import quote

from outreach.core.letters.headers import CRLF, MAX_LINE, Head, LetterError, one_line, written_headers

__all__ = ["AttachedFile", "Head", "LetterError", "Words", "digest", "read_back", "serialise"]

_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


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


def digest(words: Words, attachments: Iterable[AttachedFile]) -> str:
    """SHA-256 of everything a reader gets, in hexadecimal."""
    whole = hashlib.sha256()
    for part in (words.subject, words.text, words.html, words.language):
        _add(whole, part.encode())
    for attached in attachments:
        _add(whole, attached.name.encode())
        _add(whole, attached.content_type.encode())
        _add(whole, _content_digest(attached))
    return whole.hexdigest()


def _add(whole: hashlib._Hash, part: bytes) -> None:
    whole.update(len(part).to_bytes(8, "big"))  # so that no two letters look the same when strung together
    whole.update(part)


@lru_cache(maxsize=64)
def _content_digest(attached: AttachedFile) -> bytes:
    return hashlib.sha256(attached.content).digest()


# ---------------------------------------------------------------- writing


def serialise(head: Head, words: Words, attachments: tuple[AttachedFile, ...]) -> bytes:
    """The letter as bytes; the same letter gives the same bytes.

    Raises:
        LetterError: Something in it cannot be written as a correct mail.
    """
    boundary = hashlib.sha256(f"{head.message_id}{words.language}".encode()).hexdigest()[:32]
    content_type, body = _alternative(words, boundary)
    if attachments:
        files = tuple(_file_part(attached) for attached in attachments)
        body = _multipart(f"=_mixed_{boundary}", (_part(content_type, body), *files))
        content_type = f'multipart/mixed;{CRLF} boundary="=_mixed_{boundary}"'
    lines = [*(f"{name}: {value}" for name, value in written_headers(head)), f"Content-Type: {content_type}", "", ""]
    data = CRLF.join(lines).encode("ascii") + body
    read_back(data, head)
    return data


def _alternative(words: Words, boundary: str) -> tuple[str, bytes]:
    # "=_" occurs neither in quoted-printable nor in base64, so no content can hold a boundary (RFC 2045 §6.7).
    parts = (_text_part("plain", words.text), _text_part("html", words.html))
    name = f"=_alternative_{boundary}"
    return f'multipart/alternative;{CRLF} boundary="{name}"', _multipart(name, parts)


def _multipart(boundary: str, parts: Iterable[bytes]) -> bytes:
    mark = f"--{boundary}".encode()
    return b"".join(b"%s\r\n%s\r\n" % (mark, part) for part in parts) + mark + b"--\r\n"


def _part(content_type: str, body: bytes) -> bytes:
    return f"Content-Type: {content_type}{CRLF}{CRLF}".encode("ascii") + body


def _text_part(subtype: str, text: str) -> bytes:
    octets = "\r\n".join([*text.rstrip("\n").split("\n"), ""]).encode()
    foreign = len(octets) - len(octets.translate(None, _NOT_ASCII))
    if foreign * 3 > len(octets):  # quoted-printable would be the longer one
        encoding, body = "base64", _base64_lines(octets)
    else:
        encoding, body = "quoted-printable", b2a_qp(octets, istext=True)
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}'
        f"Content-Disposition: inline{CRLF}{CRLF}"
    )
    return head.encode("ascii") + body


_NOT_ASCII = bytes(range(0x80, 0x100))


def _base64_lines(octets: bytes) -> bytes:
    encoded = b64encode(octets)
    return b"\r\n".join([*(encoded[start : start + 76] for start in range(0, len(encoded), 76)), b""])


@lru_cache(maxsize=64)  # an attachment is encoded once and goes with every letter
def _file_part(attached: AttachedFile) -> bytes:
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
    return head.encode("ascii") + _base64_lines(attached.content)


# ---------------------------------------------------------------- reading back

_PARSER = BytesHeaderParser()


def read_back(data: bytes, head: Head) -> None:
    """Reads a letter as a stranger's program would, and compares it with what was meant.

    Raises:
        LetterError: It says anything else: another header, another recipient, a line that a relay may cut.
    """
    top, found, _ = data.partition(b"\r\n\r\n")
    message = _PARSER.parsebytes(top + b"\r\n\r\n")
    expected = [*(name for name, _ in written_headers(head)), "Content-Type"]
    _agree(bool(found) and not message.defects, "its headers do not end")
    _agree(message.keys() == expected, f"its headers are {', '.join(message.keys())}")
    _agree(_addresses(message["To"]) == [head.to], f"it goes to {message['To']}")
    _agree(_addresses(message["From"]) == [head.from_address], f"it comes from {message['From']}")
    _agree(_addresses(message["Cc"] or "") == list(head.cc), f"its copies go to {message['Cc']}")
    _agree(message["Message-ID"] == head.message_id, "it has another Message-ID")
    _agree((message["In-Reply-To"] or "") == head.in_reply_to, "it answers another letter")
    subject = str(make_header(decode_header(message["Subject"] or "")))
    _agree(_spaceless(subject) == _spaceless(one_line(head.subject)), f"its subject is “{subject}”")
    _agree(not _has_bare_line_end(data), "it has a bare CR or LF")
    _agree(not _has_long_line(data), f"it has a line of over {MAX_LINE} octets")
    _agree(data.isascii() and b"\x00" not in data, "it is not 7 bit")


def _agree(as_meant: object, otherwise: str) -> None:
    if not as_meant:
        raise LetterError(f"a letter reads back otherwise than it was written: {otherwise}; it was not sent")


def _addresses(value: str) -> list[str]:
    return [address for _, address in getaddresses([value.replace("\r\n", "")])] if value else []


def _spaceless(text: str) -> str:
    return "".join(text.split())


def _has_bare_line_end(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\r") != pairs or data.count(b"\n") != pairs


def _has_long_line(data: bytes) -> bool:
    """Whether a line is longer than a relay must take; leaps from line end to line end, for attachments are long."""
    start = 0
    while len(data) - start > MAX_LINE:
        end = data.rfind(b"\n", start, start + MAX_LINE + 2)
        if end < 0:
            return True
        start = end + 1
    return False
