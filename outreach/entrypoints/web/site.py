"""What is the same for every request: the campaign's desk, how the page is reached, its words and its templates."""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.counted import Counted
from outreach.entrypoints.web.intake import Patience
from outreach.entrypoints.web.rendering import Templates
from outreach.entrypoints.web.sender import Sender


@dataclass(frozen=True, slots=True)
class Site:
    """One page, served for one campaign."""

    desk: Desk
    hosts: frozenset[str]  # names by which browsers reach it, exactly
    scheme: str  # http on the own machine, https behind TLS
    templates: Templates
    sender: Sender
    patience: Patience = field(default_factory=Patience)
    name: str = "outreach"  # of its cookie; two pages on one machine have two
    counted: Counted = field(default_factory=Counted)  # the overview

    @property
    def cookie(self) -> str:
        """The cookie of the session; __Host-: from this very host and over TLS only (RFC 6265bis)."""
        return f"__Host-{self.name}" if self.scheme == "https" else self.name
