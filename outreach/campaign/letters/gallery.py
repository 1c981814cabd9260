"""Everybody whose letters can be looked at, in order: who is enrolled by number alone, for they may be many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from outreach.adapters.store.invitees.names import Names
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import everybody, listed_now
from outreach.campaign.our_list import contacts_file
from outreach.core.strange import Strange, strangest
from outreach.languages.spelling import plain
from outreach.model import Invitee

MOST = 100  # that are found
MANY = 5000  # invitees whose names are spelled before somebody searches


@dataclass(frozen=True)
class Gallery:
    """The invitees that have a contact; those who are only on the list yet stand here whole."""

    order: tuple[int | Invitee, ...]
    names: tuple[str, ...]
    strange: tuple[Strange, ...]

    @cached_property
    def spelled(self) -> Names:
        """The names as they are searched, by their place."""
        return Names((place, f"{plain(name)}\t{name}".replace("\n", " ")) for place, name in enumerate(self.names))

    @cached_property
    def only_listed(self) -> Mapping[str, int]:
        """The places of those who are not enrolled, by their id."""
        return {one.id: place for place, one in enumerate(self.order) if isinstance(one, Invitee)}

    def place_of(self, desk: Desk, invitee_id: str) -> int:
        """Where somebody stands, by the id of the list; 0 where it is nobody."""
        if not invitee_id:
            return 0
        known = desk.store.register.by_id(invitee_id)
        with suppress(ValueError):
            if known is not None:
                return self.order.index(known.number)
        return self.only_listed.get(invitee_id, 0)

    def some(self, desk: Desk, places: list[int]) -> list[Invitee]:
        """The invitees at some places."""
        wanted = [self.order[place] for place in places]
        enrolled = desk.store.register.some(one for one in wanted if isinstance(one, int))
        return [one if isinstance(one, Invitee) else enrolled[one] for one in wanted]

    def found(self, desk: Desk, typed: str, most: int) -> list[Invitee]:
        """The first so many, at most `MOST`, that are called so, or have this id."""
        return self.some(desk, [*islice(self._places_of(desk, typed), most)])

    def _places_of(self, desk: Desk, typed: str) -> Iterator[int]:
        place = self.place_of(desk, typed)
        named = [place for one in self.some(desk, [place] if self.order else []) if one.id == typed]
        yield from named
        called = (self.spelled.found([words], MOST) for words in {plain(typed) or typed, typed})
        yield from sorted({place for some in called for place in some}.difference(named))


def gallery(desk: Desk) -> Gallery:
    """Everybody whose letters can be looked at now."""
    listed = listed_now(desk).invitees if contacts_file(desk).exists() else ()
    people = tuple(one for one in everybody(desk, listed) if one.contacts)
    made = Gallery(tuple(one.number or one for one in people), tuple(one.name for one in people), strangest(people))
    if len(people) > MANY:
        made.spelled, made.only_listed  # noqa: B018  else the first who searches would wait for it
    return made
