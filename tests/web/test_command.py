"""`outreach web` as it is called: how it opens, what it refuses, how accounts are given."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from outreach.adapters.config import load_settings
from outreach.bootstrap import make_desk
from outreach.entrypoints.cli.app import run
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.entrypoints.web.access import accounts
from outreach.entrypoints.web.door import Door, check_door, open_door
from outreach.model import OutreachError, UsageError
from tests.web.campaign import NOW
from tests.web.server import PASSWORD, Browser, Page, copy_of, running

HERE = ("--now", NOW.isoformat())


@dataclass
class Call:
    """Calls the command line as in a terminal, within this process."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Gives the exit code, what was printed, and what was said beside it."""
        code = run(["--folder", str(self.folder), *HERE, *arguments])
        told = self.capture.readouterr()
        return code, told.out, told.err


@pytest.fixture
def call(folder: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line on a copy of the campaign."""
    return Call(folder, capsys)


@contextmanager
def opened(folder: Path, arguments: Sequence[str] = ()) -> Iterator[str]:
    """The first line that a running `outreach web` prints."""
    command = [sys.executable, "-m", "outreach", "--folder", str(folder), *HERE, "web", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the campaign."""
    return copy_of(built, tmp_path / "campaign")


def test_it_prints_a_link_that_lets_in(folder: Path) -> None:
    """On this machine, without an account; what the person does stands in the log under their name."""
    with opened(folder, ["--by", "núria"]) as link:
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/open/[\w-]{40,})", link)
        assert found is not None, link
        browser = Browser(int(found[1]))
        assert browser.get("/").status == 401
        assert browser.post(found[2]).status == 303
        page = browser.get("/")
        assert "11 of 42 invited" in page.words
        assert "núria admin" in page.words


def test_ctrl_c_or_a_signal_ends_it_cleanly(folder: Path) -> None:
    """Nothing is printed that looks like a fault."""
    command = [sys.executable, "-m", "outreach", "--folder", str(folder), *HERE, "web", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split(":")[2].partition("/")[0])
        assert Browser(port).get("/login").status == 200
        process.send_signal(2)
        _out, told = process.communicate(timeout=30)
    assert process.returncode in (0, 1)
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "passwords would go in clear"),  # noqa: S104  what is refused
        (("--host", "192.0.2.1"), "passwords would go in clear"),
        (("--host", "::"), "passwords would go in clear"),
        (("--behind-tls",), "nobody could log in"),
        (("--proxy", "127.0.0.1"), "say --behind-tls too"),
    ],
)
def test_a_door_for_others_is_refused(call: Call, arguments: tuple[str, ...], told: str) -> None:
    """Without TLS in front, or without accounts; with what to do."""
    code, printed, said = call("web", *arguments)
    assert (code, printed, told in said) == (2, "", True)


def test_behind_tls_the_page_must_know_its_name(folder: Path) -> None:
    """Else any name would do."""
    settings = load_settings(folder / "config.toml")
    desk = make_desk(folder, replace(settings, web=replace(settings.web, hosts=())), VirtualClock(NOW), "anna")
    with pytest.raises(UsageError, match=r"\[web\] hosts"):
        check_door(desk, Door(behind_tls=True))
    desk.store.close()


def test_a_port_that_is_taken_is_said() -> None:
    """With another one to take."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutreachError, match=f"--port {port + 1}"):
            open_door(Door(port=port))


def test_behind_tls_cookies_and_origins_are_those_of_tls(call: Call, folder: Path) -> None:
    """The cookie is Secure and of this host alone, the origin https, plain names are refused, no link is printed."""
    assert call("web", "account", "add", "Anna Vila", "--role", "admin")[0] == 0
    with running(folder, NOW, door=Door(port=0, behind_tls=True)) as page:
        token = accounts.invite(page.desk, "Anna Vila")
        browser, named = Browser(page.port), {"Host": "outreach.example.org", "Origin": "https://outreach.example.org"}
        form = {**named, "Content-Type": "application/x-www-form-urlencoded"}
        body = f"password={PASSWORD}&again={PASSWORD}".replace(" ", "+").encode()
        assert browser.get("/login").status == 400
        assert (
            browser.ask("POST", f"/open/{token}", body, {**form, "Origin": "http://outreach.example.org"}).status == 403
        )
        came = browser.ask("POST", f"/open/{token}", body, form)
        assert came.status == 303
        assert came.headers["set-cookie"].startswith("__Host-outreach=")
        assert "Secure" in came.headers["set-cookie"]
        assert "max-age=" in came.headers["strict-transport-security"]
        assert browser.get("/", **named).status == 200


def test_forwarded_headers_are_not_believed(looked_at: Page) -> None:
    """Anybody could write them."""
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.9", "Forwarded": "host=evil.example"}
    answer = looked_at.someone("admin").get("/accounts", **forged)
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(("proxy", "kept_out"), [("127.0.0.1", False), ("192.0.2.1", True), ("", True)])
def test_a_named_proxy_tells_where_a_browser_is(folder: Path, proxy: str, kept_out: bool) -> None:
    """Then somebody else's wrong tries keep nobody out; nobody else is believed."""
    with running(folder, NOW, door=Door(port=0, behind_tls=True, proxy=proxy)) as page:
        accounts.add_account(page.desk, "Anna Vila", "admin")
        form = {"Host": "outreach.example.org", "Origin": "https://outreach.example.org"}
        form["Content-Type"] = "application/x-www-form-urlencoded"
        for number, address in enumerate(["198.51.100.1"] * 5 + ["198.51.100.2"]):
            body = b"name=anna+vila&password=wrong+password+here"
            answer = page.anybody().ask("POST", "/login", body, {**form, "X-Forwarded-For": address})
            assert answer.status == (429 if number == 5 and kept_out else 401)


def test_accounts_are_given_on_the_command_line(call: Call) -> None:
    """Added, listed, changed, invited anew, removed."""
    account = ("web", "account")
    added = call(*account, "add", "Anna Vila", "--role", "sender")
    assert re.fullmatch(r"https://outreach\.example\.org/open/[\w-]{40,}\n", added[1])
    assert call(*account, "add", "anna vila", "--role", "admin")[0] == 2
    assert call(*account, "add", "Ben", "--role", "king")[0] == 2
    listed = json.loads(call(*account, "list", "--json")[1])
    assert listed == [{"name": "Anna Vila", "role": "sender", "invited": True, "seen": None}]
    assert "reader now" in call(*account, "role", "Anna Vila", "reader")[1]
    assert "/open/" in call(*account, "invite", "Anna Vila")[1]
    assert "reader" in call(*account, "list")[1]
    assert "no account any more" in call(*account, "remove", "Anna Vila")[1]
    code, _printed, said = call(*account, "remove", "Anna Vila")
    assert (code, "there is no account" in said) == (2, True)
