"""May this letter leave now: the last look at its invitee before the relay gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from outreach.core.calendar import Window, closed_because, is_late, is_open, next_morning, next_open
from outreach.core.followup import Policy, next_action
from outreach.model import Drop, Leave, Letter, LetterKind, LetterState, NextAction, Standing, State, Stay

NEVER = (State.WITHDRAWN, State.UNSUBSCRIBED)
HAS_ANSWERED = (State.CONFIRMED, State.DECLINED, State.TENTATIVE)
# As names of this module: to ask a class for its member is dear, and this is asked of every letter twice.
INVITATION, REMINDER = LetterKind.INVITATION, LetterKind.REMINDER
THANKS, REGRETS = LetterKind.THANKS, LetterKind.REGRETS
IN_TALKS = State.IN_TALKS
TOO_LATE = "the deadline has passed since it was queued"
CORRECTED = "the contact was corrected"  # the next launch, or look for reminders, makes the letter anew
LOOK_AGAIN = timedelta(hours=1)  # while a person has yet to decide an answer


def last_look(
    letter: Letter, standing: Standing, policy: Policy, now: datetime, zone: str, country: str
) -> Leave | Stay | Drop:
    """Whether a queued letter may leave: nobody is written to who has answered or stopped since it was queued."""
    dropped = _dropped(letter, standing)
    if dropped:
        return Drop(dropped)
    if letter.key.kind is REMINDER:
        held = _reminder(letter, next_action(standing, policy, now, zone, country), now)
        if held is not None:
            return held
    elif _outlived(letter, policy, now, zone):
        return Drop(TOO_LATE)
    elif standing.needs_review:
        return Stay(now + LOOK_AGAIN, "an answer waits for a person to decide")
    elif standing.hold_until and letter.key.kind is INVITATION:
        opening = next_morning(policy.window, standing.hold_until, zone, country)
        if now < opening:
            return Stay(opening, f"held until {standing.hold_until}")
    if not is_open(policy.window, now, zone, country):
        return Stay(
            next_open(policy.window, now, zone, country), f"waits: {closed_because(policy.window, now, zone, country)}"
        )
    return Leave()


def corrected(letter: Letter, contact: Mapping[str, str], cc: Sequence[str]) -> Drop | None:
    """A letter does not leave to an address, a person or in a language that was corrected since it was made.

    Args:
        letter: One that is about to leave.
        contact: What is known now of the contact that is written to.
        cc: Its copies.
    """
    frozen = letter.values.get("contact")
    made_for = {**(frozen if isinstance(frozen, Mapping) else {}), "email": letter.to}
    same = contact.items() <= made_for.items() or all(made_for.get(name, of) == of for name, of in contact.items())
    return None if contact and same and (cc == letter.cc or set(cc) == set(letter.cc)) else Drop(CORRECTED)


def taken_off(letter: Letter, gone: str) -> Drop | None:
    """An invitation to a place that its list names no longer does not leave; what a person wrote again does.

    Args:
        letter: One that is about to leave.
        gone: Why, if it is no longer listed.
    """
    return Drop(gone) if gone and letter.key.kind is INVITATION and not letter.key.round else None


def _dropped(letter: Letter, standing: Standing) -> str:
    kind = letter.key.kind
    if standing.stopped or standing.state in NEVER:
        return "no more letters to this invitee are wanted"
    if letter.key.round < standing.round and kind in (INVITATION, REMINDER):
        return "a newer letter goes to another contact"
    if kind is INVITATION and standing.state in HAS_ANSWERED:
        return f"has answered since: {standing.state.value}"
    if kind is INVITATION and standing.state is IN_TALKS:
        return "has written before the letter left; answer, and write again if it is still wanted"
    if kind is THANKS and standing.state is not State.CONFIRMED:
        return f"no longer confirmed: {standing.state.value}"
    if kind is REGRETS and standing.state is not State.DECLINED:
        return f"no longer declined: {standing.state.value}"
    return ""


def _reminder(letter: Letter, action: NextAction, now: datetime) -> Stay | Drop | None:
    if action.action == "remind" and action.step == letter.key.step and action.at is not None:
        return None if action.at <= now else Stay(action.at, action.why)
    if action.action in ("review", "answer", "wait"):
        return Stay(action.at if action.at is not None and action.at > now else now + LOOK_AGAIN, action.why)
    return Drop(action.why)


def _outlived(letter: Letter, policy: Policy, now: datetime, zone: str) -> bool:
    """Whether an invitation asks for an answer by a day that has passed since; launched after it, it was meant so."""
    if letter.key.kind is not INVITATION or now.date() < policy.deadline:  # then it is over in no zone of the world
        return False
    queued = letter.queued_at or now
    return is_late(now, policy.deadline, zone) and not is_late(queued, policy.deadline, zone)


_IN_HAND = {LetterState.CLAIMED: "is about to leave", LetterState.HANDING_OVER: "is being handed over"}


def why_here(
    letter: Letter,
    window: Window,
    now: datetime,
    zone: str,
    country: str,
    *,
    paused: str = "",
    held: Stay | None = None,
) -> tuple[str, datetime | None]:
    """Why a letter is where it is, in plain words, and until when if it waits for a moment.

    Args:
        letter: The letter.
        window: When letters may go.
        now: The moment of asking.
        zone: The time zone of the invitee.
        country: Its country.
        paused: Why sending is paused; "" if it is not.
        held: What holds back every letter: the limits of the relay.
    """
    if letter.state not in (LetterState.READY, LetterState.DEFERRED):
        return _IN_HAND.get(letter.state, letter.last_reply), None
    if paused:
        return f"sending is paused: {paused}", None
    closed = closed_because(window, now, zone, country)
    if letter.due_at > now:
        return letter.last_reply or (f"waits: {closed}" if closed else "waits for its time"), letter.due_at
    if closed:
        return f"waits: {closed}", next_open(window, now, zone, country)
    if held is not None and held.until > now:
        return f"waits: {held.why}", held.until
    return letter.last_reply or "its turn comes next", None
