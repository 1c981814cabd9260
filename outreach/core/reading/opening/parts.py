"""Splits a mail into its parts in one pass over its bytes, within limits and whatever is broken in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import Message
from functools import lru_cache

from outreach.core.reading.opening.decoding import (
    WESTERN,
    charset_named,
    decoded_size,
    decoded_text,
    without_transfer_encoding,
)

CR = 0x0D
MOST_HEADER_BYTES = 256 * 1024
MOST_FIELDS = 1000  # of one part
MOST_VALUE = 4000  # bytes of one field
MOST_NESTED = 20
MOST_PARTS = 200
MOST_LOOKALIKES = 20_000  # lines that begin like a delimiter and are none
FORWARDED = ("message/rfc822", "message/global", "message/news", "message/partial")
_FIRST_FIELD = re.compile(rb"[!-9;-~]*:")
# The fields of a header, and what is none. A blank before the colon is obsolete (RFC 5322 §4.5) and not believed of a
# first line, which may be a text.
_FIELDS = re.compile(r"([!-9;-~]*)[ \t]*:(.*(?:\n[ \t].*)*)(?:\n|\Z)|((?s:.+))")
_FOLD = re.compile(r"\n[ \t]")
# A value and its parameters (RFC 2045 §5.1), written as nearly all programs do.
_VALUE = re.compile(r"\s*([\w.+/-]*)\s*", re.ASCII)
_PARAMETER = re.compile(r";\s*([\w-]+)=(?:\"([^\"\\<]*)\"|([^\s;<>\"'\\]+))\s*", re.ASCII)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)

TOO_MANY_PARTS = "it has too many parts; only the first were read"
TOO_DEEP = "its parts are nested too deeply; only the outer ones were read"
TOO_MANY_FIELDS = "it has more than 1,000 headers, or more than 256 kB of them; only the first were read"


Field = tuple[str, str]  # its name as it is written, and its value in one line


class Part:
    """One part of a mail: its header, and either its body, still in its transfer encoding, or parts of its own."""

    __slots__ = (
        *("attached", "body", "boundary", "charset", "content_type"),
        *("encoding", "fields", "kind", "name", "parts"),
    )

    def __init__(self, fields: Sequence[Field], kind: str) -> None:
        self.fields = fields
        first = {name.lower(): value for name, value in reversed(fields)}
        self.content_type, disposition = first.get("content-type", kind), first.get("content-disposition", "")
        told, place = _plainly(self.content_type), _plainly(disposition)
        if told is not None and place is not None and told[0].count("/") == 1:
            self.kind = told[0]
            self.charset = told[1].get("charset", "").lower()
            self.boundary = told[1].get("boundary", "").rstrip()
            self.name = place[1].get("filename", told[1].get("name", "")).strip()
        else:
            self._ask_the_library(kind, disposition)
        self.encoding = first.get("content-transfer-encoding", "")
        self.attached = disposition.strip().lower().startswith("attachment")
        self.body = b""
        self.parts: list[Part] = []

    def _ask_the_library(self, kind: str, disposition: str) -> None:
        """It reads whatever is written in a rarer way."""
        content, head = self.content_type.lower(), Message()
        head.set_default_type(kind)
        for name, value in self.fields:
            head.set_raw(name, value)
        self.kind = head.get_content_type()
        self.charset = _asked(head.get_content_charset) if "charset" in content else ""
        self.boundary = _asked(head.get_boundary).rstrip() if "boundary" in content else ""
        self.name = _asked(head.get_filename) if "name" in f"{content} {disposition.lower()}" else ""

    @property
    def size(self) -> int:
        """Bytes, without the transfer encoding."""
        if self.parts:
            return sum(part.size for part in self.parts)
        return decoded_size(self.body, self.encoding)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def split(raw: bytes) -> tuple[Part, str, str]:
    """A mail as a tree of parts, the charset that it names first, and why not all of it was read ("" = it was)."""
    lines = raw.replace(b"\r\n", b"\n")
    if CR in lines:
        lines = raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = len(lines) - len(lines.lstrip(b" \t\n"))
    if lines.startswith(b"From ", start) or (start and not _FIRST_FIELD.match(lines, start)):
        start = _line_end(lines, start, len(lines))  # behind the envelope of an mbox, or the end of a lost field
    charset = _declared_charset(lines)
    splitter = _Splitter(charset)
    root = splitter.part(lines, start if _FIRST_FIELD.match(lines, start) else 0, len(lines), 0)
    return root, charset, splitter.problem


def _declared_charset(raw: bytes) -> str:
    """The first charset that a mail names; "" if none."""
    head = raw[:20_000]
    small = head.find(b"charset")
    large = head[: small if small >= 0 else None].lower().find(b"charset")
    at = large if large >= 0 else small
    found = _CHARSET.search(head, at) if at >= 0 else None
    return found[1].decode("ascii").lower() if found else ""


class _Splitter:
    """What is left of the limits while one mail is split."""

    def __init__(self, charset: str) -> None:
        # Of the 8-bit bytes in headers that are no UTF-8 (RFC 6532): that of the text, else Western.
        self.charset = WESTERN if charset_named(charset) in ("", "utf-8") else charset
        self.parts = 0
        self.lookalikes = 0
        self.problem = ""

    def part(self, raw: bytes, start: int, end: int, depth: int, kind: str = "text/plain") -> Part:
        """The part between two places; `kind` is its type where it names none."""
        self.parts += 1
        fields, body = self._head(raw, start, end)
        part = Part(fields, kind)
        part.parts = list(self._inner(part, raw, body, end, depth))
        if not part.parts:
            part.body = raw[body:end]
        return part

    def _inner(self, part: Part, raw: bytes, start: int, end: int, depth: int) -> Iterator[Part]:
        kind = part.kind
        boundary = part.boundary.encode("utf-8", "replace") if kind.startswith("multipart/") else b""
        if not boundary and kind not in FORWARDED:
            return
        if depth >= MOST_NESTED:
            self.problem = self.problem or TOO_DEEP
            return
        if not boundary:
            yield self._forwarded(part, raw, start, end, depth)
            return
        default = FORWARDED[0] if kind == "multipart/digest" else "text/plain"  # RFC 2046 §5.1.5
        for first, last in self._between(raw, boundary, start, end):
            if self.parts >= MOST_PARTS:
                self.problem = self.problem or TOO_MANY_PARTS
                return
            yield self.part(raw, first, last, depth + 1, default)

    def _forwarded(self, part: Part, raw: bytes, start: int, end: int, depth: int) -> Part:
        """The mail in a part; some servers encode it, which RFC 2046 §5.2.1 forbids."""
        if part.encoding.lower() in ("base64", "quoted-printable"):
            raw = without_transfer_encoding(raw[start:end], part.encoding).replace(b"\r\n", b"\n")
            start, end = 0, len(raw)
        while raw.startswith(b"\n", start, end):
            start += 1
        return self.part(raw, start, end, depth + 1)

    def _between(self, raw: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the parts of a multipart begin and end; a delimiter takes the line end before it (RFC 2046 §5.1.1)."""
        begun = -1
        for at, after, closes in self._delimiters(raw, b"--" + boundary, start, end):
            if begun >= 0:
                yield begun, max(begun, at - 1)
            begun = -1 if closes else after
        if begun >= 0:
            yield begun, end

    def _delimiters(self, raw: bytes, sought: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        at = start if raw.startswith(sought, start) else _next(raw, sought, start, end)
        while at >= 0:
            rest = at + len(sought)
            after = _line_end(raw, rest, end)
            tail = raw[rest : min(after, rest + 80)].strip()
            if tail in (b"", b"--"):
                yield at, after, tail == b"--"
            else:
                self.lookalikes += 1
                if self.lookalikes > MOST_LOOKALIKES:
                    self.problem = self.problem or TOO_MANY_PARTS
                    return
            at = _next(raw, sought, rest, end)

    def _head(self, raw: bytes, start: int, end: int) -> tuple[Sequence[Field], int]:
        """The fields of a header and where the body begins; the first line that is no field ends it."""
        most = min(end, start + MOST_HEADER_BYTES)
        blank = raw.find(b"\n\n", start, most)
        last = blank + 1 if blank >= 0 else most
        headed = _FIRST_FIELD.match(raw, start, most) is not None
        found = _FIELDS.findall(raw[start:last].decode("latin-1")) if headed else []
        rest = found.pop()[2] if found and found[-1][2] else ""
        at = last - len(rest) if headed else start
        fields = [(name[:200], self._value(name, value)) for name, value, _ in found[:MOST_FIELDS] if name]
        if raw.startswith(b"\n", at, end) and len(found) <= MOST_FIELDS:
            return fields, at + 1
        if at < end and (at >= most or len(found) >= MOST_FIELDS):
            self.problem = self.problem or TOO_MANY_FIELDS
            blank = raw.find(b"\n\n", at - 1, end)
            return fields, blank + 2 if blank >= 0 else end
        return fields, at

    def _value(self, name: str, value: str) -> str:
        """A value within limits; of many references the last too, which name the nearest mails (RFC 5322 §3.6.4)."""
        if len(value) > MOST_VALUE:
            half = MOST_VALUE // 2
            ends = name.lower() == "references"
            value = f"{value[:half]} {value[-half:]}" if ends else value[:MOST_VALUE]
        text = value.replace("\0", "") if value.isascii() else decoded_text(value.encode("latin-1"), "", self.charset)
        return (_FOLD.sub(" ", text) if "\n" in text else text).strip("\n \t")


@lru_cache(maxsize=1 << 8)  # programs write the same few
def _plainly(value: str) -> tuple[str, Mapping[str, str]] | None:
    """A value in lower case and its parameters; None where they are written in a rarer way."""
    if not value.isascii():
        return None
    found, parameters = _VALUE.match(value), dict[str, str]()
    at = found.end() if found else 0
    while (one := _PARAMETER.match(value, at)) is not None:
        parameters.setdefault(one[1].lower(), one[3] if one[2] is None else one[2])
        at = one.end()
    return (found[1].lower(), parameters) if found and value[at:] in ("", ";") else None


def _asked(about: Callable[[], object]) -> str:
    """A parameter; "" where it is absent or makes no sense (RFC 2231)."""
    try:
        return str(about() or "")
    except Exception:  # noqa: BLE001  the library raises this and that
        return ""


def _next(raw: bytes, sought: bytes, start: int, end: int) -> int:
    found = raw.find(b"\n" + sought, start, end)
    return found + 1 if found >= 0 else -1


def _line_end(raw: bytes, start: int, end: int) -> int:
    """Where the next line begins."""
    found = raw.find(b"\n", start, end)
    return found + 1 if found >= 0 else end
