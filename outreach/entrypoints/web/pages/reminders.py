"""Who is reminded, when and why: single ones are taken out, the rest is released after a look into the mailbox."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from starlette.responses import Response

from outreach.campaign.deciding.review import hold
from outreach.campaign.desk import Desk
from outreach.campaign.letters.agreement import ChangedError
from outreach.campaign.letters.followup import agreement_to, due_reminders, outlook, queue_agreed, upcoming
from outreach.campaign.steps import Step
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.pages.agreed import OtherNumberError, queued_now, typed_number, what_changed
from outreach.entrypoints.web.pages.aside import done, progress
from outreach.entrypoints.web.pages.leaves import leaf_of, number_of
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.works import Queued, Work

HERE = "/letters/reminders"
REST = timedelta(days=7)  # that one who is taken out is left in peace


def reminders_page(visit: Visit) -> Response:
    """Who is reminded now, who later, and who is not; or how far a release is, and what came of it."""
    return progress(visit, visit.say("Reminders"), _came_of) or _page(visit)


def _page(visit: Visit, *, typed: str = "", changes: str = "", status: int = 200) -> Response:
    look = visit.look(upcoming)
    if look is None:
        return visit.looking(upcoming, visit.say("Reminders"))
    found = look.value
    return visit.page(
        "letters/reminders.html",
        status=status,
        look=look,
        outlook=found,
        number=found.number,
        leaf=leaf_of(found.first, number_of(visit.query.get("after", ""))),
        shown=len(found.first),
        days_before=[reminder.days_before for reminder in visit.desk.settings.reminders],
        resting=[(count, _instead(visit, count)[action]) for action, count in found.resting],
        typed=typed,
        changes=changes,
        seen=found.seen,
    )


def _instead(visit: Visit, count: int) -> dict[str, str]:
    """Why so many are not reminded, by what comes next for them."""
    say_number = visit.say_number
    return {
        "none": say_number(
            "has answered, wants no letters, or got every reminder",
            "have answered, want no letters, or got every reminder",
            count,
        ),
        "review": say_number(
            "wrote, and the answer waits to be looked at", "wrote, and their answer waits to be looked at", count
        ),
        "answer": say_number("waits for our answer", "wait for our answer", count),
        "wait": say_number("has a letter that has not left yet", "have a letter that has not left yet", count),
        "find_address": say_number("cannot be reached at the address", "cannot be reached at their address", count),
        "invite": say_number("is not invited yet", "are not invited yet", count),
    }


def take_out(visit: Visit) -> Response:
    """Leaves one in peace for a week."""
    until = visit.desk.today() + REST
    held = hold(visit.desk, visit.field("invitee"), until)
    name = held.invitee.name if held.invitee is not None else ""
    said = visit.say("%(name)s gets no letter before %(day)s.", name=name, day=visit.day(until))
    return visit.go(f"{HERE}?after={number_of(visit.field('after'))}", said, undo=held.act)


def release(visit: Visit) -> Response:
    """Lets the reminders leave that the person saw, if the number typed is theirs; nobody who has answered meanwhile.

    The mailbox is looked into before they are queued.
    """
    return done(visit, partial(_release, typed_number(visit), visit.field("seen")), _came_of)


def _release(typed: str, seen: str, desk: Desk) -> Queued:
    """All of them or none, but for those who have answered meanwhile."""
    due = outlook(desk).due
    agreed = agreement_to(desk, due)
    if due:
        agreed.refuse_unless(seen)
    if typed != str(len(due)) or not due:
        raise OtherNumberError(typed)
    desk.tell(Step.MAILBOX, 0, 0)
    read_everything(desk)
    queued = queue_agreed(desk, agreed, due_reminders)
    return Queued(queued, len(due) - queued)


def _came_of(visit: Visit, work: Work) -> Response:
    try:
        queued = work.result()
    except ChangedError as error:
        return _page(visit, changes=what_changed(visit, error), status=409)
    except OtherNumberError as error:
        return _page(visit, typed=str(error) or "…", status=422)
    return visit.go(PROGRESS, _said(visit, queued.number, queued.gone))


def _said(visit: Visit, queued: int, gone: int) -> str:
    said = queued_now(visit, queued)
    if not gone:
        return said
    return f"{said} " + visit.say_number(
        "%(num)s is no longer due: an answer came, or somebody released it before.",
        "%(num)s are no longer due: an answer came, or somebody released them before.",
        gone,
    )
