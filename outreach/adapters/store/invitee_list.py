"""Finds invitees as they are looked for, a page at a time, now or as of a moment; quick however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.languages.spelling import search_text
from outreach.model import InviteeKind, State

MOST_COUNTED = 10_000  # invitees
MOST_WORDS = 6  # of what was typed
MOST_TYPED = 100  # characters
Key = tuple[Any, ...]  # where a page begins: the values by which it is sorted

ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {  # columns, and whether the last come first
    "name": (("name", "invitee"), False),
    "-name": (("name", "invitee"), True),
    "country": (("country", "name", "invitee"), False),
    "-country": (("country", "name", "invitee"), True),
    "since": (("since", "invitee"), False),
    "-since": (("since", "invitee"), True),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which invitees are looked for; what is "", False or None does not matter."""

    words: str = ""  # as typed: each begins a word of the name or the id
    address: str = ""  # one of theirs, whole, lower-cased
    state: State | None = None
    country: str = ""
    kind: InviteeKind | None = None
    languages: tuple[str, ...] = ()  # "" = the campaign's default; (): any
    late: bool = False
    review: bool = False
    owed: bool = False
    by: str = ""  # who decided: machine, person (any), or person:NAME
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of them: their numbers in order, whether there are more behind, and how many there are in all."""

    numbers: tuple[int, ...]
    more: bool
    count: int
    uncounted: bool  # there are more than were counted


@dataclass(frozen=True, slots=True)
class Present:
    """What there is to filter by."""

    countries: tuple[str, ...]
    languages: tuple[str, ...]


class InviteeList:
    """Lists of the invitees of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave
        self._present: tuple[object, Present] | None = None

    def page(self, sought: Sought, order: str, limit: int, *, after: int = 0, most: int = MOST_COUNTED) -> Found:
        """The invitees behind one of them, in order; from the first, where it is not among them or 0.

        They are counted up to `most`: one look through all of them is as much as a request may take.
        """
        columns, reverse = ORDERS[order]
        with reading(self._engine) as connection:
            if not after and "name" in columns and _index(sought, columns) is None:
                return self._looked_through(connection, sought, columns, limit, most, reverse=reverse)
            key = self._key(connection, sought, columns, after) if after else None
            query = self._query(sought, columns, reverse=reverse, after=key).limit(limit + 1)
            numbers = tuple(row.invitee for row in connection.execute(query))
            count = self._count(connection, sought, most + 1)
        return _found(numbers, limit, count, most)

    def _looked_through(
        self, connection: Connection, sought: Sought, columns: Sequence[str], limit: int, most: int, *, reverse: bool
    ) -> Found:
        """The first page and the count in one look, where every row must be looked at: that is what takes long."""
        some = self._query(sought, columns, reverse=reverse).limit(most + 1).cte("some")
        count = select(func.count()).select_from(some).scalar_subquery()
        ordered = (some.c[name].desc() if reverse else some.c[name] for name in columns)
        rows = connection.execute(select(some.c.invitee, count).order_by(*ordered).limit(limit + 1)).all()
        return _found(tuple(row.invitee for row in rows), limit, rows[0][1] if rows else 0, most)

    def _count(self, connection: Connection, sought: Sought, most: int) -> int:
        # SQLite is told to read in the order of the names, in which the rows lie: else it looks them up one by one.
        # PostgreSQL, whose rows lie anyhow, would do so only if it were told.
        columns = ("name", "invitee")
        in_order = self._engine.dialect.name == "sqlite"
        some = self._query(sought, columns) if in_order else _together(self._parts(sought, columns))
        return int(connection.execute(select(func.count()).select_from(some.limit(most).subquery())).scalar_one())

    def _key(self, connection: Connection, sought: Sought, columns: Sequence[str], invitee: int) -> Key | None:
        """Where an invitee stands in an order; it may be among them no longer."""
        anyhow = Sought(as_of=sought.as_of)
        parts = [part.where(_of(part, invitee)) for part in self._parts(anyhow, columns)]
        row = connection.execute(union_all(*parts)).first()
        return None if row is None else tuple(row)

    def numbers(self, sought: Sought, order: str) -> Iterator[int]:
        """All of them, in order."""
        columns, reverse = ORDERS[order]
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=1000).execute(self._query(sought, columns, reverse=reverse))
            yield from (row.invitee for row in rows)

    def present(self) -> Present:
        """The countries and languages of the invitees; looked up anew where the register changed."""
        with reading(self._engine) as connection:
            stamp = connection.execute(select(t.switch.c.value).where(t.switch.c.name == "register")).scalar()
            if self._present is None or self._present[0] != stamp:
                pairs = select(t.listed.c.country, t.listed.c.language).where(self._mine(t.listed)).distinct()
                rows = connection.execute(pairs).all()
                found = (tuple(sorted({row[place] for row in rows})) for place in (0, 1))
                self._present = (stamp, Present(*found))
            return self._present[1]

    def deciders(self) -> tuple[str, ...]:
        """Who ever decided: person:NAME."""
        here = (t.act.c.campaign == self._campaign) & (t.act.c.wave == self._wave)
        with reading(self._engine) as connection:
            return tuple(sorted(connection.execute(select(t.act.c.by).where(here).distinct()).scalars()))

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return and_(table.c.campaign == self._campaign, table.c.wave == self._wave)

    def _query(
        self, sought: Sought, columns: Sequence[str], *, reverse: bool = False, after: Key | None = None
    ) -> Select[Any] | CompoundSelect[Any]:
        query = _together(self._parts(sought, columns, reverse=reverse, after=after))
        given = (query.selected_columns[name] for name in columns)
        return query.order_by(*(column.desc() if reverse else column for column in given))

    def _parts(
        self, sought: Sought, columns: Sequence[str], *, reverse: bool = False, after: Key | None = None
    ) -> list[Select[Any]]:
        """How they are listed now, and as of a moment those too that were listed otherwise then."""
        tables = (t.listed,) if sought.as_of is None else (t.listed, t.listed_before)
        return [self._part(table, sought, columns, reverse=reverse, after=after) for table in tables]

    def _part(
        self, table: Table, sought: Sought, columns: Sequence[str], *, reverse: bool, after: Key | None
    ) -> Select[Any]:
        conditions = [self._mine(table), *self._conditions(table, sought)]
        if sought.as_of is not None:
            conditions.append(table.c.began_at <= sought.as_of)
            if table is t.listed_before:
                conditions.append(table.c.ended_at > sought.as_of)
        if after is not None:
            here = tuple_(*(table.c[name] for name in columns))
            there = tuple_(*(literal(value, table.c[name].type) for name, value in zip(columns, after, strict=True)))
            conditions.append(here < there if reverse else here > there)
        query = select(*(table.c[name] for name in columns)).where(*conditions)
        if table is t.listed and (index := _index(sought, columns)):
            query = query.with_hint(table, f"INDEXED BY {index}", "sqlite")
        return query

    def _conditions(self, table: Table, sought: Sought) -> Iterator[ColumnElement[bool]]:
        if sought.state is not None:
            yield table.c.state == sought.state.value
        if sought.country:
            yield table.c.country == sought.country
        if sought.kind is not None:
            yield table.c.kind == sought.kind.value
        if sought.languages:
            yield table.c.language.in_(sought.languages)
        yield from (table.c[name] for name, wanted in _flags(sought) if wanted)
        if sought.by:
            yield table.c.decided_by.is_not(None)  # as the index says it
        if sought.by == "person":
            yield table.c.decided_by.startswith("person:")
        elif sought.by:
            yield table.c.decided_by == sought.by
        if sought.address:
            owners = select(t.clue.c.invitee).where(t.clue.c.kind == "address", t.clue.c.value == sought.address)
            yield table.c.invitee.in_(owners)
        place = func.instr if self._engine.dialect.name == "sqlite" else func.strpos
        words = map(search_text, sought.words[:MOST_TYPED].split()[:MOST_WORDS])
        yield from (place(table.c.search, word) > 0 for word in words if word)


def _found(numbers: tuple[int, ...], limit: int, count: int, most: int) -> Found:
    """What was found, of which one more than is shown was asked for, and one more than is counted."""
    return Found(numbers[:limit], len(numbers) > limit, min(count, most), count > most)


def _together(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _of(part: Select[Any], invitee: int) -> ColumnElement[bool]:
    return part.selected_columns["invitee"] == invitee


def _index(sought: Sought, columns: Sequence[str]) -> str | None:
    """The index that knows all that is asked for, or holds few; "": the rows' own order; None: each must be looked at.

    SQLite is told, since it has no figures of how many there are of what.
    """
    plain = Sought(state=sought.state, country=sought.country)
    if "since" in columns:
        return "ix_listed_since" if sought == plain != Sought() else None
    rare = [name for name, wanted in (*_flags(sought), ("decided_by", bool(sought.by))) if wanted]
    if rare:
        return f"ix_listed_{rare[0]}"
    if sought != plain:
        return None
    if columns[0] == "country":
        return "ix_listed_country" if sought.state is None else None
    return "ix_listed_country" if sought.country else "ix_listed_state" if sought.state is not None else ""


def _flags(sought: Sought) -> tuple[tuple[str, bool], ...]:
    return (("late", sought.late), ("needs_review", sought.review), ("owed", sought.owed))
