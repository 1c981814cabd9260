"""Puts a copy of each accepted letter into the Sent folder, once, where the mail server does not do so itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from outreach.adapters.store.locks import only_one
from outreach.campaign.desk import Desk
from outreach.campaign.letters.wire import letter_bytes
from outreach.campaign.sending.doubt import Archive, profile_of
from outreach.model import Letter, OutreachError

AT_ONCE = 200  # letters of one go; the others follow at the next
PATIENCE = 10.0  # seconds that another process has to end


class SentFolder(Archive, Protocol):
    """A mailbox into whose Sent folder letters of our own may be put: the only thing that is ever written there."""

    def append(self, folder: str, data: bytes, when: datetime) -> None:
        """Puts a copy of a letter of our own into a folder, marked as read."""
        ...


@dataclass
class Kept:
    """What was put into the Sent folder, in numbers of letters, and what could not be."""

    put: int = 0
    there: int = 0
    problems: list[str] = field(default_factory=list)


def wanted(desk: Desk) -> bool:
    """Whether copies are ours to keep: the setting says so, and the server was seen to keep none."""
    settings = desk.settings
    if settings.campaign.mode == "rehearsal" or settings.inbox.kind != "imap" or not settings.inbox.keep_sent:
        return False
    profile = profile_of(desk)
    return profile is not None and bool(profile.message_id) and not profile.sent_folder


def keep_copies(desk: Desk, open_mailbox: Callable[[], AbstractContextManager[SentFolder]]) -> Kept:
    """Puts into the Sent folder what is not there; looked for first, so that a kill in between doubles nothing.

    Raises:
        BusyError: Another process is at it.
        OutreachError: The mailbox is out of reach; what is missing follows later.
    """
    kept = Kept()
    if not wanted(desk) or not desk.store.archive.without_copy(1):
        return kept
    with only_one(desk.store.engine, "copies", "another process is filling the Sent folder", PATIENCE):
        letters = desk.store.archive.without_copy(AT_ONCE)
        with open_mailbox() as mailbox:
            folder = mailbox.sent_folder_name()
            if folder is None:
                kept.problems.append("the mailbox has no Sent folder; name it as [inbox] sent_folder")
                return kept
            for letter in letters:
                _keep(desk, mailbox, folder, letter, kept)
    return kept


def _keep(desk: Desk, mailbox: SentFolder, folder: str, letter: Letter, kept: Kept) -> None:
    if mailbox.find_by_id(folder, "Message-ID", letter.message_id):
        kept.there += 1
    else:
        moment = letter.first_tried_at or desk.now()
        try:
            data = letter_bytes(desk, letter, moment)
        except OutreachError as error:
            kept.problems.append(f"{error}: it has no copy in {folder}")
        else:
            mailbox.append(folder, data, letter.settled_at or moment)
            kept.put += 1
    desk.store.archive.note_copy(letter.id, desk.now())
