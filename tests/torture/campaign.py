"""A campaign of invented towns whose letters wait in the outbox, to be sent by processes that are killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from outreach.bootstrap import SystemClock, make_desk
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import clues_of
from outreach.campaign.letters.mailing import queue_invitations
from outreach.campaign.letters.wire import letter_parts
from outreach.core.letters.stationery import Stationery
from outreach.core.proof import profile_name
from outreach.model import Contact, Invitee, RelayProfile
from outreach.settings import CampaignSettings, InboxSettings, SenderSettings, SendingSettings, Settings, SmtpSettings
from tests.torture.copies import SENT

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2022, 7, 15, 9, tzinfo=UTC)
DATABASE = "outreach.db"
PATIENCE = 120.0  # seconds after which a child that does not end is a fault


@dataclass
class Campaign:
    """Its folder, and what every process that opens it shares without asking: the compiled stationery."""

    folder: Path
    settings: Settings
    editions: dict[int, Stationery]
    moment: datetime = START

    @contextmanager
    def open(self) -> Iterator[Desk]:
        """The desk of one process; the clock starts at the campaign's moment and runs on."""
        desk = make_desk(self.folder, self.settings, SystemClock(self.moment), "tester")
        try:
            yield replace(desk, editions=self.editions)
        finally:
            desk.store.close()

    def integrity(self) -> str:
        """What SQLite says of the file: "ok", if nothing is wrong with it."""
        with closing(sqlite3.connect(self.folder / DATABASE)) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def make_campaign(folder: Path, letters: int, port: int, *, connections: int = 4) -> Campaign:
    """Enrols as many towns, and queues an invitation to each."""
    folder.mkdir(exist_ok=True)
    (folder / "templates").symlink_to(ROOT / "templates")
    settings = Settings(
        CampaignSettings("torture", "Torture", date(2022, 9, 15), mode="real", database=f"sqlite:///{DATABASE}"),
        SenderSettings("Secretariat", "secretariat@campaign.example"),
        SmtpSettings("127.0.0.1", port, security="none", per_minute=0, connections=connections),
        InboxSettings(kind="maildir", path="mailbox"),
        sending=SendingSettings(days=(), hours="any", holidays=False),
    )
    campaign = Campaign(folder, settings, {})
    towns = [
        Invitee(
            f"t{number}", f"Town {number}", "GB", contacts=(Contact(f"mayor@t{number}.example", person="A. Mayor"),)
        )
        for number in range(letters)
    ]
    with campaign.open() as desk:
        desk.store.register.enrol(towns, clues_of, START, "person:tester")
        queue_invitations(desk, desk.load_stationery(), list(desk.store.register.all().values()))
        first = desk.store.outbox.letters(invitee=1)[0]
        letter_parts(desk, first, START)  # compiles the templates, for all children that follow
        known = RelayProfile(profile_name(settings), START - timedelta(days=1), message_id="kept", sent_folder=SENT)
        desk.store.archive.learn(known)
    return campaign


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that goes again; in memory where that is possible: what is in a file survives a kill there, too."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def fork(work: Callable[[], None]) -> int:
    """Does some work in a child process; gives its number."""
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001  the child must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait_for(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Waits for something that another process does.

    Raises:
        TimeoutError: It did not.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.001)


def ended(pid: int, until: Callable[[], bool] = lambda: False, seconds: float = PATIENCE) -> int | None:
    """Waits so long until a child has ended, and gives its status; None if something else came true before."""
    status: list[int] = []

    def look() -> bool:
        found, code = os.waitpid(pid, os.WNOHANG)
        if found:
            status.append(os.waitstatus_to_exitcode(code))
        return bool(found) or until()

    wait_for(look, "a process does not end", seconds)
    return status[0] if status else None


def kill(pid: int) -> int:
    """`kill -9`; gives the status with which it ended, which is another one if it was dead already."""
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
