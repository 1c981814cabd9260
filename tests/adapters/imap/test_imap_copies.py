"""Copies of our letters are found over IMAP, and nothing but what was checked is ever searched for."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.adapters.imap import copies as imap_copies
from outreach.adapters.imap.mailbox import ImapMailbox
from outreach.model import ConfigurationError, OutreachError, TryAgainLaterError
from outreach.settings import InboxSettings
from tests.servers.dovecot import Account, Dovecot
from tests.servers.faulty_imap import PASSWORD, USERNAME, FaultyImap, Talk

JULY = datetime(2022, 7, 15, 10, 0, tzinfo=UTC)
REFERENCE = "AAAA-AAB2-ABCD-EFGH-IJKL-MNOP"
TO = "mayor@vic.example"


def letter(number: int, *, moved: str = "", encoding: str = "7bit") -> bytes:
    """A letter; its text may be encoded, its Message-ID may stand elsewhere."""
    text = f"Dear Mayor,\r\nplease join us – until September.\r\nReference: {REFERENCE}\r\n".encode()
    body = {"7bit": text, "base64": base64.encodebytes(text), "quoted-printable": quopri.encodestring(text)}[encoding]
    return (
        f"From: office@uclg.org\r\nTo: {TO}\r\nSubject: Letter {number}\r\nMessage-ID: <i.{number}@uclg.org>\r\n"
        f"{moved}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode() + body


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    """An empty mailbox."""
    return dovecot.account()


@pytest.fixture
def mailbox(dovecot: Dovecot, account: Account) -> Iterator[ImapMailbox]:
    """It, opened."""
    settings = InboxSettings(host=dovecot.host, port=dovecot.port, security="none", username=account.username)
    with ImapMailbox(settings, account.password) as opened:
        yield opened


def test_a_copy_is_found_by_either_id(mailbox: ImapMailbox, account: Account) -> None:
    """With its headers and when it came; what holds the id elsewhere is none."""
    account.deliver(letter(1), JULY.timestamp())
    account.deliver(letter(2, moved="X-Microsoft-Original-Message-ID: <m.2@uclg.org>\r\n"), JULY.timestamp())
    account.deliver(letter(3, moved="In-Reply-To: <i.1@uclg.org>\r\n"), JULY.timestamp())
    (held,) = mailbox.find_by_id("INBOX", "Message-ID", "<i.1@uclg.org>")
    assert b"Subject: Letter 1" in held.raw
    assert held.received == JULY
    (held,) = mailbox.find_by_id("INBOX", "X-Microsoft-Original-Message-ID", "<m.2@uclg.org>")
    assert b"Subject: Letter 2" in held.raw
    assert mailbox.find_by_id("INBOX", "Message-ID", "<m.2@uclg.org>") == ()


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_a_copy_is_found_by_its_reference(mailbox: ImapMailbox, account: Account, encoding: str) -> None:
    """However its text is encoded; to the same address, not before the day."""
    account.deliver(letter(1, encoding=encoding), JULY.timestamp())
    (held,) = mailbox.find_by_text("INBOX", REFERENCE, TO, JULY.date())
    assert b"Letter 1" in held.raw
    assert held.raw.count(b"\n") > 8, "the text came too"
    assert mailbox.find_by_text("INBOX", REFERENCE, "“strange”@vic.example", JULY.date()) == (held,)
    assert mailbox.find_by_text("INBOX", REFERENCE, "other@vic.example", JULY.date()) == ()
    assert mailbox.find_by_text("INBOX", REFERENCE, TO, JULY.date() + timedelta(days=2)) == ()
    assert mailbox.find_by_text("INBOX", REFERENCE.replace("A", "B"), TO, JULY.date()) == ()


@pytest.mark.parametrize(
    "value", ['<a"b@c.example>', r"<a\b@c.example>", "<a{3}@c.example>", "<(a@c.example>", "<*%@c>"]
)
def test_ids_with_signs_of_the_protocol_are_only_searched(mailbox: ImapMailbox, account: Account, value: str) -> None:
    """They are quoted: the server finds that mail and no other."""
    account.deliver(letter(1).replace(b"<i.1@uclg.org>", value.encode()), JULY.timestamp())
    account.deliver(letter(2), JULY.timestamp())
    assert len(mailbox.find_by_id("INBOX", "Message-ID", value)) == 1


def test_heads_come_in_order_and_in_pieces(
    mailbox: ImapMailbox, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, or those since a day; no more than the headers that are asked for."""
    monkeypatch.setattr(imap_copies, "HEADS_AT_ONCE", 3)
    monkeypatch.setattr(imap_copies, "SEARCH_AT_ONCE", 4)
    for number in range(10):
        account.deliver(letter(number), (JULY + timedelta(days=number)).timestamp())
    every = list(mailbox.heads("INBOX", None))
    assert [b"Letter %d" % number in held.raw for number, held in enumerate(every)] == [True] * 10
    assert not any(b"Dear Mayor" in held.raw for held in every)
    assert list(mailbox.heads("INBOX", date(2022, 7, 20))) == every[5:]
    assert list(mailbox.heads("Sent Letters", None)) == []


def test_a_folder_that_is_missing_is_told(mailbox: ImapMailbox) -> None:
    """With the names of those there are."""
    with pytest.raises(ConfigurationError, match="has no folder Copies"):
        mailbox.find_by_id("Copies", "Message-ID", "<i.1@uclg.org>")


@pytest.mark.parametrize(
    "value", [f"{REFERENCE}\r\nA1 DELETE INBOX", "", REFERENCE.lower(), f"{REFERENCE}-AAAA", f'{REFERENCE}"', "<a@b>"]
)
def test_only_a_reference_reaches_the_server(value: str) -> None:
    """Anything else could carry a command; an address that could is left out of the search."""
    with FaultyImap() as server:
        settings = InboxSettings(host=server.host, port=server.port, security="none", username=USERNAME)
        with ImapMailbox(settings, PASSWORD) as mailbox:
            with pytest.raises(OutreachError):
                mailbox.find_by_text("INBOX", value, TO, JULY.date())
            assert server.count("UID SEARCH") == 0


@pytest.mark.parametrize("verb", ["uid_search", "uid_fetch", "examine"])
def test_a_connection_that_breaks_is_no_answer(verb: str) -> None:
    """Lost while it searches or fetches: never “not found”."""

    def found(talk: Talk) -> None:
        talk.say("* SEARCH 1")
        talk.done()

    faults = {"uid_search": found, verb: Talk.hang_up}
    with FaultyImap({1: letter(1)}, **faults) as server:
        settings = InboxSettings(host=server.host, port=server.port, security="none", username=USERNAME)
        with ImapMailbox(settings, PASSWORD) as mailbox, pytest.raises(TryAgainLaterError):
            mailbox.find_by_id("INBOX", "Message-ID", "<i.1@uclg.org>")
