"""Finds the mail of a colleague that somebody sends on with hardly a word; what it says a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from outreach.core.reading.meaning.weighing import CLEAR, NEVER, Doubt, Verdict
from outreach.core.reading.text.new_text import new_text
from outreach.core.reading.text.quote_marks import FORWARDED, ORIGINAL, Mark, marks
from outreach.model import Evidence, ReadingKind

K = ReadingKind
POSITIONS = frozenset({K.CONFIRM, K.DECLINE, K.TENTATIVE, K.WITHDRAW, K.UNSUBSCRIBE})
SAID_BELOW = "a forwarded mail says so"  # the rule of its words, in evidence
MOST_MARKS = 3
MOST = 20_000  # characters of it that are read


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What somebody wrote above a mail that they send on, and what stands in that mail."""

    note: str
    below: str  # "" where it is a letter of ours


def passed_on(new: str, whole: str, own_domains: frozenset[str]) -> PassedOn | None:
    """The mail that is sent on, or None.

    Args:
        new: What counts as newly written; a mail between colleagues may stand in it.
        whole: All of the text.
        own_domains: Ours; what comes from them is our own letter.
    """
    lines = new.split("\n")
    first = next(_marks(lines), None)
    if first is not None:
        return PassedOn("\n".join(lines[: first.start]).strip(), _body(lines, first, own_domains))
    if "@" not in whole:  # nobody is named who may have written it
        return None
    lines = (whole.replace("\r\n", "\n") if "\r" in whole else whole).split("\n")
    deeper = _marks(lines)
    first = next(deeper, None)
    if first is None or first.sender_domain in own_domains:  # nothing is sent on, or our own letter
        return None
    if not first.domains and own_domains.isdisjoint(one.sender_domain for one in deeper):
        return None
    below = _body(lines, first, own_domains)
    return PassedOn(new, below) if below else None


def suggested(note: Verdict, below: Verdict | None) -> Verdict:
    """What the note says where it takes a clear position; else what the mail below says, for a person to decide."""
    if below is None or below.kind not in POSITIONS or (note.kind in POSITIONS and note.sure):
        return note
    shown = tuple(Evidence(SAID_BELOW, one.words) for one in below.evidence)
    doubt = Doubt(Evidence(f"doubt: {SAID_BELOW}", shown[0].words if shown else ""), NEVER)
    if below.lead < CLEAR:
        return replace(note, evidence=(*note.evidence, *shown)).doubting(doubt)
    return replace(below, evidence=shown, decisive=None).doubting(doubt)


def _marks(lines: list[str]) -> Iterator[Mark]:
    """The first marks that only a mail program writes; a memorandum has lines like the others."""
    return islice((one for one in marks(lines) if one.sure or one.kind in (FORWARDED, ORIGINAL)), MOST_MARKS)


def _body(lines: list[str], mark: Mark, own_domains: frozenset[str]) -> str:
    """What the writer of the mail below newly wrote; "" where that is us."""
    if mark.sender_domain in own_domains:
        return ""
    body = [line.removeprefix(">").removeprefix(" ") for line in lines[mark.end :]]
    return new_text("\n".join(body))[:MOST]
