"""What the relay's answers mean, when a letter is tried again, and when it is time to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.core.pacing import Breaker, classify, next_try
from outreach.model import HandoverResult as R

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stage", "code", "text", "result"),
    [
        ("rcpt", 550, "5.1.1 no such user", R.REFUSED),
        ("reply", 550, "5.1.1 no such user", R.REFUSED),
        ("rcpt", 550, "no such user here", R.REFUSED),
        ("rcpt", 550, "5.2.1 mailbox disabled", R.REFUSED),
        ("rcpt", 450, "4.2.0 greylisted", R.DEFERRED),
        ("reply", 451, "4.3.0 try later", R.DEFERRED),
        ("mail", 421, "4.3.2 closing", R.DEFERRED),
        ("reply", 432, "4.3.2 Concurrent connections limit exceeded", R.ACCOUNT),
        ("reply", 550, "5.4.5 Daily user sending limit exceeded", R.ACCOUNT),
        ("reply", 554, "5.2.0 STOREDRV.Submission.Exception", R.ACCOUNT),
        ("mail", 550, "5.7.60 SendAsDenied", R.ACCOUNT),
        ("mail", 530, "5.7.0 Authentication required", R.ACCOUNT),
        ("mail", 553, "sender not allowed", R.ACCOUNT),
        ("reply", 552, "5.3.4 message too big", R.LETTER),
        ("reply", 554, "5.7.1 looks like spam", R.LETTER),
        ("reply", 554, "5.6.0 bad content", R.LETTER),
        ("rcpt", 554, "5.7.1 not wanted here", R.REFUSED),
    ],
)
def test_whose_fault_it_is(stage: str, code: int, text: str, result: R) -> None:
    """Ours, the letter's, the contact's, or a passing one."""
    assert classify(stage, code, text) is result


def test_tries_come_after_5_15_and_30_minutes_then_hourly() -> None:
    """Until it is time to give up."""
    waits = [next_try(n, NOW, NOW + timedelta(days=4)) for n in range(1, 6)]
    assert [(at - NOW).total_seconds() / 60 if at else None for at in waits] == [5, 15, 30, 60, 60]
    assert next_try(1, NOW, NOW + timedelta(minutes=4)) is None


def test_five_equal_refusals_trip_the_breaker() -> None:
    """It is us, not them; a letter that is taken resets the count, another reason begins anew."""
    breaker = Breaker()
    for number in range(5):
        assert not breaker.tripped
        breaker = breaker.note(R.REFUSED, f"550 5.7.1 town{number}@x.example refused")
    assert breaker.tripped
    assert not breaker.note(R.ACCEPTED, "250").tripped
    assert not breaker.note(R.REFUSED, "550 5.1.1 unknown").tripped
