"""The last step: says how many letters go to whom, asks for their number, queues them, and lets them leave."""

from __future__ import annotations

from starlette.responses import Response

from outreach.campaign.launching import enrol_listed, one_launch, plan_of, preflight, queue_agreed
from outreach.campaign.mailing import Plan
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.model import ConfigurationError, OutreachError

PATIENCE = 10.0  # seconds that another launch has to end
# The reasons of plan_launch, so that they are said in the person's language.
REASONS = (
    mark("has no address"),
    mark("no more letters to this invitee are wanted"),
    mark("confirmed in an earlier wave"),
    mark("asked in an earlier wave not to be written to"),
)


class _OtherNumberError(OutreachError):
    """The number typed is not the number of letters."""


def launch_page(visit: Visit) -> Response:
    """Says what a launch would do."""
    return _page(visit)


def _page(visit: Visit, *, typed: str = "", status: int = 200) -> Response:
    try:
        checked = preflight(visit.desk)
        stationery = visit.desk.load_stationery()
    except ConfigurationError as error:
        errors = [finding for finding in error.findings if not finding.warning]
        return visit.page("letters/launch.html", plan=None, errors=errors, why=str(error), typed="", warnings=0)
    sending = visit.desk.settings.sending
    return visit.page(
        "letters/launch.html",
        status=status,
        plan=plan_of(visit.desk, checked, stationery),
        warnings=len(checked.warnings),
        in_hours=sending.hours != "any" or bool(sending.days),
        rate=visit.desk.settings.smtp.per_minute,
        errors=[],
        typed=typed,
    )


def launch(visit: Visit) -> Response:
    """Queues the letters and lets them leave, if the number typed is theirs at this moment."""
    typed = visit.field("number").strip()

    def agree(plan: Plan) -> None:
        if typed != str(len(plan.invitees)):
            raise _OtherNumberError(typed)

    if not typed.isdecimal():
        return _page(visit, typed=typed or "…", status=422)
    try:
        with one_launch(visit.desk, PATIENCE):
            checked = preflight(visit.desk)
            enrol_listed(visit.desk, checked)
            plan = queue_agreed(visit.desk, checked, agree)
    except _OtherNumberError:
        return _page(visit, typed=typed, status=422)
    except ConfigurationError:
        return _page(visit)
    if not plan.invitees:
        return visit.go(
            PROGRESS, visit.say("Nobody is left to invite: the letters were queued before."), tone="warning"
        )
    visit.site.sender.wake()
    number = len(plan.invitees)
    said = visit.say_number("%(num)s letter is on its way.", "%(num)s letters are on their way.", number)
    return visit.go(PROGRESS, said)
