"""Holds a list against the register: an id that stands for another place now takes its letters and answers along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from outreach.adapters.store.log.audit import Deed
from outreach.campaign.desk import Desk
from outreach.campaign.our_list import stood_in
from outreach.core.enrolment import BadRow, Enrolment, bad_row, finding
from outreach.core.renaming import called, is_another
from outreach.model import Finding, Invitee, Sentence, State

Owners = Mapping[str, Sequence[Invitee]]  # by an address, lower-cased: those that it is known of
MISTAKEN = Sentence("correct it if it is a mistake")


def held_against_register(
    desk: Desk, enrolment: Enrolment, renamed: Collection[str] = (), *, listed_in: str, strange: bool = False
) -> Enrolment:
    """The same list with a mistake where an invitee that was written to or has answered is another place now.

    `renamed` are the ids of which a person says that it is the same place under another name. Where nothing has left
    or come yet, there is a warning. A place that is known under another id would get its letters twice: a mistake too.
    `strange`: there is a warning where an address is known as another invitee's, too: a column may have slipped.
    """
    before = desk.store.register.places()
    owners = _owners(desk, enrolment, before, every=strange)
    others = [one for one in enrolment.invitees if one.id in before and is_another(before[one.id], one)]
    begun = _begun(desk, [before[one.id].number for one in others])
    refused = {one.id for one in others if before[one.id].number in begun and one.id not in renamed}
    wrong = [_another_place(before[one.id], one) for one in others if one.id in refused]
    wrong += _known_otherwise(desk, enrolment, before, owners, listed_in)
    refused |= {one.invitee.id for one in wrong}
    kept = tuple(one for one in enrolment.invitees if one.id not in refused)
    found = [_warning(enrolment, one, _what(before[one.id], one)) for one in others if one.id not in refused]
    found += _strange(enrolment, kept, owners) if strange else ()
    bad = [row for one in wrong for row in one.bad_rows(enrolment)]
    return replace(
        enrolment,
        invitees=kept,
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


def _owners(desk: Desk, enrolment: Enrolment, before: Mapping[str, Invitee], *, every: bool) -> Owners:
    """Whose addresses are in a list, as far as they are asked for: those of new invitees, or of every one."""
    asked = [one for one in enrolment.invitees if every or one.id not in before] if before else []
    by_number = {place.number: place for place in before.values()}
    known = desk.store.register.look_up("address", _addresses(asked))
    return {mail: [by_number[one] for one in numbers if one in by_number] for mail, numbers in known.items()}


def _known_otherwise(
    desk: Desk, enrolment: Enrolment, before: Mapping[str, Invitee], owners: Owners, listed_in: str
) -> list[_Wrong]:
    """Those of a list that are new and have the address of one that is missing in it, which surely is the same.

    It stood in this list before and was written to, or it stands in another one under the same name.
    """
    new = [one for one in enrolment.invitees if one.id not in before]
    known = ((one, was) for one in new for mail in _addresses([one]) for was in owners.get(mail, ()))
    pairs = [(one, was) for one, was in known if was.id not in enrolment.rows]  # the others are missing in it
    here = stood_in(desk, listed_in) if pairs else frozenset()
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


def _warning(enrolment: Enrolment, invitee: Invitee, what: str) -> Finding:
    return finding(enrolment.where, _line(enrolment, invitee), what, MISTAKEN, warning=True)


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


def _strange(enrolment: Enrolment, kept: Iterable[Invitee], owners: Owners) -> Iterator[Finding]:
    """A warning for each address that is known as another invitee's."""
    for one in kept:
        for email in _addresses([one]):
            others = [place.id for place in owners.get(email, ())]
            if others and one.id not in others:
                what = Sentence("%(email)s is known as an address of %(others)s", email=email, others=", ".join(others))
                yield _warning(enrolment, one, what)
