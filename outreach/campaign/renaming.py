"""Holds a list against the register: an id that stands for another place now takes its letters and answers along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from outreach.adapters.store.audit import Deed
from outreach.campaign.desk import Desk
from outreach.core.enrolment import BadRow, Enrolment, bad_row, finding
from outreach.core.renaming import called, is_another
from outreach.model import Finding, Invitee, Sentence, State

MISTAKEN = Sentence("correct it if it is a mistake")


def held_against_register(
    desk: Desk, enrolment: Enrolment, renamed: Collection[str] = (), *, listed_in: str
) -> Enrolment:
    """The same list with a mistake where an invitee that was written to or has answered is another place now.

    `renamed` are the ids of which a person says that it is the same place under another name. Where nothing has left
    or come yet, there is a warning. A place that is known under another id would get its letters twice: a mistake too.
    """
    before = desk.store.register.places()
    others = [one for one in enrolment.invitees if one.id in before and is_another(before[one.id], one)]
    begun = _begun(desk, [before[one.id].number for one in others])
    refused = {one.id for one in others if before[one.id].number in begun and one.id not in renamed}
    wrong = [_another_place(before[one.id], one) for one in others if one.id in refused]
    wrong += _known_otherwise(desk, enrolment, before, listed_in)
    refused |= {one.invitee.id for one in wrong}
    found = [_warning(enrolment, before[one.id], one) for one in others if one.id not in refused]
    bad = [row for one in wrong for row in one.bad_rows(enrolment)]
    return replace(
        enrolment,
        invitees=tuple(one for one in enrolment.invitees if one.id not in refused) if refused else enrolment.invitees,
        findings=(*enrolment.findings, *(one.finding(enrolment) for one in wrong), *found),
        bad_rows=tuple(sorted((*enrolment.bad_rows, *bad), key=lambda row: row.line)),
    )


@dataclass(frozen=True, slots=True)
class _Wrong:
    """An invitee that cannot be enrolled as it is listed."""

    invitee: Invitee
    what: str
    why: str
    cure: str

    def finding(self, enrolment: Enrolment) -> Finding:
        """As a person reads it."""
        return replace(finding(enrolment.where, _line(enrolment, self.invitee), self.what, self.cure), why=self.why)

    def bad_rows(self, enrolment: Enrolment) -> Iterator[BadRow]:
        """Its rows."""
        rows = enrolment.rows.get(self.invitee.id, ())
        yield from (bad_row(line, cells, self.what, self.cure) for line, cells in rows)


def _another_place(was: Invitee, now: Invitee) -> _Wrong:
    return _Wrong(now, _what(was, now), Sentence("its letters and answers would count for another place"), _cure(now))


def _known_otherwise(desk: Desk, enrolment: Enrolment, before: Mapping[str, Invitee], listed_in: str) -> list[_Wrong]:
    """Those of a list that are new and have the address of one that is missing in it, which surely is the same.

    It stood in this list before and was written to, or it stands in another one under the same name.
    """
    new = [one for one in enrolment.invitees if one.id not in before] if before else []
    missing = {place.number: place for key, place in before.items() if key not in enrolment.rows}
    known = desk.store.register.look_up("address", _addresses(new) if missing else ())
    owners = [(one, missing.get(number)) for one in new for mail in _addresses([one]) for number in known.get(mail, ())]
    pairs = [(one, was) for one, was in owners if was is not None]
    here = desk.store.register.listed_in(listed_in) if pairs else frozenset()
    begun = _begun(desk, [was.number for _, was in pairs if was.id in here])
    wrong = {
        one.id: _second_id(was, one)  # once, though several may have had its addresses
        for one, was in pairs
        if was.number in begun or (was.id not in here and not is_another(was, one))
    }
    return [*wrong.values()]


def _addresses(invitees: Iterable[Invitee]) -> list[str]:
    return [contact.email.lower() for one in invitees for contact in one.contacts]


def _second_id(was: Invitee, now: Invitee) -> _Wrong:
    what = Sentence(
        "%(id)s has the address of %(known)s, which is known as %(was)s", id=now.id, known=called(was), was=was.id
    )
    cure = Sentence("give it the id %(was)s again; if they are two places, keep a row for each", was=was.id)
    return _Wrong(now, what, Sentence("the same person would get the same letter twice"), cure)


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
    known = desk.store.register.look_up("address", _addresses(enrolment.invitees) if before else ())
    ids = {place.number: key for key, place in before.items()}
    found = []
    for one in enrolment.invitees:
        for email in _addresses([one]):
            owners = [ids[number] for number in known.get(email, ()) if number in ids]
            if owners and one.id not in owners:
                what = Sentence("%(email)s is known as an address of %(others)s", email=email, others=", ".join(owners))
                found.append(finding(enrolment.where, _line(enrolment, one), what, MISTAKEN, warning=True))
    return replace(enrolment, findings=(*enrolment.findings, *found))
