"""What follows from one mail: the facts to note, or a person who must look, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.core.succession import HEARD, Recorded, contradiction
from outreach.model import Entry, EntryKind, Match, Reading, ReadingKind, Trust, Verdict

# What these say changes no count, so that it does not matter who says it.
HARMLESS = frozenset({ReadingKind.ACKNOWLEDGE, ReadingKind.UNRELATED})
# What shows that a mail comes from the invitee itself, and does not only name it.
BY_SENDER = frozenset({"token", "thread", "address", "domain"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The facts to note, whether a person must look at the mail, and why, in plain words."""

    entries: tuple[Entry, ...]
    needs_review: bool
    why: str


def outcome(
    reading: Reading,
    match: Match,
    trust: Trust,
    *,
    mail: int,
    at: datetime,
    late: bool,
    entry: Callable[..., Entry],
    round_: int = 0,
    recorded: Recorded | None = None,
) -> Outcome:
    """What follows from a mail.

    Args:
        reading: What it says.
        match: Whose it is.
        trust: Whether it may say so.
        mail: Its id.
        at: When the answer was given.
        late: Whether that was after the deadline.
        entry: Makes an entry of the campaign and wave from `invitee`, `kind` and more.
        round_: The round of the letter that a notice returns.
        recorded: Where the invitee stands because of something else.
    """
    if match.number is None:
        return _unmatched(reading, trust)
    note = _Noting(match.number, mail, at, late, entry)
    if reading.kind is ReadingKind.BOUNCE:
        return _bounced(reading, trust, note, round_, recorded)
    if reading.kind is ReadingKind.AUTO_REPLY and reading.decided:
        return _absent(reading, match, trust, note)
    return _answered(reading, trust, note, recorded)


@dataclass(frozen=True, slots=True)
class _Noting:
    invitee: int
    mail: int
    at: datetime
    late: bool
    entry: Callable[..., Entry]

    def fact(self, kind: EntryKind, what: str = "") -> Entry:
        return self.entry(invitee=self.invitee, kind=kind, at=self.at, what=str(what), mail=self.mail, late=self.late)


def _unmatched(reading: Reading, trust: Trust) -> Outcome:
    if reading.kind is ReadingKind.BOUNCE:
        return Outcome((), needs_review=False, why="a notice that returns no letter of ours")
    if reading.kind is ReadingKind.AUTO_REPLY and reading.decided:
        return Outcome((), needs_review=False, why="an automatic reply of nobody we wrote to")
    if trust.verdict is Verdict.IGNORE:
        return Outcome((), needs_review=False, why=trust.why)
    return Outcome((), needs_review=True, why="it is not clear whose mail this is")


def _absent(reading: Reading, match: Match, trust: Trust, note: _Noting) -> Outcome:
    if trust.alert or match.matched_by not in BY_SENDER:
        return Outcome((), needs_review=False, why="an automatic reply that does not come from its own people")
    fact = replace(note.fact(EntryKind.ABSENT), until=reading.return_date)
    return Outcome((fact,), needs_review=False, why="automatic reply")


def _answered(reading: Reading, trust: Trust, note: _Noting, recorded: Recorded | None) -> Outcome:
    against = contradiction(recorded, reading.kind, note.at) if recorded is not None else ""
    if why := _doubt(reading, trust):
        why = f"{why}; {against}" if against else why
        return Outcome((note.fact(EntryKind.REVIEW, reading.kind),), needs_review=True, why=why)
    # The standing's fold keeps what was recorded, by the same rule.
    return Outcome((note.fact(EntryKind.ANSWER, reading.kind),), needs_review=bool(against), why=against or trust.why)


def _bounced(reading: Reading, trust: Trust, note: _Noting, round_: int, recorded: Recorded | None) -> Outcome:
    if trust.verdict is Verdict.IGNORE:
        return Outcome((), needs_review=False, why=trust.why)
    if trust.verdict is Verdict.REVIEW:
        return Outcome((note.fact(EntryKind.REVIEW, reading.kind),), needs_review=True, why=trust.why)
    permanent = reading.bounce is not None and reading.bounce.permanent
    what = "permanent" if permanent else "temporary"
    why = f"{what} failure: {reading.bounce.reason if reading.bounce else ''}"
    fact = replace(note.fact(EntryKind.BOUNCED, what), step=round_)
    heard = permanent and recorded is not None and recorded.state in HEARD and round_ >= recorded.round
    return Outcome(
        (fact,), needs_review=heard, why=f"{why}; it has answered before, find another address" if heard else why
    )


def _doubt(reading: Reading, trust: Trust) -> str:
    if reading.problem:
        return f"could not be read whole, please look: {reading.problem}"
    if trust.alert:
        return trust.why
    if reading.kind is ReadingKind.UNCLEAR:
        return "it is not clear what it says"
    if not reading.decided:
        return f"the machine suggests “{reading.kind.value}” but is not sure"
    if trust.verdict is not Verdict.RECORDED and reading.kind not in HARMLESS:
        return trust.why
    return ""
