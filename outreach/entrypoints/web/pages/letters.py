"""Everything about letters in one place: the steps to a launch, what is under way, and what comes next."""

from __future__ import annotations

from starlette.responses import Response

from outreach.entrypoints.web.pages.sending import now_values
from outreach.entrypoints.web.visit import Visit


def letters_page(visit: Visit) -> Response:
    """The way in."""
    desk, due = visit.desk, visit.site.due
    reminders = due.soon(desk) if visit.site.are_many() else due.now(desk)
    return visit.page(
        "letters/page.html",
        enrolled=desk.store.figures.enrolled(),
        reminders=None if reminders is None else reminders.value,
        thanks=desk.store.figures.acknowledgements(),
        **now_values(visit),
    )
