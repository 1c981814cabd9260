"""What is the same for every request: the campaign's desk, how the page is reached, its words and its templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from outreach.campaign.desk import Desk
from outreach.campaign.reports.overview import Overview, overview, stamp
from outreach.entrypoints.web import everybody
from outreach.entrypoints.web.intake import Patience
from outreach.entrypoints.web.kept import Kept, Look, Value
from outreach.entrypoints.web.rendering import Templates
from outreach.entrypoints.web.sender import Sender
from outreach.entrypoints.web.works import Works


def _reminders_due(desk: Desk) -> int:
    """How many reminders are due now, and not queued."""
    from outreach.campaign.letters.followup import outlook  # noqa: PLC0415  what makes letters is not needed to open the page

    return len(outlook(desk).due)


def _due_stamp(desk: Desk) -> tuple[object, ...]:
    """Another one whenever other reminders may be due: each minute, and after each change."""
    return (desk.now().replace(second=0, microsecond=0), *desk.store.figures.stamp())


@dataclass(frozen=True, slots=True)
class Site:
    """One page, served for one campaign."""

    desk: Desk
    hosts: frozenset[str]  # names by which browsers reach it, exactly
    scheme: str  # http on the own machine, https behind TLS
    templates: Templates
    sender: Sender
    works: Works = field(default_factory=Works)
    many: int = everybody.MANY  # invitees: of more, nobody waits until something was done with each
    patience: Patience = field(default_factory=Patience)
    name: str = "outreach"  # of its cookie; two pages on one machine have two
    overview: Kept[Overview] = field(default_factory=lambda: Kept(overview, stamp))
    due: Kept[int] = field(default_factory=lambda: Kept(_reminders_due, _due_stamp))
    looks: dict[Callable[[Desk], Any], Kept[Any]] = field(default_factory=dict)  # through everybody, of very many

    def are_many(self) -> bool:
        """Whether a look through everybody is longer than a request may take."""
        return everybody.are_many(self.desk, self.many)

    def kept(self, make: Callable[[Desk], Value]) -> Kept[Value]:
        """What `make` finds in a look through everybody, as it is kept."""
        return self.looks.setdefault(make, Kept(make, everybody.stamp))

    def look(self, make: Callable[[Desk], Value], *, again: bool = False) -> Look[Value] | None:
        """What it finds: where they are few at once, else what it found last. None: nobody looked yet; now it is done.

        Raises:
            OutreachError: It cannot be made.
        """
        if not self.are_many():
            return Look(make(self.desk))
        return self.kept(make).soon(self.desk, again=again)

    @property
    def cookie(self) -> str:
        """The cookie of the session; __Host-: from this very host and over TLS only (RFC 6265bis)."""
        return f"__Host-{self.name}" if self.scheme == "https" else self.name
