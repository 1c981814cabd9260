"""Locks that end with the process that holds them: one sender and one daemon a campaign."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from outreach.adapters.store.engine import clear_errors, sqlite_path
from outreach.model import BusyError, OutreachError


@contextmanager
def only_one(engine: Engine, name: str, message: str, patience: float = 0.0) -> Iterator[None]:
    """Holds a lock of this name on the campaign's database; waits for it so many seconds at most.

    Raises:
        BusyError: Another process holds it; with the message given.
    """
    path = sqlite_path(engine)
    end = time.monotonic() + patience
    with ExitStack() as stack:
        while True:
            lock = _file_lock(path, name, message) if path is not None else _advisory_lock(engine, name, message)
            try:
                stack.enter_context(lock)
                break
            except BusyError:
                if time.monotonic() >= end:
                    raise
                time.sleep(0.1)
        yield


def is_held(engine: Engine, name: str) -> bool:
    """Whether a process holds a lock at this moment; to look, it is taken for as long as that."""
    try:
        with only_one(engine, name, "held"):
            return False
    except BusyError:
        return True


@contextmanager
def _file_lock(database: Path, name: str, message: str) -> Iterator[None]:
    database = database.resolve()  # two folders may lead to one file
    lock = database.with_name(f"{database.name}.{name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        words = f"{lock} cannot be opened ({error.strerror}); check the disk's space, and who may write there"
        raise OutreachError(words) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(message) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(engine: Engine, name: str, message: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.sha256(f"outreach {name}".encode()).digest()[:8], "big", signed=True)
    with clear_errors(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            raise BusyError(message)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
