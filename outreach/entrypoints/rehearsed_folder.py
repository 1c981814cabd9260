"""Lets a rehearsed campaign be opened like any other: a folder of its own, and the command that shows it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path

from outreach.bootstrap import REHEARSAL
from outreach.settings import Settings

MODE = re.compile(r'^\s*mode\s*=\s*["\'].*?["\'].*$', re.MULTILINE)
CAMPAIGN = re.compile(r"^\s*\[campaign\]\s*$", re.MULTILINE)


def folder_to_open(folder: Path, stage: Path, settings: Settings, *, is_rehearsal: bool) -> Path:
    """The folder that commands are to be given to see what was rehearsed, and never the real campaign.

    It is the campaign's own where that is in mode "rehearsal" and keeps its rehearsals where it always does; else the
    stage becomes one: settings of its own, beside them links to letters and contacts.
    """
    if is_rehearsal and stage == (folder / REHEARSAL).resolve():
        return folder
    text = (folder / "config.toml").read_text(encoding="utf-8-sig")
    (stage / "config.toml").write_text(_in_rehearsal(text), encoding="utf-8")
    (stage / REHEARSAL).symlink_to(".", target_is_directory=True)  # where mode "rehearsal" keeps its data
    named = (settings.campaign.contacts, settings.letters.templates, *settings.letters.attachments)
    for first in {Path(name).parts[0] for name in named if not Path(name).is_absolute()}:
        if (folder / first).exists() and not (stage / first).exists():
            (stage / first).symlink_to((folder / first).resolve())
    return stage


def _in_rehearsal(text: str) -> str:
    """The settings with mode "rehearsal", whatever they said."""
    without = MODE.sub("", text)
    return CAMPAIGN.sub('[campaign]\nmode = "rehearsal"', without, count=1)


def command_to_open(folder: Path, now: datetime) -> str:
    """What to type to see the campaign in a browser, as it was at the rehearsal's end."""
    where = [] if folder.resolve() == Path.cwd() else ["--folder", _short(folder)]
    return shlex.join([*_program(), *where, "--now", now.isoformat(timespec="minutes"), "web", "--open"])


def _program() -> list[str]:
    """How this program was called: by its name, by its path, or as a module."""
    called = Path(sys.argv[0])
    if called.name != "outreach":
        return ["python", "-m", "outreach"]
    on_path = shutil.which("outreach")
    return ["outreach"] if on_path and Path(on_path).samefile(called) else [_short(called)]


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
