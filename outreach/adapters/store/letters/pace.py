"""How fast letters leave, kept in the database, so that all senders together keep within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import accumulate
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, exists, func, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import clock
from outreach.adapters.store.letters.letter_rows import domain_of
from outreach.model import Letter, Stay

RELAY = ":relay"  # no domain is called so
NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Room:
    """How many addresses may be written to now; and what holds back a letter that has more."""

    addresses: int = NO_LIMIT
    held: Stay | None = None


class Pacer(Protocol):
    """The limits. The moments are the database's."""

    @property
    def limited(self) -> bool:
        """Whether there is a limit for the relay."""
        ...

    @property
    def domain_gap(self) -> timedelta:
        """The time between two letters to one domain; zero = no limit."""
        ...

    @property
    def copies(self) -> int:
        """Addresses that each letter goes to besides its own."""
        ...

    def room(self, last_slot: datetime | None, hours: Mapping[str, int], now: datetime) -> tuple[int, Stay]:
        """How many letters may leave now, and until when no more."""
        ...

    def booked(self, hours: Mapping[str, int], number: int, now: datetime) -> dict[str, int]:
        """The hours with so many addresses more."""
        ...

    def given_back(self, hours: Mapping[str, int], number: int) -> dict[str, int]:
        """The hours with so many addresses fewer."""
        ...

    def domain_held(self, until: datetime) -> Stay:
        """What holds back letters to one domain."""
        ...


class Paces:
    """The slots of the relay and of the domains that are written to."""

    def __init__(self, engine: Engine) -> None:
        self._dialect = import_module(f"sqlalchemy.dialects.{engine.dialect.name}")  # not both: they are heavy

    def room(self, connection: Connection, pacer: Pacer, now: datetime) -> Room:
        """How much may leave now. Other senders wait until this transaction has taken its share."""
        if not pacer.limited:
            return Room()
        self._lock(connection)
        return self.seen(connection, pacer, now)

    def seen(self, connection: Connection, pacer: Pacer, now: datetime) -> Room:
        """The same, without taking any of it."""
        row = connection.execute(select(t.pace).where(t.pace.c.name == RELAY)).first()
        if row is None or not pacer.limited:
            return Room()
        at = clock(connection)
        number, held = pacer.room(row.last_slot, row.hours, at)
        return Room(number, replace(held, until=now + (held.until - at)))

    def _lock(self, connection: Connection) -> None:
        new = self._dialect.insert(t.pace).values(name=RELAY, hours={}).on_conflict_do_nothing()
        connection.execute(new)
        connection.execute(select(t.pace.c.name).where(t.pace.c.name == RELAY).with_for_update())

    def book(self, connection: Connection, pacer: Pacer, letters: Sequence[Letter]) -> None:
        """Takes the slots of letters that are about to leave."""
        if not letters:
            return
        at = clock(connection)
        if pacer.limited:
            mine = t.pace.c.name == RELAY
            known = connection.execute(select(t.pace.c.hours).where(mine)).scalar_one()
            hours = pacer.booked(known, _all_addresses(letters, pacer), at)
            connection.execute(update(t.pace).where(mine).values(last_slot=at, hours=hours))
        if pacer.domain_gap:
            self._book_domains(connection, {domain_of(letter.to) for letter in letters}, at)

    def give_back(self, connection: Connection, pacer: Pacer, letters: Sequence[Letter]) -> None:
        """Of letters that took their slots and did not leave: the day has room for others. What they waited stays."""
        if not letters or not pacer.limited:
            return
        mine = t.pace.c.name == RELAY
        known = connection.execute(select(t.pace.c.hours).where(mine).with_for_update()).scalar_one()
        hours = pacer.given_back(known, _all_addresses(letters, pacer))
        connection.execute(update(t.pace).where(mine).values(hours=hours))

    def _book_domains(self, connection: Connection, domains: Iterable[str], at: datetime) -> None:
        query = self._dialect.insert(t.pace)
        query = query.on_conflict_do_update(index_elements=["name"], set_={"last_slot": query.excluded.last_slot})
        rows = [{"name": name, "last_slot": at, "hours": {}} for name in sorted(domains)]
        connection.execute(query, rows)

    def domain_is_free(self, connection: Connection, pacer: Pacer) -> Any:
        """The condition that no letter has just gone to the same domain."""
        return ~exists().where(t.pace.c.name == t.letter.c.domain, _just_now(connection, pacer))

    def next_domain(self, connection: Connection, pacer: Pacer, now: datetime, waiting: Any) -> Stay | None:
        """When the first of the waiting letters may go to its domain; None if it is not that which holds them."""
        if not pacer.domain_gap:
            return None
        query = select(func.min(t.pace.c.last_slot)).select_from(t.letter)
        query = query.join(t.pace, t.pace.c.name == t.letter.c.domain).where(waiting, _just_now(connection, pacer))
        last = connection.execute(query).scalar()
        return None if last is None else pacer.domain_held(now + (last + pacer.domain_gap - clock(connection)))


def _just_now(connection: Connection, pacer: Pacer) -> Any:
    """A letter has just gone to the domain. A slot to come was taken by a clock that has been set back since."""
    at = clock(connection)
    return (t.pace.c.last_slot > at - pacer.domain_gap) & (t.pace.c.last_slot <= at)


def fitting(letters: Sequence[Letter], room: Room, copies: int) -> list[Letter]:
    """As many of the letters, in their order, as there is room for their addresses."""
    total = accumulate(addresses(letter) + copies for letter in letters)
    return [letter for letter, used in zip(letters, total, strict=True) if used <= room.addresses]


def _all_addresses(letters: Sequence[Letter], pacer: Pacer) -> int:
    return sum(addresses(letter) + pacer.copies for letter in letters)


def addresses(letter: Letter) -> int:
    """How many a letter goes to, copies included."""
    return len({letter.to, *letter.cc})
