"""Logging in by token: over SMTP and IMAP, when it ends between two letters, and when it is refused."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.adapters.imap.mailbox import ImapMailbox
from outreach.adapters.oauth.authority import authority_of
from outreach.adapters.oauth.tokens import Tokens
from outreach.adapters.smtp.postman import SmtpPostman, Timeouts
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.core.refusals import classify
from outreach.model import Handover, HandoverResult, LoginRefusedError, Outgoing, OutreachError, TryAgainLaterError
from outreach.settings import InboxSettings, OAuthSettings, SmtpSettings
from tests.servers.authority import Answer, FakeAuthority, error, tokens
from tests.servers.faulty_imap import USERNAME, FaultyImap, Talk
from tests.servers.faulty_smtp import FaultySmtp

QUICK = Timeouts(connect=5, verb=5, progress=5, dot=5, leave=5)
XOAUTH2 = ("8BITMIME", "AUTH LOGIN XOAUTH2")
PIPELINED = (*XOAUTH2, "PIPELINING")
BEGAN = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FIRST, SECOND = "canary-access-1", "canary-access-2"


def login(authority: FakeAuthority, folder: Path, *, minutes: int = 10) -> Tokens:
    """Tokens of a login that was so many minutes ago."""
    now = [BEGAN]
    made = authority_of("microsoft", OAuthSettings(client_id="our-app", authority=authority.origin), "")
    logged_in = Tokens(made, folder / "outreach.login", lambda: now[0])
    logged_in.keep(tokens())
    now[0] += timedelta(minutes=minutes)
    return logged_in


def postman(server: FaultySmtp, logged_in: Tokens) -> SmtpPostman:
    settings = SmtpSettings("127.0.0.1", server.port, "none", username="shared@town.example", auth="microsoft")
    return SmtpPostman(settings, logged_in, classify=classify, timeouts=QUICK)


def silent(fault: BaseException) -> str:
    """What a fault says; no token stands in it, nor in its traceback, in clear or encoded."""
    told = "".join(traceback.format_exception(fault))
    assert "canary" not in told
    assert bearer(FIRST) not in told
    return str(fault)


def bearer(token: str) -> str:
    return base64.b64encode(f"user=shared@town.example\1auth=Bearer {token}\1\1".encode()).decode()


async def send(man: SmtpPostman, count: int, at_once: int) -> list[HandoverResult]:
    """Hands letters over as a mailing does: a lost connection is made anew, what was not tried waits for its turn."""
    waiting, results = list(range(count)), list[HandoverResult]()
    while waiting:
        if not man.connected:
            await man.connect()
        batch = waiting[:at_once]
        done: dict[int, Handover] = {}
        letters = [Outgoing("a@x.example", (f"b{n}@y.example",), (b"Subject: x\r\n",)) for n in batch]
        await man.hand_over(letters, before_payload=nothing_kept, settled=done.__setitem__)
        assert len(done) == len(batch)
        results += [one.result for one in done.values()]
        settled = {batch[n] for n, one in done.items() if one.result is not HandoverResult.NOT_TRIED}
        waiting = [n for n in waiting if n not in settled]
        assert len(results) < 10 * count, "the same letters come again and again"
    return results


def test_a_token_is_shown_for_the_shared_mailbox(tmp_path: Path) -> None:
    """The token is a member's, the name is the mailbox's; one mechanism, though others are offered."""

    async def story() -> None:
        with FakeAuthority(tokens(2)) as authority:
            async with FaultySmtp(extensions=XOAUTH2, token=lambda _: FIRST) as server:
                man = postman(server, login(authority, tmp_path))
                assert await send(man, 1, 1) == [HandoverResult.ACCEPTED]
                await man.close()
                assert server.said("AUTH") == [f"AUTH XOAUTH2 {bearer(FIRST)}"]
            assert authority.forms == []

    asyncio.run(story())


@pytest.mark.parametrize("at_once", [1, 8])
@pytest.mark.parametrize("extensions", [XOAUTH2, PIPELINED])
@pytest.mark.parametrize(
    "says",
    ["421 4.7.66 token expired", "535 5.7.3 Authentication unsuccessful", "530 5.7.57 not authenticated", "drop"],
)
@pytest.mark.parametrize("minutes", [10, 58])
def test_a_token_that_ends_between_two_letters(
    tmp_path: Path, at_once: int, extensions: tuple[str, ...], says: str, minutes: int
) -> None:
    """Whatever the relay says before letter 6, and whether the clock has told or not: one renewal, each letter once."""

    async def story() -> None:
        with FakeAuthority(tokens(2)) as authority:
            logged_in = login(authority, tmp_path)
            server = FaultySmtp(
                {"mail": says}, after=5, times=1, extensions=extensions, token=lambda n: FIRST if n < 5 else SECOND
            )
            async with server:
                man = postman(server, logged_in)
                await man.connect()
                logged_in._now = lambda: BEGAN + timedelta(minutes=minutes)
                results = await send(man, 8, at_once)
                await man.close()
            assert results.count(HandoverResult.ACCEPTED) == 8
            assert set(results) <= {HandoverResult.ACCEPTED, HandoverResult.NOT_TRIED}
            assert [one[0] for one in server.recipients] == [f"b{n}@y.example" for n in range(8)]
            assert len(authority.forms) == 1
            # By the clock it is known beforehand; else the old token is tried once, and an empty line ends the try.
            assert len(server.said("AUTH")) == (3 if minutes == 10 else 2)
            assert server.lines.count("after the no: b'\\r\\n'") == (1 if minutes == 10 else 0)

    asyncio.run(story())


def test_a_refusal_that_is_not_about_age_stops_everything(tmp_path: Path) -> None:
    """A fresh connection with a good token, and the relay wants none of our letters: that is for a person."""

    async def story() -> None:
        with FakeAuthority(tokens(2)) as authority:
            async with FaultySmtp(
                {"mail": "535 5.7.139 disabled"}, after=2, extensions=XOAUTH2, token=lambda _: FIRST
            ) as server:
                results = await send(postman(server, login(authority, tmp_path)), 3, 1)
                assert results == [
                    *[HandoverResult.ACCEPTED] * 2,
                    HandoverResult.NOT_TRIED,
                    HandoverResult.ACCOUNT,
                ]

    asyncio.run(story())


def refused_smtp(logged_in: Tokens, **how: Any) -> tuple[OutreachError, int]:
    """Why the postman did not get in, and how often it tried."""

    async def story() -> tuple[OutreachError, int]:
        async with FaultySmtp(**{"extensions": XOAUTH2, **how}) as server:
            man = postman(server, logged_in)
            with pytest.raises(OutreachError) as told:
                await man.connect()
            assert not man.connected
            return told.value, len(server.said("AUTH"))

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("how", "answer", "minutes", "kind", "words", "tries"),
    [
        # A younger token helps neither: one renewal, two tries.
        ({"token": lambda _: "x"}, tokens(2), 10, LoginRefusedError, "outreach login", 2),
        # So young that its age is not the reason: one try.
        ({"token": lambda _: "x"}, tokens(2), 0, LoginRefusedError, "shared@town.example", 1),
        (
            {"token": lambda _: "x"},
            error("invalid_grant", "canary-refresh-1"),
            10,
            LoginRefusedError,
            "outreach login",
            1,
        ),
        ({"token": lambda _: "x"}, (503, b""), 10, TryAgainLaterError, "HTTP 503", 1),
        ({}, error("invalid_grant", "gone"), 70, LoginRefusedError, "outreach login", 0),
        ({"faults": {"auth": "454 4.7.0 busy"}}, tokens(2), 10, TryAgainLaterError, "454", 1),
        ({"faults": {"auth": "535 5.7.3 what is {line}"}}, tokens(2), 10, LoginRefusedError, "what is", 2),
        ({"extensions": ("AUTH PLAIN LOGIN",)}, tokens(2), 10, LoginRefusedError, "no login by token", 0),
    ],
)
def test_a_relay_that_wants_no_token(
    tmp_path: Path,
    how: dict[str, Any],
    answer: Answer,
    minutes: int,
    kind: type[OutreachError],
    words: str,
    tries: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At most one renewal, at most two tries, the sentence says what to do, and no token is told or logged."""
    caplog.set_level(logging.DEBUG)
    with FakeAuthority(answer) as authority:
        fault, tried = refused_smtp(login(authority, tmp_path, minutes=minutes), **how)
    assert isinstance(fault, kind)
    assert words in silent(fault)
    assert tried == tries
    assert len(authority.forms) <= 1
    assert "canary" not in caplog.text


def test_nobody_has_logged_in(tmp_path: Path) -> None:
    """No relay is called without a token."""
    with FakeAuthority(tokens()) as authority:
        made = authority_of("microsoft", OAuthSettings(client_id="x", authority=authority.origin), "")
        fault, tried = refused_smtp(Tokens(made, tmp_path / "outreach.login", lambda: BEGAN))
    assert (fault.exit_code, tried) == (4, 0)
    assert "outreach login" in silent(fault)


# ---------------------------------------------------------------- reading


def takes(good: Callable[[], str], heard: list[str]) -> Callable[[Talk], None]:
    """An IMAP server that takes one token; to others it says why, and then no."""

    def authenticate(talk: Talk) -> None:
        talk.say("+ ")
        said = base64.b64decode(talk.hear()).decode()
        heard.append(said)
        if said == f"user={USERNAME}\1auth=Bearer {good()}\1\1":
            talk.done()
            return
        talk.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        heard.append(talk.hear())
        talk.done(f"NO [AUTHENTICATIONFAILED] not {said.split('Bearer ')[1][:-2]}")

    return authenticate


def over(talk: Talk) -> None:
    """As Microsoft ends a session whose token has ended."""
    talk.say("* BYE Session invalidated: AccessTokenExpired")
    talk.hang_up()


def mailbox(server: FaultyImap, logged_in: Tokens) -> ImapMailbox:
    server.capabilities += " AUTH=XOAUTH2"
    settings = InboxSettings(host=server.host, port=server.port, security="none", username=USERNAME, auth="google")
    return ImapMailbox(settings, logged_in)


def test_the_mailbox_takes_a_renewed_token(tmp_path: Path) -> None:
    """It was refused once and renewed once; when the server ends the session, the next look has a token again."""
    good, heard = [SECOND], list[str]()
    with (
        FakeAuthority(tokens(2), tokens(3)) as authority,
        FaultyImap(authenticate=takes(lambda: good[0], heard)) as server,
    ):
        logged_in = login(authority, tmp_path)
        with mailbox(server, logged_in) as opened:
            assert len(authority.forms) == 1
            assert heard[1] == ""
            server.faults["examine"] = over
            with pytest.raises(TryAgainLaterError):
                list(opened.fetch_new("INBOX", None))
            del server.faults["examine"]
            good[0] = "canary-access-3"
            logged_in._now = lambda: BEGAN + timedelta(hours=2)
            assert list(opened.fetch_new("INBOX", None)) == []
    assert len(authority.forms) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (tokens(2), LoginRefusedError, 2),
        (error("invalid_grant"), LoginRefusedError, 1),
        ((500, b""), TryAgainLaterError, 1),
    ],
)
def test_a_mailbox_that_wants_no_token(
    tmp_path: Path, answer: Answer, kind: type[OutreachError], tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    """At most two tries, and the server's repeating of the token is not passed on."""
    caplog.set_level(logging.INFO)  # as the daemon logs: the library tells at DEBUG what a server says
    heard: list[str] = []
    with FakeAuthority(answer) as authority, FaultyImap(authenticate=takes(lambda: "x", heard)) as server:
        with pytest.raises(kind) as told:
            mailbox(server, login(authority, tmp_path)).open()
        assert server.count("AUTHENTICATE") == tries
    told_words = silent(told.value)
    assert ("outreach login" in told_words) == (kind is LoginRefusedError)
    assert "canary" not in caplog.text


def test_a_mailbox_that_is_busy_keeps_the_token(tmp_path: Path) -> None:
    """“Unavailable” is no refusal: nothing is renewed, it is tried again later."""

    def busy(talk: Talk) -> None:
        talk.say("+ ")
        talk.done(f"NO [UNAVAILABLE] later, {base64.b64decode(talk.hear()).decode()[:-2].split('Bearer ')[1]}")

    with FakeAuthority(tokens(2)) as authority, FaultyImap(authenticate=busy) as server:
        with pytest.raises(TryAgainLaterError) as told:
            mailbox(server, login(authority, tmp_path)).open()
        silent(told.value)
    assert authority.forms == []
