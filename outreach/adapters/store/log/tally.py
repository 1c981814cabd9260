"""The tally: how many invitees and letters are alike, kept with what it counts in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import Many
from outreach.model import Entry, EntryKind, State

QUARTER = 900  # seconds: wherever a day begins, it begins at a quarter of an hour in UTC
HOUR = 3600
SOME = 1000  # rows that are read at once
UNANSWERED = frozenset({State.ENROLLED.value, State.INVITED.value, State.UNREACHABLE.value})

STANDS, CAME, SPAN, SENT = "stands", "came", "span", "sent"


class Alike(NamedTuple):
    """In what those are alike that are counted together; what does not matter to a count is empty."""

    what: str  # stands: an invitee; came: an answer that holds; span: how long it took; sent: a letter
    country: str = ""
    kind: str = ""  # of an invitee or of a letter
    language: str = ""
    state: str = ""
    invited: bool = False
    answered: bool = False
    step: int = 0
    at: int = 0  # came, sent: quarters of an hour since 1970; span: hours from the invitation to the answer


class Listed(NamedTuple):
    """What is looked at of a row of the listing."""

    country: str
    kind: str
    language: str
    state: str
    since: datetime
    asked_at: datetime | None
    answered: bool


def of_listed(one: Listed) -> Iterator[Alike]:
    """Where an invitee counts that is listed so."""
    country, kind, language, state, since, asked_at, answered = one
    yield Alike(STANDS, country, kind, language, state, asked_at is not None, bool(answered))
    if state not in UNANSWERED:
        yield Alike(CAME, state=state, at=_seconds(since) // QUARTER)
        if asked_at is not None:
            yield Alike(SPAN, at=max(0, _seconds(since) - _seconds(asked_at)) // HOUR)


def of_entry(entry: Entry) -> Alike:
    """Where a letter counts that left."""
    return _sent(entry.what, entry.step, entry.at)


def _sent(what: str, step: int, at: datetime) -> Alike:
    return Alike(SENT, "", what, "", "", False, False, step, _seconds(at) // QUARTER)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def difference(before: Iterable[Listed], after: Iterable[Listed]) -> Counter[Alike]:
    """What changes when these rows of the listing take the place of those."""
    changes = Counter(alike for row in after for alike in of_listed(row))
    changes.subtract(alike for row in before for alike in of_listed(row))
    return changes


def change(connection: Connection, campaign: str, wave: int, changes: Mapping[Alike, int]) -> None:
    """Counts more or fewer.

    On PostgreSQL each connection has rows of its own, so that no writer waits for another; the sum counts.
    """
    rows = [(campaign, wave, *alike, number) for alike, number in sorted(changes.items()) if number]
    _adding(connection.dialect.name).execute(connection, rows)


@cache
def _adding(dialect: str) -> Many:
    """Adds to what the writer counted before."""
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert
    query = insert(t.tally).values(writer=func.pg_backend_pid() if dialect == "postgresql" else 0)
    keys = [column.name for column in t.tally.primary_key]
    more = {"number": t.tally.c.number + query.excluded.number}
    adding = query.on_conflict_do_update(index_elements=keys, set_=more)
    return Many(adding, ("campaign", "wave", *Alike._fields, "number"))


def kept(campaign: str, wave: int, what: str, names: Sequence[str]) -> Select[Any]:
    """How many there are of something, by what they are alike in; who is none is left out."""
    columns = [t.tally.c[name] for name in names]
    number = func.sum(t.tally.c.number)
    query = select(*columns, number.label("number")).where(mine(campaign, wave, what))
    return query.group_by(*columns).having(number != 0)


def mine(campaign: str, wave: int, what: str) -> ColumnElement[bool]:
    """The rows of a wave that count one thing."""
    return and_(t.tally.c.campaign == campaign, t.tally.c.wave == wave, t.tally.c.what == what)


# ---------------------------------------------------------------- counted anew


def recount(connection: Connection, campaign: str, wave: int) -> None:
    """Counts everything anew, from the listing and the log."""
    connection.execute(delete(t.tally).where(t.tally.c.campaign == campaign, t.tally.c.wave == wave))
    change(connection, campaign, wave, counted(connection, campaign, wave))


def counted(connection: Connection, campaign: str, wave: int) -> Counter[Alike]:
    """What the tally must hold."""
    here = select(*(t.listed.c[name] for name in Listed._fields)).where(
        t.listed.c.campaign == campaign, t.listed.c.wave == wave
    )
    listed = connection.execute(here.execution_options(yield_per=SOME))
    found = Counter(alike for row in listed for alike in of_listed(Listed(*row)))
    left = connection.execute(_letters(campaign, wave).execution_options(yield_per=SOME))
    found.update(_sent(*row) for row in left)
    return found


def _letters(campaign: str, wave: int) -> Select[Any]:
    """The letters that left, but for those that were taken back."""
    back = select(t.entry.c.target).where(t.entry.c.kind == EntryKind.UNDONE.value, t.entry.c.target.is_not(None))
    return select(t.entry.c.what, t.entry.c.step, t.entry.c.at).where(
        t.entry.c.campaign == campaign,
        t.entry.c.wave == wave,
        t.entry.c.kind == EntryKind.SENT.value,
        t.entry.c.id.not_in(back),
    )


def letters_taken_back(connection: Connection, targets: Iterable[int]) -> list[Alike]:
    """Where those of these entries counted that are letters, and were not taken back before."""
    some = sorted(set(targets))
    query = select(t.entry.c.id, t.entry.c.what, t.entry.c.step, t.entry.c.at)
    sent = connection.execute(query.where(t.entry.c.id.in_(some), t.entry.c.kind == EntryKind.SENT.value)).all()
    if not sent:
        return []
    before = select(t.entry.c.target).where(
        t.entry.c.kind == EntryKind.UNDONE.value, t.entry.c.target.in_([row.id for row in sent])
    )
    gone = set(connection.execute(before).scalars())
    return [_sent(r.what, r.step, r.at) for r in sent if r.id not in gone]
