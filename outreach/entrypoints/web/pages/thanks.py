"""The thanks (of a yes) and regrets (of a no) that wait, looked through and released together."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from starlette.responses import Response

from outreach.campaign.desk import Desk
from outreach.campaign.letters.agreement import ChangedError
from outreach.campaign.letters.followup import acknowledgements, agreement_to, queue_agreed, waiting_acknowledgements
from outreach.campaign.steps import Step
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.pages.agreed import queued_now, what_changed
from outreach.entrypoints.web.pages.aside import done, progress
from outreach.entrypoints.web.pages.leaves import leaf_of, number_of
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.works import Queued, Work


def thanks_page(visit: Visit) -> Response:
    """Who would be thanked, and who would get regrets; or how far a release is, and what came of it."""
    return progress(visit, visit.say("Thanks and replies to a no"), _came_of) or _page(visit)


def _page(visit: Visit, *, changes: str = "", seen: str = "", status: int = 200) -> Response:
    look = visit.look(acknowledgements)
    if look is None:
        return visit.looking(acknowledgements, visit.say("Thanks and replies to a no"))
    found, out = look.value, frozenset(visit.form.getlist("out"))
    leaf = leaf_of(found.first, number_of(visit.query.get("after", "")))
    return visit.page(
        "letters/thanks.html",
        status=status,
        look=look,
        leaf=leaf,
        shown=len(found.first),
        thanks=found.thanks,
        regrets=found.number - found.thanks,
        out=out,
        elsewhere=[one for one in found.first if one.invitee.id in out and one not in leaf.rows],
        changes=changes,
        seen=seen or found.seen,
    )


def release(visit: Visit) -> Response:
    """Lets the letters leave that were not taken out, if they are still those that were looked through.

    Behind “?after=” it only turns to another leaf, and takes along who was taken out.
    """
    if "after" in visit.query:
        return _page(visit, seen=visit.field("seen"))  # of the first leaf: a change since then is refused
    out = frozenset(str(one) for one in visit.form.getlist("out"))
    return done(visit, partial(_release, out, visit.field("seen")), _came_of)


def _release(out: Collection[str], seen: str, desk: Desk) -> Queued:
    """All of them or none, but for those who said otherwise meanwhile."""
    due = waiting_acknowledgements(desk)
    agreement_to(desk, due).refuse_unless(seen)
    agreed = agreement_to(desk, [one for one in due if one.invitee.id not in out])
    desk.tell(Step.MAILBOX, 0, 0)
    read_everything(desk)  # nobody is thanked whose “no” lies in the mailbox
    return Queued(queue_agreed(desk, agreed, waiting_acknowledgements))


def _came_of(visit: Visit, work: Work) -> Response:
    try:
        queued = work.result()
    except ChangedError as error:
        return _page(visit, changes=what_changed(visit, error), status=409)
    return visit.go(PROGRESS, queued_now(visit, queued.number))
