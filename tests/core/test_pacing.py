"""What the relay's answers mean, when a letter is tried again, and when it is time to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.core.pacing import Breaker, Limits, connections_for, next_slot, next_try
from outreach.model import HandoverResult as R

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)


def test_tries_come_after_5_15_and_30_minutes_then_hourly() -> None:
    """Until it is time to give up."""
    waits = [next_try(n, NOW, NOW + timedelta(days=4)) for n in range(1, 6)]
    assert [(at - NOW).total_seconds() / 60 if at else None for at in waits] == [5, 15, 30, 60, 60]
    assert next_try(1, NOW, NOW + timedelta(minutes=4)) is None
    assert next_try(1, NOW, NOW + timedelta(minutes=5)) is None
    assert next_try(0, NOW, NOW + timedelta(days=4)) == next_try(1, NOW, NOW + timedelta(days=4))


@pytest.mark.parametrize("per_minute", [1, 7, 11, 30, 59, 1000])
def test_letters_go_evenly_and_never_more_than_so_many_a_minute(per_minute: int) -> None:
    """Any minute has at most so many slots, and they do not drift away from the rate."""
    slots = [NOW]
    for _ in range(3 * per_minute):
        slots.append(next_slot(slots[-1], per_minute, NOW))
    minute = timedelta(minutes=1)
    assert all(later - slot >= minute for slot, later in zip(slots, slots[per_minute:], strict=False))
    assert slots[-1] - NOW < 3 * minute + timedelta(milliseconds=3)


def test_no_limit_no_burst() -> None:
    """Without a limit a letter goes now; a slot that was missed is not made up for."""
    assert next_slot(NOW, 0, NOW) == NOW
    assert next_slot(None, 30, NOW) == NOW
    late = NOW + timedelta(hours=1)
    assert next_slot(NOW, 30, late) == late
    assert next_slot(late, 30, late) == late + timedelta(seconds=2)


def test_a_slot_says_until_when_the_next_letter_waits() -> None:
    """Room for everything without limits; with one a minute only at its slot."""
    assert Limits().room(NOW, {}, NOW)[0] > 10**6
    limits = Limits(per_minute=30)
    assert limits.room(None, {}, NOW)[0] > 0
    number, held = limits.room(NOW, {}, NOW + timedelta(seconds=1))
    assert (number, held.until, held.why) == (0, NOW + timedelta(seconds=2), "at most 30 letters a minute")


def test_what_a_clock_noted_that_was_set_back_since_holds_nothing_up() -> None:
    """A slot that lies ahead was just taken; hours of next year are none of the last 24."""
    ahead = NOW + timedelta(days=365)
    number, held = Limits(per_minute=30).room(ahead, {}, NOW)
    assert (number, held.until) == (0, NOW + timedelta(seconds=2))
    limits, hours = Limits(per_day=10), {ahead.isoformat(): 9}
    assert limits.room(None, hours, NOW)[0] == 10
    assert limits.booked(hours, 1, NOW) == {NOW.isoformat(): 1}


def test_no_24_hours_have_more_than_a_days_letters() -> None:
    """However they are spread, what was sent in an hour counts until a day after that hour's end."""
    limits, hours, sent, now = Limits(per_day=100), dict[str, int](), list[datetime](), NOW
    for _ in range(60):
        now += timedelta(minutes=47)
        room, held = limits.room(None, hours, now)
        assert room or now < held.until <= now + timedelta(hours=25)
        hours = limits.booked(hours, min(room, 37), now)
        sent += [now] * min(room, 37)
    assert len(sent) > 150
    day = timedelta(days=1)
    assert max(sum(start <= one < start + day for one in sent) for start in sent) == 100
    assert len(hours) <= 26


@pytest.mark.parametrize(
    ("held", "most", "shares"),
    [
        ([0], 4, [4]),
        ([4, 0], 4, [2, 0]),  # the first has yet to give two up
        ([2, 0], 4, [2, 2]),
        ([0, 0, 0], 2, [1, 1, 0]),  # the third stands by
        ([1, 1, 1], 3, [1, 1, 1]),
        ([0, 0], 3, [2, 1]),
        ([3], 0, [0]),
    ],
)
def test_senders_share_the_connections(held: list[int], most: int, shares: list[int]) -> None:
    """All have their share, and never more together than the relay takes."""
    assert [connections_for(place, held, most) for place in range(len(held))] == shares


def test_slots_are_given_back_from_the_latest_hour_on() -> None:
    """Never below nothing, and an hour without letters is forgotten."""
    limits, hours = Limits(per_day=10), {"2022-07-15T09:00:00+00:00": 3, "2022-07-15T08:00:00+00:00": 4}
    assert limits.given_back(hours, 5) == {"2022-07-15T08:00:00+00:00": 2}
    assert limits.given_back(hours, 9) == {}


def test_five_equal_refusals_trip_the_breaker() -> None:
    """It is us, not them; a letter that is taken resets the count, another reason begins anew."""
    breaker = Breaker()
    for number in range(5):
        assert not breaker.tripped
        breaker = breaker.note(R.REFUSED, f"550 5.7.1 town{number}@x.example refused")
    assert breaker.tripped
    assert not breaker.note(R.ACCEPTED, "250").tripped
    assert not breaker.note(R.REFUSED, "550 5.1.1 unknown").tripped


def test_what_differs_from_letter_to_letter_does_not_hide_that_refusals_are_equal() -> None:
    """Addresses, queue ids and numbers are left out; the status and the words are not."""
    breaker = Breaker()
    for number in range(4):
        breaker = breaker.note(
            R.REFUSED, f"550 5.7.1 <t{number}@x.example>: refused (id 4Fx{number}9) 192.0.2.{number}"
        )
        breaker = breaker.note(R.DEFERRED, "451 4.3.0 later")
    assert not breaker.tripped
    assert breaker.note(R.REFUSED, "550 5.7.1 <t9@x.example>: refused (id aa1) 192.0.2.9").tripped
    assert breaker.note(R.REFUSED, "550 5.1.1 <t9@x.example>: refused (id aa1) 192.0.2.9").count == 1
    assert breaker.note(R.REFUSED, "550 5.7.1 unknown").count == 1
