"""One failed delivery as a notice tells it, and how addresses and codes are written there."""

from __future__ import annotations

import re
from dataclasses import dataclass

# RFC 5321 §4.1.2 without comments and literals; an apostrophe may stand within a name, not before it.
ADDRESS = re.compile(
    r"""(?:"[^"\s@]{1,64}"|[A-Za-z0-9_#+&*~][A-Za-z0-9.!#$%&*+/=?^_`{|}~'-]{0,63})"""
    r"@[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}\.[A-Za-z0-9]){1,8}[A-Za-z0-9-]{1,62}"
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")  # RFC 3463 §2; never a part of an IP address
REPLY = re.compile(r"(?<![\d.:+-])([45][0-5]\d)(?=[ -](?![\d.]{7})|$)", re.MULTILINE)  # RFC 5321 §4.2.1
MOST = 50  # recipients of one notice that are named


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of one recipient; the address that was written to stands before those it was forwarded to."""

    addresses: tuple[str, ...]
    said: str = ""  # a server's words
    status: str | None = None
    delayed: bool = False


def status_in(said: str) -> str | None:
    """The code that says most: the first one with a detail, else the first."""
    codes = STATUS.findall(said[:6000])
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else None)


def named(*found: str) -> tuple[str, ...]:
    """Addresses in lower case, each once."""
    return tuple(dict.fromkeys(address.lower().strip(".") for address in found))[:MOST]
