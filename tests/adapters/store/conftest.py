"""The same store on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.adapters.store.store import Store, open_store
from outreach.core.standing import fold
from tests.servers.postgresql import PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/outreach.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def make_store(database: str, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Opens the database as often as asked, and closes it afterwards."""
    opened: list[Store] = []

    def make(*, campaign: str = "trial", wave: int = 1) -> Store:
        opened.append(open_store(database, tmp_path, campaign=campaign, wave=wave, fold=fold))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """The store of wave 1."""
    return make_store()
