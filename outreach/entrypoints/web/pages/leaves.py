"""Those who are shown a hundred at a time, and the leaf that the address asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach.campaign.letters.followup import Due

LEAF = 100  # invitees
LONGEST_NUMBER = 15  # digits of an invitee's number


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some of those who are shown. It begins behind an invitee, not at a count: nobody slips by when another goes."""

    rows: tuple[Due, ...]
    skipped: int  # of those shown, before these
    after: int  # invitee behind whom it begins; 0: at the beginning
    next: int  # the same of the next leaf; 0: this is the last
    last: int  # the same of the last leaf; 0: this is the last, or the next one is


def leaf_of(shown: Sequence[Due], after: int) -> Leaf:
    """The leaf behind an invitee; the first one where nobody is behind it any more."""
    numbers = [one.invitee.number for one in shown]
    skipped = sum(number <= after for number in numbers)
    if skipped == len(shown):
        skipped = 0
    end = skipped + LEAF
    rest = len(shown) - end
    next_ = numbers[end - 1] if rest > 0 else 0
    last = numbers[len(shown) - ((rest - 1) % LEAF + 1) - 1] if rest > LEAF else 0
    return Leaf(tuple(shown[skipped:end]), skipped, numbers[skipped - 1] if skipped else 0, next_, last)


def number_of(given: str) -> int:
    """An invitee's number as an address has it; 0 for what is none."""
    return int(given) if given.isdecimal() and len(given) <= LONGEST_NUMBER else 0
