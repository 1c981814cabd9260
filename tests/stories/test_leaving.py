"""Who asks for an end in the middle: mail is kept and read as far as it went, letters go on or wait, none is lost."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta

from outreach.bootstrap import mailbox, relay
from outreach.campaign.answers.replies import read_new
from outreach.campaign.answers.taking_in import take_in
from outreach.campaign.enrolling.prepare import import_contacts
from outreach.campaign.letters.followup import due_reminders, queue_due
from outreach.campaign.letters.mailing import queue_invitations
from outreach.campaign.sending.posting import post
from outreach.entrypoints.mailroom import EVERY_KIND, NO_REMINDERS, kinds_to_post, reminders_wait
from tests.stories.conftest import TOWNS, Office
from tests.stories.room import START, Room

ANSWERED = ("northam", "vallbona", "rioseco")


def after(number: int) -> Callable[[], bool]:
    """Says stop when it was asked so often."""
    asked = itertools.count(1)
    return lambda: next(asked) > number


def test_a_stop_between_mails(make_room: Callable[..., Room]) -> None:
    """Taking in stops behind a mail, reading before one; the next look goes on where it stopped."""
    room = make_room()
    room.launch()
    for town in ANSWERED:
        raw = f"From: mayor@{town}.example\nSubject: Re: x\nMessage-ID: <{town}@x.example>\n\nWe join.\n"
        room.office.account.deliver(raw.encode())
    with mailbox(room.desk) as opened:
        assert take_in(room.desk, opened, "m", "INBOX", stop=after(1)).new == 2
        assert take_in(room.desk, opened, "m", "INBOX").new == 1
    assert read_new(room.desk, after(2)).read == 2
    assert len(list(room.desk.store.inbox.unread())) == 1
    assert read_new(room.desk).read == 1


def test_no_reminder_after_half_a_look(make_room: Callable[..., Room]) -> None:
    """Where a look into the mailbox was stopped, an answer may still lie there."""
    room = make_room()
    room.launch()
    room.clock.move_to(START + timedelta(days=32))
    assert queue_due(room.desk, due_reminders(room.desk))
    assert kinds_to_post(room.desk, lambda: True) == NO_REMINDERS


def test_other_letters_leave_while_reminders_wait(make_room: Callable[..., Room]) -> None:
    """While the mailbox is read, or cannot be."""
    room = make_room()
    stationery = room.desk.load_stationery()
    import_contacts(room.desk)
    queue_invitations(room.desk, stationery, tuple(room.desk.store.register.all().values()))
    with relay(room.desk) as make_postman:
        post(room.desk, make_postman, kinds=lambda: NO_REMINDERS)
    assert [room.taken(f"mayor@{town}.example") for town in ANSWERED] == [1, 1, 1]


def test_no_reminder_that_falls_due_behind_a_look(make_room: Callable[..., Room]) -> None:
    """What may leave is asked once a minute: a reminder that was not due then was not looked for in the mailbox."""
    room = make_room()
    room.launch()
    room.clock.move_to(START + timedelta(days=32))
    kinds = kinds_to_post(room.desk)
    assert queue_due(room.desk, due_reminders(room.desk))
    room.office.account.deliver(b"From: mayor@northam.example\nSubject: Re: x\nMessage-ID: <1@x.example>\n\nWe join.\n")
    with relay(room.desk) as make_postman:
        post(room.desk, make_postman, kinds=lambda: kinds)
    assert room.taken() == 1
    assert reminders_wait(room.desk)
    assert kinds_to_post(room.desk) == EVERY_KIND


def test_nobody_listens_any_more(office: Office) -> None:
    """`outreach launch 2>&1 | head -1`: every letter leaves all the same, once."""
    here, there = os.pipe()
    os.close(here)
    command = office.command("launch", "--yes")
    subprocess.run(command, env=office.environment(), stdout=there, stderr=there, check=False, timeout=120)
    os.close(there)
    assert len(office.sink.letters) == len(TOWNS)
    assert office.call("outbox", "--json").json["accepted"] == len(TOWNS)
