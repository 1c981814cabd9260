"""When an answer was given: no wrong or forged date moves it across a deadline."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach.core.postmark import arrivals, at_odds, postmark

INVITED = datetime(2022, 7, 15, 8, tzinfo=UTC)
TAKEN_IN = datetime(2022, 9, 20, 12, tzinfo=UTC)
LONG_AFTER = datetime(2026, 1, 1, tzinfo=UTC)  # a server's clock while ours is a rehearsal's


def day(words: str) -> datetime:
    return datetime.fromisoformat(f"2022-{words}:00+00:00")


@pytest.mark.parametrize(
    ("sent", "received", "topmost", "counts"),
    [
        (day("09-14T10:00"), day("09-14T10:05"), "", day("09-14T10:00")),  # as it should be
        (day("09-14T10:00"), day("09-15T08:00"), "", day("09-14T10:00")),  # a slow server
        (day("09-14T10:00"), day("09-18T10:00"), "", day("09-18T10:00")),  # dated back, across the deadline
        (datetime(1970, 1, 1, tzinfo=UTC), day("09-18T10:00"), "", day("09-18T10:00")),
        (datetime(2099, 1, 1, tzinfo=UTC), day("09-14T10:00"), "", day("09-14T10:00")),
        (day("09-19T10:00"), day("09-14T10:00"), "", day("09-14T10:00")),  # a clock that is ahead
        (None, day("09-14T10:00"), "", day("09-14T10:00")),
        # copied into this mailbox later: the mark of the server that took it bears the date out
        (day("09-14T10:00"), day("09-19T10:00"), "by mx.example; Wed, 14 Sep 2022 10:01:00 +0000", day("09-14T10:00")),
        (day("09-14T10:00"), None, "by mx.example; Mon, 19 Sep 2022 10:01:00 +0000", day("09-19T10:01")),
        (day("09-14T10:00"), day("09-14T10:05"), "by mx.example; Thu, 1 Jan 1970 00:00:00 +0000", day("09-14T10:00")),
        # no server tells: the date is all there is, where it can be true
        (day("09-14T10:00"), None, "", day("09-14T10:00")),
        (day("09-14T10:00"), LONG_AFTER, "by mx.example; nonsense", day("09-14T10:00")),
        (datetime(1970, 1, 1, tzinfo=UTC), None, "", TAKEN_IN),
        (datetime(2099, 1, 1, tzinfo=UTC), None, "", TAKEN_IN),
        (None, None, "", TAKEN_IN),
    ],
)
def test_which_moment_counts(sent: datetime | None, received: datetime | None, topmost: str, counts: datetime) -> None:
    """The mail's own date, where a server's mark is within a day of it, or nothing speaks against it."""
    assert postmark(sent, arrivals(received, topmost, TAKEN_IN), TAKEN_IN, INVITED) == counts


@pytest.mark.parametrize(
    ("sent", "at", "said"),
    [
        (day("09-14T10:00"), day("09-15T09:00"), ""),
        (None, day("09-15T09:00"), ""),
        (day("09-14T10:00"), day("09-18T23:30"), "it is dated 2022-09-14, and counts by its arrival on 2022-09-19"),
        (datetime(1, 1, 1, tzinfo=UTC), day("09-14T10:00"), "it is dated 0001-01-01, and counts by its arrival on "),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), day("09-14T10:00"), "it is dated 9999-12-31, and counts"),
    ],
)
def test_both_dates_are_told(sent: datetime | None, at: datetime, said: str) -> None:
    """Where they are more than a day apart, in the secretariat's zone."""
    told = at_odds(sent, at, ZoneInfo("Europe/Madrid"))
    assert told.startswith(said)
    assert bool(told) == bool(said)
