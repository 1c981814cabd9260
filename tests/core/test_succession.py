"""What a later answer does to what is recorded: every earlier state, every later kind, and the reason in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.core.standing import fold
from outreach.core.succession import ANSWERS, Effect, Recorded, contradiction, effect
from outreach.model import Entry, EntryKind, ReadingKind, State

AT = datetime(2022, 8, 3, 9, tzinfo=UTC)
LATER = AT + timedelta(days=2)
K = ReadingKind
LETTERS = {
    ".": Effect.MOVES,
    "=": Effect.AGREES,
    "?": Effect.ASKS,
    "!": Effect.BELIEVED,
    "x": Effect.CONTRADICTS,
}
KINDS = (K.CONFIRM, K.DECLINE, K.TENTATIVE, K.QUESTION, K.REDIRECT, K.WITHDRAW, K.UNSUBSCRIBE)
# One letter for each of KINDS. The machine decided …      a person decided
TABLE = {
    State.ENROLLED: (". . . . . . .", "x x x x x ! !"),
    State.INVITED: (". . . . . . .", ". . . . . ! !"),
    State.UNREACHABLE: (". . . . . . .", "x x x x x ! !"),
    State.TENTATIVE: (". . = . . . .", "x x = ? ? ! !"),
    State.IN_TALKS: (". . . ? ? . .", "x x x ? ? ! !"),
    State.CONFIRMED: ("= x x ? ? . .", "= x x ? ? ! !"),
    State.DECLINED: ("x = x x x . .", "x = x x x ! !"),
    State.WITHDRAWN: ("x = x x x = .", "x = x x x = !"),
    State.UNSUBSCRIBED: ("x = x x x = =", "x = x x x = ="),
}
CASES = [
    (state, by, kind, LETTERS[letter])
    for state, columns in TABLE.items()
    for by, column in zip(("machine", "person:ana"), columns, strict=True)
    for kind, letter in zip(KINDS, column.split(), strict=True)
]


def test_the_table_is_whole() -> None:
    """Every state and every kind that leads to one."""
    assert set(TABLE) == set(State)
    assert set(KINDS) == set(ANSWERS)
    assert len(CASES) == 2 * len(State) * len(KINDS)


@pytest.mark.parametrize(("state", "by", "kind", "expected"), CASES)
def test_what_a_later_answer_does(state: State, by: str, kind: ReadingKind, expected: Effect) -> None:
    """As the table says; there is a reason in words exactly where a person must look."""
    assert effect(state, ANSWERS[kind], by_person=by != "machine", newer=True) is expected
    reason = contradiction(Recorded(state, AT, by), kind, LATER)
    assert bool(reason) == (expected in (Effect.CONTRADICTS, Effect.BELIEVED))


def recorded_as(state: State, by: str) -> list[Entry]:
    if by != "machine":
        sent = [Entry(9, "c", 1, 7, AT, EntryKind.SENT, what="invitation")] if state is State.INVITED else []
        return [*sent, Entry(1, "c", 1, 7, AT, EntryKind.DECIDED, by, state.value, mail=1)]
    facts = {State.ENROLLED: (EntryKind.ENROLLED, ""), State.INVITED: (EntryKind.SENT, "invitation")}
    facts |= {State.UNREACHABLE: (EntryKind.BOUNCED, "permanent")}
    kind, what = facts.get(state) or (EntryKind.ANSWER, next(k for k in KINDS if ANSWERS[k] is state).value)
    return [Entry(1, "c", 1, 7, AT, kind, by, what, mail=1)]


@pytest.mark.parametrize(("state", "by", "kind", "expected"), CASES)
def test_the_fold_follows_the_table(state: State, by: str, kind: ReadingKind, expected: Effect) -> None:
    """What is recorded is never overridden in silence; a mail waits exactly where the table says so."""
    before = fold(recorded_as(state, by))
    assert before.state is state
    after = fold([*recorded_as(state, by), Entry(2, "c", 1, 7, LATER, EntryKind.ANSWER, "machine", kind.value, mail=2)])
    moves = expected in (Effect.MOVES, Effect.BELIEVED)
    assert after.state is (ANSWERS[kind] if moves else state)
    assert after.review == ((2,) if expected in (Effect.CONTRADICTS, Effect.BELIEVED) else ())
    assert after.we_owe == (after.state is State.IN_TALKS or expected is Effect.ASKS)


@pytest.mark.parametrize("kind", [kind for kind in K if kind not in ANSWERS])
@pytest.mark.parametrize("state", list(State))
def test_what_says_nothing_contradicts_nothing(state: State, kind: ReadingKind) -> None:
    """A receipt, an absence, a notice, a mail that is not clear: no position, so no contradiction."""
    assert contradiction(Recorded(state, AT, "person:ana"), kind, LATER) == ""


@pytest.mark.parametrize(
    ("recorded", "kind", "at", "words"),
    [
        (
            Recorded(State.CONFIRMED, AT, "machine", "we join"),
            K.DECLINE,
            LATER,
            "on 3 August it said yes: “we join”; this mail says no",
        ),
        (
            Recorded(State.DECLINED, AT, "person:ana", "by phone"),
            K.CONFIRM,
            LATER,
            "on 3 August ana recorded “declined”: “by phone”; this mail says yes",
        ),
        (
            Recorded(State.CONFIRMED, AT, "machine"),
            K.TENTATIVE,
            AT - timedelta(days=2),
            "on 3 August it said yes; this mail of 1 August, written before that, says that it will decide later",
        ),
        (
            Recorded(State.CONFIRMED, AT, "person:ana"),
            K.WITHDRAW,
            LATER,
            "on 3 August ana recorded “confirmed”; this mail says that it withdraws; that is believed at once, please look",
        ),
        (Recorded(State.INVITED, AT, "person:ana"), K.CONFIRM, AT - timedelta(days=2), "on 3 August ana recorded “invited”; this mail of 1 August, written before that, says yes"),
    ],
)  # fmt: skip
def test_the_reason_in_words(recorded: Recorded, kind: ReadingKind, at: datetime, words: str) -> None:
    """What was recorded, by whom, in which words, and what this mail says against it."""
    assert contradiction(recorded, kind, at) == words
