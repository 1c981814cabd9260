"""Launches the campaign: checks everything, plans, and at one go enrols and queues what somebody agreed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from outreach.adapters.store.invitees.register import Enrolled
from outreach.adapters.store.locks import only_one
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import check, import_contacts, listed_now
from outreach.campaign.letters.agreement import Agreement, agreement_on
from outreach.campaign.letters.mailing import LeftOut, Plan, plan_launch, queue_invitations
from outreach.campaign.steps import Step
from outreach.core.enrolment import Enrolment
from outreach.core.letters.stationery import Stationery
from outreach.model import ConfigurationError, Finding, LetterKind, Sentence

MOST_LEFT_OUT = 200  # of those who get no letter, that are shown


@dataclass(frozen=True, slots=True)
class Checked:
    """What stands behind a launch: the list as it was read and checked, with what is odd but stops nothing."""

    enrolment: Enrolment
    warnings: tuple[Finding, ...]


@contextmanager
def one_launch(desk: Desk, patience: float = 0.0) -> Iterator[None]:
    """Only one launch at a time; another is waited for so many seconds.

    Raises:
        BusyError: Another one is running.
    """
    message = Sentence("another launch of this campaign is running; wait until it has finished")
    with only_one(desk.store.engine, "launch", message, patience):
        yield


def preflight(desk: Desk) -> Checked:
    """Checks everything; what is launched afterwards is the list that was checked.

    Raises:
        ConfigurationError: There are errors; all findings are in it.
    """
    desk.tell(Step.READ, 0, 0)
    enrolment = listed_now(desk)
    findings = check(desk, enrolment)
    errors = tuple(finding for finding in findings if not finding.warning)
    if errors:
        raise ConfigurationError(_stopped_by(len(errors)), findings)
    return Checked(enrolment, findings)


def _stopped_by(errors: int) -> Sentence:
    if errors == 1:
        return Sentence("an error stops the launch; nothing was queued")
    return Sentence("%(number)s errors stop the launch; nothing was queued", number=errors)


def plan_of(desk: Desk, checked: Checked, stationery: Stationery, *, limit: int | None = None) -> Plan:
    """Who would get a letter now, once the list that was checked is enrolled."""
    listed = checked.enrolment.invitees
    return plan_launch(desk, stationery, listed=listed, to_enrol=desk.store.register.as_enrolled(listed), limit=limit)


def agreement_to(desk: Desk, stationery: Stationery, plan: Plan) -> Agreement:
    """What somebody agrees to who agrees to a plan.

    Raises:
        ConfigurationError: One of its letters cannot be made.
    """
    return agreement_on(desk, stationery, ((invitee, LetterKind.INVITATION, 0) for invitee in plan.invitees))


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a launch would do, in numbers; or the errors that stop it."""

    number: int = 0  # of letters
    languages: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0
    first_left_out: tuple[LeftOut, ...] = ()
    already: int = 0  # were invited before
    warnings: int = 0
    seen: str = ""  # what somebody agrees to who agrees to it
    error: ConfigurationError | None = None


def prospect(desk: Desk) -> Prospect:
    """What a launch would do now, with everybody looked at."""
    try:
        checked, stationery = preflight(desk), desk.load_stationery()
        plan = plan_of(desk, checked, stationery)
        seen = agreement_to(desk, stationery, plan).spelled
    except ConfigurationError as error:
        return Prospect(error=error)
    return Prospect(
        len(plan.invitees),
        plan.languages,
        len(plan.left_out),
        plan.left_out[:MOST_LEFT_OUT],
        plan.already,
        len(checked.warnings),
        seen,
    )


@dataclass(frozen=True, slots=True)
class Launched:
    """What a launch did."""

    plan: Plan
    enrolled: Enrolled


def launch_agreed(
    desk: Desk, checked: Checked, agree: Callable[[Plan, Stationery], None], *, limit: int | None = None
) -> Launched:
    """Enrols the list that was checked and queues the invitations that are missing: all of it or nothing.

    `agree` is asked within the transaction; where it raises, nothing has changed.
    """
    stationery = desk.load_stationery()
    with desk.store.together():
        desk.tell(Step.ENROL, 0, 0)
        enrolled = import_contacts(desk, enrolment=checked.enrolment).enrolled
        plan = plan_launch(desk, stationery, listed=checked.enrolment.invitees, limit=limit)
        agree(plan, stationery)
        if plan.invitees:
            queue_invitations(desk, stationery, plan.invitees)
    return Launched(plan, enrolled)
