"""Tokens of Microsoft and Google: how they are got, kept, renewed and refused, and that nothing secret is told."""

from __future__ import annotations

import http.client
import json
import logging
import stat
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from outreach.adapters.oauth.authority import Authority, authority_of
from outreach.adapters.oauth.device import ask_for_code, wait_for_token
from outreach.adapters.oauth.redirect import log_in_by_browser
from outreach.adapters.oauth.tokens import Tokens
from outreach.model import ConfigurationError, LoginRefusedError, OutreachError, TryAgainLaterError
from outreach.settings import OAuthSettings
from tests.servers.authority import CODE, DRIP, Answer, FakeAuthority, Form, Rotating, error, tokens

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SECRET = "canary-secret"
PENDING, SLOWER = error("authorization_pending"), error("slow_down")


def authority(server: FakeAuthority, provider: str = "microsoft", secret: str = "") -> Authority:
    return authority_of(provider, OAuthSettings(client_id="our-app", authority=server.origin), secret)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


def kept(server: FakeAuthority, folder: Path, clock: Clock, answer: dict[str, Any] | None = None) -> Tokens:
    """Tokens after a login."""
    made = Tokens(authority(server), folder / "outreach.login", clock.now)
    made.keep(answer or tokens())
    return made


def silent(fault: BaseException) -> str:
    """What a fault says; nothing secret stands in it, nor in its traceback."""
    told = "".join(traceback.format_exception(fault))
    assert "canary" not in told
    return str(fault)


# ---------------------------------------------------------------- where


def test_the_addresses_of_the_providers() -> None:
    """Microsoft by device code for one tenant, Google by browser; everything over https."""
    settings = OAuthSettings(client_id="x", tenant="town.example")
    microsoft, google = (authority_of(name, settings, "") for name in ("microsoft", "google"))
    assert microsoft.token == "https://login.microsoftonline.com/town.example/oauth2/v2.0/token"
    assert set(microsoft.scope.split()) == {
        "https://outlook.office.com/SMTP.Send",
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "offline_access",
    }
    assert (google.scope, google.device) == ("https://mail.google.com/", "")
    addresses = (microsoft.device, microsoft.token, google.authorize, google.token)
    assert {urlsplit(address).scheme for address in addresses} == {"https"}


def test_tokens_come_encrypted_or_from_this_machine() -> None:
    """Another host in clear is not even called."""
    open_ = authority_of("microsoft", OAuthSettings(client_id="x", authority="http://tokens.example"), "")
    with pytest.raises(ConfigurationError, match="only fetched over https"):
        ask_for_code(open_)


# ---------------------------------------------------------------- by device code


def log_in(server: FakeAuthority) -> tuple[dict[str, Any], list[float]]:
    """Logs in by a code; gives the answer and how long was waited each time."""
    waits: list[float] = []
    code = ask_for_code(authority(server))
    assert (code.address, code.code) == (CODE["verification_uri"], CODE["user_code"])
    assert "canary" not in repr(code)
    return dict(wait_for_token(authority(server), code, waits.append)), waits


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([tokens()], [5]),
        ([PENDING, PENDING, tokens()], [5, 5, 5]),
        ([PENDING, SLOWER, PENDING, SLOWER, tokens()], [5, 5, 10, 10, 15]),
        ([(503, b"busy"), PENDING, (500, b""), tokens()], [5, 10, 10, 20]),
        ([(200, b"<html>"), tokens()], [5, 10]),
    ],
)
def test_a_code_that_is_typed(answers: list[Answer], waits: list[float]) -> None:
    """As slowly as the authority wants; a server that is broken for a moment is asked again, more rarely."""
    with FakeAuthority(*answers) as server:
        answer, waited = log_in(server)
    assert answer["access_token"] == "canary-access-1"
    assert waited == waits
    assert server.forms[0] == {
        "client_id": "our-app",
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": "canary-device",
    }


@pytest.mark.parametrize(
    ("answers", "kind", "words"),
    [
        ([PENDING, error("access_denied")], LoginRefusedError, "turned down"),
        ([error("authorization_declined")], LoginRefusedError, "turned down"),
        ([PENDING, error("expired_token")], TryAgainLaterError, "in time"),
        ([PENDING], TryAgainLaterError, "in time"),
        ([(502, b"canary-device")], TryAgainLaterError, "in time"),
        ([error("bad_verification_code", "what is canary-device?")], LoginRefusedError, "what is …?"),
        ([error("invalid_client")], LoginRefusedError, "client_id"),
    ],
)
def test_a_code_that_leads_nowhere(answers: list[Answer], kind: type[OutreachError], words: str) -> None:
    """Turned down, too late, or not known."""
    with FakeAuthority(*answers) as server, pytest.raises(kind) as told:
        log_in(server)
    assert words in silent(told.value)
    assert type(told.value) is kind


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (error("unauthorized_client", "not a public client"), "check client_id"),
        ({"device_code": "x"}, "no token"),
        ({**CODE, "user_code": "A\x1b[31mB"}, "no token"),
        ({**CODE, "verification_uri": "http://login.example/device"}, "not https"),
        ({**CODE, "verification_uri": "javascript:alert(1)"}, "not https"),
    ],
)
def test_a_code_that_is_none(code: dict[str, Any], words: str) -> None:
    """Nobody is sent to a strange address, and a terminal gets no commands."""
    with FakeAuthority(tokens(), code=code) as server, pytest.raises(LoginRefusedError) as told:
        ask_for_code(authority(server))
    assert words in silent(told.value)


# ---------------------------------------------------------------- by browser


def browse(
    server: FakeAuthority, change: Callable[[Form], Form], *, patience: float = 30, provider: str = "google"
) -> dict[str, Any]:
    """A browser opens the address, the person agrees, and the browser comes back with `change`d words."""
    visits: list[threading.Thread] = []
    strangers: list[int] = []

    def visit(address: str) -> None:
        sent = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        home = urlsplit(sent["redirect_uri"])

        def come_back(words: Form) -> int:
            connection = http.client.HTTPConnection(home.hostname or "", home.port or 0)
            connection.request("GET", "/?" + urlencode(words))
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status

        def person() -> None:
            with suppress(OSError):  # nobody waits any more
                strangers.append(come_back({"state": "guessed", "code": "evil"}))
                come_back(change({"state": sent["state"], "code": "canary-code"}))

        assert sent["code_challenge_method"] == "S256"
        assert sent.get("access_type") == "offline" or "offline_access" in sent["scope"].split()  # a refresh token
        visits.append(threading.Thread(target=person))
        visits[0].start()

    try:
        return dict(log_in_by_browser(authority(server, provider, SECRET), visit, patience=patience))
    finally:
        visits[0].join()
        assert strangers in ([400], [])


@pytest.mark.parametrize(("provider", "home"), [("google", "127.0.0.1"), ("microsoft", "localhost")])
def test_a_browser_comes_back(provider: str, home: str) -> None:
    """The code is redeemed with the proof that it was asked for from here; a stranger's answer changes nothing."""
    with FakeAuthority(tokens()) as server:
        assert browse(server, lambda words: words, provider=provider)["refresh_token"] == "canary-refresh-1"
        assert len(server.forms) == 1
    form = server.forms[0]
    assert (form["code"], form["client_secret"], form["grant_type"]) == (
        "canary-code",
        SECRET,
        "authorization_code",
    )
    assert urlsplit(form["redirect_uri"]).hostname == home
    assert 43 <= len(form["code_verifier"]) <= 128  # RFC 7636 §4.1


@pytest.mark.parametrize(
    ("change", "answer", "kind", "words"),
    [
        (lambda w: {"state": w["state"], "error": "access_denied"}, tokens(), LoginRefusedError, "access_denied"),
        (lambda w: w, error("invalid_grant", "canary-code of canary-secret"), LoginRefusedError, "… of …"),
        (lambda w: w, (500, b"canary-code"), TryAgainLaterError, "HTTP 500"),
        (lambda w: {"code": w["code"]}, tokens(), TryAgainLaterError, "in time"),
    ],
)
def test_a_browser_that_brings_nothing(
    change: Callable[[Form], Form], answer: Answer, kind: type[OutreachError], words: str
) -> None:
    """Turned down, refused, or nobody came."""
    with FakeAuthority(answer) as server, pytest.raises(kind) as told:
        browse(server, change, patience=0.5 if words == "in time" else 30)
    assert words in silent(told.value)


def test_a_port_that_is_taken() -> None:
    """The sentence names the way out."""
    with FakeAuthority(tokens()) as server, pytest.raises(OutreachError, match="--port"):
        log_in_by_browser(authority(server, "google"), lambda _: None, port=urlsplit(server.origin).port or 0)


# ---------------------------------------------------------------- kept and renewed


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Mode 0600, nothing half written beside it, replaced as a whole; others who may read it are told."""
    with FakeAuthority(tokens(2)) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        path = tmp_path / "outreach.login"
        before = path.stat().st_ino
        clock.time += timedelta(hours=1)
        made.current()
        assert path.stat().st_ino != before
        assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}
        assert {one.name for one in tmp_path.iterdir()} == {"outreach.login", "outreach.login.lock"}
        path.chmod(0o640)
        with pytest.raises(ConfigurationError, match="chmod 600"):
            made.current()


def test_a_token_is_kept_until_shortly_before_its_end(tmp_path: Path) -> None:
    """Three minutes before; then the refresh token gives a new one."""
    with FakeAuthority(tokens(2)) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        for minutes, number in ((0, 1), (56, 1), (57.1, 2), (60, 2)):
            clock.time = NOW + timedelta(minutes=minutes)
            assert made.current() == f"canary-access-{number}"
    assert [form["refresh_token"] for form in server.forms] == ["canary-refresh-1"]
    assert "canary" not in repr((made, made.login(), made.authority))


@pytest.mark.parametrize(("rotated", "second"), [(True, "canary-refresh-2"), (False, "canary-refresh-1")])
def test_a_refresh_token_that_rotates_or_not(tmp_path: Path, rotated: bool, second: str) -> None:
    """Microsoft gives a new one each time, Google keeps the first."""
    with FakeAuthority(tokens(2, rotated=rotated), tokens(3)) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        for _ in range(2):
            clock.time += timedelta(hours=1)
            made.current()
    assert [form["refresh_token"] for form in server.forms] == ["canary-refresh-1", second]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (error("invalid_grant", "AADSTS70043: canary-refresh-1\x1b[2J ended"), LoginRefusedError, "outreach login"),
        (error("interaction_required"), LoginRefusedError, "outreach login"),
        (error("invalid_client", "canary-refresh-1"), LoginRefusedError, "client_id"),
        (error("temporarily_unavailable"), TryAgainLaterError, "later"),
        ((500, b"canary-refresh-1"), TryAgainLaterError, "HTTP 500"),
        ((503, b'{"error": "invalid_grant"}'), TryAgainLaterError, "HTTP 503"),
        ((429, b'{"error": "invalid_grant"}'), TryAgainLaterError, "HTTP 429"),
        ((200, b"<html>canary-refresh-1</html>"), TryAgainLaterError, "sensible"),
        ((200, b"[1]"), TryAgainLaterError, "sensible"),
        ((200, b"[" * 100_000), TryAgainLaterError, "sensible"),
        ((200, b'{"access_token": "' + b"x" * 300_000 + b'"}'), TryAgainLaterError, "sensible"),
        ((404, b"{}"), TryAgainLaterError, "HTTP 404"),
        ((302, b"http://127.0.0.1:1/token"), TryAgainLaterError, "HTTP 302"),
        ({"access_token": "a\r\nb"}, LoginRefusedError, "no token in the answer"),
        ({"access_token": ""}, LoginRefusedError, "no token in the answer"),
        (DRIP, TryAgainLaterError, "later"),
    ],
)
def test_a_renewal_that_fails(
    tmp_path: Path, answer: Answer, kind: type[OutreachError], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What to do is said, nothing secret is, and the old refresh token is still there for the next try."""
    caplog.set_level(logging.DEBUG)
    with FakeAuthority(answer) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        made.authority = replace(made.authority, patience=0.3 if answer == DRIP else 20)
        clock.time += timedelta(hours=2)
        with pytest.raises(kind) as told:
            made.current()
        assert words in silent(told.value)
        assert "\x1b" not in str(told.value)
        assert "canary" not in caplog.text
        assert json.loads((tmp_path / "outreach.login").read_text())["refresh"] == "canary-refresh-1"
        server.answers = [tokens(2)]
        made.authority = authority(server)
        assert made.current() == "canary-access-2"


def test_an_authority_that_is_away(tmp_path: Path) -> None:
    """Try again later."""
    clock = Clock()
    with FakeAuthority(tokens()) as server:
        made = kept(server, tmp_path, clock)
    clock.time += timedelta(hours=2)
    with pytest.raises(TryAgainLaterError, match="out of reach"):
        made.current()


def test_a_token_that_was_refused(tmp_path: Path) -> None:
    """It is renewed, unless it is so young that its age cannot be the reason, or somebody has renewed it already."""
    with FakeAuthority(tokens(2), tokens(3)) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        assert made.renewed("canary-access-1") is None
        clock.time += timedelta(minutes=2)
        assert made.renewed("canary-access-1") == "canary-access-2"
        assert made.renewed("canary-access-1") == "canary-access-2"
        assert made.renewed("canary-access-2") is None
    assert len(server.forms) == 1


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (None, LoginRefusedError, "nobody has logged in"),
        ("canary {", ConfigurationError, "outreach login"),
        ('{"refresh": "canary"}', ConfigurationError, "outreach login"),
        ('["canary"]', ConfigurationError, "outreach login"),
    ],
)
def test_a_file_that_is_missing_or_broken(
    tmp_path: Path, text: str | None, kind: type[OutreachError], words: str
) -> None:
    """What to do, and nothing of what stands in it; a new login mends it."""
    path = tmp_path / "outreach.login"
    with FakeAuthority(tokens()) as server:
        made = Tokens(authority(server), path, Clock().now)
        if text is not None:
            path.write_text(text)
            path.chmod(0o600)
        with pytest.raises(kind) as told:
            made.current()
        assert words in silent(told.value)
        made.keep(tokens())
        assert made.current() == "canary-access-1"


def test_another_application_needs_another_login(tmp_path: Path) -> None:
    """A token is not shown in the name of an application that it was not made for."""
    with FakeAuthority(tokens()) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        made.authority = replace(made.authority, client_id="another")
        with pytest.raises(LoginRefusedError, match="another application"):
            made.current()


def test_a_login_without_a_refresh_token(tmp_path: Path) -> None:
    """It would end within the hour; nothing is kept."""
    with FakeAuthority(tokens()) as server, pytest.raises(LoginRefusedError) as told:
        kept(server, tmp_path, Clock(), tokens(rotated=False))
    assert "no token" in silent(told.value)
    assert not (tmp_path / "outreach.login").exists()


SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from outreach.adapters.oauth.authority import authority_of
from outreach.adapters.oauth.tokens import Tokens
from outreach.settings import OAuthSettings
made = authority_of("microsoft", OAuthSettings(client_id="our-app", authority=sys.argv[1]), "")
print("ready", flush=True)
sys.stdin.readline()
print(Tokens(made, Path(sys.argv[2]), lambda: datetime.now(UTC)).current())
"""


def test_processes_that_renew_at_once_lose_nothing(tmp_path: Path) -> None:
    """A refresh token counts once; four processes and their threads get the same new token by one question."""
    rotating = Rotating()
    with FakeAuthority(rotating) as server:
        kept(server, tmp_path, Clock(), tokens(seconds=1)).login()
        command = [sys.executable, "-c", SCRIPT, server.origin, str(tmp_path / "outreach.login")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        crowd: list[subprocess.Popen[str]] = [subprocess.Popen(command, **pipes) for _ in range(4)]  # type: ignore[call-overload]
        for one in crowd:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in crowd:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [one.communicate()[0] for one in crowd]
    assert said == ["canary-access-2\n"] * 4
    assert len(server.forms) == 1
    assert json.loads((tmp_path / "outreach.login").read_text())["refresh"] == "canary-refresh-2"


def test_threads_that_renew_at_once_lose_nothing(tmp_path: Path) -> None:
    """The connections of one process, ten times over."""
    rotating = Rotating()
    with FakeAuthority(rotating) as server:
        clock = Clock()
        made = kept(server, tmp_path, clock)
        for round_ in range(10):
            clock.time += timedelta(hours=2)
            start, got = threading.Barrier(4), list[str]()

            def work(start: threading.Barrier = start, got: list[str] = got) -> None:
                start.wait()
                got.append(made.current())

            crowd = [threading.Thread(target=work) for _ in range(4)]
            for one in crowd:
                one.start()
            for one in crowd:
                one.join()
            assert got == [f"canary-access-{round_ + 2}"] * 4
    assert len(server.forms) == 10
