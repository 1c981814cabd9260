"""What comes next for an invitee, when and why: one answer for scheduler, page and rehearsal alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.core.calendar import Window, closed_because, next_morning, next_open, parse_window
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
    if standing.stopped and standing.state is not State.UNSUBSCRIBED:
        return NextAction("none", None, "a person stopped all letters")
    if standing.needs_review:
        return NextAction("review", None, "an answer waits for a person to decide; no letters until then")
    if standing.state in _NOTHING:
        return NextAction("none", None, _NOTHING[standing.state])
    if standing.state is State.UNREACHABLE:
        return NextAction("find_address", None, "the address does not exist; find a new one, then write again")
    if standing.state is State.ENROLLED:
        return NextAction("invite", _invitation_at(standing, policy, now, zone, country), "not invited yet")
    if standing.we_owe:
        return NextAction("answer", None, "the secretariat owes an answer; reminders pause until then")
    return _next_reminder(standing, policy, now, zone, country)


def _invitation_at(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> datetime:
    if standing.hold_until is not None:
        return max(
            next_morning(policy.window, standing.hold_until, zone, country),
            next_open(policy.window, now, zone, country),
        )
    return next_open(policy.window, now, zone, country)


def _next_reminder(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> NextAction:
    planned = plan(standing, policy, now, zone, country)
    coming = next((step for step in planned if not step.missed), None)
    if coming is None:
        missed = [str(step.step) for step in planned]
        words = f"reminder {', '.join(missed)} missed: past the deadline" if missed else "all reminders went out"
        return NextAction("none", None, words)
    total = min(len(policy.days_before), policy.max_reminders)
    local = coming.at.astimezone(ZoneInfo(zone))
    before = (policy.deadline - local.date()).days
    why = (
        f"silent; reminder {coming.step} of {total} on {local:%A} {local.day} {local:%B %Y} at {local:%H:%M} "
        f"({zone}), {before} days before the deadline"
    )
    return NextAction("remind", coming.at, f"{why}; {coming.why}" if coming.why else why, coming.step)


def plan(standing: Standing, policy: Policy, now: datetime, zone: str, country: str) -> tuple[PlannedStep, ...]:
    """The reminders still to come, in order, the minimum gap between them; those past the deadline are missed."""
    last = standing.last_letter_at
    planned = []
    room = policy.max_reminders - len(standing.reminders)
    for step, days_before in enumerate(policy.days_before, 1):
        if step in standing.reminders or room <= 0:
            continue
        at, why = _moment(standing, policy, policy.deadline - timedelta(days=days_before), last, zone, country)
        if at <= now:
            opening = next_open(policy.window, now, zone, country)
            if opening > now:
                at, why = opening, f"waits: {closed_because(policy.window, now, zone, country)}"
        missed = max(at, now).astimezone(ZoneInfo(zone)).date() > policy.deadline
        planned.append(PlannedStep(step, at, missed, why))
        if not missed:
            room -= 1
            last = max(at, now)
    return tuple(planned)


def _moment(
    standing: Standing, policy: Policy, wanted: date, last: datetime | None, zone: str, country: str
) -> tuple[datetime, str]:
    """The morning of a step: the day wanted, or the first that gap, hold and absence allow; and what moved it."""
    days = [(wanted, "")]
    if last is not None and policy.min_gap_days:
        letter_day = last.astimezone(ZoneInfo(zone)).date()
        days.append(
            (letter_day + timedelta(days=policy.min_gap_days), f"{policy.min_gap_days} days after the last letter")
        )
    if standing.hold_until is not None:
        days.append((standing.hold_until, "a person waits with this invitee"))
    if standing.absent_until is not None:
        days.append((standing.absent_until + AFTER_RETURN, f"away until {standing.absent_until}, and 3 days"))
    day, why = max(days, key=lambda one: one[0])
    at = next_morning(policy.window, day, zone, country)
    if not why and at.astimezone(ZoneInfo(zone)).date() != day:
        why = "moved to the next working day"
    return at, why
