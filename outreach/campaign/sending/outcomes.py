"""What follows from the relay's answer to one letter: its next state, when it is tried again, what the log says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.adapters.store.letters.departures import Outcome
from outreach.campaign.desk import Desk
from outreach.core.counting import counted
from outreach.core.pacing import alike, next_try
from outreach.model import Entry, EntryKind, Handover, HandoverResult, Letter, LetterState

FOUR_DAYS = timedelta(days=4)  # RFC 5321 §4.5.4.1
ENOUGH = 12  # tries, more than a working day has: of four days over Easter a few minutes may have been working hours
NEVER = datetime.max.replace(tzinfo=UTC)
# As names of this module: to ask a class for its member is dear, and these are asked for with every letter.
ACCEPTED, SENT = LetterState.ACCEPTED, EntryKind.SENT
FAULTY, DEFERRED, NOT_TRIED = HandoverResult.LETTER, HandoverResult.DEFERRED, HandoverResult.NOT_TRIED
STATES = {
    HandoverResult.ACCEPTED: LetterState.ACCEPTED,
    HandoverResult.REFUSED: LetterState.REFUSED,
    HandoverResult.IN_DOUBT: LetterState.IN_DOUBT,
    # surely not taken, and not the contact's fault
    HandoverResult.ACCOUNT: LetterState.READY,
    HandoverResult.LETTER: LetterState.READY,
    HandoverResult.NOT_TRIED: LetterState.READY,
}


def told_once(letter: Letter, handover: Handover) -> Handover:
    """The relay's answer; what it said of this very letter at the last try too is for later.

    Sending had paused for that, and a person let it go on since: one letter does not stop all the others twice.
    """
    again = handover.result is FAULTY and alike(letter.last_reply, handover.reply)
    return replace(handover, result=HandoverResult.DEFERRED) if again else handover


def outcome_of(desk: Desk, letter: Letter, handover: Handover, now: datetime, *, begun: bool) -> Outcome:
    """What became of a letter; `begun` says that its intent was committed."""
    due_at, reply = None, handover.reply
    if handover.result is DEFERRED:
        tries, four_days, deadline = letter.attempts + 1, _four_days(letter, now), _deadline(desk, now)
        due_at = next_try(tries, now, min(four_days, deadline))
        state = LetterState.REFUSED if due_at is None else LetterState.DEFERRED
        if due_at is None:
            when = "" if four_days < deadline else " before the deadline"
            reply = f"given up{when} after {counted(tries, 'try', 'tries')}: {reply}"
    else:
        state = STATES[handover.result]
    tried = handover.result is not NOT_TRIED
    entries = _entries(desk, letter, state, reply, now)
    return Outcome(letter, state, handover.stage, reply, begun, tried, due_at, entries)


def _entries(desk: Desk, letter: Letter, state: LetterState, reply: str, now: datetime) -> tuple[Entry, ...]:
    """The facts for the log: the relay took the letter, or refused its address for good."""
    key = letter.key
    if state is ACCEPTED:
        what = key.kind._value_
        return (desk.entry(invitee=key.invitee, kind=SENT, at=now, what=what, step=key.step, letter=letter.id),)
    if state is LetterState.REFUSED:
        refused, what = EntryKind.REFUSED, reply[:40]
        return (desk.entry(invitee=key.invitee, kind=refused, at=now, what=what, step=key.round, letter=letter.id),)
    return ()


def _four_days(letter: Letter, now: datetime) -> datetime:
    """Until when a letter is tried: for four days, and often enough within the hours in which letters leave."""
    since = letter.first_tried_at if letter.attempts + 1 >= ENOUGH else None
    return (since or now) + FOUR_DAYS


def _deadline(desk: Desk, now: datetime) -> datetime:
    """The deadline's last minute; never, if it is over already."""
    last = datetime.combine(desk.deadline, time(23, 59), tzinfo=ZoneInfo(desk.settings.campaign.timezone))
    return last.astimezone(UTC) if last > now else NEVER
