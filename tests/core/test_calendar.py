"""When the window is open: days, hours and public holidays, in every zone and on days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.calendar import (
    Window,
    closed_because,
    day_in_words,
    day_off,
    holiday,
    is_late,
    is_open,
    next_morning,
    next_open,
    parse_window,
    place_of,
)

OFFICE = parse_window(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00", holidays=True)
ANY = parse_window((), "any", holidays=False)
ZONES = [
    ("Pacific/Kiritimati", "KI"),
    ("Pacific/Chatham", "NZ"),
    ("Asia/Seoul", "KR"),
    ("Asia/Kathmandu", "NP"),
    ("Asia/Beirut", "LB"),
    ("Africa/Cairo", "EG"),
    ("Europe/Madrid", "ES"),
    ("UTC", "XX"),
    ("America/St_Johns", "CA"),
    ("America/Santiago", "CL"),
    ("America/Los_Angeles", "US"),
    ("Pacific/Pago_Pago", "AS"),
]


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_what_the_settings_say() -> None:
    """Days by their names, hours in minutes; empty and “any” mean no limit."""
    assert parse_window(("mon", "sun"), "08:30-16:45", holidays=False) == Window(
        frozenset({0, 6}), time(8, 30), time(16, 45), holidays=False
    )
    assert Window(frozenset(), None, None, holidays=False) == ANY


@pytest.mark.parametrize("hours", ["nine to five", "09:00", "", "09:00-25:00", "09:00-09:00"])
def test_hours_that_make_no_sense(hours: str) -> None:
    """They are refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_window((), hours, holidays=True)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("ES", date(2022, 8, 15), "Assumption Day"),
        ("FR", date(2022, 8, 15), "Assumption Day"),
        ("KR", date(2022, 9, 9), "Chuseok"),
        ("MX", date(2022, 9, 16), "Independence Day"),
        ("GB", date(2022, 8, 15), ""),
        ("XX", date(2022, 8, 15), ""),
        ("", date(2022, 8, 15), ""),
        ("IN", date(2099, 8, 15), ""),
    ],
)
def test_public_holidays(country: str, day: date, name: str) -> None:
    """By country, in English; a country or a far year that is not known has none."""
    assert name in holiday(country, day)
    assert bool(holiday(country, day)) == bool(name)


@pytest.mark.parametrize(
    ("moment", "zone", "country", "why"),
    [
        ("2022-08-20 10:00", "Asia/Seoul", "KR", "Saturday"),
        ("2022-08-15 10:00", "Europe/Madrid", "ES", "public holiday (Assumption Day)"),
        ("2022-08-16 08:59", "Asia/Seoul", "KR", "before 09:00 in Asia/Seoul"),
        ("2022-08-16 17:00", "America/Lima", "PE", "after 17:00 in America/Lima"),
        ("2022-08-16 16:59", "America/Lima", "PE", ""),
    ],
)
def test_why_it_is_closed(moment: str, zone: str, country: str, why: str) -> None:
    """In words that a secretary understands."""
    assert closed_because(OFFICE, at(moment, zone), zone, country) == why
    assert is_open(OFFICE, at(moment, zone), zone, country) == (not why)


def test_the_same_moment_is_open_here_and_closed_there() -> None:
    """Monday morning in Kiritimati is Sunday in Los Angeles."""
    moment = at("2022-08-22 10:00", "Pacific/Kiritimati")
    assert is_open(OFFICE, moment, "Pacific/Kiritimati", "KI")
    assert closed_because(OFFICE, moment, "America/Los_Angeles", "US") == "Sunday"


@pytest.mark.parametrize(
    ("days", "country", "closed"),
    [
        (("thu", "fri"), "SA", "Friday"),
        (("thu", "fri"), "ES", ""),
        (("fri",), "SA", ""),  # then it is meant so: else no letter would ever leave
        (("sat", "sun"), "ES", "Friday"),
        ((), "SA", ""),
    ],
)
def test_a_weekend_is_the_countrys_own(days: tuple[str, ...], country: str, closed: str) -> None:
    """Of the days that are allowed, those that its offices have off; at least one is left."""
    window = parse_window(days, "09:00-17:00", holidays=True)
    assert day_off(window, date(2022, 8, 19), country) == closed


def test_holidays_may_be_ignored() -> None:
    """As the settings say."""
    window = parse_window(("mon",), "09:00-17:00", holidays=False)
    assert not day_off(window, date(2022, 8, 15), "ES")
    assert day_off(window, date(2022, 8, 16), "ES") == "Tuesday"


@pytest.mark.parametrize(
    ("day", "country", "opens"),
    [
        (date(2022, 8, 12), "FR", date(2022, 8, 12)),
        (date(2022, 8, 13), "FR", date(2022, 8, 16)),  # a weekend and a holiday after it
        (date(2022, 12, 24), "GB", date(2022, 12, 28)),  # Christmas on a Sunday is kept on Tuesday
        (date(2022, 9, 9), "KR", date(2022, 9, 13)),  # Chuseok, with its substitute day
    ],
)
def test_the_next_morning(day: date, country: str, opens: date) -> None:
    """The day itself, or the next that is allowed."""
    morning = next_morning(OFFICE, day, "UTC", country)
    assert morning == datetime.combine(opens, time(9), tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "country", "day", "hours", "opens"),
    [
        ("Europe/Madrid", "ES", date(2022, 3, 27), "09:00-17:00", "2022-03-27T07:00+00:00"),  # the clocks went forward
        ("Europe/Madrid", "ES", date(2022, 3, 26), "09:00-17:00", "2022-03-26T08:00+00:00"),
        ("Europe/Madrid", "ES", date(2022, 3, 27), "02:30-17:00", "2022-03-27T01:30+00:00"),  # an hour that is skipped
        ("Europe/Madrid", "ES", date(2022, 10, 30), "02:30-17:00", "2022-10-30T00:30+00:00"),  # the first of two
        ("America/Santiago", "CL", date(2022, 9, 11), "any", "2022-09-11T04:00+00:00"),  # midnight is skipped
        ("Pacific/Kiritimati", "KI", date(2022, 8, 16), "09:00-17:00", "2022-08-15T19:00+00:00"),
        ("America/Los_Angeles", "US", date(2022, 8, 16), "09:00-17:00", "2022-08-16T16:00+00:00"),
    ],
)
def test_mornings_when_clocks_change(zone: str, country: str, day: date, hours: str, opens: str) -> None:
    """The opening is by the wall clock; an hour that does not exist opens as soon as it can."""
    window = parse_window((), hours, holidays=False)
    morning = next_morning(window, day, zone, country)
    assert (morning.isoformat(timespec="minutes"), morning.tzinfo) == (opens, UTC)
    assert is_open(window, morning, zone, country)


@pytest.mark.parametrize(
    ("zone", "country", "day", "hours", "opens"),
    [
        ("America/Santiago", "CL", "2026-04-05T03:10+00:00", "23:15-23:45", "2026-04-05T03:15+00:00"),
        ("Australia/Lord_Howe", "AU", "2026-04-04T15:05+00:00", "01:45-17:00", "2026-04-04T15:15+00:00"),
        ("Europe/Madrid", "ES", "2026-10-25T01:00+00:00", "02:30-02:45", "2026-10-25T01:30+00:00"),
    ],
)
def test_an_hour_that_comes_twice_opens_twice(zone: str, country: str, day: str, hours: str, opens: str) -> None:
    """In its second run no opening lies in the past: a letter that waited for one would be looked at without end."""
    window = parse_window((), hours, holidays=False)
    assert next_open(window, datetime.fromisoformat(day), zone, country) == datetime.fromisoformat(opens)


@pytest.mark.parametrize("day", [date.max, date(9999, 1, 1), date(2200, 2, 3)])
@pytest.mark.parametrize(("zone", "country"), ZONES)
def test_a_day_that_never_comes(day: date, zone: str, country: str) -> None:
    """“Until 9999” is a way to say never; it breaks nothing."""
    assert next_morning(OFFICE, day, zone, country).year >= 2200
    thursdays = parse_window(("thu",), "09:00-17:00", holidays=True)
    assert next_morning(thursdays, day, zone, country).astimezone(ZoneInfo(zone)).weekday() == 3


@settings(max_examples=150, deadline=None)
@given(
    st.datetimes(datetime(2022, 1, 1), datetime(2031, 1, 1)),  # noqa: DTZ001  made aware below
    st.sampled_from(ZONES),
    st.sampled_from([OFFICE, ANY, parse_window(("sun",), "00:00-02:30", holidays=True)]),
)
def test_the_next_opening_is_open_and_not_before(naive: datetime, where: tuple[str, str], window: Window) -> None:
    """At any moment in any zone; and an open moment is its own next opening."""
    moment = naive.replace(tzinfo=UTC)
    opening = next_open(window, moment, *where)
    assert opening >= moment
    assert opening.tzinfo is UTC
    assert is_open(window, opening, *where)
    assert (opening == moment) == is_open(window, moment, *where)
    assert next_open(window, opening, *where) == opening


@pytest.mark.parametrize(
    ("moment", "zone", "late"),
    [
        ("2022-09-15T21:59:59+00:00", "Europe/Madrid", False),
        ("2022-09-15T22:00:00+00:00", "Europe/Madrid", True),
        ("2022-09-15T10:00:00+00:00", "Pacific/Kiritimati", True),
        ("2022-09-15T09:59:00+00:00", "Pacific/Kiritimati", False),
        ("2022-09-16T06:59:00+00:00", "America/Los_Angeles", False),
        ("2022-09-16T07:00:00+00:00", "America/Los_Angeles", True),
        ("2022-09-16T06:30:00+09:00", "Europe/Madrid", False),
    ],
)
def test_late(moment: str, zone: str, late: bool) -> None:
    """The deadline's day ends at the invitee's midnight."""
    assert is_late(datetime.fromisoformat(moment), date(2022, 9, 15), zone) is late


def test_words_for_days_and_places() -> None:
    """As a secretary writes them."""
    assert day_in_words(date(2022, 8, 29)) == "Monday 29 August 2022"
    assert [day_in_words(date(2022, month, 1)).split()[2][:3] for month in (1, 6, 7, 12)] == [
        "Jan",
        "Jun",
        "Jul",
        "Dec",
    ]
    assert (place_of("America/Argentina/Buenos_Aires"), place_of("UTC")) == ("Buenos Aires", "UTC")


def test_a_search_of_a_year_of_mornings_never_goes_back() -> None:
    """Each day's morning is on it or after it, and in order."""
    days = [date(2022, 1, 1) + timedelta(days=n) for n in range(365)]
    mornings = [next_morning(OFFICE, day, "Europe/Madrid", "ES") for day in days]
    assert mornings == sorted(mornings)
    assert all(one.astimezone(ZoneInfo("Europe/Madrid")).date() >= day for one, day in zip(mornings, days, strict=True))
