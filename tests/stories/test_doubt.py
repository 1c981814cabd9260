"""Letters in doubt are settled by proof: found means taken, surely missing means sent again, else a person is asked."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.campaign.sending.doubt import doubts
from outreach.model import EntryKind, LetterState, TryAgainLaterError
from outreach.settings import Settings
from tests.servers.relay import Rewrite, empty_folder, kept, make_folder, moved, replaced, wait_until
from tests.stories.conftest import TOWNS
from tests.stories.room import ARCHIVE, COPIES, NORTHAM, SENT, START, WAIT, MakeRoom, with_copies

# ---------------------------------------------------------------- found


@pytest.mark.parametrize(
    ("rewrite", "how"),
    [
        (kept, "by its Message-ID"),
        (moved, "by its Message-ID, which the server moved to another header"),
        (replaced, "by its reference, address and subject"),
    ],
    ids=["kept", "moved", "replaced"],
)
@pytest.mark.parametrize("place", [SENT, ARCHIVE])
def test_a_copy_proves_that_the_letter_left(make_room: MakeRoom, rewrite: Rewrite, how: str, place: str) -> None:
    """The relay took it and hung up: its copy is found in either place and in each of three ways, and counts."""
    where = {"sent_folder": SENT} if place == SENT else {"mailboxes": {COPIES: ARCHIVE}}
    room = make_room(with_copies, rewrite=rewrite, silent={NORTHAM}, when=START.timestamp() + 7, **where)
    room.launch()
    assert room.state() is LetterState.IN_DOUBT
    room.settle(timedelta(minutes=9))
    assert room.state() is LetterState.IN_DOUBT, "it is not looked for before the waiting time is over"
    room.settle(timedelta(minutes=2))
    letter = room.letter()
    assert letter.state is LetterState.ACCEPTED
    assert letter.last_reply == f"found in {place} {how}"
    sent = [one.entry for one in room.desk.store.journal.story(letter.key.invitee) if one.entry.kind is EntryKind.SENT]
    assert [one.at for one in sent] == [START + timedelta(seconds=7)], "the copy tells when"
    room.post()
    assert room.taken() == 1


def test_a_letter_that_the_relay_takes_late_is_not_sent_again(make_room: MakeRoom) -> None:
    """After the first look in vain the copy comes: the second look finds it."""
    room = make_room(lossy={NORTHAM}, sent_folder=SENT)
    room.knows(sent_folder=SENT)
    room.launch()
    room.settle()
    assert room.state() is LetterState.IN_DOUBT
    room.relay.put(SENT, b"Message-ID: " + room.letter().message_id.encode() + b"\r\n\r\nDear Mayor\r\n")
    room.settle()
    assert room.state() is LetterState.ACCEPTED


# ---------------------------------------------------------------- not found


@pytest.mark.parametrize("place", [SENT, ARCHIVE])
def test_a_letter_that_surely_did_not_leave_is_sent_again(make_room: MakeRoom, place: str) -> None:
    """Every letter has its copy there, this one has none after two looks: it goes again under the same Message-ID."""
    where = {"sent_folder": SENT} if place == SENT else {"mailboxes": {COPIES: ARCHIVE}}
    room = make_room(with_copies, lossy={NORTHAM}, **where)
    room.knows(**({"sent_folder": SENT} if place == SENT else {"archive_folder": ARCHIVE, "blind_copy": COPIES}))
    room.launch()
    before = room.letter()
    room.settle()
    assert room.state() is LetterState.IN_DOUBT, "one look is not enough"
    assert "looked for once more" in doubts(room.desk)[before.id]
    room.settle()
    assert room.state() is LetterState.READY
    room.relay.lossy.clear()
    room.post()
    assert room.state() is LetterState.ACCEPTED
    assert room.letter().message_id == before.message_id
    assert [room.taken(f"mayor@{town[0]}.example") for town in TOWNS[:3]] == [1, 1, 1]


def test_where_copies_are_not_known_to_arrive_a_person_is_asked(make_room: MakeRoom) -> None:
    """Nothing is sent again by itself, however long it waits; the outbox says what to do, and `resolve` settles it."""
    room = make_room(lossy={NORTHAM})
    room.launch()
    for _ in range(8):
        room.settle(timedelta(hours=7))
        room.post()
    letter = room.letter()
    assert letter.state is LetterState.IN_DOUBT
    assert room.taken() == 0
    listed = room.office.call("outbox", "--json", now=room.clock.now().isoformat()).json
    (words,) = [one["last_reply"] for one in listed["letters"] if one["state"] == "in_doubt"]
    assert "not known that every letter has its copy there" in words
    assert f"outreach outbox resolve {letter.id} accepted" in words
    checked = room.office.call("check", "--json", code=None, now=room.clock.now().isoformat()).json
    assert any(one["what"] == f"letter {letter.id} is in doubt" for one in checked["warnings"])
    room.relay.lossy.clear()
    room.office.call("outbox", "resolve", str(letter.id), "resend", now=room.clock.now().isoformat())
    room.clock.move_to(room.clock.now() + WAIT)
    room.post()
    assert room.taken() == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"sent_folder": "Elsewhere"},
        {"sent_folder": SENT, "learned_at": START + timedelta(hours=1)},
        {"sent_folder": SENT, "server": "other@server.example:465 other@server.example:993"},
        {"archive_folder": ARCHIVE, "blind_copy": "other@uclg.org"},
    ],
    ids=["another folder", "learned later", "another server", "another blind copy"],
)
def test_what_is_known_of_something_else_is_no_proof(make_room: MakeRoom, facts: dict[str, object]) -> None:
    """A profile of another folder, time, server or address lets nothing be sent again."""
    room = make_room(with_copies, lossy={NORTHAM}, mailboxes={COPIES: ARCHIVE}, sent_folder=SENT)
    room.knows(**facts)
    room.launch()
    for _ in range(4):
        room.settle(timedelta(hours=2))
    assert room.state() is LetterState.IN_DOUBT


def test_a_folder_that_lost_other_copies_is_no_proof(make_room: MakeRoom) -> None:
    """The letters before and after it were surely taken and have no copy there: the folder proves nothing."""
    room = make_room(lossy={NORTHAM}, sent_folder=SENT)
    room.knows(sent_folder=SENT)
    room.launch()
    empty_folder(room.office.account, SENT)
    for _ in range(4):
        room.settle(timedelta(hours=2))
    assert room.state() is LetterState.IN_DOUBT


def test_an_archive_that_is_away_is_waited_for(make_room: MakeRoom) -> None:
    """While the mail server is away nothing is settled and no look counts."""
    room = make_room(lossy={NORTHAM}, sent_folder=SENT)
    room.knows(sent_folder=SENT)
    room.launch()
    away = replace(room.desk.settings, inbox=replace(room.desk.settings.inbox, port=room.relay.port))
    with pytest.raises(TryAgainLaterError):
        replace(room, desk=replace(room.desk, settings=away)).settle()
    assert room.state() is LetterState.IN_DOUBT
    assert room.desk.store.archive.looks() == {}
    room.settle()
    assert room.state() is LetterState.IN_DOUBT, "this was the first look"


def test_a_folder_that_is_missing_is_said(make_room: MakeRoom) -> None:
    """The archive is named but is not there, and no other place is known: a person is asked."""
    room = make_room(with_copies, lossy={NORTHAM})
    room.knows(archive_folder=ARCHIVE, blind_copy=COPIES)
    room.launch()
    for _ in range(3):
        room.settle(timedelta(hours=2))
    assert room.state() is LetterState.IN_DOUBT
    assert ARCHIVE in doubts(room.desk)[room.letter().id]


def test_a_person_may_work_where_the_copies_come(make_room: MakeRoom) -> None:
    """Blind copies in the inbox prove what is found there, but what is missing there may have been moved away."""

    def into_the_inbox(settings: Settings) -> Settings:
        return replace(settings, sending=replace(settings.sending, blind_copy=COPIES))

    room = make_room(into_the_inbox, lossy={NORTHAM}, silent={"mayor@rioseco.example"}, mailboxes={COPIES: "INBOX"})
    room.knows(archive_folder="INBOX", blind_copy=COPIES)
    room.launch()
    for _ in range(3):
        room.settle(timedelta(hours=2))
    assert room.state() is LetterState.IN_DOUBT
    assert room.state("mayor@rioseco.example") is LetterState.ACCEPTED


def test_no_person_sends_again_what_may_still_be_on_its_way(make_room: MakeRoom) -> None:
    """The sender is killed while the relay keeps its answer: `resend` waits until nobody can take the letter any more.

    A waiting time that is set shorter, even to nothing, does not count where letters really leave.
    """
    room = make_room()
    room.hurry()
    room.relay.held.set()
    process = room.start("launch", "--yes")
    wait_until(lambda: room.taken() > 0)
    process.kill()
    process.wait()
    room.relay.held.clear()
    room.post()  # takes over what the dead one had in hand
    letter = room.letter()
    assert letter.state is LetterState.IN_DOUBT
    resend = ("outbox", "resolve", str(letter.id), "resend")
    refused = room.office.call(*resend, code=75, now=(START + timedelta(minutes=9)).isoformat())
    assert "at 15 Jul, 10:10" in refused.err
    assert room.state() is LetterState.IN_DOUBT
    room.office.call(*resend, now=(START + WAIT).isoformat())
    assert room.state() is LetterState.READY


def test_a_person_who_saw_the_relay_break_off_may_send_again_at_once(make_room: MakeRoom) -> None:
    """The connection is gone on both sides: what the relay's log says is enough."""
    room = make_room(lossy={NORTHAM})
    room.launch()
    letter = room.letter()
    assert letter.state is LetterState.IN_DOUBT
    room.relay.lossy.clear()
    room.office.call("outbox", "resolve", str(letter.id), "resend", now=room.clock.now().isoformat())
    room.clock.move_to(room.clock.now() + timedelta(minutes=1))
    room.post()
    assert (room.state(), room.taken()) == (LetterState.ACCEPTED, 1)


# ---------------------------------------------------------------- killed, and embedded


def test_a_killed_process_leaves_a_letter_that_is_found(make_room: MakeRoom) -> None:
    """SIGKILL while the relay keeps its answer: the next pass finds the copy, and nobody gets a second letter."""
    room = make_room(sent_folder=SENT)
    room.launch()
    now = (START + timedelta(days=40)).isoformat()
    room.clock.move_to(START + timedelta(days=40))
    make_folder(room.office.account, SENT)
    room.relay.held.set()
    process = room.start("remind", now=now)
    wait_until(lambda: len(room.relay.letters) > 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    room.relay.held.clear()
    room.post()
    assert LetterState.IN_DOUBT in {one.state for one in room.desk.store.outbox.letters()}
    room.clock.move_to(room.clock.now() + WAIT)
    room.office.call("post", now=room.clock.now().isoformat())
    reminders = [one for one in room.desk.store.outbox.letters() if one.key.step]
    assert {one.state for one in reminders} == {LetterState.ACCEPTED}
    assert [room.taken(f"mayor@{town[0]}.example") for town in TOWNS[:3]] == [2, 2, 2]


def test_the_daemon_settles_doubts_by_itself(make_room: MakeRoom) -> None:
    """In its tick, when the waiting time is over."""
    room = make_room(silent={NORTHAM}, sent_folder=SENT)
    room.launch()
    assert room.state() is LetterState.IN_DOUBT
    process = room.start("daemon", "--every", "0.5", now=(START + WAIT).isoformat())
    try:
        wait_until(lambda: room.state() is LetterState.ACCEPTED, 60)
    finally:
        process.terminate()
        process.wait()
    assert room.taken() == 1


@pytest.mark.parametrize("taken", [True, False])
def test_a_rehearsal_settles_its_doubts_too(make_room: MakeRoom, *, taken: bool) -> None:
    """What the embedded relay took lies in its Maildir, before it says yes."""

    def rehearsed(settings: Settings) -> Settings:
        return replace(settings, campaign=replace(settings.campaign, mode="rehearsal"))

    room = make_room(rehearsed)
    room.launch()
    letter = room.letter()
    if not taken:
        for file in (room.office.folder / "rehearsal" / "outbox" / "new").iterdir():
            if letter.message_id.encode() in file.read_bytes():
                file.unlink()
    with room.desk.store.transaction() as connection:
        connection.exec_driver_sql("UPDATE letter SET state = 'in_doubt' WHERE id = ?", (letter.id,))
    room.settle()
    room.settle()
    assert room.state() is (LetterState.ACCEPTED if taken else LetterState.READY)
