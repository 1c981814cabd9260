"""Makes a backup: the database and, beside it, the key without which old references prove nothing."""

from __future__ import annotations

import os
from pathlib import Path

from outreach.bootstrap import key_path
from outreach.campaign.desk import Desk
from outreach.model import OutreachError


def back_up(desk: Desk, target: Path) -> tuple[Path, Path]:
    """Copies database and key; gives the two files.

    Raises:
        OutreachError: One of the files is there already, or there is no room.
    """
    database = target / "outreach.db" if target.is_dir() else target
    key = database.with_name(f"{database.name}.key")
    if key.exists():
        message = f"{key} exists already; a backup never overwrites: name another file"
        raise OutreachError(message)
    if not database.parent.is_dir():
        message = f"the folder {database.parent} does not exist; make it first"
        raise OutreachError(message)
    desk.store.backup(database)
    desk.store.passes.count_on(desk.now())  # whatever leaves from now on, the copy is older
    handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key_path(desk).read_bytes())
        file.flush()
        os.fsync(file.fileno())
    return database, key
