"""How far toward 10, 100, 1000: the day a goal was reached, what is missing, and who is silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.core.progress import (
    Answers,
    Day,
    Mailing,
    Milestone,
    answers,
    by_day,
    mailings,
    milestones,
    milestones_by_day,
    tally,
)
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


def test_goals_from_the_numbers_of_days() -> None:
    """The day on which the sum reaches the goal, however many came that day."""
    counts = {date(2022, 8, 3): 50, date(2022, 8, 1): 9, date(2022, 8, 2): 1}
    assert milestones_by_day(counts, (100, 60, 10, 9)) == (
        Milestone(9, date(2022, 8, 1), 0),
        Milestone(10, date(2022, 8, 2), 0),
        Milestone(60, date(2022, 8, 3), 0),
        Milestone(100, None, 40),
    )
    assert milestones_by_day({}, (10,)) == (Milestone(10, None, 10),)


@pytest.mark.parametrize(
    ("state", "invited", "answered", "part"),
    [
        (State.ENROLLED, False, False, "waiting"),
        (State.INVITED, True, False, "silent"),
        (State.INVITED, True, True, "open"),
        (State.UNREACHABLE, False, False, "silent"),
        (State.TENTATIVE, True, True, "open"),
        (State.IN_TALKS, True, True, "open"),
        (State.CONFIRMED, False, True, "confirmed"),
        (State.DECLINED, True, True, "declined"),
        (State.WITHDRAWN, True, True, "declined"),
        (State.UNSUBSCRIBED, True, True, "declined"),
    ],
)
def test_what_came_of_an_invitee(state: State, invited: bool, answered: bool, part: str) -> None:
    """Every invitee belongs to one part, and the parts make up the whole."""
    some = answers(state, 3, invited=invited, answered=answered)
    assert getattr(some, part) == some.total == 3
    assert some.invited == (0 if part == "waiting" else 3)
    assert some + Answers(1, 1, 1, 1, 1) + Answers() == answers(state, 3, invited=invited, answered=answered) + Answers(
        1, 1, 1, 1, 1
    )


def test_answers_by_day_are_those_of_the_secretariats_day() -> None:
    """Late in the evening in UTC it is tomorrow in Seoul; who is invited only has not answered."""
    late = datetime(2022, 8, 1, 20, tzinfo=UTC)
    moments = [
        (State.CONFIRMED, late, 2),
        (State.WITHDRAWN, late, 1),
        (State.IN_TALKS, START, 4),
        (State.INVITED, late, 9),
    ]
    assert by_day(moments, "UTC") == {date(2022, 8, 1): Day(2, 1, 4)}
    assert by_day(moments, "Asia/Seoul") == {date(2022, 8, 1): Day(0, 0, 4), date(2022, 8, 2): Day(2, 1, 0)}
    assert by_day([], "UTC") == {}


def test_letters_that_leave_within_days_are_one_mailing() -> None:
    """Time zones and working hours spread a mailing; the next step, or a week later, is another one."""
    sent = [
        ("reminder", 1, START + timedelta(days=20), 5),
        ("invitation", 0, START + timedelta(days=3), 4),
        ("invitation", 0, START, 10),
        ("invitation", 0, START + timedelta(days=12), 1),
        ("reminder", 2, START + timedelta(days=21), 3),
    ]
    assert mailings(sent, "UTC") == (
        Mailing("invitation", 0, date(2022, 8, 1), date(2022, 8, 4), 14),
        Mailing("invitation", 0, date(2022, 8, 13), date(2022, 8, 13), 1),
        Mailing("reminder", 1, date(2022, 8, 21), date(2022, 8, 21), 5),
        Mailing("reminder", 2, date(2022, 8, 22), date(2022, 8, 22), 3),
    )
