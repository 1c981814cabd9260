"""What the store keeps to prove that letters left, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.adapters.store.letters.archive import Look
from outreach.adapters.store.letters.departures import Outcome
from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.adapters.store.store import Store
from outreach.core.pacing import Limits
from outreach.model import (
    Contact,
    Entry,
    EntryKind,
    Invitee,
    InviteeKind,
    Leave,
    LetterKey,
    LetterKind,
    LetterState,
    RelayProfile,
)

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def town(name: str) -> Invitee:
    return Invitee(name.lower(), name, "ES", InviteeKind.CITY, (Contact(f"mayor@{name.lower()}.example"),))


def enrol(store: Store, *names: str) -> list[int]:
    """Enrols towns; gives their numbers."""
    store.register.enrol([town(name) for name in names], lambda _invitee: (), NOW, "machine", listed_in="contacts.csv")
    return [number for name in names if (number := store.register.by_id(name.lower()).number)]  # type: ignore[union-attr]


def new(store: Store, number: int, kind: LetterKind = LetterKind.INVITATION, step: int = 0) -> NewLetter:
    edition = store.outbox.freeze({"invitation.en.md": b"Dear {{ name }}"}, NOW)
    key = LetterKey("trial", 1, number, kind, step)
    address = f"mayor{number}@town.example"
    return NewLetter(key, address, (), "en", edition, {}, "digest", f"<{kind}.{step}.{number}@uclg.org>", NOW)


def hand_over(store: Store, number: int, at: datetime, state: LetterState) -> None:
    """Queues a letter; at a moment it was tried, with this end."""
    store.outbox.queue([new(store, number)], NOW)
    (letter,) = store.outbox.letters(invitee=number)
    begin(store, at)
    store.outbox.settle(letter.id, state, at, stage="reply", reply="250 OK", expected=[LetterState.HANDING_OVER])


def begin(store: Store, at: datetime) -> None:
    """Every letter that is due is about to leave."""
    claimed = store.departures.claim(at, "w", 100, lambda *_: Leave(), Limits())
    assert store.departures.begin(claimed, "w", at, lambda *_: Leave()) == frozenset()


def test_passes_are_counted_beside_the_database(store: Store, make_store: Callable[..., Store], tmp_path: Path) -> None:
    """A count below the file's is an older database; counting on makes it current, and every store sees it."""
    assert not store.passes.restored()
    for _ in range(3):
        store.passes.count_on(NOW)
    assert not make_store().passes.restored()
    (file,) = tmp_path.glob("outreach*passes")
    assert file.read_text() == "3\n"
    file.write_text("5\n")
    assert make_store().passes.restored()
    store.passes.count_on(NOW)
    assert file.read_text() == "6\n"
    assert not store.passes.restored()


def test_a_database_without_its_companion(store: Store, database: str, tmp_path: Path) -> None:
    """A SQLite file alone was moved or restored; a folder that is new to PostgreSQL is one more sender."""
    store.passes.count_on(NOW)
    for file in tmp_path.glob("outreach*passes"):
        file.unlink()
    assert store.passes.restored() == database.startswith("sqlite")


def test_a_kill_between_both_counts_looks_like_nothing(store: Store, tmp_path: Path) -> None:
    """The database is counted first: killed before the file, it is ahead."""
    store.passes.count_on(NOW)
    store.passes.count_on(NOW)
    (file,) = tmp_path.glob("outreach*passes")
    file.write_text("1\n")
    assert not store.passes.restored()


def test_a_profile_is_kept_under_its_server(store: Store) -> None:
    """The latest one, and none of another server."""
    profile = RelayProfile("office@smtp.example:465", NOW, "moved", "Sent", "Copies", "c@uclg.org", "mx", plus=False)
    store.archive.learn(replace(profile, message_id="kept", plus=None))
    store.archive.learn(profile)
    assert store.archive.profile("office@smtp.example:465") == profile
    assert store.archive.profile("office@smtp.example:587") is None


def test_looks_count_for_the_attempt_they_were_made_for(store: Store) -> None:
    """A letter that was sent again and is in doubt again begins anew."""
    (number,) = enrol(store, "Vic")
    hand_over(store, number, NOW, LetterState.IN_DOUBT)
    (letter,) = store.outbox.letters()
    store.archive.note_look(letter, Look(1, NOW, "not there"))
    store.archive.note_look(letter, Look(2, NOW + MINUTE, "not there"))
    assert store.archive.looks() == {letter.id: Look(2, NOW + MINUTE, "not there")}
    doubt = (LetterState.IN_DOUBT,)
    store.outbox.settle(letter.id, LetterState.READY, NOW, stage="", reply="", due_at=NOW, expected=doubt)
    assert store.archive.looks() == {}
    begin(store, NOW)
    in_hand = [LetterState.HANDING_OVER]
    store.outbox.settle(letter.id, LetterState.IN_DOUBT, NOW, stage="reply", reply="lost", expected=in_hand)
    assert store.archive.looks() == {}


def test_a_doubt_of_the_same_number_is_another_doubt(store: Store) -> None:
    """Whoever was away says that the first attempt never began; the next one is in doubt, and is waited for anew.

    What a slow look saw of the first doubt does not settle the second.
    """
    (number,) = enrol(store, "Vic")
    store.outbox.queue([new(store, number)], NOW)
    slow = store.departures.claim(NOW, "slow", 1, lambda *_: Leave(), Limits())
    store.departures.begin(slow, "slow", NOW, lambda *_: Leave())
    with store.senders.on_duty("w", NOW):
        (first,) = store.outbox.letters(states=[LetterState.IN_DOUBT])
        store.archive.note_look(first, Look(1, NOW + MINUTE, "not there"))
        never = Outcome(slow.letters[0], LetterState.READY, "connect", "", begun=True, tried=False)
        store.departures.settle([never], "slow", NOW + 2 * MINUTE)
        begin(store, NOW + 2 * MINUTE)
        lost = NOW + 3 * MINUTE
        store.outbox.settle(
            first.id, LetterState.IN_DOUBT, lost, stage="reply", reply="", expected=[LetterState.HANDING_OVER]
        )
    (second,) = store.outbox.letters(states=[LetterState.IN_DOUBT])
    assert second.attempts == first.attempts
    assert store.archive.looks() == {}
    for seen in (first, second):
        done = store.outbox.settle(first.id, LetterState.READY, lost, stage="", reply="", due_at=lost, seen=seen)
        assert done is (seen is second)


def test_witnesses_are_the_nearest_letters_that_were_taken(store: Store) -> None:
    """Before and after, between the bounds; what was not taken is none."""
    numbers = enrol(store, *"ABCDEFG")
    for minute, number in enumerate(numbers):
        hand_over(store, number, NOW + minute * MINUTE, LetterState.REFUSED if minute == 4 else LetterState.ACCEPTED)
    found = store.archive.witnesses(NOW + 3 * MINUTE, NOW + MINUTE, NOW + 5 * MINUTE, 2)
    assert [one.key.invitee for one in found] == [numbers[3], numbers[2], numbers[5]]


def test_letters_without_a_copy_are_given_once(store: Store) -> None:
    """Oldest first, until the copy is noted; what was not taken needs none."""
    numbers = enrol(store, "A", "B", "C")
    for number, state in zip(numbers, (LetterState.ACCEPTED, LetterState.REFUSED, LetterState.ACCEPTED), strict=True):
        hand_over(store, number, NOW, state)
    first, second = store.archive.without_copy(10)
    assert [first.key.invitee, second.key.invitee] == [numbers[0], numbers[2]]
    assert store.archive.without_copy(1) == (first,)
    store.archive.note_copy(first.id, NOW)
    store.archive.note_copy(first.id, NOW)
    assert store.archive.without_copy(10) == (second,)


def test_a_lost_letter_is_written_down_as_sent(store: Store) -> None:
    """With its fact in the log, once; it is never queued again."""
    (number,) = enrol(store, "Vic")
    lost = new(store, number, LetterKind.REMINDER, 1)
    sent = Entry(0, "trial", 1, number, NOW - MINUTE, EntryKind.SENT, what="reminder", step=1)
    assert store.archive.record_lost(lost, sent, "found in the archive", NOW)
    assert not store.archive.record_lost(lost, sent, "found in the archive", NOW)
    assert store.outbox.queue([lost], NOW) == 0
    (letter,) = store.outbox.letters()
    assert (letter.state, letter.settled_at) == (LetterState.ACCEPTED, NOW - MINUTE)
    standing = store.journal.standing(number)
    assert (standing.reminders, standing.last_letter_at) == ((1,), NOW - MINUTE)
    assert store.archive.states([lost.message_id, "<x@y>"]) == {lost.message_id: LetterState.ACCEPTED}
    assert store.archive.last_event() == NOW


@pytest.mark.parametrize(("lost", "following"), [(40, 41), (1, 3), (2, 3), (0, 3)])
def test_a_lost_number_is_never_given_again(store: Store, lost: int, following: int) -> None:
    """It stands in letters of which this database knows nothing."""
    assert enrol(store, "A", "B") == [1, 2]
    store.register.never_again(lost)
    assert enrol(store, "C") == [following]
