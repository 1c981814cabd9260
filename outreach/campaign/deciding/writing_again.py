"""Writes a letter again: to a corrected address or another contact of an invitee, under the same reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.campaign.deciding.review import NO_MORE_LETTERS, Done, Memory, perform
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.erasing import refuse_suppressed
from outreach.campaign.enrolling.prepare import clues_of
from outreach.campaign.letters.mailing import NOT_BEGUN, new_letter
from outreach.core.addresses import address_mistake, as_it_travels
from outreach.model import Contact, EntryKind, Invitee, Letter, LetterKind, LetterState, Sentence, State, UsageError

MOST_NAMED = 3  # invitees whose address it is


class SharedAddressError(UsageError):
    """The address is another invitee's, and nobody said that it serves this one too."""

    def __init__(self, message: Sentence, address: str) -> None:
        super().__init__(message)
        self.address = address


def write_again(desk: Desk, given: str, address: str, *, shared: bool = False) -> Done:
    """Writes the invitation again, to a corrected address or another contact, under the same reference.

    Args:
        desk: The campaign.
        given: The invitee's id or name.
        address: Where it goes.
        shared: A person says that the address serves this invitee too, if it is known as another's.

    Raises:
        SharedAddressError: It is another invitee's, and nobody said that it is shared; nothing was queued.
        UsageError: It cannot be written to, or the letter is there already; nothing was queued.
    """
    invitee = desk.invitee(given)
    address = _address(desk, invitee, address, shared=shared)
    now, round_ = desk.now(), _next_round(desk, invitee, address)
    contact = _contact(invitee, address)
    letter = _letter(desk, replace(invitee, contacts=(contact, *invitee.contacts)), now, round_)
    entry = desk.entry(invitee=invitee.number, kind=EntryKind.READDRESSED, at=now, by=desk.by, step=round_)

    def doing(connection: Connection, _name: str) -> Memory:
        asked = (LetterKind.INVITATION, LetterKind.REMINDER)
        why = Sentence("written again to %(address)s", address=address)
        withheld = desk.store.outbox.withhold_within(connection, [invitee.number], why, now, asked)
        desk.store.register.take_up(connection, invitee, contact, clues_of)
        desk.store.outbox.add(connection, [letter], now)
        return {"withheld": withheld, "why": why, "taken_up": ((invitee.number, address),)}

    def still(connection: Connection) -> None:
        desk.store.journal.lock(connection, {invitee.number})  # no letter to it begins until this is done
        if _next_round(desk, invitee, address) != round_:
            message = Sentence(
                "somebody wrote to %(name)s again this moment; look again: outreach story %(id)s",
                name=invitee.name,
                id=invitee.id,
            )
            raise UsageError(message)

    said = f"the letter goes to {address} under the same reference"
    return perform(desk, said, [entry], invitee=invitee, unless=still, doing=doing)


def _address(desk: Desk, invitee: Invitee, typed: str, *, shared: bool) -> str:
    """The address as it travels, if an invitee may be written to there."""
    if problem := address_mistake(typed):
        raise UsageError(problem)
    address = as_it_travels(typed)
    refuse_suppressed(desk, address)
    if not shared:
        _refuse_others(desk, invitee, address)
    return address


def _contact(invitee: Invitee, address: str) -> Contact:
    """Who is written to there: somebody of whom nothing else is known, where it is another address."""
    if address.casefold() == invitee.contact.email.casefold():
        return invitee.contact
    return replace(invitee.contact, email=address, person="", title="", gender="", cc=())


def _letter(desk: Desk, invitee: Invitee, now: datetime, round_: int) -> NewLetter:
    """The invitation as the templates say it now."""
    stationery = desk.load_stationery()
    edition = desk.store.outbox.freeze(stationery.files, now)
    return new_letter(desk, stationery, edition, invitee, LetterKind.INVITATION, now, round_=round_)


def _refuse_others(desk: Desk, invitee: Invitee, address: str) -> None:
    """A letter that names one town never goes to another by a slip of the hand."""
    owners = desk.store.register.look_up("address", [address.lower()]).get(address.lower(), ())
    if not owners or invitee.number in owners:
        return
    others = desk.store.register.some(owners[:MOST_NAMED]).values()
    message = Sentence(
        "%(address)s is an address of %(others)s; nothing was queued: say that it serves %(name)s too, if it does",
        address=address,
        others=", ".join(one.name for one in others),
        name=invitee.name,
    )
    raise SharedAddressError(message, address)


def _next_round(desk: Desk, invitee: Invitee, address: str) -> int:
    """The round of a letter that may be written again; asked before it is composed, and within its transaction."""
    standing = desk.store.journal.standing(invitee.number)
    _refuse_doubled(desk, invitee, address)
    if standing.stopped or standing.state in NO_MORE_LETTERS:
        message = Sentence(
            "%(name)s wants no more letters; if that has changed: outreach decide %(id)s invited",
            name=invitee.name,
            id=invitee.id,
        )
        raise UsageError(message)
    return standing.round + 1


def _refuse_doubled(desk: Desk, invitee: Invitee, address: str) -> None:
    """The same letter to the same address is never sent twice, unless the first came back."""
    unreachable = desk.store.journal.standing(invitee.number).state is State.UNREACHABLE
    for letter in desk.store.outbox.letters(invitee=invitee.number):
        if letter.key.kind is LetterKind.INVITATION and (why := _in_the_way(letter, address, unreachable=unreachable)):
            raise UsageError(why)


def _in_the_way(letter: Letter, address: str, *, unreachable: bool) -> Sentence | None:
    """Why no further letter may go to an address beside this one; None: it may."""
    if letter.state is LetterState.HANDING_OVER:
        return Sentence(
            "letter %(id)s to %(to)s is being handed over this moment; call again in a minute",
            id=letter.id,
            to=letter.to,
        )
    if letter.to.casefold() != address.casefold():
        return None
    if letter.state is LetterState.ACCEPTED and not unreachable:
        return Sentence(
            "%(address)s has the letter already (since %(settled_at)s); a reminder follows by itself",
            address=address,
            settled_at=letter.settled_at.date() if letter.settled_at else "",
        )
    if letter.state is LetterState.IN_DOUBT:
        return Sentence(
            "letter %(id)s to %(address)s is in doubt; first: outreach outbox resolve %(id)s accepted",
            id=letter.id,
            address=address,
        )
    if letter.state in NOT_BEGUN:
        return Sentence("a letter to %(address)s is on its way already (letter %(id)s)", address=address, id=letter.id)
    return None
