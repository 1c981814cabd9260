"""The daemon's ticks go on, whatever becomes of the machine's clock."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from outreach.entrypoints.ticks import Every, Ticks

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
GAP = timedelta(minutes=1)


def test_a_year_is_not_counted_in_minutes() -> None:
    """Behind a clock that was set far ahead the next tick is one gap away; one that was on time keeps its rhythm."""
    every = Every(GAP)
    assert every.get_next_fire_time(None, NOW) == NOW
    assert every.get_next_fire_time(NOW, NOW + timedelta(seconds=1)) == NOW + GAP
    year = NOW + timedelta(days=365)
    assert every.get_next_fire_time(NOW, year) == year + GAP


def test_a_clock_that_is_set_back_stops_no_duty() -> None:
    """What was planned by another time, hours ahead, comes now."""
    called = threading.Semaphore(0)
    ticks = Ticks([called.release], every=3600)
    with ticks.ticking():
        assert called.acquire(timeout=30)
        ticks.jobs[0].modify(next_run_time=datetime.now(UTC) + timedelta(hours=5))
        ticks.catch_up()
        assert called.acquire(timeout=30)
