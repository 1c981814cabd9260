"""The thanks (of a yes) and regrets (of a no) that wait, looked through and released together."""

from __future__ import annotations

from starlette.responses import Response

from outreach.campaign.agreement import ChangedError
from outreach.campaign.followup import acknowledgements, agreement_to, queue_agreed, waiting_acknowledgements
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.pages.agreed import queued_now, what_changed
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.visit import Visit


def thanks_page(visit: Visit) -> Response:
    """Who would be thanked, and who would get regrets."""
    return _page(visit)


def _page(visit: Visit, *, changes: str = "", status: int = 200) -> Response:
    look = visit.look(acknowledgements)
    if look is None:
        return visit.looking(acknowledgements, visit.say("Thanks and replies to a no"))
    found = look.value
    return visit.page(
        "letters/thanks.html",
        status=status,
        look=look,
        due=found.first,
        thanks=found.thanks,
        regrets=found.number - found.thanks,
        more=found.number - len(found.first),
        out=frozenset(visit.form.getlist("out")),
        changes=changes,
        seen=found.seen,
    )


def release(visit: Visit) -> Response:
    """Lets the letters leave that were not taken out, if they are still those that were looked through."""
    due = waiting_acknowledgements(visit.desk)
    try:
        agreement_to(visit.desk, due).refuse_unless(visit.field("seen"))
    except ChangedError as error:
        return _page(visit, changes=what_changed(visit, error), status=409)
    out = frozenset(visit.form.getlist("out"))
    agreed = agreement_to(visit.desk, [one for one in due if one.invitee.id not in out])
    read_everything(visit.desk)  # nobody is thanked whose “no” lies in the mailbox
    queued = queue_agreed(visit.desk, agreed, waiting_acknowledgements)
    visit.site.sender.wake()
    return visit.go(PROGRESS, queued_now(visit, queued))
