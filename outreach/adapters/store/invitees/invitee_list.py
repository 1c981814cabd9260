"""Finds invitees as they are looked for, a page at a time, now or as of a moment; quick however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    FromClause,
    Select,
    Table,
    and_,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import among, numbers_of
from outreach.adapters.store.engine import reading
from outreach.adapters.store.invitees.names import Names
from outreach.adapters.store.invitees.register import LISTS
from outreach.adapters.store.invitees.sought import (
    BY_INVITEE,
    EVERYBODY,
    MOST_COUNTED,
    MOST_INTERSECTED,
    MOST_LOOKED_UP,
    ORDERS,
    Asked,
    Found,
    Key,
    Present,
    Sought,
    flags,
    typed,
)
from outreach.adapters.store.log import tally
from outreach.model import State


class InviteeList:
    """Lists of the invitees of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave
        self._names: tuple[object, Names, Names] | None = None
        self._one_reads = Lock()
        self.few = MOST_LOOKED_UP
        self.some = MOST_INTERSECTED

    def page(self, sought: Sought, order: str, limit: int, *, after: int = 0, most: int = MOST_COUNTED) -> Found:
        """The invitees behind one of them, in order; from the first, where it is not among them or 0.

        They are counted up to `most`: one look through all of them is as much as a request may take.
        """
        with reading(self._engine) as connection:
            if order == "name" and (found := self._by_name(connection, sought, limit, after, most)) is not None:
                return found
            columns, reverse = ORDERS[order]
            key = self._key(connection, sought, columns, after) if after else None
            asked = Asked(sought, columns, reverse, key, self._few(connection, sought))
            if sought.as_of is not None:
                return self._then(connection, asked, limit, most)
            count = self._tallied(connection, sought)
            if count is None and key is None and "name" in columns and asked.index in (None, BY_INVITEE):
                return self._looked_through(connection, asked, limit, most)
            if count is None:
                count = self._count(connection, asked, most + 1)
            numbers = self._first(connection, asked, limit + 1) if count else ()
        return _found(numbers, limit, count, most)

    def _first(self, connection: Connection, asked: Asked, limit: int) -> tuple[int, ...]:
        query = _in_order(self._part(t.listed, asked), asked).limit(limit)
        return tuple(row.invitee for row in connection.execute(query, asked.given))

    def _looked_through(self, connection: Connection, asked: Asked, limit: int, most: int) -> Found:
        """The first page and the count in one look, where every row must be looked at: that is what takes long."""
        some = _in_order(self._part(t.listed, asked), asked).limit(most + 1).cte("some")
        count = select(func.count()).select_from(some).scalar_subquery()
        query = _in_order(select(some.c.invitee, count), asked, some.c).limit(limit + 1)
        rows = connection.execute(query, asked.given).all()
        return _found(tuple(row.invitee for row in rows), limit, rows[0][1] if rows else 0, most)

    def _tallied(self, connection: Connection, sought: Sought) -> int | None:
        """How many there are, where the tally knows."""
        if not _is_tallied(sought):
            return None
        number = self._standing().where(*self._conditions(t.tally, sought))
        return int(connection.execute(number).scalar() or 0)

    def by_state(self, sought: Sought) -> dict[State, int] | None:
        """How many of them stand where, whatever state is looked for; None where the tally does not know."""
        anywhere = replace(sought, state=None)
        if not _is_tallied(anywhere):
            return None
        query = tally.kept(self._campaign, self._wave, tally.STANDS, ("state",))
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(*self._conditions(t.tally, anywhere))).all()
        return {State(row.state): int(row.number) for row in rows}

    def _standing(self) -> Select[Any]:
        """How many invitees the tally has."""
        return select(func.sum(t.tally.c.number)).where(tally.mine(self._campaign, self._wave, tally.STANDS))

    def _count(self, connection: Connection, asked: Asked, most: int, table: Table = t.listed) -> int:
        # SQLite is told to read in the order of the names, in which the rows lie: else it looks them up one by one.
        # PostgreSQL, whose rows lie anyhow, would do so only if it were told.
        by_name = replace(asked, columns=("name", "invitee"), key=None)
        some = self._part(table, by_name)
        if self._engine.dialect.name == "sqlite":
            some = _in_order(some, by_name)
        return self._number(connection, some.limit(most), asked)

    def _number(self, connection: Connection, some: Select[Any], asked: Asked | None = None) -> int:
        query = select(func.count()).select_from(some.subquery())
        return int(connection.execute(query, {} if asked is None else asked.given).scalar_one())

    # ------------------------------------------------------------ as of a moment

    def _then(self, connection: Connection, asked: Asked, limit: int, most: int) -> Found:
        """Those that were listed then as they still are, and those that were listed otherwise."""
        keys: list[Key] = []
        count = 0
        for table in (t.listed, t.listed_before):
            here = self._found_then(connection, table, asked, most)
            if here.all_at_once:
                every = [*map(tuple, connection.execute(self._part(table, replace(here, key=None)), here.given))]
                keys += filter(asked.is_behind, every)
                count += len(every)
                continue
            page = _in_order(self._part(table, here), here).limit(limit + 1)
            keys += map(tuple, connection.execute(page))
            if count <= most:
                count += self._count(connection, here, most + 1, table)
        place = asked.columns.index("invitee")
        numbers = tuple(key[place] for key in sorted(keys, reverse=asked.reverse)[: limit + 1])
        return _found(numbers, limit, count, most)

    def _found_then(self, connection: Connection, table: Table, asked: Asked, most: int) -> Asked:
        """Where few are known by time, and by what the index by time knows besides, they are found so, and sorted.

        Where many are, the order of the names soon brings a page of them, and that they are many is all that is said.
        """
        if asked.few is not None:
            return asked
        state, country = (asked.sought.state, asked.sought.country) if table is t.listed_before else (None, "")
        dated = Asked(Sought(state=state, country=country, as_of=asked.sought.as_of), ("invitee",), found_by_time=True)
        number = self._number(connection, self._part(table, dated).limit(most + 1), dated)
        return replace(asked, found_by_time=number <= most)

    # ------------------------------------------------------------ by their names

    def _by_name(self, connection: Connection, sought: Sought, limit: int, after: int, most: int) -> Found | None:
        """Those whose names fit, in the order of the names; None where these are not known well enough."""
        words, rest = typed(sought), replace(sought, words="")
        if not words:
            return None
        only, but = None, frozenset[int]()
        if rest.as_of is not None:
            absent = self._absent(connection, rest.as_of) if rest == Sought(as_of=rest.as_of) else None
            if absent is None:
                return None
            but = absent
        elif rest != Sought() and (only := self._some(connection, rest)) is None:
            return None
        names = self._every_name(connection)
        first = names.found(words, most + 1, only=only, but=but)
        numbers = names.found(words, limit + 1, only=only, but=but, after=after) if after else first
        return _found(numbers, limit, len(first), most)

    def anybody_called(self, connection: Connection, words: str) -> tuple[int, ...]:
        """The same by names and ids alone, and of those too who are in other waves only: their mail is kept here."""
        named = typed(Sought(words=words))
        known = self._everybodys_names(connection) if named else ()
        return tuple(number for names in known for number in names.found(named, EVERYBODY))

    def called(self, connection: Connection, words: str) -> frozenset[int]:
        """Whose names or ids fit words as they were typed, and those with an address that holds what was typed."""
        named = typed(Sought(words=words))
        found = self._every_name(connection).found(named, EVERYBODY) if named else ()
        part = words.strip().lower()
        if not part.isascii() or len(part.split()) != 1:
            return frozenset(found)
        holds = self._place(t.clue.c.value, part) > 0
        addressed = select(t.clue.c.invitee).where(t.clue.c.kind == "address", holds)
        return frozenset((*found, *connection.execute(addressed).scalars()))

    def _few(self, connection: Connection, sought: Sought) -> tuple[int, ...] | None:
        """All whose names fit, if they are few."""
        words = typed(sought)
        named = self._every_name(connection).found(words, self.few + 1) if words else ()
        return named if words and len(named) <= self.few else None

    def _some(self, connection: Connection, sought: Sought) -> frozenset[int] | None:
        """Those that are looked for, if an index brings them and they are few."""
        by_name = Asked(sought, ("name", "invitee"))
        if not by_name.index:
            return None
        some = self._part(t.listed, replace(by_name, columns=("invitee",)), by_name.index)
        return _at_most(self.some, connection, some)

    def _absent(self, connection: Connection, moment: datetime) -> frozenset[int] | None:
        """Those that were not listed yet at a moment, if few are listed otherwise since."""
        now, then = t.listed, t.listed_before
        moved = select(now.c.invitee).where(self._mine(now), now.c.began_at > moment)
        moved = moved.with_hint(now, "INDEXED BY ix_listed_began", "sqlite")
        if (late := _at_most(self.some, connection, moved)) is None:
            return None
        were = select(then.c.invitee).where(self._mine(then), then.c.ended_at > moment, then.c.began_at <= moment)
        were = were.with_hint(then, "INDEXED BY ix_listed_before_ended", "sqlite")
        return late.difference(numbers_of(connection, were)) if late else late

    def learn_names(self) -> None:
        """Reads the names of all, so that the first search need not."""
        with reading(self._engine) as connection:
            self._every_name(connection)

    def _every_name(self, connection: Connection) -> Names:
        """The names of all of this wave."""
        return self._everybodys_names(connection)[0]

    def _everybodys_names(self, connection: Connection) -> tuple[Names, Names]:
        """The names of all of this wave, and of those of others only; read anew where one was added or renamed."""
        with self._one_reads:
            stamp = self._stamp(connection)  # first: what changes meanwhile is seen at the next look
            if self._names is None or self._names[0] != stamp:
                self._names = None  # two would be held at once
                here = self._mine(t.listed)
                mine = t.listed.alias()
                known = exists().where(self._mine(mine), mine.c.invitee == t.listed.c.invitee)
                elsewhere = ~here & ~known
                self._names = (stamp, _names(connection, here), _names(connection, elsewhere))
            return self._names[1:]

    def _stamp(self, connection: Connection) -> tuple[object, ...]:
        """Another one when a list added or changed invitees, or somebody joined the wave."""
        lists = select(t.switch.c.value).where(t.switch.c.name == LISTS).scalar_subquery()
        return tuple(connection.execute(select(lists, self._standing().scalar_subquery())).one())

    def _key(self, connection: Connection, sought: Sought, columns: Sequence[str], invitee: int) -> Key | None:
        """Where an invitee stands in an order; it may be among them no longer."""
        anyhow = Asked(Sought(as_of=sought.as_of), columns, few=(invitee,))
        row = connection.execute(_together(self._parts(anyhow)), anyhow.given).first()
        return None if row is None else tuple(row)

    def numbers(self, sought: Sought, order: str) -> Sequence[int]:
        """All of them, in order."""
        columns, reverse = ORDERS[order]
        asked = Asked(sought, columns, reverse)
        every = _together(self._parts(asked)).subquery()
        with reading(self._engine) as connection:
            return numbers_of(connection, _in_order(select(every.c.invitee), asked, every.c))

    def present(self) -> Present:
        """The countries and languages of the invitees."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                tally.kept(self._campaign, self._wave, tally.STANDS, ("country", "language"))
            ).all()
        return Present(*(tuple(sorted({row[place] for row in rows})) for place in (0, 1)))

    def deciders(self) -> tuple[str, ...]:
        """Who ever decided: person:NAME."""
        here = (t.act.c.campaign == self._campaign) & (t.act.c.wave == self._wave)
        with reading(self._engine) as connection:
            return tuple(sorted(connection.execute(select(t.act.c.by).where(here).distinct()).scalars()))

    def _mine(self, table: FromClause) -> ColumnElement[bool]:
        return and_(table.c.campaign == self._campaign, table.c.wave == self._wave)

    def _parts(self, asked: Asked) -> list[Select[Any]]:
        """How they are listed now, and as of a moment those too that were listed otherwise then."""
        tables = (t.listed,) if asked.sought.as_of is None else (t.listed, t.listed_before)
        return [self._part(table, asked) for table in tables]

    def _part(self, table: Table, asked: Asked, index: str | None = None) -> Select[Any]:
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
        yield from (table.c[name] for name, wanted in flags(sought) if wanted)
        if sought.by:
            yield table.c.decided_by.is_not(None)  # as the index says it
        if sought.by == "person":
            yield table.c.decided_by.startswith("person:")
        elif sought.by:
            yield table.c.decided_by == sought.by
        if sought.address:
            owners = select(t.clue.c.invitee).where(t.clue.c.kind == "address", t.clue.c.value == sought.address)
            yield table.c.invitee.in_(owners)
        yield from (self._place(table.c.search, word) > 0 for word in typed(sought))

    def _place(self, text: Column[str], part: str) -> ColumnElement[int]:
        """Where a part of a text begins; 0: nowhere."""
        return (func.instr if self._engine.dialect.name == "sqlite" else func.strpos)(text, part)


def _is_tallied(sought: Sought) -> bool:
    """Whether nothing is looked for but what the tally tells apart."""
    return sought == Sought(state=sought.state, country=sought.country, kind=sought.kind, languages=sought.languages)


def _at_that_time(table: Table, asked: Asked) -> Iterator[ColumnElement[bool]]:
    """That a row of the listing was true at the moment that is asked for."""
    moment = asked.sought.as_of
    if moment is None:
        return
    yield table.c.began_at <= moment
    if table is t.listed_before:
        yield table.c.ended_at > moment


def _names(connection: Connection, condition: ColumnElement[bool]) -> Names:
    """The names of some who are listed."""
    query = select(t.listed.c.invitee, t.listed.c.search).where(condition).order_by(t.listed.c.name, t.listed.c.invitee)
    return Names((number, words) for some in connection.execute(query).partitions(1000) for number, words in some)


def _found(numbers: tuple[int, ...], limit: int, count: int, most: int) -> Found:
    """What was found, of which one more than is shown was asked for, and one more than is counted."""
    return Found(numbers[:limit], len(numbers) > limit, min(count, most), count > most)


def _at_most(most: int, connection: Connection, numbers: Select[Any]) -> frozenset[int] | None:
    """These numbers, if they are no more."""
    found = frozenset(numbers_of(connection, numbers.limit(most + 1)))
    return found if len(found) <= most else None


def _together(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _in_order(query: Any, asked: Asked, given: Any = None) -> Any:
    named = query.selected_columns if given is None else given
    columns = (named[name] for name in asked.columns)
    return query.order_by(*(column.desc() if asked.reverse else column for column in columns))
