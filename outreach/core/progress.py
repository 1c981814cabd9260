"""How far the campaign is toward 10, 100, 1000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    moments = sorted(confirmed)
    place = ZoneInfo(zone)
    return tuple(
        Milestone(goal, moments[goal - 1].astimezone(place).date(), 0)
        if 0 < goal <= len(moments)
        else Milestone(goal, None, max(0, goal - len(moments)))
        for goal in sorted(goals)
    )


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
