"""Lists letters a page at a time with whom they are to, without their words: quick however many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, or_, select

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.model import LetterKind, LetterState


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """One letter in a list."""

    letter: int
    kind: LetterKind
    step: int
    to: str
    language: str
    state: LetterState
    attempts: int
    last_reply: str  # the relay's words, or why the letter waits
    due_at: datetime
    settled_at: datetime | None
    invitee_id: str
    name: str  # of the invitee
    country: str


class LetterList:
    """Lists of the letters of one wave."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._mine = (t.letter.c.campaign == campaign) & (t.letter.c.wave == wave)

    def newest(
        self, states: Collection[LetterState], words: str, limit: int, *, before: int | None = None
    ) -> tuple[ListedLetter, ...]:
        """The last letters in some states (none: in any) before one of them, the newest first.

        `words` stand in the invitee's name or in the address.
        """
        columns = [t.letter.c[name] for name in ("id", "kind", "step", "to_address", "language", "state", "attempts")]
        columns += [t.letter.c.last_reply, t.letter.c.due_at, t.letter.c.settled_at]
        invitee = (t.invitee.c.id.label("invitee_id"), t.invitee.c.name, t.invitee.c.country)
        query = select(*columns, *invitee).join(t.invitee, t.invitee.c.number == t.letter.c.invitee).where(self._mine)
        if states:
            query = query.where(t.letter.c.state.in_([state.value for state in states]))
        if words:
            held = (func.lower(column).contains(words.lower(), autoescape=True) for column in _LOOKED_AT)
            query = query.where(or_(*held))
        if before is not None:
            query = query.where(t.letter.c.id < before)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(t.letter.c.id.desc()).limit(limit))
            return tuple(
                ListedLetter(
                    row.id,
                    LetterKind(row.kind),
                    row.step,
                    row.to_address,
                    row.language,
                    LetterState(row.state),
                    row.attempts,
                    row.last_reply,
                    row.due_at,
                    row.settled_at,
                    row.invitee_id,
                    row.name,
                    row.country,
                )
                for row in rows
            )


_LOOKED_AT = (t.invitee.c.name, t.letter.c.to_address)
