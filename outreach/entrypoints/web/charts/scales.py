"""Scales and their marks: from numbers and days to places on a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Form = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        return self.start + (value - self.low) * (self.end - self.start) / ((self.high - self.low) or 1)

    def day(self, value: date) -> float:
        """The place of the end of a day, on a scale of day numbers."""
        return self(value.toordinal())


@dataclass(frozen=True, slots=True)
class Tick:
    """A day that is marked on the axis, and what of it is written."""

    day: date
    form: Form


def whole_ticks(high: float, most: int) -> tuple[int, ...]:
    """Round whole numbers from 0 up to `high`, at most `most` besides 0."""
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(step for step in steps if high / step <= most)
    return tuple(range(0, int(high) + 1, step))


def day_ticks(first: date, last: date, most: int) -> tuple[Tick, ...]:
    """Round days between two days, at most `most`: days, Mondays, months, quarters or years."""
    for candidate in (_days(first, last, 1), _days(first, last, 2), _mondays(first, last, 1), _mondays(first, last, 2)):
        if len(candidate) <= most:
            return candidate
    for months in (1, 2, 3, 6, 12, 24, 60, 120, 240):
        candidate = _months(first, last, months)
        if len(candidate) <= most:
            return candidate
    return ()


def _days(first: date, last: date, step: int) -> tuple[Tick, ...]:
    return tuple(Tick(first + timedelta(days=n), "day") for n in range(0, (last - first).days + 1, step))


def _mondays(first: date, last: date, step: int) -> tuple[Tick, ...]:
    monday = first + timedelta(days=-first.weekday() % 7)
    return _days(monday, last, 7 * step)


def _months(first: date, last: date, step: int) -> tuple[Tick, ...]:
    return tuple(
        Tick(day, "year" if day.month == 1 else "month") for day in _firsts(first, last) if _number(day) % step == 0
    )


def _firsts(first: date, last: date) -> Iterator[date]:
    number = _number(first) + (first.day > 1)
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        yield day
        number += 1


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1
