"""Tells what an answer says beside its position: that it is past the deadline, that joining hangs on a condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outreach.core.reading.meaning.caveats import ONCE, Caught
from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.phrasebook import Found
from outreach.model import Flag, ReadingKind

# Phrases of a language's [doubts]: “the deadline has passed”; “on one condition”; “we do not know if”.
OVERDUE, CONDITION, NO_CONDITION = "overdue", "condition", "no_condition"
IF = "if"  # the meaning
CONSENT = frozenset({"join", "list", "yes", "accept"})  # what hangs on a condition
NEWS = frozenset({"inform", "send"})  # “once the council has voted, you will hear from us” is none


def flags_beside(kind: ReadingKind, mail: Sequence[Heard], caught: Sequence[Caught]) -> Iterator[Flag]:
    """The flags that phrases tell.

    Args:
        kind: What the mail seems to say.
        mail: Its sentences, heard.
        caught: The phrases of [doubts] in them.
    """
    if any(one.found.name == OVERDUE for one in caught):
        yield Flag.LATE
    if kind is ReadingKind.TENTATIVE and any(
        _names_a_condition(heard, [one.found for one in caught if one.heard is heard]) for heard in mail
    ):
        yield Flag.CONDITIONAL


def _names_a_condition(heard: Heard, found: Sequence[Found[str]]) -> bool:
    """Whether a sentence says on what joining hangs; a word such as “if” needs a word of consent beside it."""
    if heard.sentence.asks:
        return False
    other = {at for one in found if one.name == NO_CONDITION for at in range(one.first, one.last + 1)}
    if any(one.name == CONDITION and other.isdisjoint(range(one.first, one.last + 1)) for one in found):
        return True
    if CONSENT.isdisjoint(heard.names):
        return False
    once = any(one.name == ONCE and other.isdisjoint(range(one.first, one.last + 1)) for one in found)
    return (once and NEWS.isdisjoint(heard.names)) or any(_is_a_condition(heard, at, other) for at in _ifs(heard))


def _ifs(heard: Heard) -> Iterator[Sequence[int]]:
    return (one.places for one in heard.meanings if one.name == IF)


def _is_a_condition(heard: Heard, places: Sequence[int], other: set[int]) -> bool:
    """Whether words that mean “if” do so here: not “whether”, and not the end of “junta-se”."""
    start = heard.sentence.spans[min(places)][0]
    return other.isdisjoint(places) and not heard.sentence.text.endswith("-", 0, start)
