"""Ticks that go on whatever becomes of the machine's clock: APScheduler, which reads it, is told when it was set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger


class Every(BaseTrigger):  # type: ignore[misc]
    """A tick every so often. What was missed is not made up for, nor counted: a clock may be set ahead by years."""

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The next tick is one gap after the last, and always to come."""
        planned = now if previous is None else previous + self._gap
        return planned if previous is None or planned > now else now + self._gap


class Ticks:
    """Calls some duties at once and every so many seconds, each in its turn and never twice at the same time."""

    def __init__(self, duties: Sequence[Callable[[], None]], every: float) -> None:
        self._every = every
        self._scheduler = BackgroundScheduler(timezone=UTC)
        # A tick that is late runs once, never twice at the same time, and is never dropped.
        how = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None, "next_run_time": self._now()}
        self.jobs: list[Job] = [
            self._scheduler.add_job(duty, Every(timedelta(seconds=every)), **how) for duty in duties
        ]

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Ticks as long as that; then waits until the last duty has ended."""
        self._scheduler.start()
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=True)

    def wait(self, stop: threading.Event) -> None:
        """Until the stop; on a clock that nobody sets it looks whether the other one was set back."""
        while not stop.wait(self._every):
            self.catch_up()

    def catch_up(self) -> None:
        """Ticks that are farther away than they ever are come now: the clock was set back since they were planned."""
        now = self._now()
        for job in self.jobs:
            if job.next_run_time is not None and job.next_run_time > now + timedelta(seconds=2 * self._every):
                job.modify(next_run_time=now)

    def _now(self) -> datetime:
        return datetime.now(UTC)
