"""What pages say of the mailbox: when it was last looked into, and whether that happens by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.entrypoints.mailroom import last_look
from outreach.entrypoints.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How fresh the answers are that are shown."""

    looked_at: datetime | None  # the last whole look; None: never
    today: bool  # it was today
    by_itself: bool  # a daemon looks again and again


def mailbox_now(visit: Visit) -> Mailbox:
    """How it is at this moment."""
    at, desk = last_look(visit.desk), visit.desk
    today = at is not None and at.astimezone(ZoneInfo(desk.settings.campaign.timezone)).date() == desk.today()
    return Mailbox(at, today, visit.site.sender.now().elsewhere)
