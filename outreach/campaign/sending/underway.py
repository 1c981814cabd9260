"""How the mailing goes: what left, what waits, until when and why, and which letters need a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.adapters.store.letters.senders import IN_HAND
from outreach.adapters.store.switches import PAUSED
from outreach.campaign.desk import Desk
from outreach.campaign.sending.posting import LONGEST_REST
from outreach.model import LetterState, Stay

DONE = (LetterState.ACCEPTED, LetterState.REFUSED, LetterState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Underway:
    """The mailing at one moment."""

    counts: dict[LetterState, int]
    due: int  # wait, and may leave now
    next_due: datetime | None  # of those that wait for their time
    paused: str | None  # why nothing leaves
    held: Stay | None  # what holds back for long even those that are due: the limits of the relay
    minutes: int | None  # that the letters due now take at the rate of the settings; None: as fast as the relay takes

    @property
    def waiting(self) -> int:
        """Letters that have not left."""
        return self.counts[LetterState.READY] + self.counts[LetterState.DEFERRED]

    @property
    def leaving(self) -> int:
        """Letters that may leave now or are on their way to the relay."""
        return self.due + sum(self.counts[state] for state in IN_HAND)

    @property
    def later(self) -> int:
        """Letters that wait for their time."""
        return max(0, self.waiting - self.due)

    @property
    def done(self) -> int:
        """Letters that the relay was asked to take."""
        return sum(self.counts[state] for state in DONE)

    @property
    def total(self) -> int:
        """Letters that were queued and are not withheld."""
        return sum(self.counts.values()) - self.counts[LetterState.WITHHELD]


def underway(desk: Desk) -> Underway:
    """How the mailing goes now."""
    outbox, now = desk.store.outbox, desk.now()
    due = outbox.due(now)
    held = desk.store.departures.held(now, desk.limits)
    rate = desk.settings.smtp.per_minute
    return Underway(
        counts=outbox.counts(),
        due=due,
        next_due=outbox.next_due(),
        paused=desk.store.switches.get(PAUSED),
        held=held if held is not None and held.until - now > LONGEST_REST else None,
        minutes=-(-due // rate) if rate else None,
    )
