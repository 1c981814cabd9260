"""The thanks (of a yes) and regrets (of a no) that wait, looked through and released together."""

from __future__ import annotations

from starlette.responses import Response

from outreach.campaign.followup import queue_due, still, waiting_acknowledgements
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.visit import Visit
from outreach.model import LetterKind


def thanks_page(visit: Visit) -> Response:
    """Who would be thanked, and who would get regrets."""
    return _page(visit)


def _page(visit: Visit, *, changed: bool = False, status: int = 200) -> Response:
    due = waiting_acknowledgements(visit.desk)
    thanks = sum(one.kind is LetterKind.THANKS for one in due)
    return visit.page(
        "letters/thanks.html",
        status=status,
        due=due,
        thanks=thanks,
        regrets=len(due) - thanks,
        out=frozenset(visit.form.getlist("out")),
        changed=changed,
    )


def release(visit: Visit) -> Response:
    """Lets the letters leave that were not taken out, if the list is still the one that was looked through."""
    due = waiting_acknowledgements(visit.desk)
    if visit.field("number") != str(len(due)) or not due:
        return _page(visit, changed=True, status=422)
    out = frozenset(visit.form.getlist("out"))
    agreed = [one for one in due if one.invitee.id not in out]
    read_everything(visit.desk)  # nobody is thanked whose “no” lies in the mailbox
    queued = queue_due(visit.desk, still(agreed, waiting_acknowledgements(visit.desk)))
    visit.site.sender.wake()
    said = visit.say_number("%(num)s letter is on its way.", "%(num)s letters are on their way.", queued)
    return visit.go(PROGRESS, said)
