"""Who asks for an end in the middle: mail is kept and read as far as it went, letters go on or wait, none is lost."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta

from outreach.bootstrap import mailbox
from outreach.campaign.followup import due_reminders, queue_due
from outreach.campaign.replies import read_new
from outreach.campaign.taking_in import take_in
from outreach.entrypoints.mailroom import NO_REMINDERS, kinds_to_post
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


def test_nobody_listens_any_more(office: Office) -> None:
    """`outreach launch 2>&1 | head -1`: every letter leaves all the same, once."""
    here, there = os.pipe()
    os.close(here)
    command = office.command("launch", "--yes")
    subprocess.run(command, env=office.environment(), stdout=there, stderr=there, check=False, timeout=120)
    os.close(there)
    assert len(office.sink.letters) == len(TOWNS)
    assert office.call("outbox", "--json").json["accepted"] == len(TOWNS)
