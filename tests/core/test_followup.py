"""What comes next: steps, gap, window, holidays, absence, deadline; and when the window is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.core.calendar import Window, closed_because, is_late, is_open, next_morning, next_open, parse_window
from outreach.core.followup import Policy, next_action, plan
from outreach.model import Standing, State

WINDOW = Window(frozenset(range(5)), time(9), time(17), holidays=True)
POLICY = Policy(date(2022, 9, 15), (31, 17, 7), 7, 3, WINDOW)
INVITED = datetime(2022, 7, 15, 9, tzinfo=UTC)
SILENT = Standing(state=State.INVITED, since=INVITED, letters=1, first_letter_at=INVITED, last_letter_at=INVITED)
MADRID = ("Europe/Madrid", "ES")


def local(moment: datetime | None, zone: str) -> str:
    assert moment is not None
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def at(text: str, zone: str = "Europe/Madrid") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "country", "expected"),
    [
        ("Europe/Madrid", "ES", "2022-08-16 09:00"),  # 15 August is a holiday in Spain
        ("Europe/Paris", "FR", "2022-08-16 09:00"),
        ("Asia/Seoul", "KR", "2022-08-16 09:00"),  # Liberation Day
        ("Europe/London", "GB", "2022-08-15 09:00"),
        ("America/New_York", "US", "2022-08-15 09:00"),
        ("Pacific/Kiritimati", "KI", "2022-08-15 09:00"),
    ],
)
def test_the_first_reminder_comes_on_a_working_morning(zone: str, country: str, expected: str) -> None:
    """31 days before the deadline, at nine in the invitee's own zone, not on its holidays."""
    action = next_action(SILENT, POLICY, INVITED + timedelta(days=1), zone, country)
    assert (action.action, action.step, local(action.at, zone)) == ("remind", 1, expected)


def test_steps_follow_each_other_with_the_minimum_gap() -> None:
    """A step is pushed by the gap to the next allowed morning; past the deadline it is missed."""
    late = replace(SILENT, last_letter_at=at("2022-09-01 10:00"))
    planned = plan(late, POLICY, at("2022-09-01 12:00"), *MADRID)
    assert [(one.step, local(one.at, "Europe/Madrid")[:10], one.missed) for one in planned] == [
        (1, "2022-09-08", False),
        (2, "2022-09-15", False),
        (3, "2022-09-22", True),
    ]


def test_after_downtime_nothing_comes_in_a_burst() -> None:
    """One reminder now, the next a week later."""
    now = at("2022-09-05 10:00")
    planned = plan(SILENT, POLICY, now, *MADRID)
    assert planned[0].at <= now
    assert local(planned[1].at, "Europe/Madrid")[:10] == "2022-09-12"


def test_each_step_once_and_not_more_than_allowed() -> None:
    """What went out is not planned again; the maximum holds."""
    two_out = replace(SILENT, reminders=(1, 2), last_letter_at=at("2022-08-29 09:00"))
    assert next_action(two_out, POLICY, at("2022-08-30 09:00"), *MADRID).step == 3
    assert next_action(replace(two_out, reminders=(1, 2, 3)), POLICY, INVITED, *MADRID).action == "none"
    assert next_action(two_out, replace(POLICY, max_reminders=2), at("2022-08-30 09:00"), *MADRID).action == "none"


def test_past_the_deadline_a_reminder_is_missed() -> None:
    """No reminder of a day that has passed."""
    action = next_action(SILENT, POLICY, at("2022-09-16 10:00"), *MADRID)
    assert action.action == "none"
    assert "missed" in action.why


def test_a_changed_deadline_plans_anew() -> None:
    """What was missed is due again when the deadline moves."""
    later = replace(POLICY, deadline=date(2022, 10, 31))
    action = next_action(SILENT, later, at("2022-09-16 10:00"), *MADRID)
    assert (action.action, local(action.at, "Europe/Madrid")) == ("remind", "2022-09-30 09:00")


def test_absence_and_hold() -> None:
    """Three days after the stated return; not before the day a person named."""
    away = replace(SILENT, absent_until=date(2022, 8, 22))
    assert local(next_action(away, POLICY, INVITED, *MADRID).at, "Europe/Madrid") == "2022-08-25 09:00"
    held = replace(SILENT, hold_until=date(2022, 9, 1))
    assert local(next_action(held, POLICY, INVITED, *MADRID).at, "Europe/Madrid") == "2022-09-01 09:00"


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({"state": State.CONFIRMED}, "none"),
        ({"state": State.DECLINED}, "none"),
        ({"state": State.TENTATIVE}, "none"),
        ({"state": State.WITHDRAWN}, "none"),
        ({"state": State.UNSUBSCRIBED, "stopped": True}, "none"),
        ({"state": State.UNREACHABLE}, "find_address"),
        ({"state": State.ENROLLED}, "invite"),
        ({"state": State.IN_TALKS, "we_owe": True}, "answer"),
        ({"state": State.IN_TALKS}, "remind"),
        ({"review": (3,)}, "review"),
        ({"stopped": True}, "none"),
    ],
)
def test_only_the_silent_are_reminded(changes: dict[str, object], action: str) -> None:
    """The contract's table, row by row."""
    standing = replace(SILENT, **changes)  # type: ignore[arg-type]
    assert next_action(standing, POLICY, INVITED, *MADRID).action == action


@pytest.mark.parametrize(
    ("moment", "why", "opens"),
    [
        ("2022-07-15 09:00", "", "2022-07-15 09:00"),
        ("2022-07-15 16:59", "", "2022-07-15 16:59"),
        ("2022-07-15 17:00", "after 17:00", "2022-07-18 09:00"),
        ("2022-07-15 08:59", "before 09:00", "2022-07-15 09:00"),
        ("2022-07-16 12:00", "Saturday", "2022-07-18 09:00"),
        ("2022-08-15 12:00", "public holiday (Assumption", "2022-08-16 09:00"),
    ],
)
def test_the_window(moment: str, why: str, opens: str) -> None:
    """Open on working days in office hours; closed with the reason said."""
    now = at(moment)
    assert is_open(WINDOW, now, *MADRID) == (why == "")
    assert closed_because(WINDOW, now, *MADRID).startswith(why)
    assert local(next_open(WINDOW, now, *MADRID), "Europe/Madrid") == opens


def test_any_day_and_hour() -> None:
    """Without a window everything is open, and a morning is midnight."""
    window = parse_window((), "any", holidays=False)
    now = at("2022-08-14 03:00")
    assert next_open(window, now, *MADRID) == now
    assert local(next_morning(window, date(2022, 8, 14), *MADRID), "Europe/Madrid") == "2022-08-14 00:00"


def test_summer_time() -> None:
    """Nine in the morning stays nine when clocks change (27 March and 30 October 2022)."""
    for day in (date(2022, 3, 28), date(2022, 10, 31)):
        assert local(next_morning(WINDOW, day, *MADRID), "Europe/Madrid") == f"{day} 09:00"


def test_late_is_judged_in_the_invitees_zone() -> None:
    """At the end of the deadline's day in Honolulu it is already the next day in Auckland."""
    moment = datetime(2022, 9, 16, 5, tzinfo=UTC)
    assert not is_late(moment, date(2022, 9, 15), "Pacific/Honolulu")
    assert is_late(moment, date(2022, 9, 15), "Pacific/Auckland")


def test_wrong_hours() -> None:
    """Hours that end before they begin are refused."""
    with pytest.raises(ValueError, match="ends before"):
        parse_window(("mon",), "17:00-09:00", holidays=True)
