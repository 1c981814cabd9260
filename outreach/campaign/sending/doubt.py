"""Settles letters in doubt by proof: a copy is looked for, and what is not proven waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from outreach.adapters.guarded import open_guarded
from outreach.adapters.imap.copies import Held, IdHeader
from outreach.adapters.store.letters.archive import Look
from outreach.adapters.store.locks import only_one
from outreach.campaign.desk import Desk
from outreach.campaign.letters.mailing import cast_letter
from outreach.core.counting import counted
from outreach.core.letters.reference import make_reference
from outreach.core.proof import (
    WITNESSES,
    Ask,
    Copy,
    FoundBy,
    Place,
    SendAgain,
    Wanted,
    archive_folder,
    archive_place,
    doubted_since,
    genuine_numbers,
    next_look,
    not_found,
    profile_name,
    proves,
    sent_place,
    waiting_time,
)
from outreach.core.reading.reader import open_mail
from outreach.model import (
    EntryKind,
    Letter,
    LetterState,
    LoginRefusedError,
    OutreachError,
    RelayProfile,
    TryAgainLaterError,
)

PATIENCE = 30.0  # seconds that another look has to end
DOUBT = (LetterState.IN_DOUBT,)


class Archive(Protocol):
    """A mailbox in which copies of our letters may lie; it is only read."""

    def sent_folder_name(self) -> str | None:
        """The folder of sent letters, if there is one."""
        ...

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        ...

    def find_by_id(self, folder: str, header: IdHeader, message_id: str) -> tuple[Held, ...]:
        """The mails of a folder with this id in one of two headers."""
        ...

    def find_by_text(self, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:
        """The mails to an address that came since a day with this reference anywhere in them."""
        ...

    def heads(self, folder: str, since: date | None) -> Iterator[Held]:
        """The headers of every mail that came since a day, oldest first."""
        ...


OpenArchive = Callable[[], AbstractContextManager[Archive]]


@dataclass
class Settled:
    """What one look for letters in doubt brought, in numbers of letters."""

    accepted: int = 0
    again: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """It, for a person; "" where nothing was settled."""
        told = ((self.accepted, "found: taken by the relay"), (self.again, "surely not taken: sent again"))
        return "; ".join(f"{counted(number, 'letter')} in doubt {words}" for number, words in told if number)


def settle_doubts(desk: Desk, open_archive: OpenArchive) -> Settled:
    """Looks for every letter in doubt whose time has come; one process at a time.

    Raises:
        BusyError: Another process is looking.
        OutreachError: The mailbox cannot be looked into; the letters wait.
    """
    with only_one(desk.store.engine, "doubt", "letters in doubt are being looked for; wait a moment", PATIENCE):
        due = _due(desk)
        settled = Settled()
        if not due:
            return settled
        with open_archive() as archive:
            places = find_places(desk, archive)
            for letter, look in due:
                _settle_or_set_aside(desk, archive, places, letter, look, settled)
    return settled


def _due(desk: Desk) -> list[tuple[Letter, Look | None]]:
    looks = desk.store.archive.looks()
    letters = ((letter, looks.get(letter.id)) for letter in desk.store.outbox.letters(states=DOUBT))
    now = desk.now()
    return [(letter, look) for letter, look in letters if looked_for_at(desk, letter, look) <= now]


def looked_for_at(desk: Desk, letter: Letter, look: Look | None) -> datetime:
    """When a letter in doubt is looked for next."""
    looks, last = (look.looks, look.last_at) if look else (0, None)
    return next_look(doubted_since(letter), looks, last, waiting_time(desk.settings))


# ---------------------------------------------------------------- where


def profile_of(desk: Desk) -> RelayProfile | None:
    """How the relay of the settings behaves, as far as it was learned."""
    return desk.store.archive.profile(profile_name(desk.settings))


def find_places(desk: Desk, archive: Archive) -> tuple[Place, ...]:
    """The folders in which copies are looked for, and which of them surely receive every one."""
    if desk.settings.campaign.mode == "rehearsal":
        return (Place("INBOX", complete=True),)  # what the embedded relay took lies there, before it says yes
    profile = profile_of(desk)
    sent = archive.sent_folder_name()
    blind = archive_folder(desk.settings)
    places = [sent_place(profile, sent)] if sent else []
    if blind and blind != sent:
        there = archive.has_folder(blind)
        places.append(archive_place(profile, desk.settings, blind) if there else Place(blind, False, missing=True))
    return tuple(places)


# ---------------------------------------------------------------- one letter


@dataclass(frozen=True, slots=True)
class Found:
    """A letter's copy: where it lies, how it was known, and when it came."""

    folder: str
    by: FoundBy
    at: datetime | None


def find_copy(desk: Desk, archive: Archive, folder: str, letter: Letter) -> Found | None:
    """A letter's copy in a folder: by its Message-ID, then by the moved one, then by its reference."""
    wanted = wanted_letter(desk, letter)
    if found := _proven(desk, folder, archive.find_by_id(folder, "Message-ID", letter.message_id), wanted):
        return found
    moved = archive.find_by_id(folder, "X-Microsoft-Original-Message-ID", letter.message_id)
    if found := _proven(desk, folder, moved, wanted):
        return found
    reference = make_reference(desk.key, desk.store.campaign, letter.key.invitee)
    the_day_before = (wanted.since - timedelta(days=1)).date()  # the server counts days in a zone of its own
    return _proven(desk, folder, archive.find_by_text(folder, reference, letter.to, the_day_before), wanted)


def _proven(desk: Desk, folder: str, held: Sequence[Held], wanted: Wanted) -> Found | None:
    for one in held:
        copy = as_copy(desk, one, text=True)
        if (by := proves(copy, wanted)) is not None:
            return Found(folder, by, copy.at)
    return None


def as_copy(desk: Desk, held: Held, *, text: bool = False) -> Copy:
    """A mail of the archive, opened within limits; with `text`, references that stand in its text count too."""
    message = open_guarded(held.raw, open_mail) if text else open_mail(held.raw)
    return Copy(message, held.received, genuine_numbers(message, desk.genuine, text=text))


def wanted_letter(desk: Desk, letter: Letter) -> Wanted:
    """What makes a letter known again in a copy."""
    others = [one for one in desk.store.outbox.letters(invitee=letter.key.invitee) if one.id != letter.id]
    return Wanted(
        message_id=letter.message_id,
        number=letter.key.invitee,
        sender=desk.settings.sender.address,
        to=letter.to,
        subject=_subject(desk, letter),
        since=letter.first_tried_at or letter.queued_at or letter.due_at,
        other_ids=[one.message_id for one in others],
        other_dates=[one.first_tried_at for one in others if one.first_tried_at is not None],
    )


def _subject(desk: Desk, letter: Letter) -> str | None:
    """None: the letter can no longer be made, and is known by its Message-ID alone."""
    key = letter.key
    try:
        stationery = desk.frozen(letter.edition)
        cast = cast_letter(stationery, key.kind, key.step, letter.language, letter.values, letter.to)
    except (TryAgainLaterError, LoginRefusedError):
        raise
    except OutreachError:
        return None
    return cast.subject.decode()


def _settle_or_set_aside(
    desk: Desk, archive: Archive, places: Sequence[Place], letter: Letter, look: Look | None, settled: Settled
) -> None:
    """One letter that cannot be looked for waits for a person, and the others go on, unless the mailbox is away."""
    try:
        _settle(desk, archive, places, letter, look, settled)
    except (TryAgainLaterError, LoginRefusedError):
        raise
    except OutreachError as error:
        settled.waiting += 1
        words = f"it could not be looked for ({error}); {what_to_do(letter)}"
        desk.store.archive.note_look(letter, Look(0, desk.now(), words))


def _settle(
    desk: Desk, archive: Archive, places: Sequence[Place], letter: Letter, look: Look | None, settled: Settled
) -> None:
    there = [place for place in places if not place.missing]
    found = next((one for place in there if (one := find_copy(desk, archive, place.folder, letter))), None)
    if found is not None:
        settled.accepted += accept(desk, letter, found.at, f"found in {found.folder} by {found.by.value}")
        return
    looks = (look.looks if look else 0) + 1
    trusted = [_still_true(desk, archive, place, letter) for place in places]
    verdict = not_found(letter.first_tried_at or letter.due_at, looks, trusted)
    if isinstance(verdict, SendAgain) and _subject(desk, letter) is None:
        verdict = Ask(f"{verdict.why}, but it can no longer be made as it was queued")
    if isinstance(verdict, SendAgain):
        settled.again += _send_again(desk, letter, verdict, look)
        return
    settled.waiting += 1
    asks = isinstance(verdict, Ask)
    words = f"{verdict.why}; {what_to_do(letter)}" if asks else verdict.why
    desk.store.archive.note_look(letter, Look(0 if asks else looks, desk.now(), words))


def _still_true(desk: Desk, archive: Archive, place: Place, letter: Letter) -> Place:
    """A folder without the copies of letters that were surely taken about that time does not receive every copy."""
    if not place.complete or place.since is None:
        return place
    until = desk.now() - waiting_time(desk.settings)
    moment = letter.settled_at or desk.now()
    taken = desk.store.archive.witnesses(moment, place.since, until, WITNESSES)
    if all(find_copy(desk, archive, place.folder, one) for one in taken):
        return place
    return Place(place.folder, complete=False)


def accept(
    desk: Desk, letter: Letter, at: datetime | None, words: str, expected: Sequence[LetterState] = DOUBT
) -> bool:
    """A letter whose copy was found has left, exactly as if the relay had said so; the copy tells when."""
    now = desk.now()
    left = min(now, max(at or now, letter.first_tried_at or letter.queued_at or now))
    sent = desk.entry(
        invitee=letter.key.invitee,
        kind=EntryKind.SENT,
        at=left,
        what=letter.key.kind.value,
        step=letter.key.step,
        letter=letter.id,
    )
    return desk.store.outbox.settle(
        letter.id, LetterState.ACCEPTED, now, stage="reply", reply=words, entries=[sent], expected=expected
    )


def _send_again(desk: Desk, letter: Letter, verdict: SendAgain, look: Look | None) -> bool:
    zone = ZoneInfo(desk.settings.campaign.timezone)
    moments = [*([look.last_at] if look else []), desk.now()]
    times = " and ".join(f"{moment.astimezone(zone):%d %b, %H:%M}" for moment in moments)
    now, words = desk.now(), f"{verdict.why} (looked {times}); sent again with the same Message-ID"
    return desk.store.outbox.settle(
        letter.id, LetterState.READY, now, stage="", reply=words, due_at=now, expected=DOUBT, seen=letter
    )


# ---------------------------------------------------------------- in words


def what_to_do(letter: Letter) -> str:
    """How a person settles a letter in doubt."""
    return (
        f"look into the relay's log, then: outreach outbox resolve {letter.id} accepted "
        f"(or: outreach outbox resolve {letter.id} resend)"
    )


def in_words(desk: Desk, letter: Letter, look: Look | None) -> str:
    """Why a letter is in doubt, and what comes next: by itself, or by a person."""
    zone = ZoneInfo(desk.settings.campaign.timezone)
    at = f"{looked_for_at(desk, letter, look).astimezone(zone):%d %b, %H:%M}"
    if look is None:
        return f"{letter.last_reply}; its copy is looked for at {at}"
    return f"{letter.last_reply}; {look.words}; looked for next at {at}"


def doubts(desk: Desk) -> dict[int, str]:
    """What is to be said of each letter in doubt, by its id."""
    looks = desk.store.archive.looks()
    return {one.id: in_words(desk, one, looks.get(one.id)) for one in desk.store.outbox.letters(states=DOUBT)}
