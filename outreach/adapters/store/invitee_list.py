"""Finds invitees as they are looked for, a page at a time, now or as of a moment; quick however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

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
from outreach.adapters.store import tally
from outreach.adapters.store.bulk import among
from outreach.adapters.store.engine import reading
from outreach.adapters.store.names import Names
from outreach.languages.spelling import search_text
from outreach.model import InviteeKind, State

MOST_COUNTED = 10_000  # invitees
MOST_INTERSECTED = 30_000  # invitees of a filter, to see whose names fit
MOST_LOOKED_UP = 4000  # invitees whose names fit, one by one: of more, all rows are read in their order
MOST_WORDS = 6  # of what was typed
MOST_TYPED = 100  # characters
AnyQuery = TypeVar("AnyQuery", Select[Any], CompoundSelect[Any])
BY_INVITEE = "ix_listed_invitee"
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for, in which order, behind which of them, and how the rows are found."""

    sought: Sought
    columns: Sequence[str]  # by which they are sorted
    reverse: bool = False
    key: Key | None = None
    few: Sequence[int] | None = None  # nobody else can be among them
    found_by_time: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The values of the query's parameters."""
        return {} if self.few is None else {"few": self.few}

    @property
    def index(self) -> str | None:
        """The index that those of now are read from."""
        return BY_INVITEE if self.few is not None else _index(replace(self.sought, as_of=None), self.columns)

    def index_of(self, table: Table) -> str | None:
        """The index that rows of a table are read from; None: as the database thinks best."""
        if table is t.listed:
            return "ix_listed_since" if self.found_by_time else self.index
        if self.few is not None:
            return "ix_listed_before_invitee"
        return "ix_listed_before_ended" if self.found_by_time else None


class InviteeList:
    """Lists of the invitees of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave
        self._present: tuple[object, Present] | None = None
        self._names: tuple[object, Names] | None = None
        self._one_reads = Lock()

    def page(self, sought: Sought, order: str, limit: int, *, after: int = 0, most: int = MOST_COUNTED) -> Found:
        """The invitees behind one of them, in order; from the first, where it is not among them or 0.

        They are counted up to `most`: one look through all of them is as much as a request may take.
        """
        columns, reverse = ORDERS[order]
        with reading(self._engine) as connection:
            named, whole = self._named(connection, sought, most + 1)
            if named is not None and (not named or (whole and order == "name" and not after)):
                return _found(named, limit, len(named), most)
            key = self._key(connection, sought, columns, after) if after else None
            few = named if named and len(named) <= (most if whole else MOST_LOOKED_UP) else None
            asked = _Asked(sought, columns, reverse, key, few)
            if sought.as_of is not None:
                return self._then(connection, asked, limit, most)
            count = len(named) if named is not None and whole else self._tallied(connection, sought)
            if count is None and key is None and "name" in columns and asked.index in (None, BY_INVITEE):
                return self._looked_through(connection, asked, limit, most)
            if count is None:
                count = self._count(connection, asked, most + 1)
            numbers = self._first(connection, asked, limit + 1) if count else ()
        return _found(numbers, limit, count, most)

    def _first(self, connection: Connection, asked: _Asked, limit: int) -> tuple[int, ...]:
        query = _in_order(self._part(t.listed, asked), asked).limit(limit)
        return tuple(row.invitee for row in connection.execute(query, asked.given))

    def _looked_through(self, connection: Connection, asked: _Asked, limit: int, most: int) -> Found:
        """The first page and the count in one look, where every row must be looked at: that is what takes long."""
        some = _in_order(self._part(t.listed, asked), asked).limit(most + 1).cte("some")
        count = select(func.count()).select_from(some).scalar_subquery()
        query = _in_order(select(some.c.invitee, count), asked, some.c).limit(limit + 1)
        rows = connection.execute(query, asked.given).all()
        return _found(tuple(row.invitee for row in rows), limit, rows[0][1] if rows else 0, most)

    def _tallied(self, connection: Connection, sought: Sought) -> int | None:
        """How many there are, where the tally knows."""
        known = Sought(state=sought.state, country=sought.country, kind=sought.kind, languages=sought.languages)
        if sought != known:
            return None
        here = (t.tally.c.campaign == self._campaign) & (t.tally.c.wave == self._wave)
        alike = here & (t.tally.c.what == tally.STANDS)
        number = select(func.sum(t.tally.c.number)).where(alike, *self._conditions(t.tally, sought))
        return int(connection.execute(number).scalar() or 0)

    def _count(self, connection: Connection, asked: _Asked, most: int) -> int:
        # SQLite is told to read in the order of the names, in which the rows lie: else it looks them up one by one.
        # PostgreSQL, whose rows lie anyhow, would do so only if it were told.
        by_name = replace(asked, columns=("name", "invitee"), key=None)
        some = self._part(t.listed, by_name)
        if self._engine.dialect.name == "sqlite":
            some = _in_order(some, by_name)
        return self._number(connection, some.limit(most), asked)

    def _number(self, connection: Connection, some: Select[Any], asked: _Asked) -> int:
        query = select(func.count()).select_from(some.subquery())
        return int(connection.execute(query, asked.given).scalar_one())

    # ------------------------------------------------------------ as of a moment

    def _then(self, connection: Connection, asked: _Asked, limit: int, most: int) -> Found:
        """Those that were listed then as they still are, and those that were listed otherwise."""
        keys: list[Key] = []
        count = 0
        for table in (t.listed, t.listed_before):
            here = self._found_then(connection, table, asked, most)
            keys += map(tuple, connection.execute(self._sorted_then(table, here).limit(limit + 1), here.given))
            if count <= most:
                every = self._part(table, replace(here, key=None))
                count += self._number(connection, every.limit(most + 1), here)
        place = asked.columns.index("invitee")
        numbers = tuple(key[place] for key in sorted(keys, reverse=asked.reverse)[: limit + 1])
        return _found(numbers, limit, count, most)

    def _found_then(self, connection: Connection, table: Table, asked: _Asked, most: int) -> _Asked:
        """Where few are known by time, and by what the index by time knows besides, they are found so, and sorted.

        Where many are, the order of the names soon brings a page of them, and that they are many is all that is said.
        """
        if asked.few is not None:
            return asked
        state, country = (asked.sought.state, asked.sought.country) if table is t.listed_before else (None, "")
        dated = _Asked(Sought(state=state, country=country, as_of=asked.sought.as_of), ("invitee",), found_by_time=True)
        number = self._number(connection, self._part(table, dated).limit(most + 1), dated)
        return replace(asked, found_by_time=number <= most)

    def _sorted_then(self, table: Table, asked: _Asked) -> Select[Any]:
        query = self._part(table, asked)
        if not asked.found_by_time:
            return _in_order(query, asked)
        some = query.cte("some").prefix_with("MATERIALIZED", dialect="postgresql")  # it would look for them in the order
        return _in_order(select(*(some.c[name] for name in asked.columns)), asked, some.c)

    # ------------------------------------------------------------ by their names

    def _named(
        self, connection: Connection, sought: Sought, most: int
    ) -> tuple[tuple[int, ...] | None, bool]:
        """The first so many whose names hold the words that were typed; and whether nothing else was asked for.

        None where no words were typed. Where few are what else is asked for, only these are looked at.
        """
        words = _typed(sought)
        if not words:
            return None, False
        rest = replace(sought, words="")
        only = self._some(connection, rest) if rest.as_of is None and rest != Sought() else None
        whole = rest == Sought() or only is not None
        return self._every_name(connection).found(words, most, only), whole

    def _some(self, connection: Connection, sought: Sought) -> frozenset[int] | None:
        """Those that are looked for, if an index brings them and they are few."""
        by_name = _Asked(sought, ("name", "invitee"))
        if not by_name.index:
            return None
        some = self._part(t.listed, replace(by_name, columns=("invitee",)), by_name.index).limit(MOST_INTERSECTED + 1)
        found = frozenset(connection.execute(some).scalars())
        return found if len(found) <= MOST_INTERSECTED else None

    def _every_name(self, connection: Connection) -> Names:
        """The names of all, read anew where an invitee was added or another name given."""
        with self._one_reads:
            stamp = self._stamp(connection)  # first: what changes meanwhile is seen at the next look
            if self._names is None or self._names[0] != stamp:
                self._names = None  # two would be held at once
                names = select(t.listed.c.invitee, t.listed.c.search).where(self._mine(t.listed))
                rows = connection.execute(names.order_by(t.listed.c.name, t.listed.c.invitee)).partitions(1000)
                self._names = (stamp, Names((number, words) for some in rows for number, words in some))
            return self._names[1]

    def _stamp(self, connection: Connection) -> tuple[object, ...]:
        """Another one when the register changed, or somebody joined the wave."""
        register = select(t.switch.c.value).where(t.switch.c.name == "register").scalar_subquery()
        here = (t.tally.c.campaign == self._campaign) & (t.tally.c.wave == self._wave)
        joined = select(func.sum(t.tally.c.number)).where(here, t.tally.c.what == tally.STANDS).scalar_subquery()
        return tuple(connection.execute(select(register, joined)).one())

    def _key(self, connection: Connection, sought: Sought, columns: Sequence[str], invitee: int) -> Key | None:
        """Where an invitee stands in an order; it may be among them no longer."""
        anyhow = _Asked(Sought(as_of=sought.as_of), columns, few=(invitee,))
        row = connection.execute(_together(self._parts(anyhow)), anyhow.given).first()
        return None if row is None else tuple(row)

    def numbers(self, sought: Sought, order: str) -> Iterator[int]:
        """All of them, in order."""
        columns, reverse = ORDERS[order]
        asked = _Asked(sought, columns, reverse)
        query = _together(self._parts(asked))
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=1000).execute(_in_order(query, asked))
            yield from (row.invitee for row in rows)

    def present(self) -> Present:
        """The countries and languages of the invitees; looked up anew where the register changed."""
        with reading(self._engine) as connection:
            stamp = self._stamp(connection)
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

    def _parts(self, asked: _Asked) -> list[Select[Any]]:
        """How they are listed now, and as of a moment those too that were listed otherwise then."""
        tables = (t.listed,) if asked.sought.as_of is None else (t.listed, t.listed_before)
        return [self._part(table, asked) for table in tables]

    def _part(self, table: Table, asked: _Asked, index: str | None = None) -> Select[Any]:
        conditions = [self._mine(table), *self._conditions(table, asked.sought), *_at_that_time(table, asked)]
        if asked.few is not None:
            conditions.append(among(table.c.invitee, "few"))
        if asked.key is not None:
            named = [table.c[name] for name in asked.columns]
            there = tuple_(*(literal(value, one.type) for one, value in zip(named, asked.key, strict=True)))
            conditions.append(tuple_(*named) < there if asked.reverse else tuple_(*named) > there)
        query = select(*(table.c[name] for name in asked.columns)).where(*conditions)
        index = index or asked.index_of(table)
        return query.with_hint(table, f"INDEXED BY {index}", "sqlite") if index else query

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
        yield from (place(table.c.search, word) > 0 for word in _typed(sought))


def _typed(sought: Sought) -> list[str]:
    """The words that were typed, each behind a blank, as they stand in what is searched."""
    words = map(search_text, sought.words[:MOST_TYPED].split()[:MOST_WORDS])
    return [word for word in words if word]


def _at_that_time(table: Table, asked: _Asked) -> Iterator[ColumnElement[bool]]:
    """That a row of the listing was true at the moment that is asked for."""
    moment = asked.sought.as_of
    if moment is None:
        return
    yield table.c.began_at <= moment
    if table is t.listed_before:
        yield table.c.ended_at > moment
    elif asked.found_by_time:
        yield table.c.since <= moment  # follows, and is what the index is in the order of


def _found(numbers: tuple[int, ...], limit: int, count: int, most: int) -> Found:
    """What was found, of which one more than is shown was asked for, and one more than is counted."""
    return Found(numbers[:limit], len(numbers) > limit, min(count, most), count > most)


def _together(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _in_order(query: AnyQuery, asked: _Asked, given: Any = None) -> AnyQuery:
    named = query.selected_columns if given is None else given
    columns = (named[name] for name in asked.columns)
    return query.order_by(*(column.desc() if asked.reverse else column for column in columns))


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
