"""How far the campaign is toward 10, 100, 1000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from outreach.model import Standing, State


@dataclass(frozen=True, slots=True)
class Milestone:
    """A number of confirmations: the day it was reached, or how many are missing."""

    goal: int
    reached: date | None
    missing: int


def milestones(confirmed: Iterable[datetime], goals: Sequence[int], zone: str) -> tuple[Milestone, ...]:
    """Each goal with the day, at the secretariat, on which the confirmation came that reached it."""
    place = ZoneInfo(zone)
    return milestones_by_day(Counter(moment.astimezone(place).date() for moment in confirmed), goals)


def milestones_by_day(confirmed: Mapping[date, int], goals: Sequence[int]) -> tuple[Milestone, ...]:
    """The same from how many confirmations came on each day."""
    days = sorted(confirmed)
    totals = list(accumulate(confirmed[day] for day in days))
    total = totals[-1] if totals else 0
    reached = {goal: next(day for day, so_far in zip(days, totals, strict=True) if so_far >= goal)
               for goal in goals if 0 < goal <= total}  # fmt: skip
    return tuple(Milestone(goal, reached.get(goal), max(0, goal - total)) for goal in sorted(goals))


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of invitees: in each state, ever invited, and silent."""

    by_state: Mapping[State, int]  # every state, also those with nobody
    invited: int  # ever: the relay took an invitation
    silent: int  # of these, never answered by a person; an address that does not exist is silent too


def tally(standings: Iterable[Standing]) -> Tally:
    """Counts the invitees by where they stand."""
    some = list(standings)
    states = Counter(standing.state for standing in some)
    ever = [standing for standing in some if standing.first_letter_at is not None]
    return Tally(
        by_state={state: states[state] for state in State},
        invited=len(ever),
        silent=sum(1 for standing in ever if not standing.answered_by_person),
    )


# ---------------------------------------------------------------- what was answered


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of the invitees of a country, a language or a kind. The parts make up the whole."""

    confirmed: int = 0
    declined: int = 0  # withdrawn and unsubscribed too: they said no
    open: int = 0  # answered, and no word yet that counts: tentative, in talks, an acknowledgement
    silent: int = 0  # invited, and never answered by a person
    waiting: int = 0  # enrolled, and not invited yet

    @property
    def total(self) -> int:
        """All of them."""
        return self.confirmed + self.declined + self.open + self.silent + self.waiting

    @property
    def invited(self) -> int:
        """All that have a letter, or answered without one."""
        return self.total - self.waiting

    def __add__(self, other: Answers) -> Answers:
        """Both together."""
        return Answers(
            self.confirmed + other.confirmed,
            self.declined + other.declined,
            self.open + other.open,
            self.silent + other.silent,
            self.waiting + other.waiting,
        )


_SAID_NO = frozenset({State.DECLINED, State.WITHDRAWN, State.UNSUBSCRIBED})
OPEN = frozenset({State.TENTATIVE, State.IN_TALKS})


def answers(state: State, number: int, *, invited: bool, answered: bool) -> Answers:
    """Where a number of invitees belongs that stand alike."""
    if state is State.CONFIRMED:
        return Answers(confirmed=number)
    if state in _SAID_NO:
        return Answers(declined=number)
    if state in OPEN or answered:
        return Answers(open=number)
    return Answers(silent=number) if invited or state is not State.ENROLLED else Answers(waiting=number)


@dataclass(frozen=True, slots=True)
class Day:
    """How many invitees on a day came to the answer that holds today."""

    confirmed: int = 0
    declined: int = 0
    open: int = 0


def by_day(moments: Iterable[tuple[State, datetime, int]], zone: str) -> dict[date, Day]:
    """The days, at the secretariat, on which answers came, in order; only days with answers."""
    place = ZoneInfo(zone)
    counts: Counter[tuple[date, str]] = Counter()
    for state, moment, number in moments:
        name = "confirmed" if state is State.CONFIRMED else "declined" if state in _SAID_NO else "open"
        if name != "open" or state in OPEN:
            counts[moment.astimezone(place).date(), name] += number
    days = sorted({day for day, _ in counts})
    return {day: Day(*(counts[day, name] for name in ("confirmed", "declined", "open"))) for day in days}


@dataclass(frozen=True, slots=True)
class Mailing:
    """Letters of one kind that left close together."""

    kind: str  # invitation, reminder
    step: int  # the n-th reminder; 0 for invitations
    first: date
    last: date
    letters: int


def mailings(
    sent: Iterable[tuple[str, int, datetime, int]], zone: str, *, gap: timedelta = timedelta(days=4)
) -> tuple[Mailing, ...]:
    """The letters (kind, step, when, how many) as mailings: what leaves within a few days belongs together."""
    place = ZoneInfo(zone)
    found: dict[tuple[str, int], list[Mailing]] = {}
    for kind, step, moment, number in sorted(sent, key=lambda one: one[2]):
        day, row = moment.astimezone(place).date(), found.setdefault((kind, step), [])
        if row and day - row[-1].last <= gap:
            row[-1] = Mailing(kind, step, row[-1].first, day, row[-1].letters + number)
        else:
            row.append(Mailing(kind, step, day, day, number))
    return tuple(
        sorted((one for row in found.values() for one in row), key=lambda one: (one.first, one.kind, one.step))
    )
