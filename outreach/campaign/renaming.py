"""Holds a list against the register: an id that stands for another place now takes its letters and answers along."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from outreach.adapters.store.audit import Deed
from outreach.campaign.desk import Desk
from outreach.core.enrolment import BadRow, Enrolment, bad_row, finding
from outreach.core.renaming import called, is_another
from outreach.model import Finding, Invitee, Sentence, State

MISTAKEN = Sentence("correct it if it is a mistake")


def held_against_register(desk: Desk, enrolment: Enrolment, renamed: Collection[str] = ()) -> Enrolment:
    """The same list with a mistake where an invitee that was written to or has answered is another place now.

    `renamed` are the ids of which a person says that it is the same place under another name. Where nothing has left
    or come yet, there is a warning.
    """
    before = desk.store.register.places()
    others = [one for one in enrolment.invitees if one.id in before and is_another(before[one.id], one)]
    begun = _begun(desk, [before[one.id].number for one in others])
    refused = {one.id: one for one in others if before[one.id].number in begun and one.id not in renamed}
    bad = [row for one in refused.values() for row in _bad_rows(enrolment, before[one.id], one)]
    found = [_warning(enrolment, before[one.id], one) for one in others if one.id not in refused]
    mistakes = [_mistake(enrolment, before[one.id], one) for one in refused.values()]
    return replace(
        enrolment,
        invitees=tuple(one for one in enrolment.invitees if one.id not in refused) if refused else enrolment.invitees,
        findings=(*enrolment.findings, *mistakes, *found),
        bad_rows=tuple(sorted((*enrolment.bad_rows, *bad), key=lambda row: row.line)),
    )


def note_renamed(desk: Desk, enrolment: Enrolment, renamed: Collection[str]) -> None:
    """Writes into the audit trail which invitees a person gave another name; call it before the list is enrolled."""
    before = desk.store.register.places() if renamed else {}
    for one in enrolment.invitees:
        if one.id in before and is_another(before[one.id], one):
            was, became = called(before[one.id]), called(one)
            desk.store.audit.note(Deed.RENAMED, desk.by, desk.now(), invitee=one.id, was=was, became=became)


def _begun(desk: Desk, numbers: list[int]) -> frozenset[int]:
    """Those that were written to, or of which something was noted; in an earlier wave, too, or another campaign."""
    standings = desk.store.journal.anywhere(numbers)
    return desk.store.outbox.on_their_way(numbers) | {
        number
        for number, standing in standings
        if standing.first_letter_at is not None or standing.state is not State.ENROLLED or standing.review
    }


def _bad_rows(enrolment: Enrolment, was: Invitee, now: Invitee) -> Iterator[BadRow]:
    what, cure = _what(was, now), _cure(now)
    yield from (bad_row(line, cells, what, cure) for line, cells in enrolment.rows.get(now.id, ()))


def _mistake(enrolment: Enrolment, was: Invitee, now: Invitee) -> Finding:
    why = Sentence("its letters and answers would count for another place")
    return replace(finding(enrolment.where, _line(enrolment, now), _what(was, now), _cure(now)), why=why)


def _warning(enrolment: Enrolment, was: Invitee, now: Invitee) -> Finding:
    return finding(enrolment.where, _line(enrolment, now), _what(was, now), MISTAKEN, warning=True)


def _line(enrolment: Enrolment, invitee: Invitee) -> int:
    return next((line for line, _ in enrolment.rows.get(invitee.id, ())), 1)


def _what(was: Invitee, now: Invitee) -> str:
    return Sentence("the id %(id)s was %(was)s and is %(now)s here", id=now.id, was=called(was), now=called(now))


def _cure(now: Invitee) -> str:
    return Sentence(
        "give the other place an id of its own; if it is the same under another name: "
        "outreach contacts import --renamed %(id)s",
        id=now.id,
    )


def with_strange_addresses(desk: Desk, enrolment: Enrolment) -> Enrolment:
    """The same list with a warning where an address is known as another invitee's: a column may have slipped."""
    before = desk.store.register.places()
    asked = {contact.email.lower() for one in enrolment.invitees for contact in one.contacts} if before else ()
    known = desk.store.register.look_up("address", asked)
    ids = {place.number: key for key, place in before.items()}
    found = []
    for one in enrolment.invitees:
        for email in (contact.email.lower() for contact in one.contacts):
            owners = [ids[number] for number in known.get(email, ()) if number in ids]
            if owners and one.id not in owners:
                what = Sentence("%(email)s is known as an address of %(others)s", email=email, others=", ".join(owners))
                found.append(finding(enrolment.where, _line(enrolment, one), what, MISTAKEN, warning=True))
    return replace(enrolment, findings=(*enrolment.findings, *found))
