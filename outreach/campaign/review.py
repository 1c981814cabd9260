"""What a person decides: an answer, whose mail it is, to wait, to stop, to write again, and to take it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from outreach.adapters.store.inbox import Understood
from outreach.adapters.store.journal import Noted
from outreach.campaign.desk import Desk
from outreach.campaign.mailing import new_letter
from outreach.campaign.prepare import address_problem, clues_of
from outreach.campaign.replies import open_kept, understand
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
NOWHERE = "none"


@dataclass(frozen=True, slots=True)
class Act:
    """What a person's act did, in one sentence."""

    said: str
    invitee: Invitee | None = None


def decide(desk: Desk, given: str, state: str, note: str = "", *, mail: int | None = None) -> Act:
    """Records where an invitee stands; a person's word wins and stays."""
    invitee = desk.invitee(given)
    wanted = STATES.get(state.casefold().replace("-", "_"))
    if wanted is None:
        message = f"“{state}” is no state; take one of {', '.join(s.value for s in State if s is not State.ENROLLED)}"
        raise UsageError(message)
    now = desk.now()
    at = now
    if mail is not None and (understood := desk.store.inbox.understood(mail)) is not None:
        at = understood.answered_at
    entry = desk.entry(
        invitee=invitee.number,
        kind=EntryKind.DECIDED,
        at=at,
        by=desk.by,
        what=wanted.value,
        mail=mail,
        late=wanted is State.CONFIRMED and desk.is_late(invitee, at),
    )
    desk.store.journal.append([entry], now, note=note, act=desk.act())
    if wanted in (State.WITHDRAWN, State.UNSUBSCRIBED):
        desk.store.outbox.withhold([invitee.number], f"{wanted.value}", now)
    return Act(f"{invitee.name} is now {wanted.value.replace('_', ' ')}", invitee)


def settle(desk: Desk, mail: int) -> Act:
    """A mail that waited for a person turns out to say nothing that counts."""
    understood = _mail(desk, mail)
    if understood.invitee is None:
        return file(desk, str(mail), NOWHERE)
    entry = desk.entry(invitee=understood.invitee, kind=EntryKind.SETTLED, at=desk.now(), by=desk.by, mail=mail)
    desk.store.journal.append([entry], desk.now(), act=desk.act())
    return Act(f"mail {mail} no longer waits")


def hold(desk: Desk, given: str, until: date) -> Act:
    """Waits with an invitee: no letters before that day."""
    invitee = desk.invitee(given)
    if until <= desk.today():
        message = f"{until.isoformat()} is not in the future; give the first day on which letters may go again"
        raise UsageError(message)
    _note(desk, invitee, EntryKind.HELD, until=until)
    return Act(f"no letters to {invitee.name} before {until.isoformat()}", invitee)


def stop(desk: Desk, given: str) -> Act:
    """No more letters to an invitee; those that wait are not sent."""
    invitee = desk.invitee(given)
    _note(desk, invitee, EntryKind.STOPPED)
    desk.store.outbox.withhold([invitee.number], "stopped by a person", desk.now())
    return Act(f"no more letters to {invitee.name}", invitee)


def write_again(desk: Desk, given: str, address: str) -> Act:
    """Writes the invitation again, to a corrected address or another contact, under the same reference."""
    invitee = desk.invitee(given)
    if problem := address_problem(address):
        raise UsageError(problem)
    standing = desk.store.journal.standing(invitee.number)
    _refuse_doubled(desk, invitee, address)
    if standing.stopped or standing.state in (State.WITHDRAWN, State.UNSUBSCRIBED):
        message = f"{invitee.name} wants no more letters; if that has changed: outreach decide {invitee.id} invited"
        raise UsageError(message)
    contact = replace(invitee.contact, email=address, person="", title="", gender="", cc=())
    if address.casefold() == invitee.contact.email.casefold():
        contact = invitee.contact
    now, round_, act = desk.now(), standing.round + 1, desk.act()
    written_to = replace(invitee, contacts=(contact, *invitee.contacts))
    stationery = desk.load_stationery()
    edition = desk.store.outbox.freeze(stationery.files, now)
    letter = new_letter(desk, stationery, edition, written_to, LetterKind.INVITATION, now, round_=round_)
    entry = desk.entry(invitee=invitee.number, kind=EntryKind.READDRESSED, at=now, by=desk.by, step=round_)

    def within(connection: Connection) -> None:
        desk.store.outbox.withhold_within(
            connection,
            [invitee.number],
            f"written again to {address}",
            now,
            (LetterKind.INVITATION, LetterKind.REMINDER),
        )
        desk.store.register.take_up(connection, invitee, contact, clues_of)

    desk.store.outbox.queue([letter], now, entries=[entry], act=act, within=within)
    return Act(f"the letter goes to {address} under the same reference", invitee)


def _refuse_doubled(desk: Desk, invitee: Invitee, address: str) -> None:
    """The same letter to the same address is never sent twice, unless the first came back."""
    standing = desk.store.journal.standing(invitee.number)
    for letter in desk.store.outbox.letters(invitee=invitee.number):
        same = letter.to.casefold() == address.casefold() and letter.key.kind is LetterKind.INVITATION
        if same and letter.state is LetterState.ACCEPTED and standing.state is not State.UNREACHABLE:
            message = (
                f"{address} has the letter already (since {letter.settled_at:%Y-%m-%d}); a reminder follows by itself"
            )
            raise UsageError(message)
        if same and letter.state in (LetterState.IN_DOUBT, LetterState.HANDING_OVER, LetterState.CLAIMED):
            message = (
                f"letter {letter.id} to {address} is {letter.state.value}; first: outreach outbox resolve {letter.id}"
            )
            raise UsageError(message)
        if same and letter.state in (LetterState.READY, LetterState.DEFERRED):
            message = f"a letter to {address} is on its way already (letter {letter.id})"
            raise UsageError(message)


def file(desk: Desk, given: str, invitee_id: str) -> Act:
    """Says whose mail it is; what was noted for another invitee because of it is taken back."""
    understood = _find_mail(desk, given)
    kept = desk.store.inbox.mail(understood.mail)
    if kept is None:
        message = f"mail {understood.mail} is no longer kept"
        raise UsageError(message)
    invitee = None if invitee_id == NOWHERE else desk.invitee(invitee_id)
    now, act = desk.now(), desk.act()
    taken_back = _take_back(desk, understood)
    if invitee is None:
        nowhere = replace(understood, filed=None, filed_nowhere=True, needs_review=False, why="of no invitee")
        anchor = [*taken_back]
        desk.store.inbox.record(nowhere, anchor, now, act=act)
        return Act(f"mail {understood.mail} is of no invitee")
    message_ = open_kept(kept)
    filed, result = understand(
        desk, kept, message_, understood.reading, understood.match, filed=invitee.number, by=desk.by
    )
    entries = [*taken_back, *(replace(e, by=desk.by) if e.kind is EntryKind.REVIEW else e for e in result.entries)]

    def within(connection: Connection) -> None:
        if filed.from_address and understood.reading.kind not in (ReadingKind.BOUNCE, ReadingKind.AUTO_REPLY):
            desk.store.register.remember(connection, filed.from_address, invitee.number)

    desk.store.inbox.record(filed, entries, now, act=act, within=within)
    return Act(f"mail {understood.mail} is of {invitee.name}", invitee)


def _take_back(desk: Desk, understood: Understood) -> list[Entry]:
    noted = desk.store.journal.of_mail(understood.mail)
    undone = {n.entry.target for n in noted if n.entry.kind is EntryKind.UNDONE}
    return [
        desk.entry(
            invitee=n.entry.invitee,
            kind=EntryKind.UNDONE,
            at=desk.now(),
            by=desk.by,
            target=n.entry.id,
            mail=understood.mail,
        )
        for n in noted
        if n.entry.kind is not EntryKind.UNDONE and n.entry.id not in undone
    ]


def _find_mail(desk: Desk, given: str) -> Understood:
    if given.isdecimal():
        return _mail(desk, int(given))
    wanted = given if given.startswith("<") else f"<{given}>"
    found = desk.store.inbox.by_message_id(wanted)
    if len(found) != 1:
        message = f"{len(found) or 'no'} mail has the Message-ID {wanted}; `outreach inbox` lists them by number"
        raise UsageError(message)
    return _mail(desk, found[0])


def _mail(desk: Desk, mail: int) -> Understood:
    understood = desk.store.inbox.understood(mail)
    if understood is None:
        message = f"there is no mail {mail}; `outreach inbox` lists them"
        raise UsageError(message)
    return understood


def undo(desk: Desk) -> Act:
    """Takes back the last act of a person, whole.

    Raises:
        UsageError: There is none, or it cannot be taken back because a letter has left.
    """
    noted = desk.store.journal.last_act()
    if not noted:
        message = "there is nothing to take back"
        raise UsageError(message)
    now = desk.now()
    _undo_writing(desk, noted)
    entries = [
        desk.entry(
            invitee=n.entry.invitee, kind=EntryKind.UNDONE, at=now, by=desk.by, target=n.entry.id, mail=n.entry.mail
        )
        for n in noted
        if n.entry.kind is not EntryKind.UNDONE
    ]
    restored = _noted_again(desk, noted)
    desk.store.journal.append([*entries, *restored], now, act=f"undo:{desk.act()}"[:32])
    return Act(f"taken back: {_in_words(noted)}")


def _undo_writing(desk: Desk, noted: tuple[Noted, ...]) -> None:
    for n in noted:
        if n.entry.kind is not EntryKind.READDRESSED:
            continue
        letters = [
            letter
            for letter in desk.store.outbox.letters(invitee=n.entry.invitee)
            if letter.key.round == n.entry.step and letter.key.kind is LetterKind.INVITATION
        ]
        gone = [x for x in letters if x.state not in (LetterState.READY, LetterState.DEFERRED, LetterState.WITHHELD)]
        if gone:
            message = f"the letter to {gone[0].to} has left already; it cannot be taken back"
            raise UsageError(message)
        desk.store.outbox.withhold([n.entry.invitee], "taken back by a person", desk.now(), (LetterKind.INVITATION,))
        for letter in letters:
            desk.store.register.let_go(n.entry.invitee, letter.to)


def _noted_again(desk: Desk, noted: tuple[Noted, ...]) -> list[Entry]:
    """What a filing took back is noted again, as it was; and the mail is the machine's again."""
    targets = {n.entry.target for n in noted if n.entry.kind is EntryKind.UNDONE}
    mails = {n.entry.mail for n in noted if n.entry.kind is EntryKind.UNDONE or n.entry.mail is not None}
    again = []
    for mail in mails - {None}:
        again += [n.entry for n in desk.store.journal.of_mail(int(mail or 0)) if n.entry.id in targets]
        understood = desk.store.inbox.understood(int(mail or 0))
        if understood is not None and (understood.filed is not None or understood.filed_nowhere):
            waits = understood.match.number is None
            back = replace(understood, filed=None, filed_nowhere=False, needs_review=waits)
            desk.store.inbox.record(back, (), desk.now())
    return [replace(entry, id=0) for entry in again]


def _in_words(noted: tuple[Noted, ...]) -> str:
    first = noted[0].entry
    return f"{first.kind.value} {first.what}".strip().replace("_", " ")


def _note(desk: Desk, invitee: Invitee, kind: EntryKind, until: date | None = None) -> None:
    entry = desk.entry(invitee=invitee.number, kind=kind, at=desk.now(), by=desk.by, until=until)
    desk.store.journal.append([entry], desk.now(), act=desk.act())
