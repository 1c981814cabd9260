"""What invitees are looked for: which, in which order, behind which of them, and from which index they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from outreach.adapters.store import tables as t
from outreach.languages.spelling import search_text
from outreach.model import InviteeKind, State

MOST_COUNTED = 10_000  # invitees
MOST_INTERSECTED = 30_000  # invitees of a filter, to see whose names fit
MOST_LOOKED_UP = 4000  # invitees whose names fit, one by one: of more, all rows are read in their order
EVERYBODY = 10**9  # more invitees than there are
MOST_WORDS = 6  # of what was typed
MOST_TYPED = 100  # characters
BY_INVITEE = "ix_listed_invitee"
Key = tuple[Any, ...]  # where a page begins: the values by which it is sorted

ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {  # columns, and whether the last come first
    "name": (("name", "invitee"), False),
    "-name": (("name", "invitee"), True),
    "country": (("country", "name", "invitee"), False),
    "-country": (("country", "name", "invitee"), True),
    "since": (("since", "invitee"), False),
    "-since": (("since", "invitee"), True),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which invitees are looked for; what is "", False or None does not matter."""

    words: str = ""  # as typed: each begins a word of the name or the id
    address: str = ""  # one of theirs, whole, lower-cased
    state: State | None = None
    country: str = ""
    kind: InviteeKind | None = None
    languages: tuple[str, ...] = ()  # "" = the campaign's default; (): any
    late: bool = False
    review: bool = False
    owed: bool = False
    by: str = ""  # who decided: machine, person (any), or person:NAME
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of them: their numbers in order, whether there are more behind, and how many there are in all."""

    numbers: tuple[int, ...]
    more: bool
    count: int
    uncounted: bool  # there are more than were counted


@dataclass(frozen=True, slots=True)
class Present:
    """What there is to filter by."""

    countries: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, in which order, behind which of them, and how the rows are found."""

    sought: Sought
    columns: Sequence[str]  # by which they are sorted
    reverse: bool = False
    key: Key | None = None
    few: Sequence[int] | None = None  # nobody else can be among them
    found_by_time: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The values of the query's parameters."""
        return {} if self.few is None else {"few": self.few}

    @property
    def all_at_once(self) -> bool:
        """So few are looked at that they are sorted and counted here."""
        return self.few is not None or self.found_by_time

    def is_behind(self, key: Key) -> bool:
        """Whether an invitee stands behind the one behind which the page begins."""
        return self.key is None or (key < self.key if self.reverse else key > self.key)

    @property
    def index(self) -> str | None:
        """The index that those of now are read from."""
        return BY_INVITEE if self.few is not None else _index(replace(self.sought, as_of=None), self.columns)

    def index_of(self, table: Table) -> str | None:
        """The index that rows of a table are read from; None: as the database thinks best."""
        if table is t.listed:
            return "ix_listed_began" if self.found_by_time else self.index
        if self.few is not None:
            return "ix_listed_before_invitee"
        return "ix_listed_before_ended" if self.found_by_time else None


def typed(sought: Sought) -> list[str]:
    """The words that were typed, each behind a blank, as they stand in what is searched."""
    words = map(search_text, sought.words[:MOST_TYPED].split()[:MOST_WORDS])
    return [word for word in words if word]


def _index(sought: Sought, columns: Sequence[str]) -> str | None:
    """The index that knows all that is asked for, or holds few; "": the rows' own order; None: each must be looked at.

    SQLite is told, since it has no figures of how many there are of what.
    """
    plain = Sought(state=sought.state, country=sought.country)
    if "since" in columns:
        return "ix_listed_since" if sought == plain != Sought() else None
    rare = [name for name, wanted in (*flags(sought), ("decided_by", bool(sought.by))) if wanted]
    if rare:
        return f"ix_listed_{rare[0]}"
    if sought != plain:
        return None
    if columns[0] == "country":
        return "ix_listed_country" if sought.state is None else None
    return "ix_listed_country" if sought.country else "ix_listed_state" if sought.state is not None else ""


def flags(sought: Sought) -> tuple[tuple[str, bool], ...]:
    """What few are, and whether it is asked for."""
    return (("late", sought.late), ("needs_review", sought.review), ("owed", sought.owed))
