"""Reminds those who are silent, and sends the thanks and regrets that a person has released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.campaign.desk import Desk
from outreach.campaign.mailing import NOT_WITHHELD, new_letter, threads_of
from outreach.model import Invitee, Letter, LetterKind, LetterState, Standing, State


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
    now = desk.now()
    invitees = desk.store.register.all()
    tried = _already_tried(desk)
    due = []
    for number, standing in sorted(desk.store.journal.standings().items()):
        invitee = invitees[number]
        action = desk.next_for(invitee, standing, now)
        if action.action == "remind" and action.at is not None and action.at <= now:
            if (number, action.step, standing.round) in tried:
                continue
            name = desk.settings.reminders[action.step - 1].letter
            due.append(Due(invitee, LetterKind.REMINDER, action.step, action.at, action.why, f"{name}.{action.step}"))
    return tuple(due)


def _already_tried(desk: Desk) -> frozenset[tuple[int, int, int]]:
    """Reminders that left, or whose fate only a person can settle: (invitee, step, round)."""
    ended = (LetterState.ACCEPTED, LetterState.HANDING_OVER, LetterState.IN_DOUBT, LetterState.REFUSED)
    return frozenset(
        (key.invitee, key.step, key.round)
        for key in desk.store.outbox.keys(states=ended)
        if key.kind is LetterKind.REMINDER
    )


def queue_due(desk: Desk, due: tuple[Due, ...]) -> int:
    """Queues the letters that are due, each in the thread of its invitation; gives how many were new."""
    if not due:
        return 0
    now = desk.now()
    stationery = desk.load_stationery()
    edition = desk.store.outbox.freeze(stationery.files, now)
    standings = desk.store.journal.standings()
    threads = threads_of(desk, [one.invitee.number for one in due])
    letters = [
        new_letter(
            desk,
            stationery,
            edition,
            one.invitee,
            one.kind,
            now,
            step=one.step,
            round_=standings[one.invitee.number].round if one.kind is LetterKind.REMINDER else 0,
            thread=threads.get(one.invitee.number, ()),
        )
        for one in due
    ]
    return desk.store.outbox.queue(letters, now)


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
