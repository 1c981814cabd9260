"""Locks that end with the process that holds them: one sender and one daemon a campaign."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from outreach.adapters.store.engine import clear_errors, sqlite_path
from outreach.model import TryAgainLaterError


@contextmanager
def only_one(engine: Engine, name: str, message: str) -> Iterator[None]:
    """Holds a lock of this name on the campaign's database.

    Raises:
        TryAgainLaterError: Another process holds it; with the message given.
    """
    path = sqlite_path(engine)
    with _file_lock(path, name, message) if path is not None else _advisory_lock(engine, name, message):
        yield


@contextmanager
def _file_lock(database: Path, name: str, message: str) -> Iterator[None]:
    lock = database.with_name(f"{database.name}.{name}.lock")
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TryAgainLaterError(message) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(engine: Engine, name: str, message: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.sha256(f"outreach {name}".encode()).digest()[:8], "big", signed=True)
    with clear_errors(engine), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            raise TryAgainLaterError(message)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
