"""Everything about letters in one place: the steps to a launch, what is under way, and what comes next."""

from __future__ import annotations

from starlette.responses import Response

from outreach.entrypoints.web.pages.sending import now_values
from outreach.entrypoints.web.prepared import are_many
from outreach.entrypoints.web.visit import Visit


def letters_page(visit: Visit) -> Response:
    """The way in."""
    figures, due = visit.desk.store.figures, visit.site.due
    many = are_many(visit.desk)
    return visit.page(
        "letters/page.html",
        enrolled=figures.enrolled(),
        reminders=due.soon(visit.desk) if many else due.now(visit.desk),
        thanks=figures.waiting().acknowledgements,
        **now_values(visit),
    )
