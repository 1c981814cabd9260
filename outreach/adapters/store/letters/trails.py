"""What a sender began and heard, letter by letter, in small files beside the database: known though it was killed.

The disk is not waited for: what a process has written stays when it is killed; after a power loss nobody believes it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from outreach.adapters.store.engine import sqlite_path
from outreach.adapters.store.letters.passes import cannot_write
from outreach.adapters.store.letters.senders import is_of_here
from outreach.model import Handover, HandoverResult, OutreachError


@dataclass(frozen=True, slots=True)
class Heard:
    """What the relay answered to a letter, and when."""

    handover: Handover
    at: datetime


class Trail:
    """Of one batch, from before its intent until all of it is settled. Its file is locked as long as it is written."""

    def __init__(self, file: Path, sender: str, wave: str, letters: Iterable[int]) -> None:
        """Says whose it is, and of which letters.

        Raises:
            OutreachError: The file cannot be written.
        """
        self._file = file
        try:
            self._handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise cannot_write(file, error) from error
        with suppress(OSError):  # where files cannot be locked nobody believes it either
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            self._write([sender, wave, list(letters)])
        except OutreachError:
            os.close(self._handle)
            raise

    def __enter__(self) -> Self:
        """All is about to be settled."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything is in the database; where it could not be written there, the next pass takes it from here."""
        os.close(self._handle)
        if kind is None:
            with suppress(OSError):  # it says nothing any more
                self._file.unlink()

    def begins(self, letter: int) -> None:
        """The first byte of a letter is about to leave.

        Raises:
            OutreachError: It cannot be written down, and must not leave.
        """
        self._write([letter])

    def heard(self, letter: int, handover: Handover, now: datetime) -> None:
        """What the relay answered; where it cannot be written here, the database will know."""
        with suppress(OutreachError):
            self._write([letter, handover.result.value, handover.stage, handover.reply, now.isoformat()])

    def _write(self, line: list[Any]) -> None:
        data = json.dumps(line).encode() + b"\n"
        try:
            written = os.write(self._handle, data)
        except OSError as error:
            raise cannot_write(self._file, error) from error
        if written < len(data):
            raise cannot_write(self._file, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


@dataclass(frozen=True, slots=True)
class Left:
    """What a sender that is no more left word of."""

    sender: str
    wave: str  # campaign/wave
    letters: tuple[int, ...]
    begun: frozenset[int]
    heard: Mapping[int, Heard]


class Trails:
    """Of one wave of one campaign."""

    def __init__(self, engine: Engine, home: Path, campaign: str, wave: int) -> None:
        self._wave = f"{campaign}/{wave}"
        self._numbers = count()  # a letter may be in a new batch before the trail of the last one has gone
        database = sqlite_path(engine)
        self._first = home / "outreach" if database is None else database.resolve()  # two folders may lead to one file

    def start(self, sender: str, letters: list[int]) -> Trail:
        """The trail of a batch whose intent is about to be committed."""
        name = f"{self._first.name}.trail.{sender.rpartition(':')[2]}.{next(self._numbers)}"
        return Trail(self._first.with_name(name), sender, self._wave, letters)

    def left(self) -> Iterator[Left]:
        """Those of which nobody writes any more, since this machine was started last; each goes when it was heeded."""
        for file in sorted(self._first.parent.glob(f"{escape(self._first.name)}.trail.*")):
            with suppress(OSError), file.open("rb+") as trail:
                fcntl.flock(trail, fcntl.LOCK_EX | fcntl.LOCK_NB)  # else it is being written, or heeded by another
                read = _read(trail.read())
                if read is not None and is_of_here(read.sender):
                    if read.wave != self._wave:
                        continue
                    yield read
                file.unlink()


def _read(content: bytes) -> Left | None:
    """None where it says nothing; a last line that was not finished began nothing."""
    begun: set[int] = set()
    heard: dict[int, Heard] = {}
    try:
        first, *lines = content.split(b"\n")[:-1]
        sender, wave, letters = json.loads(first)
        for line in lines:
            letter, *answer = json.loads(line)
            begun.add(letter)
            if answer:
                result, stage, reply, at = answer
                heard[letter] = Heard(Handover(HandoverResult(result), stage, reply), datetime.fromisoformat(at))
    except (ValueError, TypeError):
        return None
    return Left(sender, wave, tuple(letters), frozenset(begun), heard)
