"""What a person decides: an answer, whose mail it is, to wait, to stop, to write again, and to take it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.adapters.store.acts import Act
from outreach.adapters.store.inbox import Understood
from outreach.campaign.desk import Desk
from outreach.campaign.mailing import new_letter
from outreach.campaign.prepare import clues_of
from outreach.campaign.replies import open_kept, recorded, taking_back, understand
from outreach.core.enrolment import address_mistake
from outreach.core.reading.lessons import lesson_from
from outreach.core.succession import contradiction
from outreach.model import (
    Entry,
    EntryKind,
    Invitee,
    LetterKind,
    LetterState,
    ReadingKind,
    State,
    UsageError,
)

# People say the state or what the mail said; both are understood.
STATES = {
    **{state.value: state for state in State if state is not State.ENROLLED},
    "confirm": State.CONFIRMED,
    "decline": State.DECLINED,
    "withdraw": State.WITHDRAWN,
    "unsubscribe": State.UNSUBSCRIBED,
    "question": State.IN_TALKS,
    "redirect": State.IN_TALKS,
    "acknowledge": State.INVITED,
}
NO_MORE_LETTERS = frozenset({State.WITHDRAWN, State.UNSUBSCRIBED})
AUTOMATIC = frozenset({ReadingKind.BOUNCE, ReadingKind.AUTO_REPLY})
NOWHERE = "none"
LONGEST_NUMBER = 15  # digits of a mail's number

Memory = dict[str, Any]  # what an act must remember to be taken back: fields of Act
Doing = Callable[[Connection, str], Memory]
Learning = Callable[[Connection, str], int | None]


@dataclass(frozen=True, slots=True)
class Done:
    """What a person's act did, in one sentence."""

    said: str
    invitee: Invitee | None = None
    remembered: int | None = None  # the number of the lesson that was learned


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands against a mail: the reason in words, and the earlier mail where there is one."""

    why: str
    mail: Understood | None


def _perform(
    desk: Desk,
    said: str,
    entries: Sequence[Entry] = (),
    *,
    note: str = "",
    doing: Doing | None = None,
    learning: Learning | None = None,
) -> int | None:
    """One act in one transaction: what it does, the facts it notes, what it teaches, and what taking it back must know.

    Gives the number of the lesson, if one was learned.
    """
    name, now = uuid.uuid4().hex, desk.now()
    with desk.store.transaction() as connection:
        memory = doing(connection, name) if doing is not None else {}
        desk.store.journal.write(connection, entries, now, note=note, act=name)
        desk.store.acts.write(connection, Act(name, now, desk.by, said, **memory))
        return None if learning is None else learning(connection, name)


def _withholding(desk: Desk, invitee: Invitee, why: str) -> Doing:
    def doing(connection: Connection, _name: str) -> Memory:
        return {"withheld": desk.store.outbox.withhold_within(connection, [invitee.number], why, desk.now())}

    return doing


def decide(desk: Desk, given: str, state: str, note: str = "", *, mail: int | None = None) -> Done:
    """Records where an invitee stands; a person's word wins and stays."""
    invitee = desk.invitee(given)
    wanted = STATES.get(state.casefold().replace("-", "_").replace(" ", "_"))
    if wanted is None:
        message = f"“{state}” is no state; take one of {', '.join(s.value for s in State if s is not State.ENROLLED)}"
        raise UsageError(message)
    understood = None if mail is None else _mail_of(desk, mail, invitee)
    at = desk.now() if understood is None else understood.answered_at
    entry = desk.entry(
        invitee=invitee.number,
        kind=EntryKind.DECIDED,
        at=at,
        by=desk.by,
        what=wanted.value,
        mail=mail,
        late=wanted is State.CONFIRMED and desk.is_late(invitee, at),
    )
    said = f"{invitee.name} is now {wanted.value.replace('_', ' ')}"
    doing = _withholding(desk, invitee, wanted.value) if wanted in NO_MORE_LETTERS else None
    learning = None if understood is None else _learning(desk, understood, wanted)
    return Done(said, invitee, _perform(desk, said, [entry], note=note, doing=doing, learning=learning))


def _learning(desk: Desk, understood: Understood, state: State) -> Learning | None:
    """Remembers what a person read in the decisive sentence of a mail."""
    lesson = lesson_from(understood.reading, state)
    if lesson is None:
        return None

    def learning(connection: Connection, name: str) -> int | None:
        return desk.store.lessons.learn(
            connection,
            plain=lesson.plain,
            words=lesson.words,
            kind=lesson.kind,
            mail=understood.mail,
            by=desk.by,
            at=desk.now(),
            act=name,
        )

    return learning


def _mail_of(desk: Desk, mail: int, invitee: Invitee) -> Understood:
    understood = _mail(desk, mail)
    if understood.invitee != invitee.number:
        message = f"mail {mail} is not of {invitee.name}; first: outreach file {mail} {invitee.id}"
        raise UsageError(message)
    return understood


def earlier(desk: Desk, understood: Understood) -> Earlier | None:
    """What is recorded now of the invitee that a mail speaks against; None where it contradicts nothing."""
    known = recorded(desk, understood.invitee, besides=understood.mail)
    if known is None or understood.invitee is None:
        return None
    zone = ZoneInfo(desk.settings.campaign.timezone)
    why = contradiction(known, understood.reading.kind, understood.answered_at.astimezone(zone))
    mail = desk.store.journal.standing(understood.invitee).deciding_mail
    return Earlier(why, None if mail is None else desk.store.inbox.understood(mail)) if why else None


def attachments(desk: Desk, understood: Understood) -> tuple[str, ...]:
    """The attachments of a mail by name and size."""
    kept = desk.store.inbox.mail(understood.mail)
    found = open_kept(kept).attachments if kept is not None else ()
    return tuple(f"{one.name or 'without a name'} ({one.content_type}, {one.size:,} bytes)" for one in found)


def settle(desk: Desk, mail: int) -> Done:
    """A mail that waited for a person turns out to say nothing that counts."""
    understood = _mail(desk, mail)
    if understood.invitee is None:
        return file(desk, str(mail), NOWHERE)
    entry = desk.entry(invitee=understood.invitee, kind=EntryKind.SETTLED, at=desk.now(), by=desk.by, mail=mail)
    said = f"mail {mail} no longer waits"
    _perform(desk, said, [entry])
    return Done(said)


def hold(desk: Desk, given: str, until: date) -> Done:
    """Waits with an invitee: no letters before that day."""
    invitee = desk.invitee(given)
    if until <= desk.today():
        message = f"{until.isoformat()} is not in the future; give the first day on which letters may go again"
        raise UsageError(message)
    said = f"no letters to {invitee.name} before {until.isoformat()}"
    _perform(desk, said, [_fact(desk, invitee, EntryKind.HELD, until)])
    return Done(said, invitee)


def stop(desk: Desk, given: str) -> Done:
    """No more letters to an invitee; those that wait are not sent."""
    invitee = desk.invitee(given)
    said = f"no more letters to {invitee.name}"
    doing = _withholding(desk, invitee, "stopped by a person")
    _perform(desk, said, [_fact(desk, invitee, EntryKind.STOPPED)], doing=doing)
    return Done(said, invitee)


def _fact(desk: Desk, invitee: Invitee, kind: EntryKind, until: date | None = None) -> Entry:
    return desk.entry(invitee=invitee.number, kind=kind, at=desk.now(), by=desk.by, until=until)


# ---------------------------------------------------------------- writing again


def write_again(desk: Desk, given: str, address: str) -> Done:
    """Writes the invitation again, to a corrected address or another contact, under the same reference."""
    invitee = desk.invitee(given)
    if problem := address_mistake(address):
        raise UsageError(problem)
    standing = desk.store.journal.standing(invitee.number)
    _refuse_doubled(desk, invitee, address)
    if standing.stopped or standing.state in NO_MORE_LETTERS:
        message = f"{invitee.name} wants no more letters; if that has changed: outreach decide {invitee.id} invited"
        raise UsageError(message)
    contact = replace(invitee.contact, email=address, person="", title="", gender="", cc=())
    if address.casefold() == invitee.contact.email.casefold():
        contact = invitee.contact
    now, round_ = desk.now(), standing.round + 1
    stationery = desk.load_stationery()
    edition = desk.store.outbox.freeze(stationery.files, now)
    written_to = replace(invitee, contacts=(contact, *invitee.contacts))
    letter = new_letter(desk, stationery, edition, written_to, LetterKind.INVITATION, now, round_=round_)
    entry = desk.entry(invitee=invitee.number, kind=EntryKind.READDRESSED, at=now, by=desk.by, step=round_)

    def doing(connection: Connection, _name: str) -> Memory:
        asked = (LetterKind.INVITATION, LetterKind.REMINDER)
        why = f"written again to {address}"
        withheld = desk.store.outbox.withhold_within(connection, [invitee.number], why, now, asked)
        desk.store.register.take_up(connection, invitee, contact, clues_of)
        desk.store.outbox.add(connection, [letter], now)
        return {"withheld": withheld, "taken_up": ((invitee.number, address),)}

    said = f"the letter goes to {address} under the same reference"
    _perform(desk, said, [entry], doing=doing)
    return Done(said, invitee)


def _refuse_doubled(desk: Desk, invitee: Invitee, address: str) -> None:
    """The same letter to the same address is never sent twice, unless the first came back."""
    unreachable = desk.store.journal.standing(invitee.number).state is State.UNREACHABLE
    for letter in desk.store.outbox.letters(invitee=invitee.number):
        if letter.key.kind is not LetterKind.INVITATION:
            continue
        same = letter.to.casefold() == address.casefold()
        if letter.state is LetterState.HANDING_OVER:
            message = f"letter {letter.id} to {letter.to} is being handed over this moment; call again in a minute"
            raise UsageError(message)
        if same and letter.state is LetterState.ACCEPTED and not unreachable:
            message = (
                f"{address} has the letter already (since {letter.settled_at:%Y-%m-%d}); a reminder follows by itself"
            )
            raise UsageError(message)
        if same and letter.state is LetterState.IN_DOUBT:
            message = (
                f"letter {letter.id} to {address} is in doubt; first: outreach outbox resolve {letter.id} accepted"
            )
            raise UsageError(message)
        if same and letter.state in (LetterState.READY, LetterState.DEFERRED, LetterState.CLAIMED):
            message = f"a letter to {address} is on its way already (letter {letter.id})"
            raise UsageError(message)


# ---------------------------------------------------------------- whose mail


def file(desk: Desk, given: str, invitee_id: str) -> Done:
    """Says whose mail it is; what was noted for another invitee because of it is taken back."""
    understood = _find_mail(desk, given)
    taken_back = taking_back(desk, desk.store.journal.of_mail(understood.mail), desk.by)
    if invitee_id == NOWHERE:
        said = f"mail {understood.mail} is of no invitee"
        nowhere = replace(understood, filed=None, filed_nowhere=True, needs_review=False, why="of no invitee")
        _perform(desk, said, doing=_refiling(desk, understood, nowhere, taken_back, None))
        return Done(said)
    invitee = desk.invitee(invitee_id)
    kept = desk.store.inbox.mail(understood.mail)
    if kept is None:
        message = f"mail {understood.mail} is no longer kept"
        raise UsageError(message)
    filed, result = understand(
        desk, kept, open_kept(kept), understood.reading, understood.match, filed=invitee.number, by=desk.by
    )
    said = f"mail {understood.mail} is of {invitee.name}"
    doing = _refiling(desk, understood, filed, [*taken_back, *result.entries], invitee)
    _perform(desk, said, doing=doing)
    return Done(said, invitee)


def _refiling(
    desk: Desk, before: Understood, after: Understood, entries: Sequence[Entry], invitee: Invitee | None
) -> Doing:
    sender = before.from_address if before.reading.kind not in AUTOMATIC else ""
    owners = desk.store.register.look_up("remembered", [sender]).get(sender, ())

    def doing(connection: Connection, name: str) -> Memory:
        if invitee is not None and sender:
            desk.store.register.remember(connection, sender, invitee.number)
        desk.store.inbox.write(connection, after, entries, desk.now(), act=name)
        return {
            "mail": before.mail,
            "filed": before.filed,
            "filed_nowhere": before.filed_nowhere,
            "sender": sender if invitee is not None else "",
            "sender_was": owners[0] if owners else None,
        }

    return doing


def _find_mail(desk: Desk, given: str) -> Understood:
    if given.isdecimal() and len(given) <= LONGEST_NUMBER:
        return _mail(desk, int(given))
    wanted = given if given.startswith("<") else f"<{given}>"
    found = desk.store.inbox.by_message_id(wanted)
    if len(found) != 1:
        message = f"{len(found) or 'no'} mail has the Message-ID {wanted}; `outreach inbox` lists them by number"
        raise UsageError(message)
    return _mail(desk, found[0])


def _mail(desk: Desk, mail: int) -> Understood:
    understood = desk.store.inbox.understood(mail) if 0 < mail < 10**LONGEST_NUMBER else None
    if understood is None:
        message = f"there is no mail {mail}; `outreach inbox` lists them"
        raise UsageError(message)
    return understood
