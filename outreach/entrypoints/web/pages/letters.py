"""Everything about letters in one place: the steps to a launch, what is under way, and what comes next."""

from __future__ import annotations

from starlette.responses import Response

from outreach.campaign.followup import outlook, waiting_acknowledgements
from outreach.campaign.prepare import enrolled_now
from outreach.entrypoints.web.pages.sending import now_values
from outreach.entrypoints.web.visit import Visit


def letters_page(visit: Visit) -> Response:
    """The way in."""
    return visit.page(
        "letters/page.html",
        enrolled=len(enrolled_now(visit.desk)),
        reminders=len(outlook(visit.desk).due),
        thanks=len(waiting_acknowledgements(visit.desk)),
        **now_values(visit),
    )
