"""What persons did, in order: each act with what must be known to take it back whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person; its entries in the log carry its name."""

    name: str
    at: datetime
    by: str
    words: str  # what was done, as said to the person
    withheld: tuple[int, ...] = ()  # letters that were not sent because of it
    mail: int | None = None  # the mail it filed
    filed: int | None = None  # where the mail was filed before
    filed_nowhere: bool = False
    sender: str = ""  # what was remembered of
    sender_was: int | None = None  # the invitee it was remembered for before
    taken_up: tuple[tuple[int, str], ...] = field(default_factory=tuple)  # contacts: (invitee, address)


class Acts:
    """The acts of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave

    def write(self, connection: Connection, act: Act) -> None:
        """Notes an act, within the transaction in which it is done."""
        memory = {
            "withheld": list(act.withheld),
            "mail": act.mail,
            "filed": act.filed,
            "filed_nowhere": act.filed_nowhere,
            "sender": act.sender,
            "sender_was": act.sender_was,
            "taken_up": [list(one) for one in act.taken_up],
        }
        row = {"name": act.name, "campaign": self._campaign, "wave": self._wave, "at": act.at, "by": act.by}
        connection.execute(insert(t.act), [{**row, "words": act.words, "memory": memory}])

    def last(self) -> Act | None:
        """The newest act that was not taken back."""
        query = (
            select(t.act)
            .where(t.act.c.campaign == self._campaign, t.act.c.wave == self._wave, t.act.c.undone_at.is_(None))
            .order_by(t.act.c.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _to_act(row)

    def of_senders(self) -> dict[str, Act]:
        """The newest act by which each sender was remembered, of those that were not taken back."""
        query = (
            select(t.act).where(t.act.c.campaign == self._campaign, t.act.c.undone_at.is_(None)).order_by(t.act.c.id)
        )
        with reading(self._engine) as connection:
            acts = [_to_act(row) for row in connection.execute(query)]
        return {act.sender: act for act in acts if act.sender}

    def take_back(self, connection: Connection, name: str, now: datetime) -> bool:
        """Marks an act as taken back; False if somebody was quicker."""
        query = update(t.act).where(t.act.c.name == name, t.act.c.undone_at.is_(None)).values(undone_at=now)
        return connection.execute(query).rowcount == 1


def _to_act(row: Any) -> Act:
    memory = row.memory
    return Act(
        name=row.name,
        at=row.at,
        by=row.by,
        words=row.words,
        withheld=tuple(memory["withheld"]),
        mail=memory["mail"],
        filed=memory["filed"],
        filed_nowhere=memory["filed_nowhere"],
        sender=memory["sender"],
        sender_was=memory["sender_was"],
        taken_up=tuple((number, address) for number, address in memory["taken_up"]),
    )
