"""What a sender began and heard, letter by letter, in small files beside the database: known though it was killed.

The disk is not waited for: what a process has written stays when it is killed; after a power loss nobody believes it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from outreach.adapters.store.engine import sqlite_path
from outreach.adapters.store.letters.senders import has_died, is_of_here
from outreach.model import Handover, HandoverResult, OutreachError


@dataclass(frozen=True, slots=True)
class Heard:
    """What the relay answered to a letter, and when."""

    handover: Handover
    at: datetime


class Trail:
    """Of one batch, from before its intent until all of it is settled."""

    def __init__(self, file: Path, sender: str, wave: str, letters: Iterable[int]) -> None:
        """Says whose it is, and of which letters.

        Raises:
            OutreachError: The file cannot be written.
        """
        self._file = file
        try:
            self._handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _failed(file, error) from error
        self._write([sender, wave, list(letters)])

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

    def end(self) -> None:
        """Everything is in the database."""
        self.close()
        with suppress(FileNotFoundError):
            self._file.unlink()

    def close(self) -> None:
        """Nothing more is written; what could not be settled is taken up by the next pass."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _write(self, line: list[Any]) -> None:
        data = json.dumps(line).encode() + b"\n"
        try:
            written = os.write(self._handle, data)
        except OSError as error:
            raise _failed(self._file, error) from error
        if written < len(data):
            raise _failed(self._file, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


@dataclass(frozen=True, slots=True)
class Left:
    """What a sender that is no more left word of."""

    file: Path
    sender: str
    wave: str  # campaign/wave
    letters: tuple[int, ...]
    begun: frozenset[int]
    heard: Mapping[int, Heard]


class Trails:
    """Of one wave of one campaign."""

    def __init__(self, engine: Engine, home: Path, campaign: str, wave: int) -> None:
        self._wave = f"{campaign}/{wave}"
        database = sqlite_path(engine)
        self._alone = database is not None  # only one process sends
        self._first = home / "outreach" if database is None else database

    def start(self, sender: str, letters: list[int]) -> Trail:
        """The trail of a batch whose intent is about to be committed."""
        name = f"{self._first.name}.trail.{sender.rpartition(':')[2]}.{min(letters)}"
        return Trail(self._first.with_name(name), sender, self._wave, letters)

    def left(self) -> Iterator[Left]:
        """Those of senders of this machine that are no more, since it was started last; call it as the only sender."""
        for file in sorted(self._first.parent.glob(f"{self._first.name}.trail.*")):
            read = _read(file)
            if read is not None and is_of_here(read.sender):
                if read.wave == self._wave and (self._alone or has_died(read.sender)):
                    yield read
            elif self._alone:
                file.unlink(missing_ok=True)


def _read(file: Path) -> Left | None:
    """None where it says nothing; a last line that was not finished began nothing."""
    begun: set[int] = set()
    heard: dict[int, Heard] = {}
    try:
        first, *lines = file.read_bytes().split(b"\n")[:-1]
        sender, wave, letters = json.loads(first)
        for line in lines:
            letter, *answer = json.loads(line)
            begun.add(letter)
            if answer:
                result, stage, reply, at = answer
                heard[letter] = Heard(Handover(HandoverResult(result), stage, reply), datetime.fromisoformat(at))
    except (FileNotFoundError, ValueError):
        return None
    return Left(file, sender, wave, tuple(letters), frozenset(begun), heard)


def _failed(file: Path, error: OSError) -> OutreachError:
    message = f"{file} cannot be written to ({error.strerror}); check the disk's space, and who may write there"
    return OutreachError(message)
