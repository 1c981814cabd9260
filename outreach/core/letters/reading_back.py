"""Reads a written letter as a stranger's program would, and compares it with what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import HeaderParser
from email.utils import getaddresses
from functools import lru_cache
from itertools import compress

from outreach.core.letters.headers import Head, LetterError, has_ascii_addresses, one_line, written_headers
from outreach.lines import LONGEST, Lines, has_long_line

_PARSER = HeaderParser()


def read_back(data: bytes, head: Head) -> None:
    """Reads a letter as a stranger's program would, and compares it with what was meant.

    Raises:
        LetterError: It says anything else: another header, another recipient, a line that a relay may cut.
    """
    top, found, _ = data.partition(b"\r\n\r\n")
    message = _PARSER.parsestr(top.decode("utf-8", "surrogateescape") + "\r\n\r\n")
    expected = [*(name for name, _ in written_headers(head)), "Content-Type"]
    _agree(bool(found) and not message.defects, "its headers do not end")
    _agree(message.keys() == expected, f"its headers are {', '.join(message.keys())}")
    _agree(_addresses(message["To"]) == [head.to], f"it goes to {message['To']}")
    _agree(_addresses(message["From"]) == [head.from_address], f"it comes from {message['From']}")
    _agree(_addresses(message["Cc"] or "") == list(head.cc), f"its copies go to {message['Cc']}")
    _agree(message["Message-ID"] == head.message_id, "it has another Message-ID")
    _agree((message["In-Reply-To"] or "") == head.in_reply_to, "it answers another letter")
    subject = message["Subject"] or ""
    _agree(_says(subject, head.subject), f"its subject is “{subject}”")
    _agree(not _has_bare_line_end(data), "it has a bare CR or LF")
    _agree(not has_long_line(data), f"it has a line of over {LONGEST} octets")
    said = data if has_ascii_addresses(head) else data[len(top) :]
    _agree(said.isascii() and b"\x00" not in data, "it is not 7 bit")


def _agree(as_meant: object, otherwise: str) -> None:
    if not as_meant:
        raise LetterError(f"a letter reads back otherwise than it was written: {otherwise}; it was not sent")


def _addresses(value: str) -> list[str]:
    return [address for _, address in getaddresses([value.replace("\r\n", "")])] if value else []


@lru_cache(maxsize=1024)  # most letters have the subject of all
def _says(written: str, meant: str) -> bool:
    try:
        read = str(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError):
        return False
    return _spaceless(read) == _spaceless(one_line(meant))


def _spaceless(text: str) -> str:
    return "".join(text.split())


def _has_bare_line_end(data: bytes) -> bool:
    pairs = data.count(b"\r\n")
    return data.count(b"\r") != pairs or data.count(b"\n") != pairs


# ---------------------------------------------------------------- the plain case

# What a header of ours looks like where nobody can read it in two ways (RFC 5322 §3.4, §3.2.3, RFC 2047 §5).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_WORD = r"=\?utf-8\?b\?[A-Za-z0-9+/]+={0,2}\?="
_NAME = rf"(?:{_ATOM}(?: {_ATOM})*|\"(?:[ !#-\[\]-~]|\\[\"\\])*\"|{_WORD}(?: {_WORD})*)"
_MAILBOX = re.compile(rf"(?:{_NAME} )?<({_PLAIN_ADDRESS})>|({_PLAIN_ADDRESS})")


# Every header that we write, in order; a value begins on its own line: else it is allowed, and misread by some.
_NAMES = (
    *("Date", "From", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References", "Content-Language"),
    *("List-Unsubscribe", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
)
_VALUE = r"[!-~][ -~]*+(?:\r\n [ -~]++)*+"
_HEADERS = re.compile("".join(rf"(?:{name}: ({_VALUE})\r\n)?+" for name in _NAMES))


def reads_back_plainly(data: Lines, head: Head, names: Iterable[str]) -> bool:
    """Whether the headers of a letter read back as meant beyond doubt; where not, `read_back` says what is wrong.

    Much faster, for every header stands in the one form that is looked for. `names` are those of the headers, in order.
    """
    top = data[: data.find(b"\r\n\r\n") + 2]
    match = _HEADERS.fullmatch(top.decode("ascii"))
    if match is None:
        return False
    found = match.groups(default="")
    if [*compress(_NAMES, found)] != [*names, "Content-Type"]:
        return False
    sender, to, copies, subject, own_id, answered = [value.replace("\r\n ", " ") for value in found[1:7]]
    return (
        is_mailbox(to, head.to)
        and _is_mailbox(sender, head.from_address)
        and copies == ", ".join(head.cc)
        and all(map(_is_mailbox, head.cc, head.cc))
        and own_id == head.message_id
        and answered == head.in_reply_to
        and _says(subject, head.subject)
    )


def is_mailbox(written: str, address: str) -> bool:
    """Whether a header without line ends names this address, and nobody can read another one in it."""
    match = _MAILBOX.fullmatch(written)
    return match is not None and address in match.groups()


_is_mailbox = lru_cache(maxsize=1024)(is_mailbox)  # the sender's stands in every letter
