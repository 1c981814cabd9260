"""What persons taught: the sentences whose meaning they decided, kept until they are forgotten or taken back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading, writing
from outreach.model import ReadingKind


@dataclass(frozen=True, slots=True)
class Taught:
    """One lesson as it is kept."""

    number: int
    plain: str
    words: str
    kind: ReadingKind
    mail: int
    by: str  # "person:NAME"
    at: datetime


class Lessons:
    """The lessons of one campaign, of all its waves."""

    def __init__(self, engine: Engine, campaign: str) -> None:
        self._engine = engine
        self._campaign = campaign

    def learn(
        self,
        connection: Connection,
        *,
        plain: str,
        words: str,
        kind: ReadingKind,
        mail: int,
        by: str,
        at: datetime,
        act: str,
    ) -> int | None:
        """Keeps a lesson within the transaction of its act; gives its number, or None if it is known already."""
        known = select(t.lesson.c.id).where(
            t.lesson.c.campaign == self._campaign, t.lesson.c.plain == plain, t.lesson.c.kind == kind.value
        )
        if connection.execute(known).first() is not None:
            return None
        row = {"plain": plain, "words": words, "kind": kind.value, "mail": mail, "by": by, "at": at, "act": act}
        query = insert(t.lesson).returning(t.lesson.c.id)
        return int(connection.execute(query, {**row, "campaign": self._campaign}).scalar_one())

    def unlearn(self, connection: Connection, act: str) -> None:
        """Forgets what an act taught, because it is taken back."""
        connection.execute(delete(t.lesson).where(t.lesson.c.act == act))

    def forget(self, number: int) -> Taught | None:
        """Forgets one lesson; gives what it was, or None if there is none."""
        mine = (t.lesson.c.campaign == self._campaign) & (t.lesson.c.id == number)
        with writing(self._engine) as connection:
            row = connection.execute(select(t.lesson).where(mine)).first()
            connection.execute(delete(t.lesson).where(mine))
        return None if row is None else _to_taught(row)

    def all(self) -> tuple[Taught, ...]:
        """Every lesson, the oldest first."""
        query = select(t.lesson).where(t.lesson.c.campaign == self._campaign).order_by(t.lesson.c.id)
        with reading(self._engine) as connection:
            return tuple(_to_taught(row) for row in connection.execute(query))

    def known(self) -> dict[str, frozenset[ReadingKind]]:
        """What persons read in each sentence, by its plain words."""
        found: dict[str, set[ReadingKind]] = defaultdict(set)
        query = select(t.lesson.c.plain, t.lesson.c.kind).where(t.lesson.c.campaign == self._campaign)
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                found[row.plain].add(ReadingKind(row.kind))
        return {plain: frozenset(kinds) for plain, kinds in found.items()}


def _to_taught(row: Any) -> Taught:
    return Taught(row.id, row.plain, row.words, ReadingKind(row.kind), row.mail, row.by, row.at)
