"""Round marks on the axes, few enough to be read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from outreach.entrypoints.web.charts.scales import Scale, day_ticks, whole_ticks

FIRST = date(2022, 7, 15)


@pytest.mark.parametrize(
    ("high", "ticks"),
    [
        (4, (0, 1, 2, 3, 4)),
        (11.2, (0, 5, 10)),
        (106, (0, 50, 100)),
        (280000, (0, 100000, 200000)),
        (0.5, (0,)),
    ],
)
def test_whole_numbers(high: float, ticks: tuple[int, ...]) -> None:
    """Ones, twos and fives of a power of ten."""
    assert whole_ticks(high, 5) == ticks


@pytest.mark.parametrize(
    ("length", "most", "count", "forms"),
    [
        (0, 4, 1, {"day"}),
        (3, 4, 4, {"day"}),
        (7, 4, 4, {"day"}),
        (60, 9, 9, {"day"}),
        (90, 9, 7, {"day"}),
        (200, 9, 6, {"month", "year"}),
        (1100, 9, 6, {"month", "year"}),
        (9000, 4, 2, {"year"}),
    ],
)
def test_days(length: int, most: int, count: int, forms: set[str]) -> None:
    """Days, Mondays, months or years; January is said as its year."""
    last = FIRST + timedelta(days=length)
    ticks = day_ticks(FIRST, last, most)
    assert len(ticks) == count <= most
    assert {tick.form for tick in ticks} == forms
    assert all(FIRST <= tick.day <= last for tick in ticks)
    assert all((tick.form == "year") == (tick.day.month == 1) for tick in ticks if tick.form != "day")


def test_a_scale_of_nothing_is_no_fault() -> None:
    """Where low and high are the same, everything lies at the start."""
    assert Scale(5, 5, 10, 90)(5) == 10
    assert Scale(0, 10, 100, 0)(5) == 50
