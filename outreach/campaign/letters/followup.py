"""Reminds those who are silent, and sends the thanks and regrets that a person has released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.campaign.desk import Desk
from outreach.campaign.letters.agreement import MOST_SHOWN, Agreement, agreement_on, still_agreed
from outreach.campaign.letters.mailing import NOT_WITHHELD, new_letter, queue_each, threads_of
from outreach.campaign.steps import Step, told
from outreach.core.letters.stationery import Stationery
from outreach.model import Invitee, Letter, LetterKind, LetterState, NextAction, Standing, State

# Letters that left, or whose fate only a person can settle; and letters that wait.
ENDED = (LetterState.ACCEPTED, LetterState.HANDING_OVER, LetterState.IN_DOUBT, LetterState.REFUSED)
UNDER_WAY = (LetterState.READY, LetterState.CLAIMED, LetterState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due to an invitee: which, when, and why."""

    invitee: Invitee
    kind: LetterKind
    step: int
    at: datetime
    why: str
    letter_name: str


def due_reminders(desk: Desk) -> tuple[Due, ...]:
    """The reminders that are due now; nobody is on the list who has answered."""
    now, tried = desk.now(), _reminders_in(desk, ENDED)
    due = (_due_now(desk, one, now) for one in _each(desk, now) if one.key not in tried)
    return tuple(one for one in due if one is not None)


@dataclass(frozen=True, slots=True)
class _Next:
    """What comes next for an invitee."""

    invitee: Invitee
    round: int
    action: NextAction

    @property
    def key(self) -> tuple[int, int, int]:
        """What a reminder of it would be known by: invitee, step, round."""
        return self.invitee.number, self.action.step, self.round


def _each(desk: Desk, now: datetime) -> Iterator[_Next]:
    """What comes next for everybody, in the order of their numbers."""
    desk.tell(Step.LOOK, 0, 0)
    invitees = desk.store.register.all()
    for number, standing in sorted(desk.store.journal.standings().items()):
        yield _Next(invitees[number], standing.round, desk.next_for(invitees[number], standing, now))


def _due_now(desk: Desk, one: _Next, now: datetime) -> Due | None:
    action = one.action
    if action.action != "remind" or action.at is None or action.at > now:
        return None
    name = desk.settings.reminders[action.step - 1].letter
    return Due(one.invitee, LetterKind.REMINDER, action.step, action.at, action.why, f"{name}.{action.step}")


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who is reminded now, who later, and who is not."""

    due: tuple[Due, ...]  # not queued yet
    under_way: int  # queued, and not gone yet
    coming: tuple[tuple[date, int, int], ...]  # day at the secretariat, step, number of invitees
    resting: tuple[tuple[str, int], ...]  # what comes instead (an action's name), number of invitees


def outlook(desk: Desk) -> Outlook:
    """What reminders come, as far as is known now."""
    now, ended, queued = desk.now(), _reminders_in(desk, ENDED), _reminders_in(desk, UNDER_WAY)
    zone = ZoneInfo(desk.settings.campaign.timezone)
    due, under_way = [], 0
    coming: Counter[tuple[date, int]] = Counter()
    resting: Counter[str] = Counter()
    for one in _each(desk, now):
        action = one.action
        if action.action != "remind" or action.at is None or one.key in ended:
            resting[action.action if action.action != "remind" else "wait"] += 1
        elif one.key in queued:
            under_way += 1
        elif (found := _due_now(desk, one, now)) is not None:
            due.append(found)
        else:
            coming[action.at.astimezone(zone).date(), action.step] += 1
    days = tuple((day, step, number) for (day, step), number in sorted(coming.items()))
    return Outlook(tuple(due), under_way, days, tuple(resting.most_common()))


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The outlook as it is shown: the first that are reminded, and how many; what is agreed to is all of them."""

    number: int
    first: tuple[Due, ...]
    under_way: int
    coming: tuple[tuple[date, int, int], ...]
    resting: tuple[tuple[str, int], ...]
    seen: str


def upcoming(desk: Desk) -> Upcoming:
    """What reminders come, with everybody looked at.

    Raises:
        ConfigurationError: A letter that is due cannot be made.
    """
    found = outlook(desk)
    seen = agreement_to(desk, found.due).spelled
    return Upcoming(len(found.due), found.due[:MOST_SHOWN], found.under_way, found.coming, found.resting, seen)


def _reminders_in(desk: Desk, states: tuple[LetterState, ...]) -> frozenset[tuple[int, int, int]]:
    """The reminders whose letters are in some states: (invitee, step, round)."""
    return frozenset(
        (key.invitee, key.step, key.round)
        for key in desk.store.outbox.keys(states=states)
        if key.kind is LetterKind.REMINDER
    )


def agreement_to(desk: Desk, due: Iterable[Due]) -> Agreement:
    """What somebody agrees to who agrees to letters that are due."""
    return agreement_on(desk, desk.load_stationery(), ((one.invitee, one.kind, one.step) for one in due))


def queue_agreed(desk: Desk, agreed: Agreement, find_due: Callable[[Desk], tuple[Due, ...]]) -> int:
    """Queues what is still due, and still says what somebody agreed to; gives how many letters were new."""
    stationery = desk.load_stationery()
    with desk.store.together():
        due = find_due(desk)
        looked_at = told(desk.tell, Step.COMPARE, due)
        same = [x for x in looked_at if still_agreed(desk, stationery, agreed, (x.invitee, x.kind, x.step))]
        return queue_due(desk, same, stationery)


def queue_due(desk: Desk, due: Sequence[Due], agreed: Stationery | None = None) -> int:
    """Queues the letters that are due, each in the thread of its invitation, some at a time; gives how many were new.

    `agreed`: the templates that somebody agreed to; without them those of now.
    """
    if not due:
        return 0
    now = desk.now()
    stationery = desk.stationery() if agreed is None else agreed
    edition = desk.store.outbox.freeze(stationery.files, now)
    standings = desk.store.journal.standings()
    threads = threads_of(desk, [one.invitee.number for one in due])

    def letter(one: Due) -> NewLetter:
        number, is_reminder = one.invitee.number, one.kind is LetterKind.REMINDER
        round_, thread = standings[number].round if is_reminder else 0, threads.get(number, ())
        return new_letter(
            desk, stationery, edition, one.invitee, one.kind, now, step=one.step, round_=round_, thread=thread
        )

    return queue_each(desk, due, letter, now)


def waiting_acknowledgements(desk: Desk) -> tuple[Due, ...]:
    """The thanks (of a yes) and regrets (of a no) that nobody has released yet."""
    now = desk.now()
    invitees = desk.store.register.all()
    queued = {(key.invitee, key.kind) for key in desk.store.outbox.keys(states=NOT_WITHHELD)}
    due = []
    for number, standing in sorted(desk.store.journal.standings().items()):
        kind = acknowledgement(standing)
        if kind is None or (number, kind) in queued:
            continue
        why = f"{standing.state.value} on {standing.since:%Y-%m-%d}" if standing.since else standing.state.value
        due.append(Due(invitees[number], kind, 0, now, why, kind.value))
    return tuple(due)


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """Thanks and regrets as they are shown: the first of them, and how many; what is agreed to is all of them."""

    number: int
    thanks: int
    first: tuple[Due, ...]
    seen: str


def acknowledgements(desk: Desk) -> Acknowledgements:
    """The thanks and regrets that wait, with everybody looked at.

    Raises:
        ConfigurationError: A letter cannot be made.
    """
    due = waiting_acknowledgements(desk)
    thanks = sum(one.kind is LetterKind.THANKS for one in due)
    return Acknowledgements(len(due), thanks, due[:MOST_SHOWN], agreement_to(desk, due).spelled)


def acknowledgement(standing: Standing) -> LetterKind | None:
    """The thanks or regrets that are due to an invitee where it stands; whether they went already is not looked at."""
    if standing.needs_review or standing.stopped:
        return None
    if standing.state is State.CONFIRMED:
        return LetterKind.THANKS
    if standing.state is State.DECLINED:
        return LetterKind.REGRETS
    return None


def letter_for(desk: Desk, due: Due) -> Letter | None:
    """The letter in the outbox that was made of something due."""
    letters = desk.store.outbox.letters(invitee=due.invitee.number)
    same = [x for x in letters if x.key.kind is due.kind and x.key.step == due.step]
    return same[-1] if same else None
