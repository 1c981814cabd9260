"""Erases the personal data of an invitee at somebody's wish; what it answered, and when, stays as a figure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace

from outreach.adapters.store.log.audit import Deed
from outreach.campaign.desk import Desk
from outreach.core.enrolment import Enrolment
from outreach.model import Entry, EntryKind, Invitee, LetterState, Sentence, TryAgainLaterError, UsageError

ON_THE_WAY = (LetterState.CLAIMED, LetterState.HANDING_OVER, LetterState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away."""

    invitee: Invitee
    addresses: int
    mails: int
    letters: int
    shared_with: tuple[str, ...]  # other invitees that are still written to at one of the addresses


def erase(desk: Desk, given: str) -> Erased:
    """Takes names, addresses, mails and the words of letters away for good; nothing is written to them again.

    Raises:
        UsageError: There is no such invitee.
        TryAgainLaterError: A letter is on its way this moment, or in doubt.
    """
    invitee = desk.invitee(given)
    store, now = desk.store, desk.now()
    with store.together(), store.transaction() as connection:
        store.outbox.withhold_within(connection, [invitee.number], "erased", now)
        _refuse_on_the_way(desk, invitee)
        held = store.erasure.held(connection, invitee.number)
        others = store.erasure.shared_with(connection, invitee.number, held.addresses)
        store.journal.write(connection, _entries(desk, invitee), now)
        store.erasure.erase(connection, invitee.number, held, now)
        store.erasure.suppress(connection, (suppression(desk, address) for address in held.addresses), now)
        store.register.changed(connection, invitee.number)
        store.audit.note(Deed.ERASED, desk.by, now, invitee=invitee.id)
    store.erasure.shred()
    return Erased(invitee, len(held.addresses), len(held.mails), len(held.letters), others)


def _refuse_on_the_way(desk: Desk, invitee: Invitee) -> None:
    if any(letter.state in ON_THE_WAY for letter in desk.store.outbox.letters(invitee=invitee.number)):
        message = Sentence(
            "a letter to %(name)s is on its way or in doubt; settle it first, then erase", name=invitee.name
        )
        raise TryAgainLaterError(message)


def _entries(desk: Desk, invitee: Invitee) -> list[Entry]:
    """No more letters; and what waits for a person waits no longer, for its words are gone."""
    now, number = desk.now(), invitee.number
    waiting = desk.store.journal.standing(number).review
    settled = [desk.entry(invitee=number, kind=EntryKind.SETTLED, at=now, by=desk.by, mail=mail) for mail in waiting]
    return [*settled, desk.entry(invitee=number, kind=EntryKind.STOPPED, at=now, by=desk.by, what="erased")]


def suppression(desk: Desk, address: str) -> str:
    """What is kept of an address that is never written to again: nobody without the key can tell which it is."""
    return hmac.new(desk.key, f"suppressed {address.lower()}".encode(), hashlib.sha256).hexdigest()


def refuse_suppressed(desk: Desk, address: str) -> None:
    """Refuses an address that was erased.

    Raises:
        UsageError: It was.
    """
    if suppression(desk, address) in desk.store.erasure.suppressed():
        message = Sentence("%(address)s was erased at somebody's wish and is never written to again", address=address)
        raise UsageError(message)


def without_suppressed(desk: Desk, enrolment: Enrolment) -> Enrolment:
    """The same list without the addresses that were erased, and without invitees that had no other."""
    gone = desk.store.erasure.suppressed()
    if not gone:
        return enrolment
    kept = (_without(desk, invitee, gone) for invitee in enrolment.invitees)
    return replace(enrolment, invitees=tuple(invitee for invitee in kept if invitee.contacts))


def _without(desk: Desk, invitee: Invitee, gone: frozenset[str]) -> Invitee:
    contacts = tuple(
        replace(contact, cc=tuple(one for one in contact.cc if suppression(desk, one) not in gone))
        for contact in invitee.contacts
        if suppression(desk, contact.email) not in gone
    )
    return replace(invitee, contacts=contacts)
