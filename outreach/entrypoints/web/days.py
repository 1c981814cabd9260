"""Says in a person's language the days that stand within sentences of the lower floors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from outreach.core.calendar import MONTHS
from outreach.entrypoints.web.words import mark

Say = Callable[[str], str]
_MOMENT = re.compile(r"(\d\d) ([A-Z][a-z]{2}), (\d\d:\d\d)")  # as campaign/sending/doubt.py writes it
_SHORT = tuple(month[:3] for month in MONTHS)
OF_MONTH = (
    mark("%(day)s January"),
    mark("%(day)s February"),
    mark("%(day)s March"),
    mark("%(day)s April"),
    mark("%(day)s May"),
    mark("%(day)s June"),
    mark("%(day)s July"),
    mark("%(day)s August"),
    mark("%(day)s September"),
    mark("%(day)s October"),
    mark("%(day)s November"),
    mark("%(day)s December"),
)
FIRST = mark("1")  # of a month, which French counts as “1er”
WITH_YEAR = mark("%(day_of_month)s %(year)s")


def day_said(say: Say, day: date) -> str:
    """A day with its year, such as “10 October 2022”."""
    return say(WITH_YEAR) % {"day_of_month": _of_month(say, day.day, day.month), "year": day.year}


def days_within(say: Say, noted: str) -> str:
    """What was noted as 2022-10-10, or as 10 Oct, 09:30; anything else stays."""
    if found := _MOMENT.fullmatch(noted):
        day, month, time = found.groups()
        return f"{_of_month(say, int(day), _SHORT.index(month) + 1)}, {time}" if month in _SHORT else noted
    try:
        return day_said(say, date.fromisoformat(noted))
    except ValueError:
        return noted


def number_said(say: Say, day: object) -> object:
    """The number of a day within its month."""
    return say(FIRST) if day == 1 else day


def _of_month(say: Say, day: int, month: int) -> str:
    return say(OF_MONTH[month - 1]) % {"day": number_said(say, day)}
