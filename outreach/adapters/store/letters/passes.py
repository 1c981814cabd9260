"""Counts passes and batches of letters, in the database and in a file beside it: a restored backup is noticed.

A database whose count is lower than the file's is older than the last letters.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import clock, reading, sqlite_path, writing
from outreach.adapters.store.switches import put
from outreach.model import OutreachError

NAME = "passes"


class Passes:
    """The count of one database. Whoever sends counts before, and whoever copies the database counts after."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self._engine = engine
        database = sqlite_path(engine)
        self._file = home / "outreach.passes" if database is None else database.with_name(f"{database.name}.passes")
        self._travels = database is not None  # a SQLite file goes with its folder; PostgreSQL serves many folders

    def restored(self) -> bool:
        """Whether the database is older than the last letters that left from here.

        A SQLite file without its companion was moved or restored: nobody knows what left since. With PostgreSQL a
        folder that has no file yet belongs to one more sender.
        """
        with reading(self._engine) as connection:
            count = _count(connection)
        beside = self._beside()
        return self._travels and count > 0 if beside is None else count < beside

    def count_on(self, now: datetime) -> None:
        """One more, in the database first: if we die in between, the database is ahead and nothing looks restored."""
        beside = self._beside()
        with writing(self._engine) as connection:
            count = _count(connection, lock=True)
            if not count and beside is None:
                self._write(0)  # before the first commit: a database that counts without its file looks restored
            count = max(count, beside or 0) + 1
            put(connection, NAME, str(count), now)
        self._write(count)

    def count_within(self, connection: Connection) -> int | None:
        """One more within the transaction of an intent; None where nothing was counted before, or many files count.

        `note` tells the file before a byte leaves: a copy of the database that knows nothing of the intent is old, even
        if the program is killed at once. With PostgreSQL senders would wait here for each other.
        """
        if not self._travels or not (count := _count(connection)):
            return None
        connection.execute(update(t.switch).where(t.switch.c.name == NAME).values(value=str(count + 1)))
        return count + 1

    def note(self, count: int) -> None:
        """Writes a count into the file and does not wait for the disk: it is there though this process were killed."""
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb", buffering=0) as file:
                file.write(b"%d\n" % count)  # over the lower one, which is no longer
        except OSError as error:
            raise cannot_write(self._file, error) from error

    def counted_after(self, moment: datetime) -> bool:
        """Whether the last pass was counted after a moment, and after the time by the clock of a database that has one.

        That one serves several machines: where only ours is behind, it is no news that others are ahead of it.
        """
        with reading(self._engine) as connection:
            last = connection.execute(select(t.switch.c.set_at).where(t.switch.c.name == NAME)).scalar()
            return last is not None and last > moment and (self._travels or last > clock(connection))

    def _beside(self) -> int | None:
        """The file's count; None: there is no such file, or it says nothing."""
        try:
            return int(self._file.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def _write(self, count: int) -> None:
        try:
            self._replace(count)
        except OSError as error:
            raise cannot_write(self._file, error) from error

    def _replace(self, count: int) -> None:
        temporary = self._file.with_name(f"{self._file.name}.new.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{count}\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._file)


def _count(connection: Connection, *, lock: bool = False) -> int:
    query = select(t.switch.c.value).where(t.switch.c.name == NAME)
    return int(connection.execute(query.with_for_update() if lock else query).scalar() or 0)


def cannot_write(file: Path, error: OSError) -> OutreachError:
    """What is said of a file beside the database that refuses what letters need to be written down."""
    message = f"{file} cannot be written to ({error.strerror}); check the disk's space, and who may write there"
    return OutreachError(message)
