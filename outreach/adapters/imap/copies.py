"""Looks for copies of our letters in a folder over IMAP; what is searched is checked first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from outreach.adapters.imap.session import ImapSession
from outreach.model import OutreachError

IdHeader = Literal["Message-ID", "X-Microsoft-Original-Message-ID"]
HEADERS = "MESSAGE-ID X-MICROSOFT-ORIGINAL-MESSAGE-ID FROM TO SUBJECT DATE LIST-UNSUBSCRIBE"
STAMPS = "AUTHENTICATION-RESULTS RECEIVED"  # who says that a mail is genuine, and above which line it stands
HEADS_AT_ONCE = 500
SEARCH_AT_ONCE = 50_000  # imaplib gives up at answers of 1,000,000 bytes
MOST_FOUND = 20  # mails that one search is asked for; the newest
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BEGINNING = 262_144  # bytes of a mail in which a reference is looked for

# Anything else could carry commands of its own, and never reaches a SEARCH.
_MESSAGE_ID = re.compile(r"<[\x21-\x7e]{1,250}>")
_REFERENCE = re.compile(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}")
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}")


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that a folder holds: its headers, perhaps more of it, and when it came (UTC)."""

    raw: bytes
    received: datetime | None


def searchable_id(message_id: str) -> bool:
    """Whether a text can be a Message-ID that may stand in a SEARCH."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def checked_reference(reference: str) -> str:
    """A reference that may stand in a SEARCH.

    Raises:
        OutreachError: It is none.
    """
    if _REFERENCE.fullmatch(reference) is None:
        message = f"{reference!a} is no reference that could be searched for"
        raise OutreachError(message)
    return reference


def find_by_id(session: ImapSession, folder: str, header: IdHeader, message_id: str) -> tuple[Held, ...]:
    """The mails of a folder with this id in one of two headers; none for what cannot be an id."""
    if not searchable_id(message_id):
        return ()
    found = _search(session, folder, f"HEADER {header} {_quoted(message_id)}")
    return tuple(_fetch(session, found, f"BODY.PEEK[HEADER.FIELDS ({HEADERS} {STAMPS})]"))


def find_by_text(session: ImapSession, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:
    """The mails that came since a day with this reference anywhere in them, and as much of each as is looked at.

    The address they go to spares the server to look through the text of all others.
    """
    narrowed = f" TO {_quoted(to)}" if _ADDRESS.fullmatch(to) else ""
    found = _search(session, folder, f"SINCE {_day(since)}{narrowed} TEXT {_quoted(checked_reference(reference))}")
    return tuple(_fetch(session, found, f"BODY.PEEK[]<0.{BEGINNING}>"))


def list_heads(session: ImapSession, folder: str, since: date | None) -> Iterator[Held]:
    """The headers of every mail that came since a day (of all, without one), oldest first."""
    exists = session.examine(folder).exists
    uids: list[int] = []
    for low in range(1, exists + 1, SEARCH_AT_ONCE):
        place = f"{low}:{min(exists, low + SEARCH_AT_ONCE - 1)}"
        with session.talking() as client:
            uids += sorted(client.search(place if since is None else f"{place} SINCE {_day(since)}"))
    for start in range(0, len(uids), HEADS_AT_ONCE):
        yield from _fetch(session, uids[start : start + HEADS_AT_ONCE], f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]")


def _quoted(checked: str) -> str:
    """As RFC 3501 §4.3 wants it; the library leaves brackets and braces bare, which servers refuse."""
    return '"' + checked.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(day: date) -> str:
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year:04}"


def _search(session: ImapSession, folder: str, criteria: str) -> list[int]:
    session.examine(folder)
    with session.talking() as client:
        return sorted(client.search(criteria))[-MOST_FOUND:]


def _fetch(session: ImapSession, uids: Sequence[int], part: str) -> Iterator[Held]:
    if not uids:
        return
    with session.talking(len(uids) * 2_000) as client:
        answers = client.fetch(list(uids), ["INTERNALDATE", part])
    yield from (held for uid in uids if (held := _held(answers.get(uid, {}))) is not None)


def _held(answer: Mapping[bytes, Any]) -> Held | None:
    body = next((value for key, value in answer.items() if key.startswith(b"BODY[")), None)
    received = answer.get(b"INTERNALDATE")
    return None if body is None else Held(bytes(body), received.astimezone(UTC) if received is not None else None)
