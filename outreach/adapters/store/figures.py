"""The figures: how many invitees stand where, what came and left when, and what waits; the database counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    Select,
    and_,
    case,
    cast,
    exists,
    extract,
    false,
    func,
    or_,
    select,
    true,
)

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import reading
from outreach.model import EntryKind, InviteeKind, LetterKind, LetterState, State

DAY = 86_400  # seconds
QUARTER = 900  # seconds: wherever a day begins, it begins at a quarter of an hour in UTC
MOST_PLACES = 2000  # more dots than that are a stain on a map

_UNANSWERED = (State.ENROLLED.value, State.INVITED.value, State.UNREACHABLE.value)


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
        self._mine = (t.standing.c.campaign == campaign) & (t.standing.c.wave == wave)

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
        language = func.coalesce(t.contact.c.language, "")
        invited, answered = t.standing.c.fold["first_letter_at"].as_string().is_not(None), _fact("answered_by_person")
        alike = (t.invitee.c.country, t.invitee.c.kind, language, t.standing.c.state, invited, answered)
        query = (
            select(*alike, func.count())
            .select_from(t.standing)
            .join(t.invitee, t.invitee.c.number == t.standing.c.invitee)
            .outerjoin(t.contact, _written_to())
            .where(self._mine)
            .group_by(*alike)
        )
        with reading(self._engine) as connection:
            return tuple(
                Group(country, InviteeKind(kind), language, State(state), bool(asked), bool(heard), number)
                for country, kind, language, state, asked, heard, number in connection.execute(query)
            )

    def stood(self) -> tuple[Counted, ...]:
        """How many invitees came when to the state in which they are."""
        quarter = self._quarter(t.standing.c.since)
        query = (
            select(t.standing.c.state, quarter, func.count())
            .where(self._mine, t.standing.c.since.is_not(None))
            .group_by(t.standing.c.state, quarter)
            .order_by(quarter, t.standing.c.state)
        )
        with reading(self._engine) as connection:
            return tuple(Counted(state, _moment(at), number) for state, at, number in connection.execute(query))

    def sent(self) -> tuple[Counted, ...]:
        """How many letters of each kind and step the relay took when."""
        quarter = self._quarter(t.entry.c.at)
        alike = (t.entry.c.what, t.entry.c.step, quarter)
        query = (
            self._noted(*alike, func.count())
            .where(t.entry.c.kind == EntryKind.SENT.value)
            .group_by(*alike)
            .order_by(quarter, t.entry.c.what, t.entry.c.step)
        )
        with reading(self._engine) as connection:
            return tuple(
                Counted(what, _moment(at), number, step) for what, step, at, number in connection.execute(query)
            )

    def waiting(self) -> Waiting:
        """What waits for a person, in numbers."""
        nobodys = or_(t.reading.c.filed_nowhere, func.coalesce(t.reading.c.filed, t.reading.c.matched).is_(None))
        mails = select(func.count(), func.sum(case((nobodys, 1), else_=0))).where(t.reading.c.needs_review)
        asked = t.standing.c.state.not_in(_UNANSWERED)  # who asks something is in talks, or further
        owed = select(func.count()).select_from(t.standing).where(self._mine, asked, _fact("we_owe"))
        thanked = (
            _unacknowledged(State.CONFIRMED, LetterKind.THANKS),
            _unacknowledged(State.DECLINED, LetterKind.REGRETS),
        )
        thanks = select(func.count()).select_from(t.standing).where(self._mine, or_(*thanked))
        with reading(self._engine) as connection:
            every, lost = connection.execute(mails).one()
            return Waiting(
                review=every - (lost or 0),
                without_invitee=lost or 0,
                owed=connection.execute(owed).scalar_one(),
                acknowledgements=connection.execute(thanks).scalar_one(),
            )

    def spans(self) -> tuple[float, ...]:
        """The days from the invitation to the answer that holds, one for each invitee that answered, in order."""
        query = select(t.standing.c.since, t.standing.c.fold["first_letter_at"].as_string()).where(
            self._mine, t.standing.c.state.not_in(_UNANSWERED), t.standing.c.since.is_not(None)
        )
        with reading(self._engine) as connection:
            pairs = [(since, datetime.fromisoformat(sent)) for since, sent in connection.execute(query) if sent]
        return tuple(sorted(max(0.0, (since - sent).total_seconds() / DAY) for since, sent in pairs))

    def places(self) -> tuple[Place, ...]:
        """The invitees whose coordinates the list gives, those that confirmed first; at most `MOST_PLACES`."""
        lat, lon = (t.contact.c.extra[name].as_string() for name in ("lat", "lon"))
        query = (
            select(t.invitee.c.name, t.standing.c.state, lat, lon)
            .select_from(t.standing)
            .join(t.invitee, t.invitee.c.number == t.standing.c.invitee)
            .join(t.contact, _written_to())
            .where(self._mine, lat != "", lon != "")
            .order_by(case((t.standing.c.state == State.CONFIRMED.value, 0), else_=1), t.invitee.c.number)
            .limit(MOST_PLACES)
        )
        with reading(self._engine) as connection:
            return tuple(Place(name, State(state), y, x) for name, state, y, x in connection.execute(query))

    def _noted(self, *columns: Any) -> Select[Any]:
        """Of the entries of this wave that nobody took back."""
        back = select(t.entry.c.target).where(t.entry.c.kind == EntryKind.UNDONE.value, t.entry.c.target.is_not(None))
        mine = (t.entry.c.campaign == self._campaign) & (t.entry.c.wave == self._wave)
        return select(*columns).where(mine, t.entry.c.id.not_in(back))

    def _quarter(self, moment: Any) -> ColumnElement[int]:
        exact = moment if self._engine.dialect.name == "sqlite" else func.date_trunc("second", moment)
        return cast(extract("epoch", exact), BigInteger) // QUARTER


def _moment(quarter: int) -> datetime:
    return datetime.fromtimestamp(int(quarter) * QUARTER, UTC)


def _fact(name: str) -> ColumnElement[bool]:
    """A yes or no of the folded standing; what is not set is not written there."""
    return func.coalesce(t.standing.c.fold[name].as_boolean(), false())


def _written_to() -> ColumnElement[bool]:
    """Joins an invitee with the first of its contacts."""
    other = t.contact.alias()
    first = select(func.min(other.c.position)).where(other.c.invitee == t.standing.c.invitee).scalar_subquery()
    return and_(t.contact.c.invitee == t.standing.c.invitee, t.contact.c.position == first)


def _unacknowledged(state: State, kind: LetterKind) -> ColumnElement[bool]:
    """Stands so, nothing of it waits, and no such letter was ever queued."""
    queued = exists().where(
        t.letter.c.campaign == t.standing.c.campaign,
        t.letter.c.wave == t.standing.c.wave,
        t.letter.c.invitee == t.standing.c.invitee,
        t.letter.c.kind == kind.value,
        t.letter.c.state != LetterState.WITHHELD.value,
    )
    open_ = t.standing.c.needs_review | _fact("stopped")
    return and_(t.standing.c.state == state.value, open_ != true(), ~queued)
