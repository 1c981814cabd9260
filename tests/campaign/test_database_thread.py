"""The disk is waited for in a thread: others go on meanwhile, and nobody goes on without what was committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, event, text

from outreach.adapters.store.engine import open_engine, reading, writing
from outreach.campaign.sending.database_thread import DatabaseThread

PATIENCE = 30  # seconds; only a fault waits as long


class Disk:
    """Commits end when somebody lets them."""

    def __init__(self, engine: Engine) -> None:
        self.free = Event()
        self.waited: list[bool] = []
        event.listen(engine, "commit", self._wait)

    def _wait(self, _connection: object) -> None:
        self.waited.append(self.free.wait(PATIENCE))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with a table of numbers."""
    made = open_engine("sqlite:///numbers.db", tmp_path)
    with writing(made) as connection:
        connection.execute(text("CREATE TABLE number (of INTEGER)"))
    yield made
    made.dispose()


def note(engine: Engine, number: int) -> int:
    """Writes a number down."""
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO number VALUES (:of)"), {"of": number})
    return number


def noted(engine: Engine) -> list[int]:
    """What was written down, in that order."""
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT of FROM number ORDER BY rowid")).scalars())


def test_others_go_on_while_a_commit_is_waited_for(engine: Engine) -> None:
    """What lets the disk go on comes from the very loop that asked for the commit."""
    disk = Disk(engine)

    async def story() -> list[int]:
        with DatabaseThread() as database:
            both = [asyncio.ensure_future(database.run(partial(note, engine, number))) for number in (1, 2)]
            await asyncio.sleep(0)
            disk.free.set()
            return await asyncio.gather(*both)

    assert asyncio.run(story()) == [1, 2]
    assert (disk.waited[:2], noted(engine)) == ([True, True], [1, 2])


def test_who_is_cancelled_hears_of_it_when_the_commit_has_ended(engine: Engine) -> None:
    """However often: else an outcome could be written down before the intent."""
    disk = Disk(engine)

    async def story() -> None:
        with DatabaseThread() as database:
            task = asyncio.ensure_future(database.run(partial(note, engine, 1)))
            for _ in range(3):
                await asyncio.sleep(0)
                task.cancel()
            assert not task.done()
            disk.free.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert noted(engine) == [1]

    asyncio.run(story())


def test_what_goes_wrong_goes_wrong_where_it_was_asked_for(engine: Engine) -> None:
    """And the next piece of work is done."""

    def fail() -> int:
        raise ZeroDivisionError

    async def story() -> int:
        with DatabaseThread() as database:
            with pytest.raises(ZeroDivisionError):
                await database.run(fail)
            return await database.run(partial(note, engine, 3))

    assert (asyncio.run(story()), noted(engine)) == (3, [3])
