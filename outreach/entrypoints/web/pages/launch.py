"""The last step: says how many letters go to whom, asks for their number, queues them, and lets them leave."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.responses import Response

from outreach.campaign.desk import Desk
from outreach.campaign.letters.agreement import ChangedError
from outreach.campaign.letters.launching import agreement_to, launch_agreed, one_launch, preflight, prospect
from outreach.campaign.letters.mailing import Plan
from outreach.core.letters.stationery import Stationery
from outreach.entrypoints.web.pages.agreed import OtherNumberError, nobody, queued_now, typed_number, what_changed
from outreach.entrypoints.web.pages.aside import done, progress
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.works import Queued, Work
from outreach.model import ConfigurationError, OutreachError

PATIENCE = 30.0  # seconds that another launch has to end


class _NobodyLeftError(OutreachError):
    """Every letter was queued before."""


def launch_page(visit: Visit) -> Response:
    """Says what a launch would do; or how far one is, and what came of it."""
    return progress(visit, visit.say("Launch"), _came_of) or _page(visit)


def _page(
    visit: Visit, *, typed: str = "", changes: str = "", status: int = 200, stopped: ConfigurationError | None = None
) -> Response:
    look = visit.look(prospect)
    if look is None:
        return visit.looking(prospect, visit.say("Launch"))
    error = stopped or look.value.error  # the look may be older than what stopped the launch
    if error is not None:
        errors = [finding for finding in error.findings if not finding.warning]
        why = error_words(visit.say, error)
        return visit.page(
            "letters/launch.html", look=look, plan=None, errors=errors, why=why, typed="", nobody=nobody(visit)
        )
    desk, sending = visit.desk, visit.desk.settings.sending
    return visit.page(
        "letters/launch.html",
        status=status,
        look=look,
        plan=look.value,
        in_hours=sending.hours != "any" or bool(sending.days),
        rate=desk.settings.smtp.per_minute,
        errors=[],
        typed=typed,
        changes=changes,
    )


def launch(visit: Visit) -> Response:
    """Queues the letters and lets them leave, if they are those that were seen and the number typed is theirs."""
    typed = typed_number(visit)
    if not typed.isdecimal():
        return _page(visit, typed=typed or "…", status=422)
    return done(visit, partial(_launch, typed, visit.field("seen")), _came_of)


def _launch(typed: str, seen: str, desk: Desk) -> Queued:
    """All of it or nothing."""
    with one_launch(desk, PATIENCE):
        launched = launch_agreed(desk, preflight(desk), _agreement(desk, typed, seen))
    return Queued(len(launched.plan.invitees))


def _came_of(visit: Visit, work: Work) -> Response:
    try:
        queued = work.result()
    except OtherNumberError as error:
        return _page(visit, typed=str(error), status=422)
    except ChangedError as error:
        return _page(visit, changes=what_changed(visit, error), status=409)
    except ConfigurationError as error:
        return _page(visit, stopped=error)
    except _NobodyLeftError:
        said = visit.say("Nobody is left to invite: the letters were queued before.")
        return visit.go(PROGRESS, said, tone="warning")
    return visit.go(PROGRESS, queued_now(visit, queued.number))


def _agreement(desk: Desk, typed: str, seen: str) -> Callable[[Plan, Stationery], None]:
    """Agrees to what the person saw, and to nothing else."""

    def agree(plan: Plan, stationery: Stationery) -> None:
        if not plan.invitees:
            raise _NobodyLeftError
        agreement_to(desk, stationery, plan).refuse_unless(seen)
        if typed != str(len(plan.invitees)):
            raise OtherNumberError(typed)

    return agree
