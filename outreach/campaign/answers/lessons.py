"""What the machine remembers of persons' corrections: sentences and senders, listed and forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.adapters.store.mail.lessons import Taught
from outreach.campaign.desk import Desk
from outreach.model import Invitee, UsageError

LONGEST_NUMBER = 15  # digits of a lesson's number


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender that a person filed: whose its mail is, who said so, and when; None where that is no longer known."""

    address: str
    invitee: Invitee
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """Everything that persons taught."""

    lessons: tuple[Taught, ...]
    senders: tuple[Sender, ...]


def remembered(desk: Desk) -> Remembered:
    """Every lesson and every remembered sender."""
    return Remembered(desk.store.lessons.all(), _senders(desk, desk.store.register.remembered()))


def _senders(desk: Desk, owners: Mapping[str, int]) -> tuple[Sender, ...]:
    acts = desk.store.acts.of_senders()
    invitees = desk.store.register.some(owners.values())
    found = ((address, invitees[number], acts.get(address)) for address, number in owners.items())
    return tuple(
        Sender(address, invitee, act.by if act else None, act.at if act else None) for address, invitee, act in found
    )


def forget(desk: Desk, given: str) -> str:
    """Forgets a lesson by its number or a sender by its address; gives what was done, in one sentence.

    Raises:
        UsageError: Nothing of that name is remembered.
    """
    if given.isdecimal() and len(given) <= LONGEST_NUMBER:
        taught = desk.store.lessons.forget(int(given))
        if taught is not None:
            return f"forgotten: “{taught.words}” means {taught.kind.value}"
    address = given.strip().lower()
    if address in desk.store.register.remembered():
        with desk.store.transaction() as connection:
            desk.store.register.forget(connection, address)
        return f"forgotten: whose mail {address} sends"
    message = f"nothing is remembered as “{given}”; `outreach lessons` lists the numbers and addresses"
    raise UsageError(message)
