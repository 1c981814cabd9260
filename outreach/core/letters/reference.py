"""The reference of an invitee: it stands in every letter, and proves that an answer belongs to its thread."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from outreach.model import LetterKind

NUMBER_BYTES = 5
MAC_BYTES = 10  # 80 bits: nobody guesses one
LENGTH = (NUMBER_BYTES + MAC_BYTES) * 8 // 5
MOST = 20  # references looked at in one mail

# Six groups of four, as printed; between them a dash, or a line end with quote marks where a mail program wrapped.
_GROUPED = re.compile(
    r"(?<![A-Z2-7])(?:[A-Z2-7018]{4}[-\u2010\u2011\u2013](?:\r?\n[> ]{0,8})?){5}[A-Z2-7018]{4}(?![A-Z0-9])",
    re.IGNORECASE,
)
_LETTER = re.compile(rf"<({'|'.join(LetterKind)})\.(\d{{1,9}})-(\d{{1,9}})-(\d{{1,9}})\.([a-z2-7]{{{LENGTH}}})@[^@>]+>")
_PLAIN = re.compile(r"(?<![A-Z0-9])[A-Z2-7]{24}(?![A-Z0-9])", re.IGNORECASE)
_MISREAD = str.maketrans("018", "OIB")


def make_reference(key: bytes, campaign: str, number: int) -> str:
    """The reference of an invitee's number, such as AAAA-AAB2-XXXX-XXXX-XXXX-XXXX."""
    plain = number.to_bytes(NUMBER_BYTES, "big")
    text = base64.b32encode(plain + _mac(key, campaign, plain)).decode("ascii")
    return "-".join(text[start : start + 4] for start in range(0, LENGTH, 4))


def _mac(key: bytes, campaign: str, number: bytes) -> bytes:
    content = b"outreach reference 1\0" + campaign.encode() + b"\0" + number
    return hmac.new(key, content, hashlib.sha256).digest()[:MAC_BYTES]


def check_reference(key: bytes, campaign: str, text: str) -> int | None:
    """The invitee's number if the reference is genuine; None if it is not. Nothing is looked up before this."""
    letters = re.sub(r"[^A-Z2-7]", "", text.upper().translate(_MISREAD))
    if len(letters) != LENGTH:
        return None
    data = base64.b32decode(letters)
    number, mac = data[:NUMBER_BYTES], data[NUMBER_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, campaign, number)):
        return None
    return int.from_bytes(number, "big")


def find_references(text: str) -> tuple[str, ...]:
    """Everything in a text that has the form of a reference, genuine or not, at most 20."""
    found = [match.group() for match in _GROUPED.finditer(text)]
    found += [match.group() for match in _PLAIN.finditer(text)]
    return tuple(dict.fromkeys(_tidy(one) for one in found))[:MOST]


def _tidy(found: str) -> str:
    letters = re.sub(r"[^A-Z0-9]", "", found.upper()).translate(_MISREAD)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def message_id(reference: str, kind: LetterKind, wave: int, step: int, round: int, domain: str) -> str:  # noqa: A002
    """The Message-ID of a letter: the same on every attempt, and no other letter's."""
    return f"<{kind.value}.{wave}-{step}-{round}.{reference.replace('-', '').lower()}@{domain.lower()}>"


@dataclass(frozen=True, slots=True)
class LetterName:
    """Which letter a Message-ID of ours names."""

    kind: LetterKind
    wave: int
    step: int
    round: int
    reference: str
    message_id: str


def read_message_id(text: str) -> LetterName | None:
    """Which letter a Message-ID names; None if it has not our form. Its reference is still to be checked."""
    found = _LETTER.fullmatch(text)
    if found is None:
        return None
    kind, wave, step, round_, reference = found.groups()
    return LetterName(LetterKind(kind), int(wave), int(step), int(round_), reference.upper(), text)
