"""Everybody whose letters can be looked at, in order: who is enrolled by number alone, for they may be many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from outreach.campaign.desk import Desk
from outreach.campaign.prepare import contacts_file, everybody, listed_now
from outreach.core.strange import Strange, strangest
from outreach.languages.spelling import plain
from outreach.model import Invitee


@dataclass(frozen=True)
class Gallery:
    """The invitees that have a contact; those who are only on the list yet stand here whole."""

    order: tuple[int | Invitee, ...]
    names: tuple[str, ...]
    strange: tuple[Strange, ...]

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """The names as they are searched."""
        return tuple(f"{plain(name)}\n{name}" for name in self.names)

    def place_of(self, desk: Desk, invitee_id: str) -> int:
        """Where somebody stands, by the id of the list; 0 where it is nobody."""
        known = desk.store.register.by_id(invitee_id) if invitee_id else None
        if known is not None and known.number in self.order:
            return self.order.index(known.number)
        places = enumerate(self.order)
        return next((n for n, one in places if isinstance(one, Invitee) and one.id == invitee_id), 0)

    def some(self, desk: Desk, places: list[int]) -> list[Invitee]:
        """The invitees at some places."""
        wanted = [self.order[place] for place in places]
        enrolled = desk.store.register.some(one for one in wanted if isinstance(one, int))
        return [one if isinstance(one, Invitee) else enrolled[one] for one in wanted]

    def found(self, desk: Desk, typed: str, most: int) -> list[Invitee]:
        """The first so many that are called so, or have this id."""
        return self.some(desk, [*islice(self._places_of(desk, typed), most)])

    def _places_of(self, desk: Desk, typed: str) -> Iterator[int]:
        place = self.place_of(desk, typed)
        named = [place for one in self.some(desk, [place] if self.order else []) if one.id == typed]
        yield from named
        words = plain(typed) or typed
        called = (n for n, name in enumerate(self.spelled) if words in name or typed in name)
        yield from (n for n in called if n not in named)


def gallery(desk: Desk) -> Gallery:
    """Everybody whose letters can be looked at now."""
    listed = listed_now(desk).invitees if contacts_file(desk).exists() else ()
    people = tuple(one for one in everybody(desk, listed) if one.contacts)
    return Gallery(tuple(one.number or one for one in people), tuple(one.name for one in people), strangest(people))
