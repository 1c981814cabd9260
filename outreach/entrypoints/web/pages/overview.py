"""Where the campaign stands, in one look."""

from __future__ import annotations

from starlette.responses import Response

from outreach.campaign.report import status
from outreach.entrypoints.web.visit import Visit


def overview(visit: Visit) -> Response:
    """How far it is to the goals, and what needs a person."""
    return visit.page("overview/page.html", status_now=status(visit.desk))
