"""The overview: the whole campaign in one look, counted by the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from outreach.adapters.store.log.figures import Figures, Group, Place, Waiting
from outreach.campaign.desk import Desk
from outreach.core.progress import Answers, Day, Mailing, Milestone, answers, by_day, mailings, milestones_by_day
from outreach.model import LetterKind, LetterState, State
from outreach.settings import CampaignSettings

OF_INTEREST = frozenset({LetterKind.INVITATION.value, LetterKind.REMINDER.value})


@dataclass(frozen=True, slots=True)
class Goal:
    """What should be reached by a day, such as a hundred at the congress."""

    name: str
    day: date
    days_left: int  # negative: past
    milestone: Milestone


@dataclass(frozen=True, slots=True)
class Needs:
    """What needs a person now, in numbers; `paused`: why no letters leave, or None."""

    review: int
    without_invitee: int
    owed: int
    in_doubt: int
    unreachable: int
    acknowledgements: int
    paused: str | None
    mailbox: str | None  # why the mailbox cannot be read, or None

    @property
    def nothing(self) -> bool:
        """All is done."""
        numbers = (self.review, self.without_invitee, self.owed, self.in_doubt, self.unreachable, self.acknowledgements)
        return not any(numbers) and self.paused is None and self.mailbox is None


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the campaign stands today."""

    name: str
    today: date
    deadline: date
    days_left: int  # negative: past
    target: Goal | None
    milestones: tuple[Milestone, ...]
    states: Mapping[State, int]  # every state, also those with nobody
    total: Answers
    by_country: Mapping[str, Answers]  # ISO 3166 alpha-2
    by_language: Mapping[str, Answers]
    by_kind: Mapping[str, Answers]
    days: Mapping[date, Day]  # in order; only days with answers
    mailings: tuple[Mailing, ...]
    letters: Mapping[LetterState, int]
    days_to_answer: float | None  # the median, to the hour; None before the first answer
    places: tuple[Place, ...]
    needs: Needs


def stamp(desk: Desk) -> tuple[object, ...]:
    """Another one whenever the overview may be another one."""
    return (desk.today(), *desk.store.figures.stamp())


def overview(desk: Desk) -> Overview:
    """Counts everything anew."""
    campaign, figures = desk.settings.campaign, desk.store.figures
    census, today = figures.census(), desk.today()
    days = by_day(((State(c.what), c.at, c.number) for c in figures.stood()), campaign.timezone)
    confirmed = {day: count.confirmed for day, count in days.items() if count.confirmed}
    letters = desk.store.outbox.counts()
    states = _states(census)
    return Overview(
        name=campaign.name,
        today=today,
        deadline=campaign.deadline,
        days_left=(campaign.deadline - today).days,
        target=_goal(campaign, confirmed, today),
        milestones=milestones_by_day(confirmed, campaign.milestones),
        states=states,
        total=sum((_answers(group) for group in census), Answers()),
        by_country=_grouped(census, lambda group: group.country),
        by_language=_grouped(census, lambda group: group.language or campaign.default_language),
        by_kind=_grouped(census, lambda group: group.kind.value),
        days=days,
        mailings=_mailings(figures, campaign.timezone),
        letters=letters,
        days_to_answer=_middle(figures.spans()),
        places=figures.places(),
        needs=_needs(desk, figures.waiting(), letters, states),
    )


def _needs(desk: Desk, waiting: Waiting, letters: Mapping[LetterState, int], states: Mapping[State, int]) -> Needs:
    return Needs(
        review=waiting.review,
        without_invitee=waiting.without_invitee,
        owed=waiting.owed,
        in_doubt=letters.get(LetterState.IN_DOUBT, 0),
        unreachable=states[State.UNREACHABLE],
        acknowledgements=waiting.acknowledgements,
        paused=desk.store.switches.get("paused"),
        mailbox=desk.store.switches.get("mailbox"),
    )


def _goal(campaign: CampaignSettings, confirmed: Mapping[date, int], today: date) -> Goal | None:
    target = campaign.target
    if target is None:
        return None
    (milestone,) = milestones_by_day(confirmed, (target.goal,))
    return Goal(target.name, target.date, (target.date - today).days, milestone)


def _middle(spans: Sequence[tuple[int, int]]) -> float | None:
    """The median of hours, in days, from how many took how long."""
    half = sum(number for _, number in spans) / 2
    so_far = accumulate(number for _, number in spans)
    return next((hours / 24 for (hours, _), number in zip(spans, so_far, strict=True) if number >= half), None)


def _answers(group: Group) -> Answers:
    return answers(group.state, group.number, invited=group.invited, answered=group.answered)


def _states(census: Iterable[Group]) -> dict[State, int]:
    counts = dict.fromkeys(State, 0)
    for group in census:
        counts[group.state] += group.number
    return counts


def _grouped(census: Iterable[Group], key: Callable[[Group], str]) -> dict[str, Answers]:
    """The answers by what `key` tells, the most confirmations first, then the most invitees."""
    found: dict[str, Answers] = {}
    for group in census:
        found[key(group)] = found.get(key(group), Answers()) + _answers(group)
    return dict(sorted(found.items(), key=lambda one: (-one[1].confirmed, -one[1].total, one[0])))


def _mailings(figures: Figures, zone: str) -> tuple[Mailing, ...]:
    sent = ((c.what, c.step, c.at, c.number) for c in figures.sent() if c.what in OF_INTEREST)
    return mailings(sent, zone)
