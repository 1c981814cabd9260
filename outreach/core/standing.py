"""Where an invitee stands: the fold of its entries, the state machine in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from outreach.model import Entry, EntryKind, LetterKind, ReadingKind, Standing, State

ANSWERS = {
    ReadingKind.CONFIRM: State.CONFIRMED,
    ReadingKind.DECLINE: State.DECLINED,
    ReadingKind.TENTATIVE: State.TENTATIVE,
    ReadingKind.QUESTION: State.IN_TALKS,
    ReadingKind.REDIRECT: State.IN_TALKS,
    ReadingKind.WITHDRAW: State.WITHDRAWN,
    ReadingKind.UNSUBSCRIBE: State.UNSUBSCRIBED,
}
BELIEVED_AT_ONCE = frozenset({State.WITHDRAWN, State.UNSUBSCRIBED})
SETTLED = frozenset({State.CONFIRMED, State.DECLINED, State.WITHDRAWN, State.UNSUBSCRIBED})


def fold(entries: Iterable[Entry]) -> Standing:
    """The standing that follows from the entries of one invitee, in their order; what was undone is left out."""
    facts = list(entries)
    undone = {entry.target for entry in facts if entry.kind is EntryKind.UNDONE}
    standing = Standing()
    for entry in facts:
        if entry.id not in undone and entry.kind is not EntryKind.UNDONE:
            standing = apply(standing, entry)
    return standing


def apply(standing: Standing, entry: Entry) -> Standing:
    """The standing after one more fact."""
    return _RULES[entry.kind](standing, entry)


def _move(standing: Standing, entry: Entry, state: State) -> Standing:
    return replace(
        standing,
        state=state,
        since=entry.at,
        late=entry.late and state is State.CONFIRMED,
        decided_by=entry.by,
        deciding_mail=entry.mail,
        deciding_entry=entry.id,
        we_owe=False,
    )


def _enrolled(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, since=standing.since or entry.at)


def _sent(standing: Standing, entry: Entry) -> Standing:
    kind = LetterKind(entry.what)
    standing = replace(standing, letters=standing.letters + 1, last_letter_at=entry.at)
    if kind is LetterKind.REMINDER:
        return replace(standing, reminders=(*standing.reminders, entry.step))
    if kind is not LetterKind.INVITATION:
        return replace(standing, acknowledged=(*standing.acknowledged, kind))
    standing = replace(standing, first_letter_at=standing.first_letter_at or entry.at)
    if standing.state is State.ENROLLED or (standing.round and standing.state in (State.UNREACHABLE, State.IN_TALKS)):
        return replace(standing, state=State.INVITED, since=entry.at, decided_by=None, deciding_mail=None, we_owe=False)
    return standing


def _refused(standing: Standing, entry: Entry) -> Standing:
    reachable = standing.state in (State.ENROLLED, State.INVITED)
    return _move(standing, entry, State.UNREACHABLE) if reachable else standing


def _answer(standing: Standing, entry: Entry) -> Standing:
    kind = ReadingKind(entry.what)
    if kind is ReadingKind.UNRELATED:
        return standing
    standing = replace(standing, answered_by_person=True)
    state = ANSWERS.get(kind)
    if state is None or (state is standing.state and state in SETTLED):
        return standing
    person_decided = (standing.decided_by or "").startswith("person:")
    if state in BELIEVED_AT_ONCE:
        moved = replace(_move(standing, entry, state), stopped=standing.stopped or state is State.UNSUBSCRIBED)
        return _to_review(moved, entry) if person_decided else moved
    after = standing.since is None or entry.at > standing.since
    if standing.state in SETTLED or (person_decided and not after):
        return _to_review(standing, entry)
    moved = _move(standing, entry, state)
    return replace(moved, we_owe=state is State.IN_TALKS)


def _to_review(standing: Standing, entry: Entry) -> Standing:
    if entry.mail is None or entry.mail in standing.review:
        return standing
    return replace(standing, review=(*standing.review, entry.mail))


def _review(standing: Standing, entry: Entry) -> Standing:
    return replace(_to_review(standing, entry), answered_by_person=True)


def _settled(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, review=tuple(mail for mail in standing.review if mail != entry.mail))


def _absent(standing: Standing, entry: Entry) -> Standing:
    if entry.until is None or (standing.absent_until and standing.absent_until >= entry.until):
        return standing
    return replace(standing, absent_until=entry.until)


def _bounced(standing: Standing, entry: Entry) -> Standing:
    if entry.what != "permanent" or standing.answered_by_person:
        return standing
    return _refused(standing, entry)


def _decided(standing: Standing, entry: Entry) -> Standing:
    state = State(entry.what)
    moved = _move(standing, entry, state)
    stopped = state is State.UNSUBSCRIBED or (standing.stopped and state is not State.INVITED)
    # Without a mail the person has spoken for the invitee: nothing it wrote waits any longer.
    review = () if entry.mail is None else tuple(mail for mail in standing.review if mail != entry.mail)
    return replace(moved, review=review, stopped=stopped, answered_by_person=True, we_owe=state is State.IN_TALKS)


def _replied(standing: Standing, _entry: Entry) -> Standing:
    return replace(standing, we_owe=False)


def _held(standing: Standing, entry: Entry) -> Standing:
    return replace(standing, hold_until=entry.until)


def _stopped(standing: Standing, _entry: Entry) -> Standing:
    return replace(standing, stopped=True)


def _readdressed(standing: Standing, entry: Entry) -> Standing:
    # The new contact is asked; reminders of the old one say nothing about it.
    return replace(standing, round=entry.step, we_owe=False, reminders=(), absent_until=None)


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
