"""How fast letters go, when they are tried again, and when it is time to stop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.core.refusals import enhanced_status
from outreach.model import HandoverResult, Stay

R = HandoverResult
RETRIES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))  # then hourly
HOURLY = timedelta(hours=1)
MINUTE = 60_000_000  # microseconds
MOST = 10**9  # addresses: no limit
EQUAL_REFUSALS = 5  # in a row: it is us, not them


# ---------------------------------------------------------------- when


def next_try(attempts: int, now: datetime, give_up_at: datetime) -> datetime | None:
    """When a letter is tried again after so many attempts (from 1); None: it is given up."""
    step = max(attempts, 1) - 1
    at = now + (RETRIES[step] if step < len(RETRIES) else HOURLY)
    return at if at < give_up_at else None


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast letters may leave, of all senders together; 0 = no limit."""

    per_minute: int = 0
    per_day: int = 0  # addresses within any 24 hours, as providers count them
    per_domain_minute: int = 0
    copies: int = 0  # addresses more that each letter goes to: the secretariat's own

    @property
    def limited(self) -> bool:
        """Whether there is a limit for the relay."""
        return self.per_minute > 0 or self.per_day > 0

    @property
    def domain_gap(self) -> timedelta:
        """The time between two letters to one domain; zero = no limit."""
        return apart(self.per_domain_minute)

    def room(self, last_slot: datetime | None, hours: Mapping[str, int], now: datetime) -> tuple[int, Stay]:
        """How many addresses may be written to now, and until when no more.

        Args:
            last_slot: When the letter before left; None if there was none.
            hours: How many addresses were written to, by the hour (ISO 8601).
            now: The moment of asking.
        """
        left = self.per_day - _in_a_day(hours, now) if self.per_day else MOST
        slot = next_slot(last_slot and min(last_slot, now), self.per_minute, now)  # later: by a clock set back since
        if left > 0 and slot > now:
            return 0, Stay(slot, f"at most {self.per_minute} letters a minute")
        return max(0, left), Stay(_frees(hours, now), f"at most {self.per_day} addresses within 24 hours")

    def booked(self, hours: Mapping[str, int], number: int, now: datetime) -> dict[str, int]:
        """The hours with so many addresses more; those that no longer count are forgotten."""
        if not self.per_day:
            return {}
        hour = now.replace(minute=0, second=0, microsecond=0).isoformat()
        kept = {name: used for name, used in hours.items() if _counts(name, now)}
        return {**kept, hour: kept.get(hour, 0) + number}

    def given_back(self, hours: Mapping[str, int], number: int) -> dict[str, int]:
        """The hours with so many addresses fewer, the latest first: letters that took their slots did not leave."""
        left = dict(hours)
        for hour in sorted(left, reverse=True):
            back = min(number, left[hour])
            left[hour], number = left[hour] - back, number - back
        return {hour: used for hour, used in left.items() if used}

    def domain_held(self, until: datetime) -> Stay:
        """What holds back letters to one domain."""
        return Stay(until, f"at most {self.per_domain_minute} letters a minute to one domain")


def _counts_until(hour: str) -> datetime:
    """What was sent in an hour counts for a day from its end: its last letter may have left then."""
    return datetime.fromisoformat(hour) + timedelta(hours=25)


def _in_a_day(hours: Mapping[str, int], now: datetime) -> int:
    return sum(used for hour, used in hours.items() if _counts(hour, now))


def _frees(hours: Mapping[str, int], now: datetime) -> datetime:
    return min((_counts_until(hour) for hour in hours if _counts(hour, now)), default=now + timedelta(hours=1))


def _counts(hour: str, now: datetime) -> bool:
    """Whether it is one of the last 24; one that is days ahead was noted by a clock that has been set back since."""
    return now < _counts_until(hour) < now + timedelta(days=2)


def apart(per_minute: int) -> timedelta:
    """The time between two letters; zero = no limit. Rounded up: 11 a minute are never 12."""
    return timedelta(microseconds=-(-MINUTE // per_minute)) if per_minute > 0 else timedelta()


def next_slot(last: datetime | None, per_minute: int, now: datetime) -> datetime:
    """When the next letter may leave, so that they go evenly and never more than so many a minute.

    Args:
        last: The slot of the letter before; None if there was none.
        per_minute: Letters a minute; 0 = no limit.
        now: The moment of asking; a slot that was missed is not made up for by a burst.
    """
    return now if last is None else max(now, last + apart(per_minute))


def connections_for(place: int, held: Sequence[int], most: int) -> int:
    """How many connections a sender may have: its share, and never more with all the others than the relay takes.

    Args:
        place: Which of the senders it is.
        held: How many connections each of them has now; who has too many gives them up after the letter in hand.
        most: How many all of them may have.
    """
    share = most // len(held) + (place < most % len(held))
    return max(0, min(share, most - sum(held) + held[place]))


# ---------------------------------------------------------------- when to stop


@dataclass(frozen=True, slots=True)
class Breaker:
    """Counts equal refusals of addresses in a row."""

    reply: str = ""
    count: int = 0

    def note(self, result: HandoverResult, reply: str) -> Breaker:
        """The breaker after one more letter; only a letter that is taken proves that it is not us."""
        if result is R.ACCEPTED:
            return self if not self.count else Breaker()
        if result is not R.REFUSED:
            return self
        kind = _kind(reply)
        return Breaker(kind, self.count + 1 if kind == self.reply else 1)

    @property
    def tripped(self) -> bool:
        """Whether it is time to stop and let a person look."""
        return self.count >= EQUAL_REFUSALS


def alike(reply: str, other: str) -> bool:
    """Whether two replies say the same."""
    return bool(reply) and _kind(reply) == _kind(other)


def _kind(reply: str) -> str:
    """The reply without what differs from letter to letter: addresses, queue ids, times, session ids."""
    code, _, text = reply.partition(" ")
    status = enhanced_status(text)
    words = [word for word in text.lower().split() if not re.search(r"[@\d]", word)]
    return " ".join([code, status, *words])
