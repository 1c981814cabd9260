"""Writes a new campaign folder: commented settings, the letters, and a list of contacts with its header only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from outreach.adapters.config import sample_settings
from outreach.model import UsageError

HEADER = "id,name,country,kind,person,title,gender,email,cc,language,timezone,notes\n"
LETTERS = Path(__file__).resolve().parents[2] / "templates"  # beside the package, in the repository
PACKED = Path(__file__).resolve().parents[1] / "letters"  # inside it, where it was installed from a wheel


def write_folder(directory: Path) -> list[Path]:
    """Writes the files of a new campaign; gives them.

    Raises:
        UsageError: The folder holds a campaign already.
    """
    if (directory / "config.toml").exists():
        message = f"{directory} holds a campaign already; name another folder"
        raise UsageError(message)
    directory.mkdir(parents=True, exist_ok=True)
    letters = LETTERS if LETTERS.is_dir() else PACKED
    shutil.copytree(letters, directory / "templates", dirs_exist_ok=True)
    contacts = directory / "contacts.csv"
    if not contacts.exists():
        contacts.write_text(HEADER, encoding="utf-8")
    handle = os.open(directory / "config.toml", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(sample_settings())
    return sorted(path for path in directory.rglob("*") if path.is_file())
