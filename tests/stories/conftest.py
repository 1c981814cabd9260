"""A secretariat's office for whole stories: a campaign folder, a real mailbox, a relay that keeps what it gets."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.adapters.config import load_settings
from outreach.bootstrap import make_desk
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.settings import Settings
from tests.servers.dovecot import Account, Dovecot
from tests.servers.relay import Relay
from tests.servers.sink import Sink
from tests.stories.forked import call, start
from tests.stories.room import START, Room

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ("id", "name", "country", "kind", "person", "title", "gender", "email", "cc", "language", "timezone", "notes")
LAUNCH = "2022-07-15T10:00:00+02:00"
TOWNS = (
    ("northam", "Northam", "GB", "en"),
    ("vallbona", "Vallbona", "ES", "ca"),
    ("rioseco", "Rioseco", "ES", "es"),
    ("beaumont", "Beaumont", "FR", "fr"),
    ("hillcrest", "Hillcrest", "ZA", "en"),
    ("lakeside", "Lakeside", "KE", "en"),
    ("sanmarco", "San Marco", "IT", "it"),
    ("fairview", "Fairview", "CA", "en"),
)
CONFIG = """
[campaign]
id = "trial-2022"
name = "10, 100, 1000 Human Rights Cities and Territories by 2030"
deadline = 2022-09-15
mode = "real"
committee_url = "https://committee.example/"
[sender]
name = "UCLG-CSIPDHR"
address = "cisdpl@uclg.org"
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
connections = 2
per_minute = 0
[inbox]
host = "127.0.0.1"
port = {imap_port}
security = "none"
username = "{username}"
password_env = "OUTREACH_IMAP_PASSWORD"
[letters]
attachments = ["papers/participation.pdf"]
[sending]
days = []
hours = "any"
holidays = false
[[reminders]]
days_before = 31
[[reminders]]
days_before = 17
[[reminders]]
days_before = 7
"""


@dataclass
class Result:
    """What one call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as data."""
        return json.loads(self.out)


@dataclass
class Office:
    """A campaign folder and its servers."""

    folder: Path
    sink: Sink
    account: Account
    now: str = LAUNCH
    env: dict[str, str] = field(default_factory=dict)
    fresh: bool = False  # each call starts Python anew

    def call(self, *arguments: str, code: int | None = 0, now: str | None = None, keys: str | None = None) -> Result:
        """Calls the command line and holds it to an exit code; a traceback is never right."""
        way = start if self.fresh else call
        done = Result(*way(self.words(*arguments, now=now), self.environment(), keys or ""))
        assert "Traceback" not in done.err, done.err
        assert code is None or done.code == code, f"exit {done.code}\n{done.out}\n{done.err}"
        return done

    def words(self, *arguments: str, now: str | None = None) -> list[str]:
        """What stands behind `outreach`."""
        return ["--folder", str(self.folder), "--now", now or self.now, "--by", "tester", *arguments]

    def command(self, *arguments: str, now: str | None = None) -> list[str]:
        """The whole command, for those who start it by themselves."""
        return [sys.executable, "-m", "outreach", *self.words(*arguments, now=now)]

    def environment(self) -> dict[str, str]:
        """The environment of a call."""
        return {**os.environ, "OUTREACH_IMAP_PASSWORD": self.account.password, **self.env}

    def write_contacts(self, towns: Sequence[Sequence[str]]) -> None:
        """Writes contacts.csv."""
        with (self.folder / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for key, name, country, language in towns:
                writer.writerow([key, name, country, "city", "", "", "", f"mayor@{key}.example", "", language, "", ""])

    def letter(self, town: str, number: int = 0) -> EmailMessage:
        """The letter number so-and-so that came to a town."""
        mine = [one for one in self.sink.letters if f"mayor@{town}.example" in one.recipients]
        parsed = message_from_bytes(mine[number].raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def answer(self, town: str, text: str, when: str, **headers: str) -> str:
        """A town hall answers our letter; gives the Message-ID."""
        letter = self.letter(town)
        mail = EmailMessage()
        mail["From"] = headers.pop("From", f"mayor@{town}.example")
        mail["To"] = "cisdpl@uclg.org"
        mail["Subject"] = headers.pop("Subject", f"Re: {letter['Subject']}")
        mail["Date"] = format_datetime(datetime.fromisoformat(when))
        mail["Message-ID"] = headers.pop("Message_ID", f"<{town}.{len(text)}.{when[:10]}@{town}.example>")
        if not headers.pop("fresh", ""):
            mail["In-Reply-To"] = mail["References"] = letter["Message-ID"]
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        body = letter.get_body(("plain",))
        assert body is not None
        quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
        mail.set_content(f"{text}\n\nOn 15 July 2022, UCLG-CSIPDHR <cisdpl@uclg.org> wrote:\n{quoted}\n")
        self.account.deliver(mail.as_bytes())
        return str(mail["Message-ID"])

    def states(self) -> dict[str, str]:
        """The state of every invitee."""
        return {line["invitee"]: line["state"] for line in self.call("log", "--json").json}


@pytest.fixture
def make_office(tmp_path: Path, dovecot: Dovecot) -> Iterator[Callable[..., Office]]:
    """Makes an office: its own mailbox, and a relay that keeps what it gets."""
    sinks: list[Sink] = []

    def make(*, smtp_port: int | None = None, towns: Sequence[Sequence[str]] = TOWNS) -> Office:
        sink = Sink()
        sink.__enter__()
        sinks.append(sink)
        account = dovecot.account()
        folder = tmp_path / "campaign"
        folder.mkdir()
        (folder / "templates").symlink_to(ROOT / "templates")
        (folder / "papers").mkdir()
        (folder / "papers" / "participation.pdf").write_bytes(b"%PDF-1.4\nobjectives and participation\n%%EOF\n")
        config = CONFIG.format(smtp_port=smtp_port or sink.port, imap_port=dovecot.port, username=account.username)
        (folder / "config.toml").write_text(config, encoding="utf-8")
        office = Office(folder, sink, account)
        office.write_contacts(towns)
        return office

    yield make
    for sink in sinks:
        sink.__exit__()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """An office whose letters wait in a sink."""
    return make_office()


@pytest.fixture
def make_room(make_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Room]]:
    """Makes a room with three towns; `change` turns its settings, the rest is how its relay behaves."""
    opened: list[Room] = []

    def make(change: Callable[[Settings], Settings] = lambda settings: settings, **how: Any) -> Room:
        relay = Relay(**how)
        relay.__enter__()
        office = make_office(smtp_port=relay.port, towns=TOWNS[:3])
        relay.account = office.account
        monkeypatch.setenv("OUTREACH_IMAP_PASSWORD", office.account.password)
        clock = VirtualClock(START)
        settings = change(load_settings(office.folder / "config.toml"))
        opened.append(Room(office, relay, make_desk(office.folder, settings, clock, "tester"), clock))
        return opened[-1]

    yield make
    for room in opened:
        room.desk.store.close()
        room.relay.__exit__()
