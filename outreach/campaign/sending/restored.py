"""Refuses to send from a database that is older than the last letters, until it was compared with the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from outreach.adapters.store.letters.senders import IN_HAND
from outreach.campaign.desk import Desk
from outreach.campaign.letters.mailing import new_letter
from outreach.campaign.sending.doubt import (
    Archive,
    OpenArchive,
    accept,
    as_copy,
    find_places,
    profile_of,
    wanted_letter,
)
from outreach.core.letters.reference import LetterName, read_message_id
from outreach.core.letters.stationery import Stationery
from outreach.core.proof import MOVED_ID, Copy, is_from, proves
from outreach.model import EntryKind, Letter, LetterState, OutreachError

BEFORE = timedelta(days=2)  # servers count days in zones of their own
SOME = 500
AT_REST = (LetterState.READY, LetterState.DEFERRED, LetterState.IN_DOUBT, LetterState.WITHHELD)
REFUSAL = (
    "this database is older than the last letters that left (was a backup restored, or the file moved?) and would "
    "send some of them again; nothing is sent until it was compared with the archive: outreach check"
)
BY_HAND = "look through the relay's log for letters that this database does not know, then: outreach resume --restored"


def refuse_if_restored(desk: Desk) -> None:
    """Stops whoever wants to send from a database that does not know the last letters. A rehearsal is exempt.

    Raises:
        OutreachError: It is older than they are.
    """
    if desk.settings.campaign.mode == "real" and desk.store.passes.restored():
        raise OutreachError(REFUSAL)


def count_pass(desk: Desk) -> None:
    """Said before letters leave: from here on, an older copy of the database is old.

    What a test letter showed of the blind copy holds no longer once letters leave with another one, or none.
    """
    if desk.settings.campaign.mode != "real":
        return
    desk.store.passes.count_on(desk.now())
    profile = profile_of(desk)
    if profile is not None and profile.archive_folder and profile.blind_copy != desk.settings.sending.blind_copy:
        desk.store.archive.learn(replace(profile, archive_folder="", blind_copy=""))


# ---------------------------------------------------------------- comparing


@dataclass
class Compared:
    """What the archive holds that the database did not know."""

    folders: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # folders that the settings name and the mailbox has not
    unsent: tuple[LetterState, ...] = AT_REST  # what a copy shows as sent
    complete: bool = False  # one of the folders receives the copy of every letter
    copies: int = 0  # of our letters, since the database's last event
    sent: list[str] = field(default_factory=list)  # letters that count as sent from now on, in words
    unclear: list[str] = field(default_factory=list)  # copies of which nobody can tell what they are

    @property
    def is_proof(self) -> bool:
        """Whether the database knows now of every letter that left."""
        return self.complete and not self.unclear


def compare(desk: Desk, open_archive: OpenArchive) -> Compared:
    """Marks as sent what the archive holds, and says so; afterwards a restored database may send again.

    Raises:
        OutreachError: The mailbox cannot be looked into.
    """
    with open_archive() as archive:
        places = find_places(desk, archive)
        there = tuple(place.folder for place in places if not place.missing)
        missing = tuple(place.folder for place in places if place.missing)
        compared = Compared(there, missing, _unsent(desk), any(place.complete for place in places))
        stationery = desk.load_stationery()
        for folder in compared.folders:
            for some in _in_hundreds(_our_copies(desk, archive, folder)):
                _compare_some(desk, stationery, some, compared)
    if compared.is_proof and desk.store.passes.restored():
        desk.store.passes.count_on(desk.now())
    return compared


def _unsent(desk: Desk) -> tuple[LetterState, ...]:
    """A backup that was made while letters left has some in hand: of a sender that is no more, they may have left."""
    sending = desk.store.senders.living() and not desk.store.passes.restored()
    return AT_REST if sending else AT_REST + IN_HAND


def _in_hundreds(copies: Iterable[Copy]) -> Iterator[list[Copy]]:
    some: list[Copy] = []
    for copy in copies:
        some.append(copy)
        if len(some) >= SOME:
            yield some
            some = []
    yield some


def _our_copies(desk: Desk, archive: Archive, folder: str) -> Iterator[Copy]:
    last = desk.store.archive.last_event()
    since = None if last is None else (last - BEFORE).date()
    for held in archive.heads(folder, since):
        copy = as_copy(desk, held)
        if any(copy.numbers) and is_from(copy.message, desk.settings.sender.address) and not _is_test(copy):
            yield copy


def _is_test(copy: Copy) -> bool:
    return any(one.startswith("<test.") for one in _ids(copy))


def _ids(copy: Copy) -> tuple[str, ...]:
    return tuple(one for one in (copy.message.header(MOVED_ID), copy.message.message_id) if one)


def _compare_some(desk: Desk, stationery: Stationery, copies: list[Copy], compared: Compared) -> None:
    compared.copies += len(copies)
    desk.store.register.never_again(max((number for copy in copies for number in copy.numbers), default=0))
    states = desk.store.archive.states(one for copy in copies for one in _ids(copy))
    for copy in copies:
        known = next((one for one in _ids(copy) if one in states), None)
        if known is not None and states[known] not in compared.unsent:
            continue
        if known is None and _by_reference(desk, copy, compared.unsent):
            continue
        words = _take_up(desk, stationery, copy, compared.unsent)
        if words is None:
            compared.unclear.append(_told(copy))
        elif words:
            compared.sent.append(words)


def _by_reference(desk: Desk, copy: Copy, unsent: Sequence[LetterState]) -> bool:
    """Whether a copy whose Message-ID was replaced is one of a letter that is known as sent."""
    return any(
        letter.state not in unsent and proves(copy, wanted_letter(desk, letter)) for letter in _letters_of(desk, copy)
    )


def _letters_of(desk: Desk, copy: Copy) -> list[Letter]:
    return [letter for number in copy.numbers for letter in desk.store.outbox.letters(invitee=number)]


def _take_up(desk: Desk, stationery: Stationery, copy: Copy, unsent: Sequence[LetterState]) -> str | None:
    """Writes down that a letter has left; gives it in words, "" where that was known, None where it cannot be told."""
    named = next((name for one in _ids(copy) if (name := read_message_id(one)) is not None), None)
    for letter in _letters_of(desk, copy):
        if proves(copy, wanted_letter(desk, letter)) or (named is not None and _is_named(desk, letter, named)):
            done = accept(desk, letter, copy.at, "found in the archive: it has left", unsent)
            return f"{letter.key.kind.value} to {letter.to}" if done else ""
    return None if named is None else _record_lost(desk, stationery, copy, named)


def _is_named(desk: Desk, letter: Letter, named: LetterName) -> bool:
    key = letter.key
    same = (key.kind, key.wave, key.step, key.round) == (named.kind, named.wave, named.step, named.round)
    return same and desk.genuine(named.reference) == key.invitee


def _record_lost(desk: Desk, stationery: Stationery, copy: Copy, named: LetterName) -> str | None:
    number = desk.genuine(named.reference)
    invitee = desk.store.register.some([number]).get(number) if number else None
    if number is None or invitee is None or named.wave != desk.store.wave or not copy.message.to:
        return None
    now, at = desk.now(), copy.at or desk.now()
    edition = desk.store.outbox.freeze(stationery.files, now)
    try:
        made = new_letter(desk, stationery, edition, invitee, named.kind, now, step=named.step, round_=named.round)
    except OutreachError:
        return None
    letter = replace(made, to=copy.message.to[0].address, message_id=named.message_id)
    sent = desk.entry(invitee=number, kind=EntryKind.SENT, at=min(at, now), what=named.kind.value, step=named.step)
    desk.store.archive.record_lost(letter, sent, "found in the archive: it has left", now)
    return f"{named.kind.value} to {letter.to}"


def _told(copy: Copy) -> str:
    to = ", ".join(box.address for box in copy.message.to)
    at = f"{copy.at:%d %b %Y}" if copy.at is not None else "at an unknown time"
    return f"“{copy.message.subject}” to {to}, {at}"
