"""How far toward 10, 100, 1000: the day a goal was reached, what is missing, and who is silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.core.progress import Milestone, milestones, tally
from outreach.model import Standing, State

START = datetime(2022, 8, 1, 12, tzinfo=UTC)
DAILY = [START + timedelta(days=n) for n in range(12)]
SENT = Standing(state=State.INVITED, letters=1, first_letter_at=START)


def test_the_day_a_goal_was_reached_and_what_is_missing() -> None:
    """The tenth confirmation reaches ten, in whatever order they are given; the goals come in order."""
    assert milestones(reversed(DAILY), (100, 10), "Europe/Madrid") == (
        Milestone(10, date(2022, 8, 10), 0),
        Milestone(100, None, 88),
    )


@pytest.mark.parametrize(("count", "missing"), [(0, 10), (9, 1), (10, 0), (11, 0)])
def test_around_the_goal(count: int, missing: int) -> None:
    """Exactly ten is enough."""
    (ten,) = milestones(DAILY[:count], (10,), "UTC")
    assert (ten.missing, ten.reached is not None) == (missing, missing == 0)


def test_the_day_is_the_secretariats() -> None:
    """Late in the evening in Madrid it is already tomorrow in Seoul."""
    moment = [datetime(2022, 8, 1, 20, tzinfo=UTC)]
    assert milestones(moment, (1,), "Europe/Madrid")[0].reached == date(2022, 8, 1)
    assert milestones(moment, (1,), "Asia/Seoul")[0].reached == date(2022, 8, 2)


def test_no_goals_and_odd_goals() -> None:
    """Nothing to reach is no mistake; a goal of nobody misses nobody."""
    assert milestones(DAILY, (), "UTC") == ()
    assert milestones(DAILY, (0,), "UTC") == (Milestone(0, None, 0),)


def test_the_tally() -> None:
    """Every state is named; invited means ever; silent means that no person has answered."""
    counted = tally(
        [
            Standing(),
            SENT,
            Standing(state=State.INVITED, letters=1, first_letter_at=START, answered_by_person=True),
            Standing(state=State.CONFIRMED, letters=1, first_letter_at=START, answered_by_person=True),
            Standing(state=State.UNREACHABLE, letters=1, first_letter_at=START),
            Standing(state=State.UNREACHABLE),
        ]
    )
    assert (counted.invited, counted.silent) == (4, 2)
    assert set(counted.by_state) == set(State)
    assert {state.value: n for state, n in counted.by_state.items() if n} == {
        "enrolled": 1,
        "invited": 2,
        "confirmed": 1,
        "unreachable": 2,
    }
    assert tally([]).by_state[State.CONFIRMED] == 0
