"""Which invitees are unusual: those whose letters are looked at first, because there a template goes wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from outreach.model import Invitee

SIGNS = frozenset('<>&"“”„«»{}%\\|')
FEW = 5  # of the longest names


class Oddity(StrEnum):
    """What is unusual about an invitee."""

    RIGHT_TO_LEFT = "right_to_left"
    SIGNS = "signs"  # in its name or its person's
    LONG_NAME = "long_name"
    NO_PERSON = "no_person"
    NO_TITLE = "no_title"


@dataclass(frozen=True, slots=True)
class Strange:
    """An invitee with what is unusual about it."""

    invitee: Invitee
    oddities: tuple[Oddity, ...]


def strangest(invitees: Iterable[Invitee], most: int = 40) -> tuple[Strange, ...]:
    """The most unusual invitees, those with several oddities first; at most so many."""
    everybody = tuple(one for one in invitees if one.contacts)
    longest = {one.id for one in sorted(everybody, key=_longest, reverse=True)[:FEW]}
    found = [Strange(one, oddities) for one in everybody if (oddities := _oddities(one, longest))]
    return tuple(sorted(found, key=lambda one: (-len(one.oddities), _rank(one.oddities[0])))[:most])


def _longest(invitee: Invitee) -> int:
    return max(len(invitee.name), len(invitee.contact.person))


def _oddities(invitee: Invitee, longest: Iterable[str]) -> tuple[Oddity, ...]:
    contact = invitee.contact
    texts = f"{invitee.name} {contact.person} {contact.title}"
    holds = {
        Oddity.RIGHT_TO_LEFT: is_right_to_left(texts),
        Oddity.SIGNS: not SIGNS.isdisjoint(texts),
        Oddity.LONG_NAME: invitee.id in longest,
        Oddity.NO_PERSON: not contact.person,
        Oddity.NO_TITLE: not contact.title,
    }
    return tuple(oddity for oddity, true in holds.items() if true)


def _rank(oddity: Oddity) -> int:
    return [*Oddity].index(oddity)


def is_right_to_left(text: str) -> bool:
    """Whether a text holds letters that are read from the right (Unicode Annex 9)."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
