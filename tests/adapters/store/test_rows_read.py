"""What a letter costs does not grow with the letters that wait: counted in rows that PostgreSQL reads."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from outreach.adapters.store.store import open_store
from outreach.core.standing import fold
from tests.adapters.store.test_departures import NOW, accepted, claim, go, queue
from tests.servers.postgresql import PostgreSQL

LETTERS = 600  # all due at once, and just queued: the server has not looked at its tables yet
READ = text(
    "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) + seq_tup_read FROM pg_stat_user_tables"
    " WHERE relname = 'letter'"
)


def test_letters_are_found_by_their_numbers(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """Who reads every standing to write one, or puts in order all that wait, reads a hundred times as many."""
    database = postgresql.new_database()
    store = open_store(database, tmp_path, campaign="trial", wave=1, fold=fold)
    queue(store, *(f"town{number}" for number in range(LETTERS)))
    store.close()
    before = rows_read(database)
    store = open_store(database, tmp_path, campaign="trial", wave=1, fold=fold)
    store.outbox.acquaint(store.outbox.due(NOW))
    while (claimed := claim(store, most=10)).letters:
        assert not store.departures.begin(claimed, "w", NOW, go)
        store.departures.settle([accepted(store, letter) for letter in claimed.letters], "w", NOW)
    store.close()
    assert rows_read(database) - before < 40 * LETTERS


def rows_read(database: str) -> int:
    """How many rows were read in tables and indexes; a connection tells of its own when it is closed."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found = int(connection.execute(READ).scalar_one())
    engine.dispose()
    return found
