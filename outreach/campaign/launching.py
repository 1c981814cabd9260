"""Launches the campaign: checks everything, enrols the list, asks for agreement, and queues the invitations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from outreach.adapters.store.locks import only_one
from outreach.adapters.store.register import Enrolled
from outreach.campaign.desk import Desk
from outreach.campaign.mailing import Plan, plan_launch, queue_invitations
from outreach.campaign.prepare import check, import_contacts, listed_now
from outreach.core.enrolment import Enrolment
from outreach.core.letters.stationery import Stationery
from outreach.model import ConfigurationError, Finding


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
    message = "another launch of this campaign is running; wait until it has finished"
    with only_one(desk.store.engine, "launch", message, patience):
        yield


def preflight(desk: Desk) -> Checked:
    """Checks everything; what is launched afterwards is the list that was checked.

    Raises:
        ConfigurationError: There are errors; all findings are in it.
    """
    enrolment = listed_now(desk)
    findings = check(desk, enrolment)
    errors = tuple(finding for finding in findings if not finding.warning)
    if errors:
        message = f"{len(errors)} errors stop the launch; nothing was queued"
        raise ConfigurationError(message, findings)
    return Checked(enrolment, findings)


def enrol_listed(desk: Desk, checked: Checked) -> Enrolled:
    """Brings the register up to date with the list that was checked."""
    return import_contacts(desk, enrolment=checked.enrolment).enrolled


def plan_of(desk: Desk, checked: Checked, stationery: Stationery, *, limit: int | None = None) -> Plan:
    """Who would get a letter now."""
    return plan_launch(desk, stationery, limit=limit, listed=checked.enrolment.invitees)


def queue_agreed(desk: Desk, checked: Checked, agree: Callable[[Plan], None], *, limit: int | None = None) -> Plan:
    """Queues the invitations that are missing, once somebody agreed to their number; gives who gets one.

    `agree` raises where nobody agrees; then nothing is queued. Where nothing is missing it is not asked.
    """
    stationery = desk.load_stationery()
    plan = plan_of(desk, checked, stationery, limit=limit)
    if plan.invitees:
        agree(plan)
        queue_invitations(desk, stationery, plan.invitees)
    return plan
