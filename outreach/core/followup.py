"""What comes next for an invitee, when and why: one answer for scheduler, page and rehearsal alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outreach.core.calendar import (
    LAST_DAY,
    Window,
    closed_because,
    day_in_words,
    day_off,
    local_time,
    next_morning,
    next_open,
    parse_window,
    place_of,
)
from outreach.core.counting import counted
from outreach.core.standing import awaits_letter
from outreach.model import NextAction, Standing, State
from outreach.settings import Settings

AFTER_RETURN = timedelta(days=3)  # a desk is full on the first days after a holiday

_NOTHING = {
    State.CONFIRMED: "has confirmed",
    State.DECLINED: "has declined",
    State.WITHDRAWN: "has withdrawn",
    State.UNSUBSCRIBED: "asked not to be written to",
    State.TENTATIVE: "has not decided yet; listed for the secretariat",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """When letters go."""

    deadline: date
    days_before: tuple[int, ...]  # one for each reminder, the first step first
    min_gap_days: int
    max_reminders: int
    window: Window


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One reminder as it is planned; `missed`: its moment would lie past the deadline."""

    step: int
    at: datetime
    missed: bool
    why: str


def policy_from(settings: Settings) -> Policy:
    """The policy that settings describe."""
    sending = settings.sending
    return Policy(
        deadline=settings.campaign.deadline,
        days_before=tuple(reminder.days_before for reminder in settings.reminders),
        min_gap_days=sending.min_gap_days,
        max_reminders=sending.max_reminders,
        window=parse_window(sending.days, sending.hours, holidays=sending.holidays),
    )


def next_action(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> NextAction:
    """What comes next for an invitee, when, and why in plain words."""
    if standing.needs_review:
        return NextAction("review", None, "an answer waits for a person to decide; no letters until then")
    if standing.stopped and standing.state is not State.UNSUBSCRIBED:
        return NextAction("none", None, "a person stopped all letters")
    if standing.state in _NOTHING and standing.we_owe:
        return NextAction("answer", None, f"{_NOTHING[standing.state]}, and asks something that we have not answered")
    if standing.state in _NOTHING:
        return NextAction("none", None, _NOTHING[standing.state])
    if standing.state is State.UNREACHABLE:
        return NextAction(
            "find_address", None, "the letter cannot be delivered there; find another address, then write again"
        )
    if standing.state is State.ENROLLED:
        return NextAction("invite", _invitation_at(standing, policy, now, zone, country), "not invited yet")
    if standing.we_owe:
        return NextAction("answer", None, "the secretariat owes an answer; reminders pause until then")
    if standing.state is State.IN_TALKS and standing.first_letter_at is None:
        why = "has written before the invitation left, which was not sent; write again if it is still wanted"
        return NextAction("wait", None, why)
    if awaits_letter(standing):
        return NextAction("wait", None, "a person wrote again; reminders wait until that letter has left")
    return _next_reminder(standing, policy, now, zone, country)


def _invitation_at(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> datetime:
    opening = next_open(policy.window, now, zone, country)
    if standing.hold_until is None:
        return opening
    return max(opening, next_morning(policy.window, standing.hold_until, zone, country))


def _next_reminder(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> NextAction:
    planned = plan(standing, policy, now, zone, country)
    coming = next((step for step in planned if not step.missed), None)
    if coming is None:
        return NextAction("none", None, _no_reminder(planned, policy))
    return NextAction("remind", coming.at, _in_words(coming, policy, now, zone), coming.step)


def _no_reminder(planned: tuple[PlannedStep, ...], policy: Policy) -> str:
    if planned:
        steps = ", ".join(str(step.step) for step in planned)
        which = f"reminder {steps} is" if len(planned) == 1 else f"reminders {steps} are"
        return f"{which} missed: past the deadline of {day_in_words(policy.deadline)}"
    return "all reminders went out" if _total(policy) else "no reminders are planned"


def _total(policy: Policy) -> int:
    return min(len(policy.days_before), policy.max_reminders)


def _in_words(coming: PlannedStep, policy: Policy, now: datetime, zone: str) -> str:
    """Such as: reminder 2 of 3 goes on Monday 29 August 2022 at 09:00 in Seoul, 17 days before the deadline."""
    local = local_time(coming.at, zone)
    goes = "is due since" if coming.at <= now else "goes on"
    left = (policy.deadline - local.date()).days
    before = f"{counted(left, 'day')} before the deadline" if left else "on the day of the deadline"
    when = f"{day_in_words(local.date())} at {local:%H:%M} in {place_of(zone)}, {before}"
    why = f" ({coming.why})" if coming.why else ""
    return f"reminder {coming.step} of {_total(policy)} {goes} {when}{why}"


def plan(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> tuple[PlannedStep, ...]:
    """The reminders still to come, in order, the minimum gap between them; those past the deadline are missed.

    A step whose moment has passed (after downtime, or an answer that was looked at) goes as soon as the window is
    open, and the gap counts anew from there. So a step that is due is always within the window.
    """
    last = standing.last_letter_at
    planned: list[PlannedStep] = []
    left = [step for step in range(1, len(policy.days_before) + 1) if step not in standing.reminders]
    for step in left[: max(0, policy.max_reminders - len(standing.reminders))]:
        at, why = _moment(standing, policy, step, last, zone, country)
        if at <= now and (closed := closed_because(policy.window, now, zone, country)):
            at, why = next_open(policy.window, now, zone, country), f"waits: {closed}"
        goes = max(at, now)
        missed = local_time(goes, zone).date() > policy.deadline
        planned.append(PlannedStep(step, at, missed, why))
        last = last if missed else goes
    return tuple(planned)


def _moment(
    standing: Standing, policy: Policy, step: int, last: datetime | None, zone: str, country: str
) -> tuple[datetime, str]:
    """The morning of a step: the day wanted, or the first that gap, hold and absence allow; and what moved it."""
    wanted = policy.deadline - timedelta(days=policy.days_before[step - 1])
    day, why = max([(wanted, ""), *_not_before(standing, policy, last, zone)], key=lambda one: one[0])
    at = next_morning(policy.window, day, zone, country)
    if local_time(at, zone).date() != day and (off := day_off(policy.window, day, country)):
        why = f"{why}; {day_in_words(day)}: {off}" if why else f"not on {day_in_words(day)}: {off}"
    return at, why


def _not_before(standing: Standing, policy: Policy, last: datetime | None, zone: str) -> Iterator[tuple[date, str]]:
    """The days before which no reminder goes, each with its reason."""
    gap = policy.min_gap_days
    if last is not None and gap:
        yield local_time(last, zone).date() + timedelta(days=gap), f"{gap} days after the letter before"
    if standing.hold_until is not None:
        yield standing.hold_until, f"a person waits until {day_in_words(standing.hold_until)}"
    if standing.absent_until is not None:
        away = min(standing.absent_until, LAST_DAY)
        yield away + AFTER_RETURN, f"away until {day_in_words(away)}, and 3 days"
