"""PLACEHOLDER by the lead, to be replaced by the reader's engineer."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes, policy
from email.utils import getaddresses, parsedate_to_datetime

from outreach.languages import Languages
from outreach.model import Mailbox, Message, Reading, ReadingKind


def open_mail(raw: bytes) -> Message:
    m = message_from_bytes(raw, policy=policy.compat32)

    def boxes(n: str) -> tuple[Mailbox, ...]:
        return tuple(Mailbox(a, b.lower()) for a, b in getaddresses([str(x) for x in m.get_all(n, [])]))

    text = ""
    for p in m.walk():
        if p.get_content_type() == "text/plain":
            text = p.get_payload(decode=True).decode("utf-8", "replace")
            break
    d = None
    try:
        d = parsedate_to_datetime(str(m["Date"]))
    except Exception:
        pass
    return Message(
        str(m.get("Message-ID", "")).strip(),
        str(m.get("Subject", "")),
        boxes("From"),
        boxes("Sender"),
        boxes("Reply-To"),
        boxes("To"),
        boxes("Cc"),
        None,
        d,
        tuple(str(m.get("In-Reply-To", "")).split()),
        tuple(str(m.get("References", "")).split()),
        tuple((k.lower(), str(v)) for k, v in m.items()),
        text,
    )


def read_mail(
    message: Message,
    languages: Languages,
    *,
    own_addresses: frozenset[str] = frozenset(),
    sent_to: frozenset[str] = frozenset(),
    deadline: date | None = None,
) -> Reading:
    return Reading(ReadingKind.UNCLEAR, False, None, message.text)
