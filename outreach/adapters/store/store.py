"""The store: one database with its rooms, brought up to date when it is opened."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from outreach.adapters.store.access import Access
from outreach.adapters.store.engine import open_engine, sqlite_path, together, writing
from outreach.adapters.store.invitees.erasure import Erasure
from outreach.adapters.store.invitees.invitee_list import InviteeList
from outreach.adapters.store.invitees.register import Register
from outreach.adapters.store.letters.archive import Archive
from outreach.adapters.store.letters.departures import Departures
from outreach.adapters.store.letters.letter_list import LetterList
from outreach.adapters.store.letters.outbox import Outbox
from outreach.adapters.store.letters.passes import Passes
from outreach.adapters.store.letters.senders import Senders
from outreach.adapters.store.letters.trails import Trails
from outreach.adapters.store.log.acts import Acts
from outreach.adapters.store.log.audit import Audit
from outreach.adapters.store.log.figures import Figures
from outreach.adapters.store.log.journal import Fold, Journal
from outreach.adapters.store.mail.inbox import Inbox
from outreach.adapters.store.mail.lessons import Lessons
from outreach.adapters.store.mail.mail_list import MailList
from outreach.adapters.store.switches import Switches
from outreach.model import OutreachError

HEAD = "0011"  # the newest migration; a test holds it against the folder
MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x6F757470  # PostgreSQL's advisory lock: page and daemon may be started at once


@dataclass(frozen=True)
class Store:
    """The rooms of one database, for one wave of one campaign."""

    engine: Engine
    campaign: str
    wave: int
    journal: Journal
    register: Register
    outbox: Outbox
    departures: Departures
    senders: Senders
    inbox: Inbox
    mail_list: MailList
    acts: Acts
    lessons: Lessons
    switches: Switches
    archive: Archive
    passes: Passes
    trails: Trails
    access: Access
    figures: Figures
    invitee_list: InviteeList
    letter_list: LetterList
    audit: Audit
    erasure: Erasure

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction over several rooms: all of it or nothing."""
        with writing(self.engine) as connection:
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction of whatever the rooms do meanwhile, and each sees what the others wrote."""
        with together(self.engine):
            yield

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()

    def backup(self, target: Path) -> None:
        """Writes a consistent copy of the database to a file, while others go on writing.

        Raises:
            OutreachError: The file is there already, or the copy failed.
        """
        if target.exists():
            message = f"{target} exists already; a backup never overwrites: name another file"
            raise OutreachError(message)
        source = sqlite_path(self.engine)
        if source is None:
            _dump_postgresql(self.engine, target)
        else:
            _copy_sqlite(source, target)
        target.chmod(0o600)


def open_store(url: str, folder: Path, *, campaign: str, wave: int, fold: Fold) -> Store:
    """Opens the database, brings its tables up to date, and gives its rooms.

    Raises:
        OutreachError: The database is newer than this program, or cannot be opened.
    """
    engine = open_engine(url, folder)
    try:
        upgrade(engine)
    except OutreachError:
        engine.dispose()
        raise
    path = sqlite_path(engine)
    if path is not None and path.exists():
        path.chmod(0o600)
    journal = Journal(engine, campaign, wave, fold)
    journal.fold_listing()
    register = Register(engine, journal, campaign, wave)
    outbox = Outbox(engine, journal, campaign, wave)
    passes = Passes(engine, folder)
    departures = Departures(engine, journal, register, passes, campaign, wave)
    senders = Senders(engine, campaign, wave)
    inbox, acts, lessons = Inbox(engine, journal), Acts(engine, campaign, wave), Lessons(engine, campaign)
    switches, access = Switches(engine), Access(engine)
    archive = Archive(engine, journal, outbox, campaign, wave)
    figures = Figures(engine, campaign, wave)
    invitees = InviteeList(engine, campaign, wave)
    mail_list = MailList(engine, invitees, campaign, wave)
    first = (journal, register, outbox, departures, senders, inbox, mail_list, acts, lessons, switches)
    return Store(
        engine,
        campaign,
        wave,
        *first,
        archive,
        passes,
        Trails(engine, folder, campaign, wave),
        access,
        figures,
        invitees,
        LetterList(engine, invitees, campaign, wave),
        Audit(engine, campaign),
        Erasure(engine),
    )


def upgrade(engine: Engine, target: str = "head") -> None:
    """Runs the migrations that are missing, all in one transaction: a kill in between changes nothing."""
    with writing(engine) as connection:
        if target == "head" and _version(connection) == HEAD:
            return
        if connection.dialect.name == "postgresql":  # on SQLite only one writes anyway
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        present = _version(connection)
        if present == HEAD and target == "head":  # another process has just done it
            return
        if present is not None and present > HEAD:
            name = engine.url.render_as_string()
            message = f"{name} was made by a newer outreach (its version is {present}); install that version"
            raise OutreachError(message)
        _run_alembic(connection, target)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_alembic(connection: Connection, target: str) -> None:
    from alembic import command  # noqa: PLC0415  half a second that most calls never need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if target == "head" or target > (_version(connection) or ""):
        command.upgrade(config, target)
    else:
        command.downgrade(config, target)


def _copy_sqlite(source: Path, target: Path) -> None:
    connection = sqlite3.connect(source, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        message = f"the backup to {target} failed: {error}; check the disk's space and the folder's rights"
        raise OutreachError(message) from error
    finally:
        connection.close()


def _dump_postgresql(engine: Engine, target: Path) -> None:
    url = engine.url
    known = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGDATABASE": url.database}
    secret = {"PGPASSWORD": url.password} if url.password else {}
    settings = {key: str(value) for key, value in {**known, **url.query, **secret}.items() if value}
    if "host" in settings:
        settings["PGHOST"] = settings.pop("host")
    try:
        subprocess.run(  # noqa: S603  a fixed command; the file's name is one argument
            ["pg_dump", "--format=custom", f"--file={target}"],  # noqa: S607
            env={**os.environ, **settings},
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        message = "pg_dump is not installed; install PostgreSQL's client programs to make a backup"
        raise OutreachError(message) from error
    except subprocess.CalledProcessError as error:
        message = f"pg_dump failed: {error.stderr.strip()}"
        raise OutreachError(message) from error
