"""How fast letters go, when they are tried again, and when it is time to stop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.core.refusals import enhanced_status
from outreach.model import HandoverResult

R = HandoverResult
RETRIES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))  # then hourly
HOURLY = timedelta(hours=1)
MINUTE = 60_000_000  # microseconds
EQUAL_REFUSALS = 5  # in a row: it is us, not them


# ---------------------------------------------------------------- when


def next_try(attempts: int, now: datetime, give_up_at: datetime) -> datetime | None:
    """When a letter is tried again after so many attempts (from 1); None: it is given up."""
    step = max(attempts, 1) - 1
    at = now + (RETRIES[step] if step < len(RETRIES) else HOURLY)
    return at if at < give_up_at else None


def next_slot(last: datetime | None, per_minute: int, now: datetime) -> datetime:
    """When the next letter may leave, so that they go evenly and never more than so many a minute.

    Args:
        last: The slot of the letter before; None if there was none.
        per_minute: Letters a minute; 0 = no limit.
        now: The moment of asking; a slot that was missed is not made up for by a burst.
    """
    if per_minute <= 0 or last is None:
        return now
    apart = timedelta(microseconds=-(-MINUTE // per_minute))  # rounded up: 11 a minute are never 12
    return max(now, last + apart)


# ---------------------------------------------------------------- when to stop


@dataclass(frozen=True, slots=True)
class Breaker:
    """Counts equal refusals of addresses in a row."""

    reply: str = ""
    count: int = 0

    def note(self, result: HandoverResult, reply: str) -> Breaker:
        """The breaker after one more letter; only a letter that is taken proves that it is not us."""
        if result is R.ACCEPTED:
            return Breaker()
        if result is not R.REFUSED:
            return self
        kind = _kind(reply)
        return Breaker(kind, self.count + 1 if kind == self.reply else 1)

    @property
    def tripped(self) -> bool:
        """Whether it is time to stop and let a person look."""
        return self.count >= EQUAL_REFUSALS


def _kind(reply: str) -> str:
    """The reply without what differs from letter to letter: addresses, queue ids, times, session ids."""
    code, _, text = reply.partition(" ")
    status = enhanced_status(text)
    words = [word for word in text.lower().split() if not re.search(r"[@\d]", word)]
    return " ".join([code, status, *words])
