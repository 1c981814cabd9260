"""What a later answer does to what is recorded: it agrees, moves on, is believed at once, or contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from outreach.core.calendar import MONTHS
from outreach.model import ReadingKind, Sentence, State

ANSWERS = {
    ReadingKind.CONFIRM: State.CONFIRMED,
    ReadingKind.DECLINE: State.DECLINED,
    ReadingKind.TENTATIVE: State.TENTATIVE,
    ReadingKind.QUESTION: State.IN_TALKS,
    ReadingKind.REDIRECT: State.IN_TALKS,
    ReadingKind.WITHDRAW: State.WITHDRAWN,
    ReadingKind.UNSUBSCRIBE: State.UNSUBSCRIBED,
}
BELIEVED_AT_ONCE = frozenset({State.WITHDRAWN, State.UNSUBSCRIBED})  # to stop is the safe side
SETTLED = frozenset({State.CONFIRMED, State.DECLINED, State.WITHDRAWN, State.UNSUBSCRIBED})
HEARD = frozenset({State.CONFIRMED, State.DECLINED, State.TENTATIVE, State.IN_TALKS})  # and letters may still go there

# What is recorded and what is said later, where the later adds nothing: the stronger wish stands.
AGREES = frozenset(
    {
        (State.UNSUBSCRIBED, State.WITHDRAWN),
        (State.UNSUBSCRIBED, State.DECLINED),
        (State.WITHDRAWN, State.DECLINED),
    }
)
# Who has said yes, or will decide, may ask: that takes nothing back.
MAY_ASK = frozenset({State.CONFIRMED, State.TENTATIVE, State.IN_TALKS})

_SAID = {
    State.CONFIRMED: Sentence("yes"),
    State.DECLINED: Sentence("no"),
    State.TENTATIVE: Sentence("that it will decide later"),
    State.IN_TALKS: Sentence("something that we should answer"),
    State.WITHDRAWN: Sentence("that it withdraws"),
    State.UNSUBSCRIBED: Sentence("that it wants no more letters"),
}


class Effect(StrEnum):
    """What a later answer does."""

    MOVES = "moves"  # it is where the invitee stands now
    AGREES = "agrees"  # nothing changes
    ASKS = "asks"  # the state stays, and we owe an answer
    BELIEVED = "believed"  # it is where the invitee stands now, and a person who decided otherwise sees it
    CONTRADICTS = "contradicts"  # the state stays, and a person decides


def effect(recorded: State, later: State, *, by_person: bool, newer: bool, older: bool = False) -> Effect:
    """What a later answer does.

    Args:
        recorded: Where the invitee stands.
        later: Where the answer leads.
        by_person: Whether a person decided what is recorded.
        newer: Whether the answer was given after that.
        older: Whether it was given before that, and is read only now.
    """
    if later is State.IN_TALKS and recorded in MAY_ASK and (by_person or recorded is not State.TENTATIVE):
        return Effect.ASKS
    if later is recorded or (recorded, later) in AGREES:
        return Effect.AGREES
    if older and recorded in HEARD:
        return Effect.CONTRADICTS
    if later in BELIEVED_AT_ONCE:
        return Effect.BELIEVED if by_person else Effect.MOVES
    if recorded in SETTLED:
        return Effect.CONTRADICTS
    # A person who put the invitee back among the silent said that there is no answer: one that is given later is new.
    if by_person and not (recorded is State.INVITED and newer):
        return Effect.CONTRADICTS
    return Effect.MOVES


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an invitee stands, since when (in the secretariat's time), who decided it, and in which words."""

    state: State
    since: datetime | None
    decided_by: str | None  # None, "machine" or "person:NAME"
    words: str = ""
    round: int = 0  # of the letter that it was last sent

    @property
    def by_person(self) -> bool:
        """Whether a person decided it."""
        return (self.decided_by or "").startswith("person:")


def contradiction(recorded: Recorded, kind: ReadingKind, at: datetime) -> str:
    """Why a person must look at a mail that was written then and speaks against what is recorded; "" if it does not."""
    later = ANSWERS.get(kind)
    if later is None:
        return ""
    newer = recorded.since is None or at > recorded.since
    older = recorded.since is not None and at < recorded.since
    done = effect(recorded.state, later, by_person=recorded.by_person, newer=newer, older=older)
    if done not in (Effect.CONTRADICTS, Effect.BELIEVED):
        return ""
    before, says = _earlier(recorded), _SAID[later]
    if done is Effect.BELIEVED and newer:
        return Sentence(
            "%(before)s; this mail says %(says)s; that is believed at once, please look", before=before, says=says
        )
    if done is Effect.BELIEVED:
        return Sentence(
            "%(before)s; this mail of %(day)s, written before that, says %(says)s; it is believed at once, please look",
            before=before,
            day=_day(at),
            says=says,
        )
    if newer:
        return Sentence("%(before)s; this mail says %(says)s", before=before, says=says)
    return Sentence(
        "%(before)s; this mail of %(day)s, written before that, says %(says)s", before=before, day=_day(at), says=says
    )


def _earlier(recorded: Recorded) -> Sentence:
    said = _recorded(recorded)
    return Sentence("%(said)s: “%(words)s”", said=said, words=recorded.words) if recorded.words else said


def _recorded(recorded: Recorded) -> Sentence:
    day = None if recorded.since is None else _day(recorded.since)
    if not recorded.by_person:
        says = _SAID.get(recorded.state) or Sentence(recorded.state.value)
        return (
            Sentence("on %(day)s it said %(says)s", day=day, says=says)
            if day
            else Sentence("it said %(says)s", says=says)
        )
    who, state = (recorded.decided_by or "").removeprefix("person:"), Sentence(recorded.state.value.replace("_", " "))
    if day is None:
        return Sentence("%(who)s recorded “%(state)s”", who=who, state=state)
    return Sentence("on %(day)s %(who)s recorded “%(state)s”", day=day, who=who, state=state)


def _day(day: date) -> Sentence:
    return Sentence(f"%(day)s {MONTHS[day.month - 1]}", day=day.day)
