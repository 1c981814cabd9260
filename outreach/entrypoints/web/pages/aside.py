"""What pages have in common whose form queues very many letters: it is done aside, and the page shows how far it is."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response

from outreach.campaign.desk import Desk
from outreach.campaign.steps import Step
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.entrypoints.web.works import Do, Queued, Work

STEPS = {
    None: mark("It begins."),
    Step.READ: mark("The list is being read and checked."),
    Step.ENROL: mark("The list is being enrolled."),
    Step.LOOK: mark("Everybody is being looked through."),
    Step.COMPARE: mark("Each letter is being compared with the one that you saw."),
    Step.MAILBOX: mark("The mailbox is being looked into."),
    Step.QUEUE: mark("The letters are being queued."),
}
CameOf = Callable[[Visit, Work], Response]  # what the person is told in the end


def done(visit: Visit, do: Do, came_of: CameOf) -> Response:
    """Answers a form: does what it asks for; where everybody is very many aside, and the page leads to its progress."""

    def and_wake(desk: Desk) -> Queued:
        queued = do(desk)
        visit.site.sender.wake()
        return queued

    path = visit.request.url.path
    if not visit.site.are_many():
        return came_of(visit, Work(visit.desk.by, visit.desk.now()).do(and_wake, visit.desk))
    visit.site.works.begin(path, and_wake, visit.desk)
    return visit.go(path)


def progress(visit: Visit, title: str, came_of: CameOf) -> Response | None:
    """How far that is, or what came of it; None where nothing is to be said of it."""
    path = visit.request.url.path
    work = visit.site.works.under_way(path)
    if work is not None:
        return visit.page("letters/working.html", title=title, work=work, step=visit.say(STEPS[work.step]))
    work = visit.site.works.over(path, visit.desk.by)
    if work is None:
        return None
    if visit.by_script:
        return HTMLResponse("", headers={"HX-Refresh": "true"})  # the browser itself is led on
    visit.site.works.forget(path, work)
    return came_of(visit, work)
