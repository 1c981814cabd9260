"""Everything about letters in one place: the steps to a launch, what is under way, and what comes next."""

from __future__ import annotations

from starlette.responses import Response

from outreach.entrypoints.web.pages.sending import now_values
from outreach.entrypoints.web.visit import Visit

MANY = 5000  # invitees: of more, nobody waits until everybody was looked at


def letters_page(visit: Visit) -> Response:
    """The way in."""
    figures, due = visit.desk.store.figures, visit.site.due
    enrolled = figures.enrolled()
    return visit.page(
        "letters/page.html",
        enrolled=enrolled,
        reminders=due.soon(visit.desk) if enrolled > MANY else due.now(visit.desk),
        thanks=figures.waiting().acknowledgements,
        **now_values(visit),
    )
