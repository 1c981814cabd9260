"""When an answer was given: by its own date, like a postmark, where a server bears it out; else when it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from outreach.core.reading.opening.fields import moment

LEEWAY = timedelta(minutes=10)  # clocks differ
UNDERWAY = timedelta(days=1)  # longer than this a mail is seldom on its way; a date may be wrong, or a lie


def arrivals(received: datetime | None, topmost: str, taken_in: datetime) -> tuple[datetime, ...]:
    """When servers say that a mail came, as far as that can be true.

    Args:
        received: What the mailbox says: IMAP's INTERNALDATE, a file's time, an mbox's line.
        topmost: Its first Received header, which our own server wrote (RFC 5321 §4.4); "" where there is none.
        taken_in: When we took it in; nothing came later.
    """
    stamped = moment(topmost.rpartition(";")[2].strip()) if ";" in topmost else None
    return tuple([min(one, taken_in) for one in (received, stamped) if one is not None and one <= taken_in + LEEWAY])


def postmark(sent: datetime | None, came: Sequence[datetime], taken_in: datetime, invited: datetime | None) -> datetime:
    """When an answer was given.

    A date later than the arrival, earlier than our letter, or more than a day before every arrival that a server tells
    is no postmark: it is a wrong clock, or moves an answer before a deadline.
    """
    earliest = datetime.min.replace(tzinfo=UTC) if invited is None else invited - UNDERWAY  # zones, and clocks, differ
    came = [one for one in came if one >= earliest]
    arrived = min(came, default=taken_in)
    if sent is None or not earliest <= sent <= arrived + LEEWAY:
        return arrived
    if came and not any(sent >= one - UNDERWAY for one in came):
        return arrived
    return min(sent, arrived)


def at_odds(sent: datetime | None, at: datetime, zone: tzinfo) -> str:
    """Both dates, where a mail's own is more than a day from the one that counts; "" where it is not."""
    if sent is None or abs(sent - at) <= UNDERWAY:
        return ""
    return f"it is dated {_day(sent, zone)}, and counts by its arrival on {_day(at, zone)}"


def _day(at: datetime, zone: tzinfo) -> str:
    try:
        return at.astimezone(zone).date().isoformat()
    except OverflowError:  # in the year 1 or 9999
        return at.date().isoformat()
