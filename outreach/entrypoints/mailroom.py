"""Looks into the mailbox before letters leave: nobody is reminded whose answer lies there unread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from outreach.bootstrap import mailbox, mailbox_name
from outreach.campaign.answers.replies import read_new
from outreach.campaign.answers.taking_in import Collected, Source, take_in
from outreach.campaign.desk import Desk
from outreach.model import LetterKind, OutreachError, PartlyDoneError

logger = logging.getLogger(__name__)
Stop = Callable[[], bool]
MAILBOX = "mailbox"  # the switch whose value is why it cannot be read
LOOKED = "looked"  # the switch that is set at each whole look; its value stays, so that nothing is counted anew for it
EVERY_KIND = tuple(LetterKind)
NO_REMINDERS = tuple(kind for kind in LetterKind if kind is not LetterKind.REMINDER)


def never() -> bool:
    """Nobody wants a stop."""
    return False


def look_into_mailbox(desk: Desk, stop: Stop = never) -> Collected:
    """Keeps what is new; nothing in the mailbox is marked, moved or deleted."""
    with mailbox(desk) as opened:
        return take_everything(desk, opened, stop)


def take_everything(desk: Desk, opened: Source, stop: Stop = never) -> Collected:
    """The folder that answers come into, then the Sent folder."""
    inbox = desk.settings.inbox
    name = mailbox_name(desk)
    folder = inbox.folder if desk.settings.campaign.mode == "real" else "INBOX"
    collected = take_in(desk, opened, name, folder, stop=stop)
    sent = opened.sent_folder_name()
    if sent is not None and sent != folder:
        take_in(desk, opened, name, sent, by_hand=True, stop=stop)
    note_mailbox(desk, None)
    if not stop():
        desk.store.switches.turn(LOOKED, "yes", desk.now())
    return collected


def last_look(desk: Desk) -> datetime | None:
    """When the mailbox was last looked into from end to end; None: never."""
    return desk.store.switches.since(LOOKED)


def note_mailbox(desk: Desk, problem: str | None) -> None:
    """Tells whoever looks at the page why the mailbox cannot be read; None: it can."""
    if desk.store.switches.get(MAILBOX) != problem:
        desk.store.switches.turn(MAILBOX, problem, desk.now())


def reminders_wait(desk: Desk) -> bool:
    """Whether a reminder in the outbox is due."""
    due = desk.store.outbox.next_due([LetterKind.REMINDER])
    return due is not None and due <= desk.now()


def kinds_to_post(desk: Desk, stop: Stop = never) -> Collection[LetterKind]:
    """The kinds of letters that may leave now: reminders only after a look into the mailbox, a whole one.

    Where none is due there is no look; one that falls due meanwhile waits for it.
    """
    if not reminders_wait(desk):
        return NO_REMINDERS
    try:
        read_everything(desk, stop)
    except OutreachError as error:
        logger.warning("reminders wait, because the mailbox cannot be looked into: %s", error)
        return NO_REMINDERS
    if stop():
        return NO_REMINDERS
    if desk.store.inbox.unread():
        logger.warning("reminders wait, because a mail could not be read yet")
        return NO_REMINDERS
    return EVERY_KIND


def read_everything(desk: Desk, stop: Stop = never) -> int:
    """Looks into the mailbox and reads what came; says how many mails were read.

    Raises:
        PartlyDoneError: A mail could not be read yet; nobody is written to who may have answered in it.
    """
    look_into_mailbox(desk, stop)
    read = read_new(desk, stop)
    if read.problems:
        message = f"{'; '.join(read.problems)}; nobody was written to: call again, or look: outreach inbox"
        raise PartlyDoneError(message)
    return read.read
