"""Kills a process at each statement with which it makes or changes the tables: the next start must work."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event

from outreach.adapters.store.engine import open_engine
from outreach.adapters.store.store import HEAD, MIGRATIONS, upgrade
from tests.torture.campaign import DATABASE, ended, fork, working_folder
from tests.torture.lethal import COMMITS, Bomb, mine_commits

STATEMENT = "a statement"


def upgraded(folder: Path, target: str, bomb: Bomb) -> None:
    """Opens the database and brings it up to a version."""
    engine = open_engine(f"sqlite:///{DATABASE}", folder)
    mine_commits(engine, bomb)

    def pass_by(*_: Any) -> None:
        bomb.pass_by(STATEMENT)

    event.listen(engine, "before_cursor_execute", pass_by)
    upgrade(engine, target)
    engine.dispose()


def version(folder: Path) -> str:
    """The version of a whole database; "" where there are no tables yet."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise RuntimeError(f"{folder / DATABASE} is damaged")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]) if tables else ""


def died(work: Callable[[], None]) -> bool:
    """Whether the work killed its process."""
    status = ended(fork(work))
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the upgrade failed with {status}, as it says above")
    return status != 0


def kill_everywhere(before: Path, place: str, folder: Path, every: int) -> int:
    """Kills the upgrade of a copy of a database each n-th time it comes to a place; gives how often it died."""
    old = version(before)
    for kills, times in enumerate(range(1, 1000, every)):
        copy = folder / f"{old} {place} {times}"
        shutil.copytree(before, copy)
        bomb = Bomb(place, times)
        if not died(lambda bomb=bomb, copy=copy: upgraded(copy, "head", bomb)):  # type: ignore[misc]
            return kills
        if version(copy) not in (old, HEAD):
            raise RuntimeError(f"{copy} is neither old nor new")
        if died(lambda copy=copy: upgraded(copy, "head", Bomb("", 0))) or version(copy) != HEAD:  # type: ignore[misc]
            raise RuntimeError(f"{copy} cannot be brought up any more")
        shutil.rmtree(copy)
    raise RuntimeError("it never ends")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints how often it died on the way from each version to the newest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each n-th statement")
    every = parser.parse_args(arguments).every
    versions = ["", *sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))][:-1]
    kills = {}
    with working_folder() as folder:
        for old in versions:
            before = folder / f"version {old}"
            before.mkdir()
            open_engine(f"sqlite:///{DATABASE}", before).connect().close()
            if old:
                upgraded(before, old, Bomb("", 0))
            kills[old or "empty"] = sum(
                kill_everywhere(before, place, folder, every) for place in (STATEMENT, *COMMITS)
            )
    sys.stdout.write(json.dumps({"kills": kills}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
