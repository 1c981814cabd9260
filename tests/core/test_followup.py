"""What comes next: steps, gap, window, holidays, absence, deadline; and when the window is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.calendar import Window, closed_because, is_late, is_open, next_morning, next_open, parse_window
from outreach.core.followup import PlannedStep, Policy, next_action, plan, policy_from
from outreach.model import NextAction, Standing, State
from outreach.settings import (
    CampaignSettings,
    InboxSettings,
    ReminderSettings,
    SenderSettings,
    Settings,
    SmtpSettings,
)

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


def days(planned: tuple[PlannedStep, ...], zone: str = "Europe/Madrid") -> list[tuple[int, str, bool]]:
    return [(one.step, local(one.at, zone)[5:], one.missed) for one in planned]


def test_the_reason_is_a_sentence_for_a_secretary() -> None:
    """What goes, when, where, how long before the deadline; and what moved it."""
    one_out = replace(SILENT, reminders=(1,), last_letter_at=at("2022-08-16 09:00", "Asia/Seoul"))
    assert next_action(one_out, POLICY, INVITED, "Asia/Seoul", "KR").why == (
        "reminder 2 of 3 goes on Monday 29 August 2022 at 09:00 in Seoul, 17 days before the deadline"
    )
    assert next_action(SILENT, POLICY, INVITED, *MADRID).why == (
        "reminder 1 of 3 goes on Tuesday 16 August 2022 at 09:00 in Madrid, 30 days before the deadline "
        "(not on Monday 15 August 2022: public holiday (Assumption Day))"
    )


@pytest.mark.parametrize(
    ("changes", "now", "words"),
    [
        ({}, "2022-08-16 12:00", "is due since Tuesday 16 August 2022 at 09:00 in Madrid"),
        ({}, "2022-08-16 18:00", "goes on Wednesday 17 August 2022 at 09:00 in Madrid, 29 days before the deadline (waits: "),
        ({"hold_until": date(2022, 9, 1)}, "2022-08-01 12:00", "(a person waits until Thursday 1 September 2022)"),
        ({"absent_until": date(2022, 8, 31)}, "2022-08-01 12:00", "(away until Wednesday 31 August 2022, and 3 days; Sat"),
        ({"last_letter_at": at("2022-08-12 10:00")}, "2022-08-12 12:00", "(7 days after the letter before)"),
        ({"hold_until": date(2022, 9, 14)}, "2022-08-01 12:00", ", 1 day before the deadline"),
        ({"hold_until": date(2022, 9, 15)}, "2022-08-01 12:00", ", on the day of the deadline"),
        ({"hold_until": date(2022, 9, 16)}, "2022-08-01 12:00", "reminders 1, 2, 3 are missed: past the deadline"),
        ({"reminders": (1, 2)}, "2022-09-16 12:00", "reminder 3 is missed: past the deadline of Thursday 15 September"),
        ({"reminders": (1, 2, 3)}, "2022-09-10 12:00", "all reminders went out"),
        ({"state": State.TENTATIVE}, "2022-08-01 12:00", "listed for the secretariat"),
    ],
)  # fmt: skip
def test_the_reason_says_what_moved_it(changes: dict[str, object], now: str, words: str) -> None:
    """Window, hold, absence, gap, deadline."""
    assert words in next_action(replace(SILENT, **changes), POLICY, at(now), *MADRID).why  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [replace(POLICY, days_before=()), replace(POLICY, max_reminders=0)])
def test_a_campaign_without_reminders(policy: Policy) -> None:
    """Nothing is planned, and it says so."""
    assert next_action(SILENT, policy, INVITED, *MADRID) == NextAction("none", None, "no reminders are planned")


@pytest.mark.parametrize(
    ("last", "gap", "first"),
    [
        ("2022-08-09 16:00", 7, "08-16 09:00"),  # calendar days: the morning of the seventh day
        ("2022-08-09 23:59", 7, "08-16 09:00"),
        ("2022-08-10 00:01", 7, "08-17 09:00"),
        ("2022-08-12 16:00", 8, "08-22 09:00"),  # the eighth day is a Saturday
        ("2022-08-16 09:00", 0, "08-16 09:00"),
    ],
)
def test_the_gap_counts_calendar_days_of_the_invitee(last: str, gap: int, first: str) -> None:
    """From the day of any letter before, to the next allowed morning."""
    standing = replace(SILENT, last_letter_at=at(last))
    planned = plan(standing, replace(POLICY, min_gap_days=gap), at("2022-08-01 09:00"), *MADRID)
    assert days(planned)[0] == (1, first, False)


def test_the_gap_in_the_zone_of_the_invitee() -> None:
    """The same letter is of the 9th in Los Angeles and of the 10th in Kiritimati."""
    standing = replace(SILENT, last_letter_at=datetime(2022, 8, 9, 20, tzinfo=UTC))
    for zone, country, first in (("America/Los_Angeles", "US", "08-16"), ("Pacific/Kiritimati", "KI", "08-17")):
        assert days(plan(standing, POLICY, INVITED, zone, country), zone)[0][1] == f"{first} 09:00"


def test_a_gap_longer_than_the_time_left_misses_the_rest() -> None:
    """31, 17, 7 days before with a gap of 20 leaves room for two."""
    planned = plan(SILENT, replace(POLICY, min_gap_days=20), INVITED, *MADRID)
    assert days(planned) == [(1, "08-16 09:00", False), (2, "09-05 09:00", False), (3, "09-26 09:00", True)]


def test_nothing_overtakes_the_letter_to_a_new_contact() -> None:
    """While that letter waits for its window no reminder goes; after it the gap holds, and the steps begin anew."""
    wrote = at("2022-08-20 12:00")
    waiting = replace(SILENT, round=1, since=wrote)
    assert next_action(waiting, POLICY, at("2022-08-22 09:00"), *MADRID).action == "wait"
    out = replace(waiting, last_letter_at=at("2022-08-22 09:00"), letters=2)
    assert days(plan(out, POLICY, at("2022-08-22 09:01"), *MADRID))[:2] == [
        (1, "08-29 09:00", False),
        (2, "09-05 09:00", False),
    ]


def test_after_a_reply_the_reminders_go_on() -> None:
    """In talks, and it is their turn."""
    talks = replace(SILENT, state=State.IN_TALKS)
    assert plan(talks, POLICY, INVITED, *MADRID) == plan(SILENT, POLICY, INVITED, *MADRID)


@pytest.mark.parametrize("changes", [{"stopped": True}, {"state": State.CONFIRMED}, {"state": State.UNSUBSCRIBED}])
def test_a_mail_that_waits_is_named_first(changes: dict[str, object]) -> None:
    """Whatever else holds, a person looks."""
    assert next_action(replace(SILENT, review=(4,), **changes), POLICY, INVITED, *MADRID).action == "review"  # type: ignore[arg-type]


def test_an_invitation_waits_for_its_window_and_for_a_hold() -> None:
    """The opening now, or the morning of the day a person named."""
    invite = next_action(Standing(), POLICY, at("2022-08-13 12:00"), *MADRID)
    assert (invite.action, local(invite.at, "Europe/Madrid")) == ("invite", "2022-08-16 09:00")
    held = next_action(Standing(hold_until=date(2022, 8, 20)), POLICY, at("2022-08-17 12:00"), *MADRID)
    assert local(held.at, "Europe/Madrid") == "2022-08-22 09:00"
    past = next_action(Standing(hold_until=date(2022, 8, 1)), POLICY, at("2022-08-17 12:00"), *MADRID)
    assert past.at == at("2022-08-17 12:00")


@pytest.mark.parametrize("day", [date.max, date(9999, 12, 30)])
def test_never_is_a_day(day: date) -> None:
    """A hold or an absence until the end of the calendar misses the steps and breaks nothing."""
    for standing in (replace(SILENT, hold_until=day), replace(SILENT, absent_until=day)):
        assert all(step.missed for step in plan(standing, POLICY, INVITED, *MADRID))


def test_the_policy_of_the_settings() -> None:
    """Steps in their order, gap, maximum and window as config.toml says."""
    campaign = CampaignSettings("c", "C", date(2022, 9, 15))
    given_ = Settings(
        campaign,
        SenderSettings("S", "s@office.example"),
        SmtpSettings("mail.office.example"),
        InboxSettings(),
        reminders=(ReminderSettings(31), ReminderSettings(17), ReminderSettings(7, "last")),
    )
    assert policy_from(given_) == POLICY


MOMENTS = st.datetimes(datetime(2022, 7, 15), datetime(2022, 9, 20)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
ZONES = [("Pacific/Kiritimati", "KI"), ("Asia/Seoul", "KR"), MADRID, ("UTC", "XX"), ("America/Los_Angeles", "US")]
POLICIES = st.builds(
    Policy,
    deadline=st.sampled_from([date(2022, 8, 15), date(2022, 9, 15), date(2022, 10, 30)]),
    days_before=st.lists(st.integers(0, 60), max_size=5, unique=True).map(lambda some: tuple(sorted(some, reverse=True))),
    min_gap_days=st.integers(0, 20),
    max_reminders=st.integers(0, 5),
    window=st.sampled_from([WINDOW, parse_window((), "any", holidays=False), parse_window(("sun",), "06:00-07:00", holidays=True)]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(POLICIES, MOMENTS, st.sampled_from(ZONES), st.none() | st.dates(date(2022, 8, 1), date(2022, 9, 30)))
def test_a_silent_invitee_through_the_whole_campaign(
    policy: Policy, now: datetime, where: tuple[str, str], away: date | None
) -> None:
    """Each step once and in order, within the window, with the gap, never past the deadline or before it is wanted."""
    zone = ZoneInfo(where[0])
    standing = replace(SILENT, absent_until=away)
    for _ in range(len(policy.days_before) + 1):
        action = next_action(standing, policy, now, *where)
        if action.action == "none":
            break
        assert action.at is not None
        now = max(now, action.at)
        assert is_open(policy.window, now, *where)
        day = now.astimezone(zone).date()
        assert policy.deadline - timedelta(days=policy.days_before[action.step - 1]) <= day <= policy.deadline
        assert standing.last_letter_at is not None
        assert (day - standing.last_letter_at.astimezone(zone).date()).days >= policy.min_gap_days
        assert away is None or day >= away + timedelta(days=3)
        steps = (*standing.reminders, action.step)
        standing = replace(standing, reminders=steps, last_letter_at=now)
        now += timedelta(minutes=1)
    assert list(standing.reminders) == sorted(set(standing.reminders))
    assert len(standing.reminders) <= policy.max_reminders
    assert next_action(standing, policy, now, *where).action == "none"
