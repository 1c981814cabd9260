"""What would follow if a person decided so: the verbs' own entries and rules, looked at before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.deciding.review import NO_MORE_LETTERS, as_filed, decision, settlement
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import acknowledgement
from outreach.core.dispatch import last_look
from outreach.core.standing import apply
from outreach.core.succession import ANSWERS
from outreach.model import (
    Drop,
    Entry,
    Invitee,
    Letter,
    LetterKind,
    LetterState,
    Message,
    NextAction,
    ReadingKind,
    Standing,
    State,
    UsageError,
)

SETTLE = "settle"  # the choice that a mail says nothing that counts
# What a person can say of a mail, in the order of the keys 1 to 9.
CHOICES = (
    State.CONFIRMED.value,
    State.DECLINED.value,
    State.TENTATIVE.value,
    State.IN_TALKS.value,
    State.INVITED.value,
    State.WITHDRAWN.value,
    State.UNSUBSCRIBED.value,
    State.UNREACHABLE.value,
    SETTLE,
)
WAITING = (LetterState.READY, LetterState.CLAIMED, LetterState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Where an invitee would stand after a choice, and what would come next."""

    choice: str  # a state, or SETTLE
    state: State
    next: NextAction
    late: bool = False
    acknowledged: LetterKind | None = None  # the thanks or regrets that would wait in the batch
    dropped: tuple[LetterKind, ...] = ()  # letters on their way that would not be sent


def suggestion(understood: Understood, standing: Standing | None) -> str | None:
    """The choice that a reading suggests; None where a person must find it in the mail.

    Who has said yes may ask: to accept the question must not take the yes back.
    """
    kind, bounce = understood.reading.kind, understood.reading.bounce
    if kind is ReadingKind.QUESTION and standing is not None and standing.state is State.CONFIRMED:
        return SETTLE
    if kind is ReadingKind.BOUNCE:
        return State.UNREACHABLE.value if bounce is not None and bounce.permanent else SETTLE
    if kind in (ReadingKind.UNRELATED, ReadingKind.AUTO_REPLY):
        return SETTLE
    if kind is ReadingKind.ACKNOWLEDGE:
        return State.INVITED.value
    return ANSWERS[kind].value if kind in ANSWERS else None


def foresee(desk: Desk, understood: Understood, invitee: Invitee) -> tuple[Foreseen, ...]:
    """What each choice would do, in the order of CHOICES."""
    standing = desk.store.journal.standing(invitee.number)
    letters = desk.store.outbox.letters(invitee=invitee.number)
    return tuple(
        _foreseen(desk, choice, invitee, standing, letters, [_entry(desk, choice, invitee, understood)])
        for choice in CHOICES
    )


def foresee_filed(desk: Desk, understood: Understood, invitee: Invitee, message: Message) -> Foreseen | None:
    """What would follow if a mail of nobody were filed to an invitee; None where the mail is no longer kept."""
    try:
        _, result = as_filed(desk, understood, invitee, message)
    except UsageError:
        return None
    standing = desk.store.journal.standing(invitee.number)
    return _foreseen(desk, "", invitee, standing, desk.store.outbox.letters(invitee=invitee.number), result.entries)


def _entry(desk: Desk, choice: str, invitee: Invitee, understood: Understood) -> Entry:
    if choice == SETTLE:
        return settlement(desk, understood)
    return decision(desk, invitee, State(choice), understood)


def _foreseen(
    desk: Desk, choice: str, invitee: Invitee, standing: Standing, letters: Iterable[Letter], entries: Iterable[Entry]
) -> Foreseen:
    after = reduce(apply, entries, standing)
    letters = list(letters)
    return Foreseen(
        choice,
        after.state,
        desk.next_for(invitee, after, desk.now()),
        after.late,
        _acknowledged(after, letters),
        tuple(letter.key.kind for letter in letters if _dropped(desk, invitee, after, letter)),
    )


def _acknowledged(after: Standing, letters: Iterable[Letter]) -> LetterKind | None:
    kind = acknowledgement(after)
    queued = {letter.key.kind for letter in letters if letter.state is not LetterState.WITHHELD}
    return None if kind in queued else kind


def _dropped(desk: Desk, invitee: Invitee, after: Standing, letter: Letter) -> bool:
    """Whether a letter that waits would be left out: at once by the verb, or at the last look before it leaves."""
    if letter.state not in WAITING:
        return False
    if after.state in NO_MORE_LETTERS:
        return True
    zone = desk.zone(invitee)
    return isinstance(last_look(letter, after, desk.policy, desk.now(), zone, invitee.country), Drop)
