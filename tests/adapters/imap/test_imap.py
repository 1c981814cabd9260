"""Reading a mailbox: on a real Dovecot, and on a server that misbehaves."""

from __future__ import annotations

import base64
import dataclasses
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from outreach.adapters.imap import mailbox as imap_module
from outreach.adapters.imap.mailbox import Cursor, ImapMailbox
from outreach.model import ConfigurationError, LoginRefusedError, TryAgainLaterError
from outreach.settings import InboxSettings
from tests.servers.dovecot import Account, Dovecot, free_port, make_certificate
from tests.servers.faulty_imap import PASSWORD, USERNAME, FaultyImap, Talk

JULY = datetime(2022, 7, 15, 10, 0, tzinfo=UTC)


def mail(number: int, text: str = "Yes, we confirm.") -> bytes:
    """A short answer, with a Message-ID of its own."""
    return (
        f"From: Town Hall <mayor@town{number}.example>\r\nTo: secretariat@town.example\r\n"
        f"Subject: Answer {number}\r\nMessage-ID: <answer.{number}@town.example>\r\n\r\n{text}\r\n"
    ).encode()


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    """An empty mailbox."""
    return dovecot.account()


@pytest.fixture
def settings(dovecot: Dovecot, account: Account) -> InboxSettings:
    """How it is reached."""
    return InboxSettings(host=dovecot.host, port=dovecot.port, security="none", username=account.username)


@pytest.fixture
def mailbox(settings: InboxSettings, account: Account) -> Iterator[ImapMailbox]:
    """It, opened."""
    with ImapMailbox(settings, account.password) as opened:
        yield opened


@pytest.fixture
def hand(settings: InboxSettings, account: Account) -> Iterator[IMAPClient]:
    """Somebody else at the same mailbox: a person with a mail program."""
    with IMAPClient(settings.host, settings.port, ssl=False) as client:
        client.login(account.username, account.password)
        yield client


def subjects(found: list[Any]) -> list[bytes]:
    return [fetched.raw.split(b"Subject: ")[1].split(b"\r\n")[0] for fetched in found]


# ---------------------------------------------------------------- Dovecot


def test_new_mail_comes_in_order_and_once(mailbox: ImapMailbox, account: Account) -> None:
    """Thirty mails, then none, then the one that came since."""
    for number in range(30):
        account.deliver(mail(number), JULY.timestamp() + number)
    found = list(mailbox.fetch_new("INBOX", None))
    assert subjects(found) == [f"Answer {number}".encode() for number in range(30)]
    assert found[3].raw == mail(3)
    assert found[3].received == JULY.replace(second=3)
    assert not any(fetched.problem for fetched in found)
    last = found[-1].cursor
    assert last == Cursor("INBOX", last.uidvalidity, 30)
    assert list(mailbox.fetch_new("INBOX", last)) == []
    account.deliver(mail(30))
    assert subjects(list(mailbox.fetch_new("INBOX", last))) == [b"Answer 30"]
    assert subjects(list(mailbox.fetch_new("INBOX", found[27].cursor))) == [b"Answer 28", b"Answer 29", b"Answer 30"]


def test_many_mails_come_in_bounded_batches(
    mailbox: ImapMailbox, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounds on numbers and bytes change nothing of what is given."""
    monkeypatch.setattr(imap_module, "FACTS_AT_ONCE", 7)
    monkeypatch.setattr(imap_module, "BODIES_AT_ONCE", 3)
    monkeypatch.setattr(imap_module, "BYTES_AT_ONCE", 500)
    monkeypatch.setattr(imap_module, "SEARCH_AT_ONCE", 4)
    for number in range(25):
        account.deliver(mail(number, "x" * (number % 5) * 100), JULY.timestamp() + number)
    assert subjects(list(mailbox.fetch_new("INBOX", None))) == [f"Answer {number}".encode() for number in range(25)]


def test_a_folder_made_anew_is_read_from_the_start(mailbox: ImapMailbox, hand: IMAPClient) -> None:
    """Another UIDVALIDITY: the numbers of the cursor mean nothing any more."""
    hand.create_folder("Answers")
    for number in range(3):
        hand.append("Answers", mail(number))
    last = list(mailbox.fetch_new("Answers", None))[-1].cursor
    hand.delete_folder("Answers")
    hand.create_folder("Answers")
    hand.append("Answers", mail(9))
    found = list(mailbox.fetch_new("Answers", last))
    assert subjects(found) == [b"Answer 9"]
    assert found[0].cursor.uidvalidity != last.uidvalidity


def test_no_trace_is_left(mailbox: ImapMailbox, account: Account, hand: IMAPClient) -> None:
    """No flag, not even the one that says read or recent; no file has another name."""
    for number in range(5):
        account.deliver(mail(number))
    names = sorted(path.name for path in (account.maildir / "new").iterdir())
    assert len(list(mailbox.fetch_new("INBOX", None))) == 5
    assert mailbox.find_by_id("INBOX", "Message-ID", "<answer.2@town.example>")
    mailbox.wait(0.1)
    mailbox.close()
    assert sorted(path.name for path in (account.maildir / "new").iterdir()) == names
    hand.select_folder("INBOX")
    assert set(hand.get_flags(hand.search()).values()) == {(b"\\Recent",)}


def test_a_large_mail_is_cut(mailbox: ImapMailbox, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its headers and its beginning are taken, and its problem is told."""
    monkeypatch.setattr(imap_module, "LARGEST", 2_000)
    monkeypatch.setattr(imap_module, "BEGINNING", 1_000)
    account.deliver(mail(1), 1)
    account.deliver(mail(2, "We confirm. " + "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 100), 2)
    account.deliver(mail(3), 3)
    first, large, last = mailbox.fetch_new("INBOX", None)
    assert [bool(one.problem) for one in (first, large, last)] == [False, True, False]
    assert b"Subject: Answer 2" in large.raw
    assert b"We confirm." in large.raw
    assert 1_000 < len(large.raw) <= 2_000
    assert "very large (7," in large.problem


def test_a_mail_that_a_person_deletes_meanwhile_is_passed_over(
    mailbox: ImapMailbox, account: Account, hand: IMAPClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list and the mail: no error, and the others come."""
    monkeypatch.setattr(imap_module, "BODIES_AT_ONCE", 1)
    for number in range(4):
        account.deliver(mail(number), number + 1)
    found = mailbox.fetch_new("INBOX", None)
    got = [next(found)]
    hand.select_folder("INBOX")
    hand.delete_messages([2, 3])
    hand.expunge()
    got += found
    assert subjects(got) == [b"Answer 0", b"Answer 3"]


def test_idle_wakes_when_mail_comes(mailbox: ImapMailbox, account: Account) -> None:
    """Within two seconds of its delivery."""
    list(mailbox.fetch_new("INBOX", None))
    timer = threading.Timer(0.2, account.deliver, [mail(1)])
    began = time.monotonic()
    timer.start()
    assert mailbox.wait(20)
    assert 0.2 < time.monotonic() - began < 2.2
    assert len(list(mailbox.fetch_new("INBOX", None))) == 1
    assert not mailbox.wait(0.1)


def test_what_came_before_the_wait_is_news(mailbox: ImapMailbox, account: Account) -> None:
    """Mail between the last look and the wait is not slept over."""
    list(mailbox.fetch_new("INBOX", None))
    account.deliver(mail(1))
    began = time.monotonic()
    assert mailbox.wait(20)
    assert time.monotonic() - began < 1


def test_idle_is_renewed(settings: InboxSettings, account: Account) -> None:
    """News still come after IDLE was renewed several times."""
    with ImapMailbox(settings, account.password, renew_seconds=0.1) as mailbox:
        threading.Timer(0.5, account.deliver, [mail(1)]).start()
        assert mailbox.wait(20)


def test_a_stop_ends_the_wait(mailbox: ImapMailbox) -> None:
    """At once, not when the time is over."""
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    assert not mailbox.wait(60, stop)
    assert time.monotonic() - began < 1.1


def test_a_wait_ends_in_time(mailbox: ImapMailbox) -> None:
    """With nothing new."""
    began = time.monotonic()
    assert not mailbox.wait(0.3)
    assert 0.3 <= time.monotonic() - began < 1


def test_the_folder_of_sent_letters(settings: InboxSettings, account: Account) -> None:
    """The configured one, else the one that the server marks as sent."""
    with ImapMailbox(settings, account.password) as mailbox:
        assert mailbox.sent_folder_name() == "Sent Letters"
        assert mailbox.has_folder("inbox")
        assert not mailbox.has_folder("Sent")
    with ImapMailbox(dataclasses.replace(settings, sent_folder="INBOX"), account.password) as mailbox:
        assert mailbox.sent_folder_name() == "INBOX"


def test_a_copy_is_put_into_sent_and_found(mailbox: ImapMailbox) -> None:
    """By its Message-ID, with the time it was sent."""
    mailbox.append("Sent Letters", mail(5), JULY)
    assert mailbox.find_by_id("Sent Letters", "Message-ID", "<answer.5@town.example>")
    assert not mailbox.find_by_id("Sent Letters", "Message-ID", "<answer.6@town.example>")
    (kept,) = mailbox.fetch_new("Sent Letters", None)
    assert kept.received == JULY


@pytest.mark.parametrize("value", ["<a@b>\r\nA1 DELETE INBOX", "a@b", "<a b@c>", "", "<" + "x" * 251 + ">", "<é@b>"])
def test_only_a_message_id_reaches_the_server(value: str) -> None:
    """Anything else could carry a command."""
    with FaultyImap() as server, _faulty(server) as mailbox:
        assert not mailbox.find_by_id("INBOX", "Message-ID", value)
        assert server.count("UID SEARCH") == 0


def test_a_wrong_password_is_told(settings: InboxSettings, account: Account) -> None:
    """With one try, and without the password."""
    with pytest.raises(LoginRefusedError) as told, ImapMailbox(settings, "wrong-secret"):
        pass
    assert account.username in str(told.value)
    assert "wrong-secret" not in str(told.value)


def test_a_missing_folder_is_told(mailbox: ImapMailbox) -> None:
    """With the names of those there are."""
    with pytest.raises(ConfigurationError, match=r"no folder Answers.*INBOX"):
        list(mailbox.fetch_new("Answers", None))
    assert list(mailbox.fetch_new("INBOX", None)) == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_with_an_authority_of_our_own(
    dovecot: Dovecot, settings: InboxSettings, account: Account, security: Any
) -> None:
    """Its certificate is trusted because ca_file names it."""
    account.deliver(mail(1))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    secure = dataclasses.replace(settings, port=port, security=security, ca_file=str(dovecot.ca_file))
    with ImapMailbox(secure, account.password) as mailbox:
        assert len(list(mailbox.fetch_new("INBOX", None))) == 1
        threading.Timer(0.1, account.deliver, [mail(2)]).start()
        assert mailbox.wait(20)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for(
    dovecot: Dovecot, settings: InboxSettings, account: Account, security: Any, tmp_path: Path
) -> None:
    """Without ca_file, or with another authority: no password leaves."""
    make_certificate(tmp_path, "other")
    port = dovecot.tls_port if security == "tls" else dovecot.port
    secure = dataclasses.replace(settings, port=port, security=security)
    for ca_file in ("", str(tmp_path / "other.pem")):
        with (
            pytest.raises(TryAgainLaterError, match="certificate is not trusted"),
            ImapMailbox(dataclasses.replace(secure, ca_file=ca_file), account.password),
        ):
            pass


def test_settings_that_cannot_work() -> None:
    """Each is told in one sentence before anything is sent."""
    cases = (
        (InboxSettings(host="mail.town.example", security="none", username="x"), "readable"),
        (InboxSettings(username="x"), "host"),
        (InboxSettings(host="127.0.0.1", username="x\r\ny"), "line break"),
        (InboxSettings(host="127.0.0.1", username="x", ca_file="/nowhere/ca.pem"), "ca_file"),
    )
    for settings, words in cases:
        with pytest.raises(ConfigurationError, match=words):
            ImapMailbox(settings, "secret").open()


def test_no_server() -> None:
    """Try again later, with host and port."""
    settings = InboxSettings(host="127.0.0.1", port=free_port(), security="none", username="x")
    with pytest.raises(TryAgainLaterError, match=f"127.0.0.1:{settings.port}.*nothing answers"):
        ImapMailbox(settings, "secret").open()


# ---------------------------------------------------------------- a server that misbehaves


def _faulty(server: FaultyImap, *, security: Any = "none", **more: float) -> ImapMailbox:
    settings = InboxSettings(host=server.host, port=server.port, security=security, username=USERNAME)
    return ImapMailbox(settings, PASSWORD, **{"read_seconds": 0.3, **more})


def _end(talk: Talk) -> None:
    talk.say("+ idling")
    talk.hang_up()


def _bye(talk: Talk) -> None:
    talk.say("+ idling")
    talk.say("* BYE server is going down")
    talk.hang_up()


def _half_a_line(talk: Talk) -> None:
    talk.say("+ idling")
    time.sleep(0.05)
    talk.connection.sendall(b"* 3 EXI")
    talk.hear()


def _half_a_line_at_once(talk: Talk) -> None:
    talk.connection.sendall(b"+ idling\r\n* 3 EXI")
    talk.hear()


@pytest.mark.parametrize("fault", [_end, _bye, _half_a_line, _half_a_line_at_once])
def test_a_dead_connection_in_idle_is_noticed(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon, and without a busy loop."""
    monkeypatch.setattr("outreach.adapters.imap.waiting.DONE_SECONDS", 0.3)
    with FaultyImap(idle=fault) as server, _faulty(server, read_seconds=60) as mailbox:
        began = time.monotonic()
        with pytest.raises(TryAgainLaterError):
            mailbox.wait(60)
        assert time.monotonic() - began < 2
        assert server.count("IDLE") == 1
        assert len(server.commands) < 12


def _chatter(talk: Talk) -> None:
    talk.say("+ idling")
    time.sleep(0.05)
    talk.say("* OK Still here")
    talk.hear()
    talk.done()


def test_a_server_that_chatters_in_idle_causes_no_busy_loop() -> None:
    """After a few false alarms we look from time to time instead."""
    with FaultyImap({1: mail(1)}, idle=_chatter) as server, _faulty(server, poll_seconds=0.4) as mailbox:
        assert not mailbox.wait(1)
        assert server.count("IDLE") == 5
        server.mails[2] = mail(2)
        assert mailbox.wait(1)


def test_news_in_one_packet_with_the_beginning_of_idle() -> None:
    """They lie in the library's buffer, where no select sees them; they are noticed all the same."""

    def idle(talk: Talk) -> None:
        talk.server.mails[2] = mail(2)
        talk.connection.sendall(b"+ idling\r\n* 2 EXISTS\r\n")
        talk.hear()
        talk.done()

    with FaultyImap({1: mail(1)}, idle=idle) as server, _faulty(server) as mailbox:
        began = time.monotonic()
        assert mailbox.wait(60)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("tells_uidnext", [True, False])
def test_a_server_without_idle_is_asked_from_time_to_time(*, tells_uidnext: bool) -> None:
    """The same results, with or without UIDNEXT."""
    with FaultyImap({1: mail(1)}) as server:
        server.capabilities, server.tells_uidnext = "IMAP4rev1 AUTH=PLAIN", tells_uidnext
        with _faulty(server, poll_seconds=0.1) as mailbox:
            assert len(list(mailbox.fetch_new("INBOX", None))) == 1
            assert not mailbox.wait(0.25)
            server.mails[2] = mail(2)
            assert mailbox.wait(5)
            (new,) = mailbox.fetch_new("INBOX", Cursor("INBOX", 7, 1))
            assert new.raw == mail(2)
            assert list(mailbox.fetch_new("INBOX", new.cursor)) == []


def _only_odd(talk: Talk) -> None:
    for uid in talk.wanted():
        if uid % 2:
            talk.give(uid)
        else:
            talk.server.mails.pop(uid, None)  # somebody has deleted it
    talk.say("* 1 FETCH (FLAGS (\\Seen))")
    talk.say("* 9 FETCH (UID 99 FLAGS (\\Seen))")
    talk.say("* 2 EXPUNGE")
    talk.done()


def test_fewer_and_other_answers_are_no_error() -> None:
    """What is gone is passed over; what nobody asked for is ignored."""
    with FaultyImap({uid: mail(uid) for uid in range(1, 6)}, uid_fetch=_only_odd) as server, _faulty(server) as mailbox:
        found = list(mailbox.fetch_new("INBOX", None))
    assert [fetched.cursor.last_uid for fetched in found] == [1, 3, 5]
    assert not any(fetched.problem for fetched in found)


def _refuse_two(talk: Talk) -> None:
    if 2 in talk.wanted() and "BODY.PEEK[]" in talk.words:
        talk.done("NO cannot read the file of this mail")
    else:
        talk.answer()


def _lie_about_two(talk: Talk) -> None:
    for uid in talk.wanted():
        lie = len(talk.server.mails[uid]) + 500 if uid == 2 and "BODY.PEEK[]" in talk.words else None
        talk.give(uid, lie)
    talk.done()


def _drop_at_two(talk: Talk) -> None:
    if 2 in talk.wanted() and "BODY.PEEK[]" in talk.words:
        talk.hang_up()
    else:
        talk.answer()


def _silent_about_two(talk: Talk) -> None:
    for uid in talk.wanted():
        if uid != 2 or "BODY.PEEK[]" not in talk.words:
            talk.give(uid)
    talk.done()


@pytest.mark.parametrize("fault", [_refuse_two, _lie_about_two, _drop_at_two, _silent_about_two])
def test_a_broken_mail_is_set_aside_and_the_rest_comes(fault: Any) -> None:
    """After three tries it is reported with its headers; the mails behind it are whole."""
    with FaultyImap({uid: mail(uid) for uid in (1, 2, 3)}, uid_fetch=fault) as server, _faulty(server) as mailbox:
        first, broken, last = mailbox.fetch_new("INBOX", None)
    assert (first.raw, last.raw) == (mail(1), mail(3))
    assert not first.problem + last.problem
    assert broken.problem.startswith("Mail 2 in INBOX could not be fetched")
    assert b"Subject: Answer 2" in broken.raw
    assert b"We confirm" not in broken.raw
    assert broken.cursor == Cursor("INBOX", 7, 2)


def _busy(talk: Talk) -> None:
    talk.done("NO [UNAVAILABLE] please try again later")


@pytest.mark.parametrize("command", ["authenticate", "examine", "uid_search", "uid_fetch"])
def test_a_busy_server_is_tried_later(command: str) -> None:
    """That is neither a wrong password nor a missing folder nor a broken mail."""
    with (
        FaultyImap({1: mail(1)}, **{command: _busy}) as server,
        pytest.raises(TryAgainLaterError),
        _faulty(server) as mailbox,
    ):
        list(mailbox.fetch_new("INBOX", None))


def test_one_login_is_tried() -> None:
    """A second try could lock the account."""
    with FaultyImap(authenticate=lambda talk: talk.done("NO [AUTHENTICATIONFAILED] no")) as server:
        with pytest.raises(LoginRefusedError):
            _faulty(server).open()
        assert [words.split()[0] for words in server.commands] == ["CAPABILITY", "AUTHENTICATE"]


def test_a_connection_lost_at_the_login_is_no_refusal() -> None:
    """IMAPClient tells both with one exception."""
    with FaultyImap(authenticate=lambda talk: talk.hang_up()) as server, pytest.raises(TryAgainLaterError):
        _faulty(server).open()


@pytest.mark.parametrize(
    "greeting", ["* BYE too many connections", "HTTP/1.1 400 Bad Request", "* PREAUTH welcome", ""]
)
def test_a_strange_greeting(greeting: str) -> None:
    """Try again later; STARTTLS after PREAUTH fails closed."""
    with FaultyImap() as server:
        server.greeting = greeting
        server.capabilities += " STARTTLS"
        with pytest.raises(TryAgainLaterError):
            _faulty(server, security="starttls").open()


def test_starttls_that_is_not_offered() -> None:
    """No password leaves."""
    with FaultyImap() as server:
        with pytest.raises(ConfigurationError, match="STARTTLS"):
            _faulty(server, security="starttls").open()
        assert server.count("AUTHENTICATE") == 0


def test_login_where_plain_is_not_offered() -> None:
    """User name and password are quoted."""
    with FaultyImap() as server:
        server.capabilities = "IMAP4rev1"
        settings = InboxSettings(host=server.host, port=server.port, security="none", username='a "b" c')
        ImapMailbox(settings, 'p" x').close()
        with ImapMailbox(settings, 'p" x'):
            assert server.commands[-1] == 'LOGIN "a \\"b\\" c" "p\\" x"'


def test_login_with_a_token() -> None:
    """XOAUTH2, as Microsoft and Google want it; where it is not offered, no token is shown."""
    answers: list[bytes] = []

    def hear(talk: Talk) -> None:
        talk.say("+ ")
        answers.append(base64.b64decode(talk.hear()))
        talk.done()

    with FaultyImap(authenticate=hear) as server:
        settings = InboxSettings(
            host=server.host, port=server.port, security="none", username=USERNAME, auth="microsoft"
        )
        with pytest.raises(LoginRefusedError, match="no login by token"):
            ImapMailbox(settings, "a-token").open()
        assert server.count("AUTHENTICATE") == 0
        server.capabilities += " AUTH=XOAUTH2"
        with ImapMailbox(settings, "a-token"):
            assert "AUTHENTICATE XOAUTH2" in server.commands
    assert answers == [f"user={USERNAME}\1auth=Bearer a-token\1\1".encode()]


def _drip(talk: Talk) -> None:
    talk.connection.sendall(b"* SEARCH")
    for _ in range(100):
        time.sleep(0.02)
        talk.connection.sendall(b" 1")


def test_an_answer_that_never_ends_is_given_up() -> None:
    """Each byte comes in time, the whole does not."""
    with FaultyImap({1: mail(1)}, uid_search=_drip) as server, _faulty(server) as mailbox:
        began = time.monotonic()
        with pytest.raises(TryAgainLaterError):
            list(mailbox.fetch_new("INBOX", None))
        assert time.monotonic() - began < 2


def test_only_reading_commands_are_sent() -> None:
    """EXAMINE, never SELECT; PEEK, never a fetch that marks; no STORE, COPY, MOVE, EXPUNGE."""
    with FaultyImap({uid: mail(uid) for uid in (1, 2, 3)}) as server:
        with _faulty(server) as mailbox:
            list(mailbox.fetch_new("INBOX", None))
            mailbox.wait(0.1)
        verbs = {server.verb(words) for words in server.commands}
        bodies = [words for words in server.commands if "BODY" in words]
    assert verbs == {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "LOGOUT"}
    assert all("BODY.PEEK[" in words for words in bodies)
