"""Mail that lies in files."""

from __future__ import annotations

import mailbox as standard
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.adapters import maildir as maildir_module
from outreach.adapters.imap.mailbox import Cursor
from outreach.adapters.maildir import MaildirMailbox, read_source
from outreach.model import ConfigurationError, OutreachError

YES = b"From: mayor@town.example\nSubject: Answer\n\nWe confirm.\n"
JULY = datetime(2022, 7, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for folder in ("tmp", "new", "cur"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    return tmp_path / "mail"


def put(place: Path, name: str, raw: bytes = YES, when: datetime = JULY) -> Path:
    """Delivers a mail as a file of that name, such as new/1.a."""
    temporary = place / "tmp" / Path(name).name
    temporary.write_bytes(raw)
    os.utime(temporary, (when.timestamp(), when.timestamp()))
    return temporary.rename(place / name)


def names(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def test_an_eml_file(tmp_path: Path) -> None:
    """Its bytes as they are; when it was received it does not say."""
    file = tmp_path / "answer.eml"
    file.write_bytes(YES)
    (found,) = read_source(file)
    assert (found.name, found.raw, found.received, found.problem) == (str(file), YES, None, "")


def test_a_maildir_in_order_and_untouched(place: Path) -> None:
    """Both folders, by time of delivery; no file is moved."""
    put(place, "new/1657879203.c.host", b"third")
    put(place, "cur/1657879201.a.host:2,S", b"first")
    put(place, "new/957879202.old.host", b"oldest")
    put(place, "new/.hidden", b"no mail")
    before = names(place)
    found = list(read_source(place))
    assert [one.raw for one in found] == [b"oldest", b"first", b"third"]
    assert {one.received for one in found} == {JULY}
    assert names(place) == before


def test_an_mbox_file(tmp_path: Path) -> None:
    """One mail each, unquoted, without the line between; words that only look like a beginning stay text."""
    file = tmp_path / "answers"
    file.write_bytes(
        b"From mayor@a.example Fri Jul 15 10:00:00 2022\nSubject: one\n\n>From here on we confirm.\n>>From Rome\n\n"
        b"From the mayor, greetings.\n\n"
        b"From - Sat Jul 16 11:00:00 2022\nSubject: two\n\nYes.\nFrom x Sat Jul 16 11:00:00 2022\n\n"
        b"From MAILER-DAEMON Sun Jul 17 12:00:00 2022\nSubject: three\n\n"
    )
    one, two, three = read_source(file)
    assert one.raw == b"Subject: one\n\nFrom here on we confirm.\n>From Rome\n\nFrom the mayor, greetings.\n"
    assert one.received == JULY
    assert two.raw == b"Subject: two\n\nYes.\nFrom x Sat Jul 16 11:00:00 2022\n"
    assert two.received == datetime(2022, 7, 16, 11, 0, tzinfo=UTC)
    assert three.raw.startswith(b"Subject: three\n")
    assert [one.name, three.name] == [f"{file}#1", f"{file}#3"]


def test_an_mbox_that_python_wrote(tmp_path: Path) -> None:
    """What the standard library writes comes back."""
    box = standard.mbox(str(tmp_path / "box"))
    texts = [b"Subject: %d\n\nFrom now on: yes.\n" % number for number in range(3)]
    for text in texts:
        box.add(text)
    box.close()
    assert [found.raw for found in read_source(tmp_path / "box")] == texts


def test_a_folder_of_files(tmp_path: Path) -> None:
    """Every .eml and .mbox in it, by name; other files are not mail."""
    (tmp_path / "b.EML").write_bytes(YES)
    (tmp_path / "a.eml").write_bytes(b"Subject: a\n\n")
    (tmp_path / "c.mbox").write_bytes(b"From x Fri Jul 15 10:00:00 2022\nSubject: c\n\n")
    (tmp_path / "notes.txt").write_bytes(b"no mail")
    assert [Path(found.name).name for found in read_source(tmp_path)] == ["a.eml", "b.EML", "c.mbox#1"]


def test_a_huge_mail_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its problem is told; the next mail of an mbox is whole."""
    monkeypatch.setattr(maildir_module, "LARGEST", 1_000)
    (tmp_path / "large.eml").write_bytes(YES + b"x" * 2_000)
    (found,) = read_source(tmp_path / "large.eml")
    assert len(found.raw) == 1_000
    assert "larger than" in found.problem
    heading = b"From x Fri Jul 15 10:00:00 2022\n"
    (tmp_path / "box").write_bytes(heading + b"A: b\n\n" + b"yyyyyyyyy\n" * 500 + b"\n" + heading + YES)
    large, small = read_source(tmp_path / "box")
    assert (len(large.raw), bool(large.problem)) == (1_000, True)
    assert (small.raw, small.problem) == (YES, "")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """In one sentence with its name."""
    for path, words in ((tmp_path / "nothing.eml", "nothing.eml cannot be read"), (tmp_path, "holds no mail")):
        with pytest.raises(OutreachError, match=words):
            list(read_source(path))


def test_an_empty_file(tmp_path: Path) -> None:
    """It is a mail without a word, for somebody to look at."""
    (tmp_path / "empty.eml").touch()
    assert [found.raw for found in read_source(tmp_path / "empty.eml")] == [b""]


def test_the_mailbox_gives_what_came_since(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the latest change of a file, which a mail's own date does not touch."""
    monkeypatch.setattr(maildir_module, "OVERLAP", 0)
    put(place, "new/1.a")
    put(place, "cur/2.b:2,S")
    box = MaildirMailbox(place)
    found = list(box.fetch_new("INBOX", None))
    assert [one.raw for one in found] == [YES, YES]
    assert found[0].received == JULY
    last = found[-1].cursor
    time.sleep(0.02)
    put(place, "new/0.late", b"late", datetime(2001, 1, 1, tzinfo=UTC))
    assert b"late" in [one.raw for one in box.fetch_new("INBOX", last)]
    assert len(list(box.fetch_new("INBOX", last))) <= 2
    assert len(list(box.fetch_new("INBOX", Cursor("INBOX", 1, last.last_uid + 10**15)))) == 0


def test_a_clock_that_is_set_back_loses_no_mail(place: Path) -> None:
    """What changed within two days before the cursor is given again; its content tells that it is known."""
    put(place, "new/1.a")
    box = MaildirMailbox(place)
    (found,) = box.fetch_new("INBOX", None)
    tomorrow = Cursor("INBOX", 1, found.cursor.last_uid + 24 * 3600 * 10**9)
    (again,) = box.fetch_new("INBOX", tomorrow)
    assert again.cursor == tomorrow


def test_another_folder_and_none(place: Path, tmp_path: Path) -> None:
    """Maildir++ keeps folders beside the inbox, with a dot."""
    for folder in ("tmp", "new", "cur"):
        (place / ".Sent" / folder).mkdir(parents=True)
    put(place / ".Sent", "cur/1.a:2,S")
    assert len(list(MaildirMailbox(place).fetch_new("Sent", None))) == 1
    assert list(MaildirMailbox(place).fetch_new("INBOX", None)) == []
    with pytest.raises(ConfigurationError, match="no Maildir"):
        list(MaildirMailbox(tmp_path / "nowhere").fetch_new("INBOX", None))


def test_waiting_for_a_file(place: Path) -> None:
    """New mail ends the wait; so does a stop, or the time."""
    box = MaildirMailbox(place)
    assert list(box.fetch_new("INBOX", None)) == []
    assert not box.wait(0.1)
    stop = threading.Event()
    stop.set()
    assert not box.wait(60, stop)
    threading.Timer(0.1, put, [place, "new/1.a"]).start()
    assert box.wait(20)
    assert len(list(box.fetch_new("INBOX", None))) == 1
    assert not box.wait(0.1)


REFERENCE = "AAAA-AAB2-ABCD-EFGH-IJKL-MNOP"
COPY = (
    b"To: mayor@vic.example\r\nMessage-ID:\r\n <i.1@uclg.org>\r\nX-Microsoft-Original-Message-ID: <m.1@uclg.org>\r\n"
    b"List-Unsubscribe: <mailto:o@uclg.org?subject=stop%20" + REFERENCE.encode() + b">\r\n\r\nMessage-ID: <x@y>\r\n"
)


def test_copies_are_found_in_files(place: Path) -> None:
    """By either id in the headers, folded or not, and by the reference; in a folder beside the inbox too."""
    for folder in ("new", "cur"):
        (place / ".Copies" / folder).mkdir(parents=True)
    put(place, "new/1.a", YES)
    put(place, ".Copies/new/2.b", COPY)
    mailbox = MaildirMailbox(place)
    assert [mailbox.has_folder(name) for name in ("INBOX", "Copies", "Sent")] == [True, True, False]
    (held,) = mailbox.find_by_id("Copies", "Message-ID", "<i.1@uclg.org>")
    assert (held.raw, held.received) == (COPY, JULY)
    assert mailbox.find_by_id("Copies", "X-Microsoft-Original-Message-ID", "<m.1@uclg.org>") == (held,)
    assert mailbox.find_by_text("Copies", REFERENCE, "mayor@vic.example", JULY.date()) == (held,)
    assert [*mailbox.heads("Copies", JULY.date())] == [held]
    assert [*mailbox.heads("Copies", None)] == [held]
    for nothing in (
        mailbox.find_by_id("INBOX", "Message-ID", "<i.1@uclg.org>"),
        mailbox.find_by_id("Copies", "Message-ID", "<x@y>"),
        mailbox.find_by_id("Copies", "Message-ID", "i.1"),
        mailbox.find_by_text("Copies", REFERENCE, "other@vic.example", JULY.date()),
        mailbox.find_by_text("Copies", REFERENCE, "mayor@vic.example", JULY.date() + timedelta(days=1)),
        tuple(mailbox.heads("Copies", JULY.date() + timedelta(days=1))),
    ):
        assert nothing == ()
