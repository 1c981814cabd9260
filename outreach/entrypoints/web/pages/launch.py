"""The last step: says how many letters go to whom, asks for their number, queues them, and lets them leave."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from outreach.campaign.agreement import ChangedError
from outreach.campaign.launching import agreement_to, launch_agreed, one_launch, preflight, prospect
from outreach.campaign.mailing import Plan
from outreach.core.letters.stationery import Stationery
from outreach.entrypoints.web.pages.agreed import queued_now, what_changed
from outreach.entrypoints.web.pages.sending import PROGRESS
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.model import ConfigurationError, OutreachError

PATIENCE = 10.0  # seconds that another launch has to end


class _OtherNumberError(OutreachError):
    """The number typed is not the number of letters."""


class _NobodyLeftError(OutreachError):
    """Every letter was queued before."""


def launch_page(visit: Visit) -> Response:
    """Says what a launch would do."""
    return _page(visit)


def _page(visit: Visit, *, typed: str = "", changes: str = "", status: int = 200) -> Response:
    look = visit.look(prospect)
    if look is None:
        return visit.looking(prospect, visit.say("Launch"))
    if look.value.error is not None:
        error = look.value.error
        errors = [finding for finding in error.findings if not finding.warning]
        why = error_words(visit.say, error)
        return visit.page("letters/launch.html", look=look, plan=None, errors=errors, why=why, typed="")
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
    typed = visit.field("number").strip()
    if not typed.isdecimal():
        return _page(visit, typed=typed or "…", status=422)
    try:
        with one_launch(visit.desk, PATIENCE):
            launched = launch_agreed(visit.desk, preflight(visit.desk), _agreement(visit, typed))
    except _OtherNumberError:
        return _page(visit, typed=typed, status=422)
    except ChangedError as error:
        return _page(visit, changes=what_changed(visit, error), status=409)
    except ConfigurationError:
        return _page(visit)
    except _NobodyLeftError:
        said = visit.say("Nobody is left to invite: the letters were queued before.")
        return visit.go(PROGRESS, said, tone="warning")
    visit.site.sender.wake()
    return visit.go(PROGRESS, queued_now(visit, len(launched.plan.invitees)))


def _agreement(visit: Visit, typed: str) -> Callable[[Plan, Stationery], None]:
    """Agrees to what the person saw, and to nothing else."""

    def agree(plan: Plan, stationery: Stationery) -> None:
        if not plan.invitees:
            raise _NobodyLeftError
        agreement_to(visit.desk, stationery, plan).refuse_unless(visit.field("seen"))
        if typed != str(len(plan.invitees)):
            raise _OtherNumberError(typed)

    return agree
