"""Copies of our letters: what a test letter teaches, the Sent folder, blind copies, and a database that was restored."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient

from outreach.adapters.imap.mailbox import ImapMailbox
from outreach.bootstrap import mailbox, make_desk, relay, sent_folder
from outreach.campaign.answers.replies import read_new
from outreach.campaign.sending.doubt import profile_of
from outreach.campaign.sending.relay_test import learn_relay
from outreach.campaign.sending.sent_copies import Kept, keep_copies
from outreach.entrypoints.archive import archive_findings
from outreach.entrypoints.mailroom import take_everything
from outreach.entrypoints.safekeeping import back_up
from outreach.model import LetterState, OutreachError, RelayProfile, State
from outreach.settings import Settings
from tests.servers.postfix import Postfix
from tests.servers.relay import STAMP, Rewrite, kept, make_folder, moved, replaced, wait_until
from tests.stories.conftest import TOWNS, Office
from tests.stories.room import ARCHIVE, COPIES, NORTHAM, SENT, START, MakeRoom, Room, with_copies

OWN, PLUS = "cisdpl@uclg.org", "cisdpl+outreach-test@uclg.org"


def folder_of(room: Room, folder: str) -> list[tuple[bytes, tuple[bytes, ...]]]:
    """The mails of a folder with their flags, as a mail program sees them."""
    settings, account = room.desk.settings.inbox, room.office.account
    with IMAPClient(settings.host, settings.port, ssl=False) as client:
        client.login(account.username, account.password)
        client.select_folder(folder, readonly=True)
        found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]", "FLAGS"])
    return [(one[b"BODY[]"], one[b"FLAGS"]) for one in found.values()]


# ---------------------------------------------------------------- what a test letter teaches


def learn(room: Room, seconds: float = 0.0, wait: Callable[[float], None] = lambda _seconds: None) -> RelayProfile:
    """Sends the test letters."""
    with mailbox(room.desk) as opened, relay(room.desk) as make_postman:
        return learn_relay(room.desk, make_postman, opened, seconds=seconds, wait=wait)


@pytest.mark.parametrize(("rewrite", "became"), [(kept, "kept"), (moved, "moved"), (replaced, "replaced")])
def test_a_test_letter_shows_how_the_relay_behaves(make_room: MakeRoom, rewrite: Rewrite, became: str) -> None:
    """Message-ID, Sent copy, blind copy, who stamps, plus-addresses: all learned, and kept under the server's name."""
    mailboxes = {OWN: "INBOX", PLUS: "INBOX", COPIES: ARCHIVE}
    room = make_room(with_copies, rewrite=rewrite, sent_folder=SENT, mailboxes=mailboxes)
    make_folder(room.office.account, ARCHIVE)
    profile = learn(room)
    assert profile == RelayProfile(
        server=f"@127.0.0.1:{room.relay.port} {room.office.account.username}@127.0.0.1:{room.desk.settings.inbox.port}",
        learned_at=START,
        message_id=became,
        sent_folder=SENT,
        archive_folder=ARCHIVE,
        blind_copy=COPIES,
        authserv_id="mx.provider.example",
        plus=True,
    )
    assert profile_of(room.desk) == profile
    other = replace(room.desk.settings, smtp=replace(room.desk.settings.smtp, host="localhost"))
    assert profile_of(replace(room.desk, settings=other)) is None, "what is known of another server is not used"


def test_what_does_not_come_is_known_as_missing(make_room: MakeRoom) -> None:
    """No Sent copy, no blind copy, a plus-address that the relay refuses: each is told with its cure."""
    room = make_room(with_copies, mailboxes={OWN: "INBOX"}, refused={PLUS: "550 5.1.1 no such user"})
    profile = learn(room, seconds=4)
    assert (profile.message_id, profile.sent_folder, profile.archive_folder, profile.plus) == ("kept", "", "", False)
    toml = (room.office.folder / "config.toml").read_text(encoding="utf-8")
    toml = toml.replace("[letters]", f'archive_folder = "{ARCHIVE}"\n[letters]')
    toml = toml.replace("[sending]", f'[sending]\nblind_copy = "{COPIES}"')
    (room.office.folder / "config.toml").write_text(toml, encoding="utf-8")
    checked = room.office.call("check", code=None)
    assert "puts no copy into Sent" in checked.out
    for words in ("the blind copy does not arrive", "no folder receives a copy of every letter", 'authserv_id = "mx.'):
        assert words in checked.out


def test_a_letter_that_comes_late_is_waited_for(make_room: MakeRoom, postfix: Postfix) -> None:
    """Through a real Postfix: what it relays is delivered while we wait, with its stamp on top."""

    def through_postfix(settings: Settings) -> Settings:
        return replace(settings, smtp=replace(settings.smtp, port=postfix.port))

    room = make_room(through_postfix)
    coming = [OWN, PLUS]

    def wait(seconds: float) -> None:
        if seconds and coming:
            room.relay.put("INBOX", STAMP + postfix.sink.wait(coming.pop()).raw)

    profile = learn(room, seconds=10, wait=wait)
    assert (profile.message_id, profile.authserv_id, profile.plus) == ("kept", "mx.provider.example", True)
    assert profile.sent_folder == ""


def test_check_sends_the_test(make_room: MakeRoom) -> None:
    """`check --send-test` from the command line: it says what it learned, and `--json` holds it."""
    room = make_room(sent_folder=SENT, mailboxes={OWN: "INBOX", PLUS: "INBOX"})
    checked = room.office.call("check", "--send-test", "--wait", "20", "--json", code=None).json
    assert checked["relay"]["message_id"] == "kept"
    assert checked["relay"]["sent_folder"] == SENT
    room.office.call("collect")
    assert room.office.call("inbox", "--waiting", "--json").json == [], "a test letter is no answer"


# ---------------------------------------------------------------- the Sent folder


def fill(room: Room, wrap: Callable[[ImapMailbox], Any] = lambda opened: opened) -> Kept:
    """Puts copies into the Sent folder, over a connection that may be made to fail."""

    @contextmanager
    def opened() -> Iterator[Any]:
        with sent_folder(room.desk) as folder:
            yield wrap(folder)

    return keep_copies(room.desk, opened)


class Dies:
    """A connection of a process that is killed before or after it wrote the second letter."""

    def __init__(self, opened: ImapMailbox, *, after: bool) -> None:
        self._opened = opened
        self._after = after
        self._written = 0

    def __getattr__(self, name: str) -> Any:
        """Everything else is as it was."""
        return getattr(self._opened, name)

    def append(self, folder: str, data: bytes, when: datetime) -> None:
        self._written += 1
        if self._after or self._written < 2:
            self._opened.append(folder, data, when)
        if self._written == 2:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "after it is written"])
def test_each_letter_is_put_into_sent_once(make_room: MakeRoom, *, after: bool) -> None:
    """Also when the process dies in between: each once, marked as read, with the time at which the relay took it."""
    room = make_room()
    room.knows()
    room.launch()
    with pytest.raises(KeyboardInterrupt):
        fill(room, lambda opened: Dies(opened, after=after))
    done = fill(room)
    assert (done.put, done.there, done.problems) == ((1, 1, []) if after else (2, 0, []))
    assert fill(room) == Kept()
    found = folder_of(room, SENT)
    wanted = [one.raw.replace(b"\r\n", b"\n").rstrip() for one in room.relay.letters]
    assert sorted(raw.replace(b"\r\n", b"\n").rstrip() for raw, _ in found) == sorted(wanted)
    assert all(b"\\Seen" in flags for _, flags in found)


@pytest.mark.parametrize(
    ("facts", "setting"),
    [({"sent_folder": SENT}, True), ({"message_id": ""}, True), ({}, False)],
    ids=["the server does so", "nothing is known", "switched off"],
)
def test_nothing_is_written_where_it_is_not_ours_to_do(
    make_room: MakeRoom, facts: dict[str, str], *, setting: bool
) -> None:
    """The server keeps copies itself, or nobody knows, or the setting says no: the mailbox is not touched."""
    room = make_room(lambda one: replace(one, inbox=replace(one.inbox, keep_sent=setting)))
    room.knows(**facts)
    room.launch()
    assert fill(room) == Kept()
    assert folder_of(room, SENT) == []


def test_sent_holds_each_letter_once_however_often_it_is_killed(make_room: MakeRoom) -> None:
    """Real processes, killed with SIGKILL at growing times while they fill the folder: each letter once, none missing."""
    room = make_room()
    room.launch()
    room.knows()
    for copies in (0, 1, 2):
        process = subprocess.Popen(
            room.office.command("post"),
            env=room.office.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        place = make_folder(room.office.account, SENT)
        wait_until(lambda: process.poll() is not None or len(list(place.glob("*/*.*"))) > copies)  # noqa: B023
        process.kill()
        process.wait()
    room.office.call("post")
    assert len(folder_of(room, SENT)) == 3
    assert len({raw for raw, _ in folder_of(room, SENT)}) == 3
    assert room.desk.store.archive.without_copy(9) == ()


# ---------------------------------------------------------------- blind copies


def test_a_blind_copy_stands_on_the_envelope_alone(make_room: MakeRoom) -> None:
    """Every letter goes to it too, and no header names it."""
    room = make_room(with_copies)
    room.launch()
    assert [set(one.recipients) for one in room.relay.letters].count({NORTHAM, COPIES}) == 1
    assert all(COPIES in one.recipients for one in room.relay.letters)
    assert not any(COPIES.encode() in one.raw or b"\nBcc" in one.raw for one in room.relay.letters)


@pytest.mark.parametrize(
    ("reply", "state"),
    [("550 5.1.1 no such user", LetterState.READY), ("450 4.2.0 greylisted", LetterState.DEFERRED)],
)
def test_no_letter_goes_without_its_blind_copy(make_room: MakeRoom, reply: str, state: LetterState) -> None:
    """A refused copy is our own trouble: the letter stays, the contact is not blamed, for good means a pause."""
    room = make_room(with_copies, refused={COPIES: reply})
    room.launch()
    letters = room.desk.store.outbox.letters()
    assert room.relay.letters == []
    assert state in {one.state for one in letters}
    assert {one.state for one in letters} <= {LetterState.READY, LetterState.DEFERRED}
    paused = room.desk.store.switches.get("paused")
    assert (paused is not None) == (state is LetterState.READY)
    assert any("the blind copy was refused" in one.last_reply for one in letters)


@pytest.mark.parametrize("rewrite", [kept, moved, replaced])
def test_our_own_letters_are_never_read_as_answers(make_room: MakeRoom, rewrite: Rewrite) -> None:
    """Blind copies in the inbox and copies in Sent: none waits for a person, none ends a pause, whatever its id."""

    def into_the_inbox(settings: Settings) -> Settings:
        return replace(settings, sending=replace(settings.sending, blind_copy=COPIES))

    room = make_room(into_the_inbox, rewrite=rewrite, sent_folder=SENT, mailboxes={COPIES: "INBOX"})
    room.launch()
    with mailbox(room.desk) as opened:
        take_everything(room.desk, opened)
    read_new(room.desk)
    assert list(room.desk.store.inbox.every(waiting=True)) == []
    assert not any(standing.needs_review for standing in room.desk.store.journal.standings().values())


# ---------------------------------------------------------------- a database that was restored


def restore(office: Office) -> None:
    """Puts a backup back, as docs/operations.md says."""
    for file in office.folder.glob("outreach.db-*"):
        file.unlink()
    shutil.copy(office.folder / "backup.db", office.folder / "outreach.db")


def test_a_restored_backup_sends_nothing_twice(make_room: MakeRoom) -> None:
    """Older than the invitation of one town and the reminders of all: refused, compared, marked, then free."""
    room = make_room(sent_folder=SENT)
    room.knows(sent_folder=SENT)
    office = room.office
    office.write_contacts(TOWNS[:2])
    office.call("launch", "--yes")
    office.call("backup", str(office.folder / "backup.db"))
    office.write_contacts(TOWNS[:3])
    office.call("launch", "--yes")
    later = (START + timedelta(days=40)).isoformat()
    office.call("remind", now=later)
    everything = len(room.relay.letters)
    assert everything == 6
    room.desk.store.close()
    restore(office)
    refused = office.call("remind", code=1, now=later)
    assert "nothing is sent until it was compared with the archive" in refused.err
    checked = office.call("check", now=later, code=3)
    assert "2 letters had left that this database did not know as sent" in checked.out
    assert "2 letters of ours are in the archive that this database does not know" in checked.out
    assert "mayor@rioseco.example" in checked.out
    office.call("post", code=1, now=later)
    office.call("resume", "--restored")
    office.call("remind", now=later)
    office.call("post", now=later)
    assert len(room.relay.letters) == everything
    office.write_contacts([("newtown", "Newtown", "GB", "en")])
    office.call("contacts", "import")
    assert office.call("contacts", "show", "newtown").out


def test_check_frees_a_restored_database(make_room: MakeRoom) -> None:
    """The archive holds everything that the backup does not know: after the comparison letters leave again."""
    room = make_room(sent_folder=SENT)
    room.knows(sent_folder=SENT)
    room.launch(limit=1)
    back_up(room.desk, room.office.folder / "backup.db")
    room.launch()
    assert len(room.relay.letters) == 3
    room.desk.store.close()
    restore(room.office)
    room.desk = make_desk(room.office.folder, room.desk.settings, room.clock, "tester")
    with pytest.raises(OutreachError, match="nothing is sent until it was compared with the archive"):
        room.launch()
    told = [one.what for one in archive_findings(room.desk)]
    assert told == [
        "2 letters had left that this database did not know as sent",
        "this database was older than the last letters (a backup was restored?)",
    ]
    room.launch()
    assert len(room.relay.letters) == 3
    assert {one.state for one in room.desk.store.journal.standings().values()} == {State.INVITED}


def test_without_a_known_archive_a_person_must_say_so(make_room: MakeRoom) -> None:
    """No folder receives a copy of every letter: comparing does not free the database, a person can."""
    room = make_room()
    room.launch()
    (room.office.folder / "outreach.db.passes").unlink()
    told = [one.what for one in archive_findings(room.desk) if not one.warning]
    assert told == ["this database is older than the last letters, and the archive may not hold all of them"]
    with pytest.raises(OutreachError, match="nothing is sent"):
        room.post()
    room.office.call("resume", "--restored")
    room.post()


def test_an_archive_that_is_away_frees_nothing(make_room: MakeRoom) -> None:
    """The comparison waits for the mail server, and so do the letters."""
    room = make_room(sent_folder=SENT)
    room.knows(sent_folder=SENT)
    room.launch()
    (room.office.folder / "outreach.db.passes").unlink()
    away = replace(room.desk.settings, inbox=replace(room.desk.settings.inbox, port=room.relay.port))
    findings = list(archive_findings(replace(room.desk, settings=away)))
    assert [one.why for one in findings if not one.warning] == [
        "nothing is sent until the database was compared with the archive"
    ]
    assert room.desk.store.passes.restored()


def test_a_rehearsal_may_be_restored(make_room: MakeRoom) -> None:
    """What is only rehearsed is exempt."""
    room = make_room(lambda one: replace(one, campaign=replace(one.campaign, mode="rehearsal")))
    room.launch()
    for count in (1, 2):
        room.desk.store.passes.count_on(START)
        assert not room.desk.store.passes.restored(), count
    (room.office.folder / "rehearsal" / "outreach.db.passes").write_text("9\n")
    assert room.desk.store.passes.restored()
    room.post()
