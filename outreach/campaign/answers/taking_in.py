"""Takes in mail from a mailbox or from files: raw first, before anyone reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from outreach.adapters.imap.mailbox import Cursor, Fetched
from outreach.adapters.maildir import read_source
from outreach.campaign.desk import Desk
from outreach.core.proof import MOVED_ID, is_own_copy
from outreach.core.reading.reader import open_mail
from outreach.model import Message

MOST_RAW = 200_000  # bytes of a mail of which only the headers are opened


class Source(Protocol):
    """A mailbox that is only read."""

    def fetch_new(self, folder: str, cursor: Cursor | None) -> Iterator[Fetched]:
        """Mail that came since."""
        ...

    def sent_folder_name(self) -> str | None:
        """The folder of letters sent by hand, if there is one."""
        ...


@dataclass
class Collected:
    """What one look into the mailbox brought, in numbers of mails."""

    new: int = 0
    known: int = 0
    read: int = 0
    changed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def take_in(
    desk: Desk,
    mailbox: Source,
    name: str,
    folder: str,
    *,
    by_hand: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Collected:
    """Keeps what is new in a folder; each mail and the cursor behind it in one transaction, until `stop`."""
    collected = Collected()
    known = desk.store.inbox.cursor(name, folder)
    cursor = None if known is None else Cursor(folder, *known)
    for fetched in mailbox.fetch_new(folder, cursor):
        place = (name, folder, fetched.cursor.uidvalidity, fetched.cursor.last_uid)
        if by_hand and _is_ours(desk, fetched.raw):
            desk.store.inbox.pass_over(place)
            continue
        kept = desk.store.inbox.keep(
            fetched.raw,
            source=folder,
            received_at=fetched.received,
            now=desk.now(),
            problem=fetched.problem,
            by_hand=by_hand,
            cursor=place,
        )
        collected.new += kept is not None
        collected.known += kept is None
        if stop():
            break
    return collected


def take_in_files(desk: Desk, paths: Iterable[Path]) -> Collected:
    """Keeps mail from .eml files, mbox files and Maildirs."""
    collected = Collected()
    for path in paths:
        for found in read_source(path):
            kept = desk.store.inbox.keep(
                found.raw, source=found.name, received_at=found.received, now=desk.now(), problem=found.problem
            )
            collected.new += kept is not None
            collected.known += kept is None
    return collected


def _is_ours(desk: Desk, raw: bytes) -> bool:
    return is_own(desk, headers_only(raw))


def is_own(desk: Desk, message: Message) -> bool:
    """Whether a mail is a letter of ours, seen again in the Sent folder or as a blind copy.

    What another address wrote to us is an answer, whatever Message-ID a program gave it.
    """
    if _is_written_to_us(message, desk.own_addresses):
        return False
    ids = (message.message_id, message.header(MOVED_ID))
    return bool(desk.store.outbox.by_message_id(ids)) or is_own_copy(message, desk.own_addresses, desk.genuine)


def _is_written_to_us(message: Message, own: frozenset[str]) -> bool:
    senders, recipients = ([box.address for box in boxes] for boxes in (message.from_, message.to))
    return own.isdisjoint(senders) and not own.isdisjoint(recipients)


def headers_only(raw: bytes) -> Message:
    """A mail of which nothing but its headers is opened."""
    head = raw[:MOST_RAW].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    kept = re.sub(rb"(?im)^content-type:.*(?:\n[ \t].*)*\n?", b"", head)
    return open_mail(kept + b"\n\n")
