"""Where an invitee stands: the fold of its entries, the state machine in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from outreach.core.succession import ANSWERS, HEARD, Effect, effect
from outreach.frozen import changed
from outreach.model import Entry, EntryKind, LetterKind, ReadingKind, Standing, State

Word = TypeVar("Word", bound=StrEnum)

# As names of this module: to ask a class for its member is dear, and these are asked for with every letter.
INVITATION, REMINDER, UNDONE = LetterKind.INVITATION, LetterKind.REMINDER, EntryKind.UNDONE
ENROLLED, INVITED, CONFIRMED, IN_TALKS = State.ENROLLED, State.INVITED, State.CONFIRMED, State.IN_TALKS
NO_ANSWER = frozenset({ReadingKind.UNRELATED, ReadingKind.AUTO_REPLY, ReadingKind.BOUNCE})
UNANSWERED = frozenset({State.ENROLLED, State.INVITED, State.UNREACHABLE})


def fold(entries: Iterable[Entry], before: Standing = Standing()) -> Standing:  # noqa: B008  frozen
    """The standing that follows from the entries of one invitee, in their order; what was undone is left out.

    `before` is the standing that followed from earlier ones, where none of these takes one of those back.
    """
    facts = list(entries)
    undone = {entry.target for entry in facts if entry.kind is UNDONE}
    standing = before
    for entry in facts:
        if entry.id not in undone and entry.kind is not UNDONE:
            standing = apply(standing, entry)
    return standing


def apply(standing: Standing, entry: Entry) -> Standing:
    """The standing after one more fact. It never raises: a word that is not known here changes no state."""
    return _RULES[entry.kind](standing, entry)


def awaits_letter(standing: Standing, last: datetime | None = None) -> bool:
    """Whether a person wrote again, and the relay has not taken that letter yet; `last`: when it took one since."""
    if standing.state is not INVITED or not standing.round or standing.decided_by or standing.since is None:
        return False
    last = last or standing.last_letter_at
    return last is None or last < standing.since


def by_person(standing: Standing) -> bool:
    """Whether a person decided where the invitee stands."""
    return (standing.decided_by or "").startswith("person:")


def _word(kind: type[Word], what: str) -> Word | None:
    found: Any = kind._value2member_map_.get(what)
    return found  # type: ignore[no-any-return]


def _move(standing: Standing, entry: Entry, state: State, decided_by: str | None) -> Standing:
    return replace(standing, **_moved(entry, state, decided_by))


def _moved(entry: Entry, state: State, decided_by: str | None) -> dict[str, Any]:
    """What is another where an entry leads to a state."""
    return {
        "state": state,
        "since": entry.at,
        "late": entry.late and state is CONFIRMED,
        "decided_by": decided_by,
        "deciding_mail": entry.mail,
        "deciding_entry": entry.id,
        "we_owe": state is IN_TALKS,
    }


def _enrolled(standing: Standing, entry: Entry) -> Standing:
    return standing if standing.since else replace(standing, since=entry.at, deciding_entry=entry.id)


def _sent(standing: Standing, entry: Entry) -> Standing:
    kind = _word(LetterKind, entry.what)
    # A letter that was in doubt may be noted after a later one: the gap counts from the last.
    last = max(standing.last_letter_at or entry.at, entry.at)
    new: dict[str, Any] = {"letters": standing.letters + 1, "last_letter_at": last}
    if kind is REMINDER:
        new["reminders"] = (*standing.reminders, entry.step)
    elif kind is INVITATION:
        new["first_letter_at"] = standing.first_letter_at or entry.at
        if standing.state is ENROLLED or (awaits_letter(standing) and not awaits_letter(standing, last)):
            new |= _moved(entry, INVITED, None)
    elif kind is not None:
        new["acknowledged"] = (*standing.acknowledged, kind)
    return changed(standing, **new)


def _refused(standing: Standing, entry: Entry) -> Standing:
    if entry.step < standing.round:
        return standing  # an address that is no longer written to
    asked = standing.state in (State.ENROLLED, State.INVITED)
    return _move(standing, entry, State.UNREACHABLE, entry.by) if asked else standing


def _answer(standing: Standing, entry: Entry) -> Standing:
    kind = _word(ReadingKind, entry.what)
    if kind in NO_ANSWER:
        return standing
    standing = replace(standing, answered_by_person=True)
    if kind is ReadingKind.ACKNOWLEDGE:
        return standing
    state = ANSWERS.get(kind or ReadingKind.UNCLEAR)
    return _to_review(standing, entry) if state is None else _says(standing, entry, state)


def _says(standing: Standing, entry: Entry, state: State) -> Standing:
    """The standing after the machine read an answer that leads to a state."""
    newer = standing.since is None or entry.at > standing.since
    older = standing.since is not None and entry.at < standing.since
    match effect(standing.state, state, by_person=by_person(standing), newer=newer, older=older):
        case Effect.AGREES:
            return standing
        case Effect.ASKS:
            return replace(standing, we_owe=True)
        case Effect.CONTRADICTS:
            return _to_review(standing, entry)
        case Effect.MOVES | Effect.BELIEVED as done:
            moved = _move(standing, entry, state, entry.by)
            moved = replace(moved, stopped=standing.stopped or state is State.UNSUBSCRIBED)
            return _to_review(moved, entry) if done is Effect.BELIEVED else moved


def _to_review(standing: Standing, entry: Entry) -> Standing:
    if entry.mail is None or entry.mail in standing.review:
        return standing
    return replace(standing, review=(*standing.review, entry.mail))


def _review(standing: Standing, entry: Entry) -> Standing:
    automatic = entry.what in (ReadingKind.BOUNCE, ReadingKind.AUTO_REPLY)
    return replace(_to_review(standing, entry), answered_by_person=standing.answered_by_person or not automatic)


def _settled(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, review=tuple(mail for mail in standing.review if mail != entry.mail))


def _absent(standing: Standing, entry: Entry) -> Standing:
    if entry.until is None or (standing.absent_until and standing.absent_until >= entry.until):
        return standing
    return replace(standing, absent_until=entry.until)


def _bounced(standing: Standing, entry: Entry) -> Standing:
    """Where no decision is known a dead address is a task; who has taken a position keeps it, and a person looks."""
    if entry.what != "permanent" or entry.step < standing.round:
        return standing
    return _to_review(standing, entry) if standing.state in HEARD else _refused(standing, entry)


def _decided(standing: Standing, entry: Entry) -> Standing:
    state = _word(State, entry.what)
    if state is None:
        return standing
    # Without a mail the person has spoken for the invitee: nothing it wrote waits any longer.
    settled = replace(standing, review=()) if entry.mail is None else _settled(standing, entry)
    # Back among the silent lifts a stop, and so does a person who corrects an unsubscription.
    lifted = state is State.INVITED or standing.state is State.UNSUBSCRIBED
    unsent = state is State.INVITED and standing.first_letter_at is None  # the first letter is still to leave
    return replace(
        _move(settled, entry, State.ENROLLED if unsent else state, entry.by),
        stopped=state is State.UNSUBSCRIBED or (standing.stopped and not lifted),
        answered_by_person=standing.answered_by_person or state not in UNANSWERED,
    )


def _replied(standing: Standing, _entry: Entry) -> Standing:
    return replace(standing, we_owe=False)


def _held(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, hold_until=entry.until)


def _stopped(standing: Standing, _entry: Entry) -> Standing:
    return replace(standing, stopped=True)


def _readdressed(standing: Standing, entry: Entry) -> Standing:
    """The new contact is asked from the moment a person wrote again; what the old one got says nothing about it."""
    anew = replace(standing, round=entry.step, we_owe=False, reminders=(), absent_until=None)
    if standing.state not in (State.INVITED, State.IN_TALKS, State.UNREACHABLE):
        return anew
    return _move(anew, entry, State.ENROLLED if standing.first_letter_at is None else State.INVITED, None)


_RULES: dict[EntryKind, Callable[[Standing, Entry], Standing]] = {
    EntryKind.ENROLLED: _enrolled,
    EntryKind.SENT: _sent,
    EntryKind.REFUSED: _refused,
    EntryKind.ANSWER: _answer,
    EntryKind.REVIEW: _review,
    EntryKind.SETTLED: _settled,
    EntryKind.ABSENT: _absent,
    EntryKind.BOUNCED: _bounced,
    EntryKind.DECIDED: _decided,
    EntryKind.REPLIED: _replied,
    EntryKind.HELD: _held,
    EntryKind.STOPPED: _stopped,
    EntryKind.READDRESSED: _readdressed,
    EntryKind.UNDONE: lambda standing, _entry: standing,
}
