"""Writes a letter as the bytes that go over the wire, and has them read back before anybody may send them.

The headers are written here and not by the email package, which folds ids and long names so that threads break and
one recipient reads back as four. Everything is 7 bit, so no relay has to recode it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from outreach.core.letters.headers import CRLF, Head, LetterError, written_headers
from outreach.core.letters.reading_back import is_sound, read_back, reads_back_plainly

__all__ = ["AttachedFile", "Body", "Head", "LetterError", "Words", "assemble", "digest", "read_back", "serialise"]

_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
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


@dataclass(frozen=True, slots=True)
class Body:
    """A text as a part of a mail holds it."""

    encoding: str  # quoted-printable or base64
    content: bytes  # 7 bit, with CRLF
    is_checked: bool = field(default=False, compare=False)  # its lines are known to be such as any relay takes


def digest(words: Words, attachments: Iterable[AttachedFile]) -> str:
    """SHA-256 of everything a reader gets, in hexadecimal."""
    return digest_of((words.subject.encode(), words.text.encode(), words.html.encode()), words.language, attachments)


def digest_of(words: Iterable[bytes], language: str, attachments: Iterable[AttachedFile]) -> str:
    """The same of subject, text and HTML as UTF-8."""
    whole = hashlib.sha256()
    for part in (*words, language.encode()):
        _add(whole, part)
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
    bodies = body_of(words.text.encode()), body_of(words.html.encode())
    data = b"".join(_parts(head, written_headers(head), bodies, words.language, attachments))
    read_back(data, head)
    return data


def assemble(
    head: Head, bodies: tuple[Body, Body], language: str, attachments: tuple[AttachedFile, ...]
) -> tuple[bytes, ...]:
    """The bytes of a letter in parts, from its text and HTML; an attachment is the same object in every letter.

    Only the first part may hold a line that begins with a dot.

    Raises:
        LetterError: Something in it cannot be written as a correct mail.
    """
    headers = written_headers(head)
    parts = _parts(head, headers, bodies, language, attachments)
    whole, known = parts[0], all(body.is_checked for body in bodies)
    new = whole[: whole.index(b"\r\n\r\n") + 4] if known else whole
    if not reads_back_plainly(new, head, [name for name, _ in headers]):
        read_back(b"".join(parts), head)
    return parts


def _parts(
    head: Head,
    headers: Iterable[tuple[str, str]],
    bodies: tuple[Body, Body],
    language: str,
    attachments: tuple[AttachedFile, ...],
) -> tuple[bytes, ...]:
    boundary = hashlib.sha256(f"{head.message_id}{language}".encode()).hexdigest()[:32]
    # "=_" occurs neither in quoted-printable nor in base64, so no content can hold a boundary (RFC 2045 §6.7).
    mixed, alternative = f"=_mixed_{boundary}", f"=_alternative_{boundary}"
    lines = [f"{name}: {value}" for name, value in headers]
    for subtype, name in (*([("mixed", mixed)] if attachments else ()), ("alternative", alternative)):
        lines += [f'Content-Type: multipart/{subtype};{CRLF} boundary="{name}"', "", f"--{name}"]
    top, next_part = CRLF.join([*lines, ""]).encode("ascii"), f"\r\n--{alternative}".encode()
    texts = (
        top,
        *_text_part("plain", bodies[0]),
        next_part,
        b"\r\n",
        *_text_part("html", bodies[1]),
        next_part,
        b"--\r\n",
    )
    if not attachments:
        return (b"".join(texts),)
    next_file = f"\r\n--{mixed}\r\n".encode()
    files = [part for attached in attachments for part in (next_file, file_part(attached))][1:]
    return (b"".join((*texts, next_file)), *files, f"\r\n--{mixed}--\r\n".encode())


def _text_part(subtype: str, body: Body) -> tuple[bytes, bytes]:
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"{CRLF}Content-Transfer-Encoding: {body.encoding}{CRLF}'
        f"Content-Disposition: inline{CRLF}{CRLF}"
    )
    return head.encode("ascii"), body.content


def body_of(text: bytes) -> Body:
    """A text in UTF-8 as a part of a mail holds it, in the shorter of the two encodings."""
    octets = text.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    if is_foreign(len(octets), foreign(octets)):
        return Body("base64", _base64_lines(octets))
    return Body("quoted-printable", b2a_qp(octets, istext=True))


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
def file_part(attached: AttachedFile) -> bytes:
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
    part = head.encode("ascii") + _base64_lines(attached.content)
    if not is_sound(part):
        raise LetterError(f"the attachment {attached.name} cannot be written as a correct mail; rename it")
    return part
