"""A disk that is full, fails, or may not be written to: nothing more leaves, and all is right when it is well again."""

from __future__ import annotations

import os
import re
import resource
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from outreach.adapters.store.engine import sqlite_path
from outreach.campaign.desk import Desk
from outreach.campaign.sending import handing_over
from outreach.campaign.sending.posting import post
from outreach.model import LetterState, OutreachError
from tests.campaign.test_posting import Relay, make_office, states

__all__ = ["make_office"]

LETTERS = 120
Fault = Callable[[Any], object]  # what is done to a connection to the database as it is used


def full(raw: Any) -> None:
    """SQLite gets no further page (SQLITE_FULL)."""
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count={pages}")


def read_only(raw: Any) -> None:
    """Nothing may be written (SQLITE_READONLY)."""
    raw.execute("PRAGMA query_only=ON")


def failing(_raw: Any) -> None:
    """The system writes no file further (EFBIG, which SQLite takes as a fault of the disk: SQLITE_IOERR_WRITE)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@contextmanager
def broken(engine: Engine, fault: Fault, relay: Relay, after: int) -> Iterator[list[int]]:
    """A disk that goes wrong when a relay was asked so often; gives how often it was at each no. Afterwards it is well."""
    asked, limit = list[int](), resource.getrlimit(resource.RLIMIT_FSIZE)

    def spoil(raw: Any, *_: object) -> None:
        if relay.asked >= after:
            fault(raw)

    def note(_context: object) -> None:
        asked.append(relay.asked)

    event.listen(engine, "checkout", spoil)
    for no in ("rollback", "handle_error"):
        event.listen(engine, no, note)
    try:
        yield asked
    finally:
        event.remove(engine, "checkout", spoil)
        for no in ("rollback", "handle_error"):
            event.remove(engine, no, note)
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        engine.dispose()


def trouble(desk: Desk, relay: Relay) -> OutreachError:
    """What a pass ends with: found on the way, or before the first letter."""
    try:
        problem = post(desk, relay.postman).problem
    except OutreachError as error:
        problem = error
    assert problem is not None
    return problem


@pytest.mark.parametrize("after", [0, 1, 20])
@pytest.mark.parametrize(
    ("fault", "words"),
    [(full, "the disk is full"), (read_only, "cannot be written to"), (failing, "the disk under .* fails")],
)
def test_a_disk_that_goes_wrong_while_letters_leave(
    make_office: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, fault: Fault, words: str, after: int
) -> None:
    """From its first no on nothing leaves; the pass says what, where and what to do; later each letter has left once."""
    monkeypatch.setattr(handing_over, "INSIST", 0.3)
    desk, relay = make_office(LETTERS), Relay()
    engine = desk.store.engine
    with broken(engine, fault, relay, after) as asked:
        problem = trouble(desk, relay)
    assert problem.exit_code == 1
    assert re.search(words, str(problem))
    assert str(sqlite_path(engine)) in str(problem)
    assert "call again" in str(problem)
    assert set(asked) == {relay.asked}, "a letter left after the disk had failed"
    assert relay.asked < LETTERS
    post(desk, relay.postman)
    assert states(desk).keys() <= {LetterState.ACCEPTED, LetterState.IN_DOUBT}
    assert len(relay.taken) == LETTERS
    assert max(Counter(relay.taken).values()) == 1
    doubts = desk.store.outbox.letters(states=[LetterState.IN_DOUBT])
    assert all(f"letter {one.id}: accepted, 250 OK" in str(problem) for one in doubts), "a person is told"
    assert desk.store.journal.standings() == desk.store.journal.folded()
    with desk.store.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_file_beside_the_database_that_cannot_be_written(make_office: Callable[..., Desk]) -> None:
    """The count by which a restored backup is known, and the lock: without them nothing leaves, and the file is named."""
    desk, relay = make_office(2), Relay()
    beside = desk.folder / f"outreach.db.passes.new.{os.getpid()}"
    beside.mkdir()
    with pytest.raises(OutreachError, match=r"outreach\.db\.passes cannot be written to"):
        post(desk, relay.postman)
    assert relay.taken == []
    beside.rmdir()
    lock = desk.folder / "outreach.db.sender.lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(OutreachError, match=r"sender\.lock cannot be opened \(Is a directory\)"):
        post(desk, relay.postman)
    lock.rmdir()
    assert post(desk, relay.postman).done == {LetterState.ACCEPTED: 2}
