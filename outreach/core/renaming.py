"""What a list says otherwise than before of an invitee that is known, and whether that makes it another place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from outreach.languages.spelling import plain
from outreach.model import Contact, Invitee, Sentence

# What is told of contacts, in this order.
TOLD: tuple[tuple[str, Callable[[Contact], str]], ...] = (
    ("address", lambda contact: contact.email),
    ("copies", lambda contact: ", ".join(contact.cc)),
    ("person", lambda contact: contact.person),
    ("title", lambda contact: contact.title),
    ("gender", lambda contact: contact.gender),
    ("language", lambda contact: contact.language),
    ("time zone", lambda contact: contact.timezone),
    ("notes", lambda contact: contact.notes),
    ("further columns", lambda contact: ", ".join(f"{name}: {value}" for name, value in contact.extra.items())),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is said otherwise now."""

    invitee: str  # its id
    what: str
    was: str
    now: str


def changes(known: Invitee, listed: Invitee) -> Iterator[Change]:
    """Everything that a list says otherwise; of several contacts together."""
    places = (("name", known.name, listed.name), ("country", known.country, listed.country))
    told = [*places, ("kind", known.kind.value, listed.kind.value)]
    told += [(what, _together(known, of), _together(listed, of)) for what, of in TOLD]
    yield from (Change(listed.id, what, was, now) for what, was, now in told if was != now)


def _together(invitee: Invitee, of: Callable[[Contact], str]) -> str:
    return "; ".join(filter(None, map(of, invitee.contacts)))


def is_another(known: Invitee, listed: Invitee) -> bool:
    """Whether the same id stands for another place now: letters and answers of one would count for the other.

    Another way to spell the same name is none.
    """
    if (known.country, known.kind) != (listed.country, listed.kind):
        return True
    return known.name != listed.name and plain(known.name) != plain(listed.name)


def called(invitee: Invitee) -> Sentence:
    """The place in full: “Northam (GB, city)”."""
    kind = Sentence(invitee.kind.value)
    return Sentence("%(name)s (%(country)s, %(kind)s)", name=invitee.name, country=invitee.country, kind=kind)
