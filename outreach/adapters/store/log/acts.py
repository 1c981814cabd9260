"""What persons did, in order: each act with what must be known to take it back whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.model import EntryKind, Trust, Verdict

# What changes where an invitee stands, or what waits for a person: after these a decision must be looked at anew.
TELLING = (
    EntryKind.ANSWER,
    EntryKind.REVIEW,
    EntryKind.BOUNCED,
    EntryKind.DECIDED,
    EntryKind.STOPPED,
    EntryKind.READDRESSED,
    EntryKind.UNDONE,
)
CHUNK = 400  # names in one IN (…)
LATELY = 200  # acts that are looked through for who filed a mail


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person; its entries in the log carry its name."""

    name: str
    at: datetime
    by: str
    words: str  # what was done, as said to the person
    withheld: tuple[int, ...] = ()  # letters that were not sent because of it
    why: str = ""  # the reason that was written to these letters; "" = it was not remembered
    mail: int | None = None  # the mail it filed
    filed: int | None = None  # where the mail was filed before
    filed_nowhere: bool = False
    waited: str = ""  # why it waited before it was filed
    trust: Trust | None = None  # whether it might speak for its invitee before
    sender: str = ""  # what was remembered of
    sender_was: int | None = None  # the invitee it was remembered for before
    taken_up: tuple[tuple[int, str], ...] = field(default_factory=tuple)  # contacts: (invitee, address)
    id: int = 0  # given by the store, in the order in which they were done
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a mail at a moment: whose it is, and the last entry that tells of it or of its invitee."""

    invitee: int | None
    filed: bool  # a person said whose it is, or that it is nobody's
    entry: int  # 0: none


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
            "why": act.why,
            "mail": act.mail,
            "filed": act.filed,
            "filed_nowhere": act.filed_nowhere,
            "waited": act.waited,
            "trust": None if act.trust is None else astuple(act.trust),
            "sender": act.sender,
            "sender_was": act.sender_was,
            "taken_up": [list(one) for one in act.taken_up],
        }
        row = {"name": act.name, "campaign": self._campaign, "wave": self._wave, "at": act.at, "by": act.by}
        connection.execute(insert(t.act), [{**row, "words": act.words, "memory": memory}])

    def last(self, by: str | None = None) -> Act | None:
        """The newest act that was not taken back, of anybody or of one person."""
        query = select(t.act).where(self._mine, t.act.c.undone_at.is_(None)).order_by(t.act.c.id.desc()).limit(1)
        if by is not None:
            query = query.where(t.act.c.by == by)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _to_act(row)

    def find(self, name: str) -> Act | None:
        """An act by its name."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.act).where(self._mine, t.act.c.name == name)).first()
        return None if row is None else _to_act(row)

    def filed_by(self, mail: int) -> str:
        """Who filed a mail last, of those who acted lately; "" if nobody did."""
        query = select(t.act.c.by, t.act.c.memory).where(self._mine).order_by(t.act.c.id.desc()).limit(LATELY)
        with reading(self._engine) as connection:
            return next((row.by for row in connection.execute(query) if row.memory["mail"] == mail), "")

    def after(self, connection: Connection, act: int) -> tuple[Act, ...]:
        """The acts since one of them that were not taken back, the oldest first."""
        later = (t.act.c.id > act) & t.act.c.undone_at.is_(None)
        rows = connection.execute(select(t.act).where(self._mine, later).order_by(t.act.c.id))
        return tuple(_to_act(row) for row in rows)

    def touched(self, connection: Connection, names: Sequence[str]) -> tuple[set[int], set[int]]:
        """The invitees and the mails that the entries of these acts tell of."""
        invitees, mails = set[int](), set[int]()
        for start in range(0, len(names), CHUNK):
            some = t.entry.c.act.in_(names[start : start + CHUNK])
            for row in connection.execute(select(t.entry.c.invitee, t.entry.c.mail).where(some)):
                invitees.add(row.invitee)
                mails.update([] if row.mail is None else [row.mail])
        return invitees, mails

    def known_of(self, connection: Connection, mail: int, *, alone: bool = False) -> Known | None:
        """What is known of a mail; with `alone` nobody else can decide it until this transaction ends."""
        if alone:
            # NO KEY UPDATE: who writes a row that only refers to this one need not wait.
            row = select(t.mail.c.id).where(t.mail.c.id == mail)
            connection.execute(row.with_for_update(key_share=True))
        owner = func.coalesce(t.reading.c.filed, t.reading.c.matched)
        columns = (t.reading.c.filed, t.reading.c.filed_nowhere, owner.label("owner"))
        found = connection.execute(select(*columns).where(t.reading.c.mail == mail)).first()
        if found is None:
            return None
        number = None if found.filed_nowhere else found.owner
        if alone and number is not None:
            connection.execute(select(t.invitee.c.number).where(t.invitee.c.number == number).with_for_update())
        last = max(self._last_entry(connection, mail, number))
        return Known(number, found.filed is not None or found.filed_nowhere, last)

    def _last_entry(self, connection: Connection, mail: int, invitee: int | None) -> Iterator[int]:
        here = (t.entry.c.campaign == self._campaign) & (t.entry.c.wave == self._wave)
        last = select(func.max(t.entry.c.id))
        yield connection.execute(last.where(here, t.entry.c.mail == mail)).scalar() or 0
        if invitee is not None:
            telling = (t.entry.c.invitee == invitee) & t.entry.c.kind.in_(TELLING)
            yield connection.execute(last.where(here, telling)).scalar() or 0

    @property
    def _mine(self) -> Any:
        return (t.act.c.campaign == self._campaign) & (t.act.c.wave == self._wave)

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
        why=memory.get("why", ""),
        mail=memory["mail"],
        filed=memory["filed"],
        filed_nowhere=memory["filed_nowhere"],
        waited=memory.get("waited", ""),
        trust=_to_trust(memory.get("trust")),
        sender=memory["sender"],
        sender_was=memory["sender_was"],
        taken_up=tuple((number, address) for number, address in memory["taken_up"]),
        id=row.id,
        undone=row.undone_at is not None,
    )


def _to_trust(kept: Sequence[Any] | None) -> Trust | None:
    if kept is None:
        return None
    verdict, why, alert, signed = kept
    return Trust(Verdict(verdict), why, alert, signed)
