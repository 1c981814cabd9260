"""The numbers of the answers over time: a line for each day, week or month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from outreach.core.progress import Day, Mailing
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.tables import Row, Table

Numbers = tuple[int, int, int, int]  # confirmed, declined, open; letters


def table_of(days: Mapping[date, Day], mailings: Sequence[Mailing], speech: Speech, most: int | None) -> Table:
    """The sums at the end of each day on which something happened; of weeks or months, where days are too many."""
    numbers = _by_day(days, mailings)
    first, heading = next(
        (first, heading)
        for first, heading, last in _periods(speech)
        if last or most is None or len({first(day) for day in numbers}) <= most
    )
    return Table(
        speech.say("Answers over time"),
        (
            heading,
            speech.say("Confirmed so far"),
            speech.say("Declined so far"),
            speech.say("Open so far"),
            speech.say("Letters sent"),
        ),
        _rows(numbers, first, speech),
    )


def _periods(speech: Speech) -> Sequence[tuple[Callable[[date], date], str, bool]]:
    """For each period its first day, its heading, and whether there is no longer one."""
    return (
        (lambda day: day, speech.say("Day"), False),
        (lambda day: day - timedelta(days=day.weekday()), speech.say("Week from"), False),
        (lambda day: day.replace(day=1), speech.say("Month from"), True),
    )


def _by_day(days: Mapping[date, Day], mailings: Sequence[Mailing]) -> dict[date, Numbers]:
    letters: Counter[date] = Counter()
    for mailing in mailings:
        letters[mailing.first] += mailing.letters
    nothing = Day()
    return {
        day: (count.confirmed, count.declined, count.open, letters[day])
        for day in sorted({*days, *letters})
        for count in [days.get(day, nothing)]
    }


def _rows(numbers: Mapping[date, Numbers], first: Callable[[date], date], speech: Speech) -> tuple[Row, ...]:
    """Answers are summed up from the beginning, letters within the period."""
    sums = [0, 0, 0]
    rows: dict[date, tuple[int, ...]] = {}
    for day, counts in numbers.items():
        sums = [so_far + new for so_far, new in zip(sums, counts[:3], strict=True)]
        before = rows.get(first(day), (0, 0, 0, 0))
        rows[first(day)] = (*sums, before[3] + counts[3])
    return tuple(Row(speech.day(day), cells) for day, cells in rows.items())
