"""How far the campaign is toward 10, 100, 1000."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


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
