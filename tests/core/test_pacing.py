"""What the relay's answers mean, when a letter is tried again, and when it is time to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.core.pacing import Breaker, next_slot, next_try
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
