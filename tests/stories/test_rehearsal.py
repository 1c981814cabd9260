"""A small rehearsal from launch to the end: real verbs, embedded servers, a virtual clock, a report."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A campaign of twenty of the repository's invitees, rehearsed."""
    folder = tmp_path_factory.mktemp("campaign")
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copy(ROOT / "config.toml", folder)
    with (ROOT / "contacts.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    with (folder / "contacts.csv").open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([rows[0], *rows[1:60:3]])
    command = [sys.executable, "-m", "outreach", "--folder", str(folder), "rehearse"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_it_ends_with_a_report(rehearsed: tuple[Path, str]) -> None:
    """Calendar, standings, progress, what waits, and where everything lies."""
    folder, report = rehearsed
    for part in ("What happened", "Where everybody stands", "How far the campaign is", "What waits for a person"):
        assert part in report
    assert "counted as confirmed without having said yes: none" in report
    assert "decided wrongly: 0" in report
    assert (folder / "rehearsal" / "log.csv").exists()
    assert (folder / "rehearsal" / "report.txt").read_text(encoding="utf-8").strip() in report


def test_everything_is_there_to_look_around_in(rehearsed: tuple[Path, str]) -> None:
    """The rehearsed campaign answers to the same commands; what was rehearsed never counts as sent."""
    folder, _report = rehearsed
    command = [sys.executable, "-m", "outreach", "--folder", str(folder), "log", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert '"confirmed"' in done.stdout
    assert not (folder / "outreach.db").exists()
    letters = list((folder / "rehearsal" / "outbox" / "new").iterdir())
    assert len(letters) > 20
    assert len(letters) == len({_message_id(path) for path in letters})


def _message_id(path: Path) -> bytes:
    return next(line for line in path.read_bytes().split(b"\r\n") if line.lower().startswith(b"message-id:"))
