"""Statements about many rows do what SQLAlchemy's own do, on every database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Many, among
from outreach.adapters.store.store import Store

MADRID = timezone(timedelta(hours=2))
NOON = datetime(2034, 9, 15, 12, 0, 0, 120, UTC)
COLUMNS = ("name", "last_slot", "hours")


@pytest.mark.parametrize("numbers", [(), (2,), (1, 3, 99), tuple(range(3_000))])
def test_among_finds_what_in_finds(make_store: Callable[..., Store], numbers: tuple[int, ...]) -> None:
    """However many numbers there are, known and unknown ones."""
    store, edition = make_store(), t.edition.c.id
    with store.transaction() as connection:
        rows = [{"id": n, "digest": str(n), "files": {}, "made_at": NOON} for n in range(1, 6)]
        connection.execute(insert(t.edition), rows)
        query = select(edition).where(among(edition, "ids")).order_by(edition)
        found = connection.execute(query, {"ids": numbers}).scalars().all()
    assert found == [number for number in range(1, 6) if number in numbers]


@pytest.mark.parametrize("moment", [None, NOON, NOON.astimezone(MADRID), NOON.replace(microsecond=0)])
def test_values_are_kept_as_sqlalchemy_keeps_them(make_store: Callable[..., Store], moment: datetime | None) -> None:
    """Moments of any zone, JSON, and what is the same in all rows."""
    store = make_store()
    with store.transaction() as connection:
        Many(insert(t.pace), COLUMNS).execute(connection, [("a", moment, {"é": 1}), ("b", moment, {})])
        connection.execute(insert(t.pace), [dict(zip(COLUMNS, ("c", moment, {"é": 1}), strict=True))])
        rows = {row.name: (row.last_slot, row.hours) for row in connection.execute(select(t.pace))}
    assert rows == {"a": (moment, {"é": 1}), "b": (moment, {}), "c": (moment, {"é": 1})}


def test_each_row_changes_its_own(make_store: Callable[..., Store]) -> None:
    """Values come in the order in which they are named, not in that of the statement; no row, no statement."""
    store = make_store()
    change = update(t.pace).where(t.pace.c.name == bindparam("of")).values(last_slot=bindparam("at"), hours={"x": 1})
    with store.transaction() as connection:
        Many(insert(t.pace), COLUMNS).execute(connection, [(name, None, {}) for name in "abc"])
        Many(change, ("at", "of")).execute(connection, [(NOON, "b"), (NOON + timedelta(1), "c")])
        Many(change, ("at", "of")).execute(connection, [])
        rows = {row.name: (row.last_slot, row.hours) for row in connection.execute(select(t.pace))}
    assert rows == {"a": (None, {}), "b": (NOON, {"x": 1}), "c": (NOON + timedelta(1), {"x": 1})}
