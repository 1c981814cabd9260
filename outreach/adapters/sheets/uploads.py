"""Keeps lists of contacts that were sent to the page until they are enrolled: one file each, for a day at most."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from outreach.model import Sentence, UsageError

LONGEST = timedelta(days=1)
MOST = 50  # lists that wait at once
_TOKEN = re.compile(r"[0-9a-f]{32}")

Rows = tuple[tuple[int, tuple[str, ...]], ...]  # line and cells


@dataclass(frozen=True, slots=True)
class Upload:
    """A list as it was sent, with what was corrected since."""

    name: str  # of the file, as its sender called it
    by: str
    at: datetime
    header: tuple[str, ...]
    rows: Rows
    version: int = 0  # another one after each correction: two people do not overwrite each other


class Uploads:
    """The lists that wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, upload: Upload) -> str:
        """Keeps a list; gives the word by which it is found again, which nobody guesses.

        Raises:
            UsageError: Too many wait already.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            self._sweep(upload.at)
            if len(self.waiting()) >= MOST:
                message = Sentence("%(most)s lists wait already; enrol them or put them away first", most=MOST)
                raise UsageError(message)
            token = secrets.token_hex(16)
            self._write(token, upload)
        return token

    def waiting(self) -> dict[str, Upload]:
        """The lists that wait, by their words; the newest first."""
        found = {path.stem: upload for path in self._folder.glob("*.json") if (upload := self.find(path.stem))}
        return dict(sorted(found.items(), key=lambda one: one[1].at, reverse=True))

    def find(self, token: str) -> Upload | None:
        """A list that waits; None where there is none."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            kept = json.loads(self._path(token).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        rows = tuple((line, tuple(cells)) for line, cells in kept["rows"])
        at, header = datetime.fromisoformat(kept["at"]), tuple(kept["header"])
        return Upload(kept["name"], kept["by"], at, header, rows, kept.get("version", 0))

    def replace(self, token: str, seen: Upload, rows: Rows) -> bool:
        """The same list with other rows; False if it is no longer as it was seen."""
        with self._alone():
            if not self._is_still(token, seen):
                return False
            self._write(token, replace(seen, rows=rows, version=seen.version + 1))
        return True

    def drop(self, token: str, seen: Upload) -> bool:
        """The list is not needed any more; False if it is no longer as it was seen."""
        with self._alone():
            if not self._is_still(token, seen):
                return False
            self._path(token).unlink()
        return True

    def _is_still(self, token: str, seen: Upload) -> bool:
        kept = self.find(token)
        return kept is not None and kept.version == seen.version

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes a list meanwhile, in whatever process."""
        handle = os.open(self._folder.with_name("uploads.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, token: str, upload: Upload) -> None:
        text = json.dumps({**asdict(upload), "at": upload.at.isoformat()}, ensure_ascii=False)
        fresh = self._folder / f".{token}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(self._path(token))

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.json"

    def _sweep(self, now: datetime) -> None:
        """Nothing of what nobody enrolled stays longer than a day."""
        for path in self._folder.glob("*.json"):
            upload = self.find(path.stem)
            if upload is None or now - upload.at > LONGEST:
                path.unlink(missing_ok=True)
