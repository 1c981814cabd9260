"""The figures: how many invitees stand where, what came and left when, and what waits; the database counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, case, func, or_, select, text

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.adapters.store.log.tally import CAME, QUARTER, SENT, SPAN, STANDS, kept
from outreach.model import InviteeKind, LetterKind, LetterState, State

MOST_PLACES = 2000  # more dots than that are a stain on a map


@dataclass(frozen=True, slots=True)
class Group:
    """How many invitees are alike in where they are, what they are and where they stand."""

    country: str
    kind: InviteeKind
    language: str  # of the contact that is written to; "" = the campaign's default
    state: State
    invited: bool  # the relay ever took an invitation
    answered: bool  # by a person, ever
    number: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of something there were in the quarter of an hour that begins at a moment."""

    what: str
    at: datetime
    number: int
    step: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person."""

    review: int  # mails of an invitee
    without_invitee: int  # mails of nobody that is known
    owed: int  # invitees that asked something
    acknowledgements: int  # thanks and regrets that nobody has released


@dataclass(frozen=True, slots=True)
class Place:
    """An invitee whose contact has coordinates (columns `lat` and `lon` of the list)."""

    name: str
    state: State
    lat: str  # as it stands in the list: degrees north
    lon: str  # degrees east


class Figures:
    """The figures of one wave of one campaign."""

    def __init__(self, engine: Engine, campaign: str, wave: int) -> None:
        self._engine = engine
        self._campaign = campaign
        self._wave = wave
        self._mine = (t.listed.c.campaign == campaign) & (t.listed.c.wave == wave)

    def stamp(self) -> tuple[object, ...]:
        """Another one after each change that these figures show; quick at any size."""
        waiting = select(func.count(), func.count(t.reading.c.filed), func.max(t.reading.c.mail))
        doubtful = select(func.count()).where(t.letter.c.state == LetterState.IN_DOUBT.value)
        queries = (
            select(func.max(t.entry.c.id)),
            select(func.max(t.letter.c.id)),
            doubtful.where(t.letter.c.campaign == self._campaign, t.letter.c.wave == self._wave),
            waiting.where(t.reading.c.needs_review),
            select(t.switch.c.name, t.switch.c.value).order_by(t.switch.c.name),
        )
        with reading(self._engine) as connection:
            return tuple(tuple(row) for query in queries for row in connection.execute(query))

    def census(self) -> tuple[Group, ...]:
        """Every invitee of the wave, counted with those that are alike."""
        names = ("country", "kind", "language", "state", "invited", "answered")
        return tuple(
            Group(country, InviteeKind(kind), language, State(state), asked, heard, int(number))
            for country, kind, language, state, asked, heard, number in self._kept(STANDS, names)
        )

    def enrolled(self) -> int:
        """How many invitees the wave has."""
        return sum(int(number) for _, number in self._kept(STANDS, ("state",)))

    def stood(self) -> tuple[Counted, ...]:
        """How many invitees came when to the answer that holds."""
        return tuple(Counted(state, _moment(at), int(n)) for at, state, n in self._kept(CAME, ("at", "state")))

    def sent(self) -> tuple[Counted, ...]:
        """How many letters of each kind and step the relay took when."""
        found = self._kept(SENT, ("at", "kind", "step"))
        return tuple(Counted(kind, _moment(at), int(number), step) for at, kind, step, number in found)

    def spans(self) -> tuple[tuple[int, int], ...]:
        """The whole hours from the invitation to the answer that holds, and how many took so long; in order."""
        return tuple((hours, int(number)) for hours, number in self._kept(SPAN, ("at",)))

    def _kept(self, what: str, names: Sequence[str]) -> Sequence[Any]:
        query = kept(self._campaign, self._wave, what, names).order_by(*(t.tally.c[name] for name in names))
        with reading(self._engine) as connection:
            return connection.execute(query).all()

    def waiting(self) -> Waiting:
        """What waits for a person, in numbers."""
        nobodys = or_(t.reading.c.filed_nowhere, func.coalesce(t.reading.c.filed, t.reading.c.matched).is_(None))
        mails = select(func.count(), func.sum(case((nobodys, 1), else_=0))).where(t.reading.c.needs_review)
        owed = select(func.count()).select_from(t.listed).where(self._mine, t.listed.c.owed)
        owed = owed.with_hint(t.listed, "INDEXED BY ix_listed_owed", "sqlite")  # it does not know that few are
        with reading(self._engine) as connection:
            every, lost = connection.execute(mails).one()
            return Waiting(
                review=every - (lost or 0),
                without_invitee=lost or 0,
                owed=connection.execute(owed).scalar_one(),
                acknowledgements=self._acknowledgements(connection),
            )

    def acknowledgements(self) -> int:
        """How many thanks and regrets wait that nobody has released."""
        with reading(self._engine) as connection:
            return self._acknowledgements(connection)

    def _acknowledgements(self, connection: Connection) -> int:
        due = ((State.CONFIRMED, LetterKind.THANKS), (State.DECLINED, LetterKind.REGRETS))
        return sum(int(connection.execute(self._unacknowledged(state, kind)).scalar_one()) for state, kind in due)

    def _unacknowledged(self, state: State, kind: LetterKind) -> Select[Any]:
        """How many stand so, with nothing that waits, and no such letter that was ever queued."""
        queued = (
            select(t.letter.c.invitee)
            .where(t.letter.c.campaign == self._campaign, t.letter.c.wave == self._wave)
            .where(t.letter.c.kind == kind.value, text(t.ACKNOWLEDGED))
            .with_hint(t.letter, "INDEXED BY ix_letter_acknowledged", "sqlite")
        )
        free = and_(~t.listed.c.needs_review, ~t.listed.c.stopped, t.listed.c.invitee.not_in(queued))
        query = select(func.count()).select_from(t.listed).where(self._mine, t.listed.c.state == state.value, free)
        return query.with_hint(t.listed, "INDEXED BY ix_listed_state", "sqlite")

    def places(self) -> tuple[Place, ...]:
        """The invitees whose coordinates the list gives, those that confirmed first; at most `MOST_PLACES`."""
        order = (case((t.listed.c.state == State.CONFIRMED.value, 0), else_=1), t.listed.c.invitee)
        placed = text("listed.lat <> ''")  # as the index says it
        some = select(t.listed.c.invitee).where(self._mine, placed).order_by(*order).limit(MOST_PLACES)
        some = some.with_hint(t.listed, "INDEXED BY ix_listed_place", "sqlite")
        query = (
            select(t.invitee.c.name, t.listed.c.state, t.listed.c.lat, t.listed.c.lon)
            .join(t.invitee, t.invitee.c.number == t.listed.c.invitee)
            .where(self._mine, t.listed.c.invitee.in_(some))
            .order_by(*order)
            .with_hint(t.listed, "INDEXED BY ix_listed_invitee", "sqlite")
        )
        with reading(self._engine) as connection:
            return tuple(Place(name, State(state), y, x) for name, state, y, x in connection.execute(query))


def _moment(quarter: int) -> datetime:
    return datetime.fromtimestamp(int(quarter) * QUARTER, UTC)
