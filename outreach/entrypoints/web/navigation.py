"""Where one can go from every page, for whom, and how much waits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach.campaign.desk import Desk
from outreach.campaign.reports.report import mails_waiting
from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.access.sessions import Person
from outreach.entrypoints.web.words import mark


@dataclass(frozen=True, slots=True)
class Place:
    """A page that is always within reach."""

    path: str
    title: str  # to be translated
    icon: str  # a name in templates/icons.html
    role: Role
    waiting: Callable[[Desk], int] | None = None  # how much waits there for a person; must be quick
    also: tuple[str, ...] = ()  # pages that belong to it, by the beginnings of their paths

    def holds(self, path: str) -> bool:
        """Whether a page is here."""
        return path == self.path or (self.path != "/" and path.startswith((self.path, *self.also)))


PLACES = (
    Place("/", mark("Overview"), "overview", Role.READER),
    Place("/log", mark("Log"), "log", Role.READER, also=("/invitees/",)),
    # Review of answers, and the inbox
    Place("/review", mark("Review"), "review", Role.READER, mails_waiting, also=("/mails",)),
    Place("/letters", mark("Letters"), "letters", Role.READER),
    Place("/accounts", mark("People"), "people", Role.ADMIN),
    Place("/settings", mark("Settings"), "settings", Role.READER, also=("/audit",)),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A place as it is shown now."""

    place: Place
    waiting: int


def items_for(desk: Desk, person: Person | None) -> tuple[Item, ...]:
    """The places that a person may go to."""
    places = [place for place in PLACES if person is not None and person.may(place.role)]
    return tuple(Item(place, place.waiting(desk) if place.waiting else 0) for place in places)
