"""How fast letters go, when they are tried again, and what the relay's answers mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from outreach.model import HandoverResult

R = HandoverResult
RETRIES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))  # then hourly
HOURLY = timedelta(hours=1)
EQUAL_REFUSALS = 5  # in a row: it is us, not them

# (stage or "", codes, pattern in the text or "", what it means); the first that fits counts. An enhanced status
# (RFC 3463) says more than the code, and a provider's own words say more than that.
CLASSES: tuple[tuple[str, str, str, HandoverResult], ...] = (
    ("", "4..", r"^4\.3\.2\b.*(concurrent|rate|limit|exceeded)", R.ACCOUNT),  # Microsoft 365: too fast
    ("", "550", r"^5\.4\.5\b", R.ACCOUNT),  # Google: the day's limit, not the contact's fault
    ("", "5..", r"STOREDRV|SendAsDenied|OutboundSpam|sending limit|quota exceeded for sender", R.ACCOUNT),
    ("", "454|530|535|538", r"", R.ACCOUNT),  # not logged in, or no longer
    ("", "...", r"^[45]\.7\.0\b.*(authenticat|login)", R.ACCOUNT),
    ("mail", "5..", r"", R.ACCOUNT),  # it does not want us as sender
    ("", "4..", r"", R.DEFERRED),
    ("", "5..", r"^5\.1\.[78]\b", R.ACCOUNT),  # the sender's address
    ("", "5..", r"^5\.1\.", R.REFUSED),
    ("", "5..", r"^5\.2\.[12]\b", R.REFUSED),
    ("rcpt", "5..", r"^5\.7\.", R.REFUSED),  # policy of that receiver; five alike in a row trip the breaker
    ("", "552", r"", R.LETTER),
    ("", "5..", r"^5\.3\.4\b|^5\.6\.|^5\.7\.", R.LETTER),
    ("rcpt", "5..", r"", R.REFUSED),
    ("", "5..", r"", R.LETTER),
)


def classify(stage: str, code: int, text: str) -> HandoverResult:
    """What a refusal means: the contact's fault, the letter's, our account's, or a passing one.

    Args:
        stage: The verb it answered: connect, mail, rcpt, data, reply.
        code: The reply code, 400 to 599.
        text: The rest of the reply, with its enhanced status if it has one.
    """
    for where, codes, pattern, result in CLASSES:
        if where in ("", stage) and re.fullmatch(codes, str(code)) and re.search(pattern, text, re.IGNORECASE):
            return result
    return R.DEFERRED


def next_try(attempts: int, now: datetime, give_up_at: datetime) -> datetime | None:
    """When a letter is tried again after so many attempts; None: it is given up."""
    wait = RETRIES[attempts - 1] if 0 < attempts <= len(RETRIES) else HOURLY
    at = now + wait
    return at if at < give_up_at else None


@dataclass(frozen=True, slots=True)
class Breaker:
    """Counts equal refusals of addresses in a row."""

    reply: str = ""
    count: int = 0

    def note(self, result: HandoverResult, reply: str) -> Breaker:
        """The breaker after one more letter."""
        if result is R.ACCEPTED:
            return Breaker()
        if result is not R.REFUSED:
            return self
        kind = re.sub(r"\S+@\S+", "…", reply)
        return replace(self, count=self.count + 1) if kind == self.reply else Breaker(kind, 1)

    @property
    def tripped(self) -> bool:
        """Whether it is time to stop and let a person look."""
        return self.count >= EQUAL_REFUSALS
