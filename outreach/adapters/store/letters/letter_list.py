"""Lists letters a page at a time, the newest first, as they are looked for; quick however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Select, func, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.bulk import among
from outreach.adapters.store.engine import reading
from outreach.adapters.store.invitees.invitee_list import InviteeList
from outreach.adapters.store.letters.letter_rows import OF_LETTER, to_letter
from outreach.model import Letter, LetterState

FEW = 1000  # invitees whose letters are looked up one by one; of more, all letters are looked through
STEP = 2000  # letters that are looked through at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are looked for; what is () or "" does not matter."""

    states: Sequence[LetterState] = ()
    words: str = ""  # the invitee's name or id, as in the log, or a part of one of its addresses


class LetterList:
    """Lists of the letters of one wave of one campaign."""

    def __init__(self, engine: Engine, invitees: InviteeList, campaign: str, wave: int) -> None:
        self._engine = engine
        self._invitees = invitees
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)
        self.few = FEW
        self.step = STEP

    def newest(self, wanted: Wanted, limit: int, *, before: int | None = None) -> tuple[Letter, ...]:
        """The last letters before one of them, the newest first."""
        with reading(self._engine) as connection:
            who = self._invitees.called(connection, wanted.words) if wanted.words.split() else None
            if who is not None and len(who) <= self.few:
                ids = self._of(connection, wanted, who, before)[:limit]
            else:
                ids = self._looked_through(connection, wanted, who, limit, before)
            rows = connection.execute(select(*OF_LETTER).where(among(t.letter.c.id, "ids")), {"ids": ids})
            return tuple(sorted(map(to_letter, rows), key=lambda letter: -letter.id))

    def _of(self, connection: Connection, wanted: Wanted, who: frozenset[int], before: int | None) -> list[int]:
        """Every letter to these few."""
        query = self._wanted(wanted, before).where(among(t.letter.c.invitee, "who"))
        query = query.with_hint(t.letter, "INDEXED BY ix_letter_invitee", "sqlite")
        return sorted((row.id for row in connection.execute(query, {"who": sorted(who)})), reverse=True)

    def _looked_through(
        self, connection: Connection, wanted: Wanted, who: frozenset[int] | None, limit: int, before: int | None
    ) -> list[int]:
        """The last letters, step by step, until enough of them are to these."""
        found: list[int] = []
        for ids in self._steps(connection, wanted, before):
            found += ids if who is None else _to(connection, ids, who)
            if len(found) >= limit:
                break
        return found[:limit]

    def _steps(self, connection: Connection, wanted: Wanted, before: int | None) -> Iterator[list[int]]:
        """Letters in a state: those that are among the very last; then all, from the index that knows the states."""
        if before is None:
            before = (connection.execute(select(func.max(t.letter.c.id))).scalar() or 0) + 1
        recent = self._wanted(wanted, before).where(t.letter.c.id >= before - self.step)
        yield _ordered(connection, recent, "NOT INDEXED")
        ids, before = [0], before - self.step
        while ids:
            ids = _ordered(connection, self._wanted(wanted, before).limit(self.step), "INDEXED BY ix_letter_due")
            yield ids
            before = ids[-1] if ids else before

    def _wanted(self, wanted: Wanted, before: int | None) -> Select[tuple[int]]:
        query = select(t.letter.c.id).where(self._mine)
        if wanted.states:
            query = query.where(t.letter.c.state.in_([state.value for state in wanted.states]))
        return query if before is None else query.where(t.letter.c.id < before)


def _ordered(connection: Connection, query: Select[tuple[int]], index: str) -> list[int]:
    """The letters of a query, the newest first."""
    query = query.order_by(t.letter.c.id.desc()).with_hint(t.letter, index, "sqlite")
    return [*connection.execute(query).scalars()]


def _to(connection: Connection, ids: Sequence[int], who: frozenset[int]) -> list[int]:
    """Those of some letters that are to these invitees."""
    query = select(t.letter.c.id, t.letter.c.invitee).where(among(t.letter.c.id, "ids"))
    theirs = {row.id for row in connection.execute(query, {"ids": ids}) if row.invitee in who}
    return [number for number in ids if number in theirs]
