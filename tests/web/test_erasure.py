"""What is erased at somebody's wish is gone from the database; its answer and days stay, and no letter comes again."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.adapters.store.log.audit import Deed
from outreach.campaign.answers.replies import read_again
from outreach.campaign.deciding.undoing import undo
from outreach.campaign.deciding.writing_again import write_again
from outreach.campaign.enrolling.prepare import import_contacts
from outreach.campaign.reports.report import log_lines
from outreach.model import LetterState, UsageError
from tests.web.server import Page

TOWN = "northam"


def traces(folder: Path, words: bytes) -> list[str]:
    """The files of the database in which words stand, in whatever case."""
    files = folder.glob("outreach.db*")
    return [path.name for path in files if words.lower() in path.read_bytes().lower()]


def test_nothing_personal_is_left(served: Page) -> None:
    """Addresses, persons, mails and letters of one town: not in the database, nor in its log files."""
    desk, invitee = served.desk, served.desk.invitee(TOWN)
    before = {line.invitee.id: line for line in log_lines(desk)}
    address = invitee.contact.email.encode()
    message_id = desk.store.outbox.letters(invitee=invitee.number)[0].message_id.encode()
    assert traces(desk.folder, address)
    answer = served.someone("admin").post(f"/invitees/{invitee.number}/erase", {"sure": "yes"})
    assert answer.status == 303
    assert [traces(desk.folder, words) for words in (address, message_id)] == [[], []]
    after = {line.invitee.id: line for line in log_lines(desk)}
    assert [(one.standing.state, one.standing.since) for one in after.values()] == [
        (one.standing.state, one.standing.since) for one in before.values()
    ]
    assert after[TOWN].standing.stopped
    assert after[TOWN].evidence is None
    last = desk.store.audit.latest(1)[0]
    assert (last.what, last.by, last.about) == (Deed.ERASED, "person:admin (web)", {"invitee": TOWN})


def test_an_erased_address_is_never_written_to_again(served: Page) -> None:
    """Not by the same list, by hand, by taking something back, nor by reading all mail anew."""
    desk, number = served.desk, served.desk.invitee(TOWN).number
    address = desk.invitee(TOWN).contact.email
    served.someone("admin").post(f"/invitees/{number}/erase", {"sure": "yes"})
    states = {line.invitee.id: line.standing.state for line in log_lines(desk)}
    assert TOWN not in import_contacts(desk).enrolled.changed
    read_again(desk)
    assert {line.invitee.id: line.standing.state for line in log_lines(desk)} == states
    for town in (TOWN, "silent-1"):
        with pytest.raises(UsageError):
            write_again(desk, town, address)
    undo(desk)
    waiting = (LetterState.READY, LetterState.DEFERRED, LetterState.CLAIMED)
    assert not [one for one in desk.store.outbox.letters(invitee=number) if one.state in waiting]
    assert traces(desk.folder, address.encode()) == []


def test_the_pages_of_an_erased_town_still_open(served: Page) -> None:
    """Its story, its mails and its letters; who is no admin erases nothing, and an admin only who is sure."""
    number = served.desk.invitee(TOWN).number
    mails = [one.mail for one in served.desk.store.inbox.every(invitee=number)]
    assert served.someone("sender").post(f"/invitees/{number}/erase", {"sure": "yes"}).status == 403
    assert served.someone("admin").post(f"/invitees/{number}/erase").status == 409
    served.someone("admin").post(f"/invitees/{number}/erase", {"sure": "yes"})
    browser = served.someone("admin")
    for path in (f"/invitees/{number}", "/letters/outbox", "/log", "/letters/reminders", "/letters/preview"):
        assert browser.get(path).status == 200, path
    assert [browser.get(f"/mails/{mail}").status for mail in mails] == [200] * len(mails)
    assert "erased at the person's wish" in browser.get(f"/invitees/{number}").words
