"""Working hours and public holidays in the invitee's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MIDNIGHT = time(0, 0)
LONGEST_SEARCH = 60  # days; no country is on holiday longer
LAST_DAY = date(9999, 1, 1)  # "never" is a date too; a search that begins here still ends within the calendar
HOLIDAYS_UNTIL = 2035  # later ones are not computed for every country; no campaign plans as far


@dataclass(frozen=True, slots=True)
class Window:
    """When letters may go: days (0 = Monday; empty = any), hours (None = any), and whether holidays are kept free."""

    days: frozenset[int]
    opens: time | None
    closes: time | None
    holidays: bool


def parse_window(days: tuple[str, ...], hours: str, *, holidays: bool) -> Window:
    """The window that settings describe: days such as ("mon",), hours such as "09:00-17:00" or "any".

    Raises:
        ValueError: The hours make no sense.
    """
    numbers = frozenset(WEEKDAYS.index(day) for day in days)
    if hours == "any":
        return Window(numbers, None, None, holidays)
    first, _, last = hours.partition("-")
    opens, closes = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    if opens >= closes:
        message = f"“{hours}” ends before it begins"
        raise ValueError(message)
    return Window(numbers, opens, closes, holidays)


@lru_cache(maxsize=4096)
def holiday(country: str, day: date) -> str:
    """The name of the public holiday in a country on a day; "" for none, or where its holidays are not known."""
    if day.year > HOLIDAYS_UNTIL:
        return ""
    return _year(country, day.year)[0].get(day, "")


@lru_cache(maxsize=1024)
def _year(country: str, year: int) -> tuple[dict[date, str], frozenset[int]]:
    """The public holidays of a country and the days of its weekend."""
    import holidays  # noqa: PLC0415  a large package of data; loaded when the first letter is due

    try:
        known = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        return {}, frozenset()
    return dict(known), frozenset(known.weekend)


def _is_weekend(window: Window, day: date, country: str) -> bool:
    """Whether it is one of the allowed days that a country has off, as Fridays in Riyadh; never all of them."""
    if not window.days or day.year > HOLIDAYS_UNTIL:
        return False
    weekend = _year(country, day.year)[1]
    return day.weekday() in weekend and not window.days <= weekend


def day_in_words(day: date) -> str:
    """A day as a secretary writes it: Monday 29 August 2022 (whatever the locale of this machine)."""
    return f"{NAMES[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def place_of(zone: str) -> str:
    """The place that a zone is named after: Asia/Seoul → Seoul."""
    return zone.rpartition("/")[2].replace("_", " ")


def day_off(window: Window, day: date, country: str) -> str:
    """Why no letter goes on a day, in plain words; "" if some hour of it is open."""
    if window.days and day.weekday() not in window.days:
        return NAMES[day.weekday()]
    if window.holidays and (name := holiday(country, day)):
        return f"public holiday ({name})"
    if window.holidays and _is_weekend(window, day, country):
        return NAMES[day.weekday()]
    return ""


def closed_because(window: Window, moment: datetime, zone: str, country: str) -> str:
    """Why no letter goes at a moment, in plain words; "" if the window is open."""
    local = local_time(moment, zone)
    if why := day_off(window, local.date(), country):
        return why
    if window.opens is not None and local.time() < window.opens:
        return f"before {window.opens:%H:%M} in {zone}"
    if window.closes is not None and local.time() >= window.closes:
        return f"after {window.closes:%H:%M} in {zone}"
    return ""


def local_time(moment: datetime, zone: str) -> datetime:
    """A moment as the clocks of a zone show it."""
    return moment.astimezone(zone_named(zone))


@lru_cache(maxsize=1024)  # `ZoneInfo` itself keeps eight, and reads the files of all others again and again
def zone_named(zone: str) -> ZoneInfo:
    """A time zone by its name."""
    return ZoneInfo(zone)


def is_open(window: Window, moment: datetime, zone: str, country: str) -> bool:
    """Whether letters may go at a moment."""
    return not closed_because(window, moment, zone, country)


@lru_cache(maxsize=16_384)  # thousands of invitees share a day, a zone and a country
def next_morning(window: Window, day: date, zone: str, country: str) -> datetime:
    """The opening on a day, or on the next day that is allowed; in UTC.

    An hour that the clocks skip is taken as they stood before (PEP 495: fold 0), so it opens by the skip later.
    """
    first = min(day, LAST_DAY)
    ahead = (first + timedelta(days=days) for days in range(LONGEST_SEARCH))
    day = next((one for one in ahead if not day_off(window, one, country)), first)
    return datetime.combine(day, window.opens or MIDNIGHT, tzinfo=zone_named(zone)).astimezone(UTC)


def next_open(window: Window, moment: datetime, zone: str, country: str) -> datetime:
    """The moment itself if the window is open, else the next opening; in UTC."""
    if is_open(window, moment, zone, country):
        return moment.astimezone(UTC)
    local = local_time(moment, zone)
    before_opening = window.opens is not None and local.time() < window.opens
    day = local.date() if before_opening else local.date() + timedelta(days=1)
    opening = next_morning(window, day, zone, country)
    if opening <= moment:  # an hour that comes twice: the window opened in the first and opens again in the second
        opening = local_time(opening, zone).replace(fold=1).astimezone(UTC)
    return opening


def is_late(moment: datetime, deadline: date, zone: str) -> bool:
    """Whether a moment lies after the deadline's day, in a zone."""
    return local_time(moment, zone).date() > deadline
