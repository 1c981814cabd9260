"""Keeps lists of contacts that were sent to the page until they are enrolled: one file each, for a day at most."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

LONGEST = timedelta(days=1)
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


class Uploads:
    """The lists that wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, upload: Upload) -> str:
        """Keeps a list; gives the word by which it is found again, which nobody guesses."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep(upload.at)
        token = secrets.token_hex(16)
        self.replace(token, upload)
        return token

    def find(self, token: str) -> Upload | None:
        """A list that waits; None where there is none."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            kept = json.loads(self._path(token).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        rows = tuple((line, tuple(cells)) for line, cells in kept["rows"])
        return Upload(kept["name"], kept["by"], datetime.fromisoformat(kept["at"]), tuple(kept["header"]), rows)

    def replace(self, token: str, upload: Upload) -> None:
        """The same list with other rows."""
        text = json.dumps({**asdict(upload), "at": upload.at.isoformat()}, ensure_ascii=False)
        fresh = self._folder / f".{token}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(self._path(token))

    def drop(self, token: str) -> None:
        """The list is not needed any more."""
        self._path(token).unlink(missing_ok=True)

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.json"

    def _sweep(self, now: datetime) -> None:
        """Nothing of what nobody enrolled stays longer than a day."""
        for path in self._folder.glob("*.json"):
            upload = self.find(path.stem)
            if upload is None or now - upload.at > LONGEST:
                path.unlink(missing_ok=True)
