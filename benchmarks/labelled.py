"""Labelled mails: the folders that hold them, opened and read as a campaign reads them."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.figures import processor_seconds
from outreach.adapters.guarded import open_guarded
from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Message, Reading

REPLIES = "labels.jsonl"  # lists the mails of a folder of replies, which stand in mails/
OURS = frozenset({"cisdpl@uclg.org"})
DEADLINE = date(2022, 9, 15)  # of the campaign that the replies answer


@dataclass(frozen=True)
class Case:
    """One mail: what it is, and what was read."""

    label: dict[str, Any]
    message: Message
    reading: Reading

    @property
    def name(self) -> str:
        """By which it is found again."""
        return str(self.label["file"])


def rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def opened(file: Path) -> Message:
    """A mail, opened within limits."""
    return open_guarded(file.read_bytes(), open_mail)


def read(label: dict[str, Any], file: Path) -> Case:
    """One mail, opened and read."""
    message = opened(file)
    return Case(label, message, read_mail(message, load_languages(), own_addresses=OURS, deadline=DEADLINE))


@lru_cache(maxsize=1)
def read_replies(folder: Path) -> tuple[tuple[Case, ...], float]:
    """Every reply of a folder, and the seconds that all of them took."""
    load_languages()
    start = processor_seconds()
    cases = tuple(read(label, folder / "mails" / label["file"]) for label in rows(folder / REPLIES))
    return cases, processor_seconds() - start


def peer(module: str) -> Any | None:
    """Another program of this kind, None where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        print(f"  peer not installed: {module} (make accuracy installs requirements/peers.lock)")
        return None
