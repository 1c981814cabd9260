"""What a person decides: an answer, whose mail it is, to wait, to stop; undoing.py takes it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach.adapters.store.log.acts import Act
from outreach.adapters.store.mail.inbox import Understood
from outreach.campaign.answers.replies import open_kept, recorded, taking_back, understand, vouched
from outreach.campaign.deciding.meanwhile import Watch, unless
from outreach.campaign.desk import Desk
from outreach.core.reading.lessons import lesson_from
from outreach.core.recording import Outcome
from outreach.core.succession import contradiction
from outreach.model import (
    Entry,
    EntryKind,
    Invitee,
    LetterKind,
    Message,
    ReadingKind,
    Sentence,
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
    act: str = ""  # by which it can be taken back
    mail: int | None = None  # the mail that it concerns
    left: LetterKind | None = None  # the thanks, or reply to a no, that left upon what is now taken back


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stands against a mail: the reason in words, and the earlier mail where there is one."""

    why: str
    mail: Understood | None


def perform(
    desk: Desk,
    said: str,
    entries: Sequence[Entry] = (),
    *,
    note: str = "",
    invitee: Invitee | None = None,
    unless: Watch | None = None,
    doing: Doing | None = None,
    learning: Learning | None = None,
) -> Done:
    """One act in one transaction: what it does, the facts it notes, what it teaches, and what taking it back must know.

    `unless` raises where somebody was quicker; then nothing is done.
    """
    name, now = uuid.uuid4().hex, desk.now()
    with desk.store.transaction() as connection:
        if unless is not None:
            unless(connection)
        memory = doing(connection, name) if doing is not None else {}
        desk.store.journal.write(connection, entries, now, note=note, act=name)
        desk.store.acts.write(connection, Act(name, now, desk.by, said, **memory))
        taught = None if learning is None else learning(connection, name)
    return Done(said, invitee, taught, name)


def _withholding(desk: Desk, invitee: Invitee, why: str) -> Doing:
    def doing(connection: Connection, _name: str) -> Memory:
        withheld = desk.store.outbox.withhold_within(connection, [invitee.number], why, desk.now())
        return {"withheld": withheld, "why": why}

    return doing


def decide(
    desk: Desk, given: str, state: str, note: str = "", *, mail: int | None = None, seen: str | None = None
) -> Done:
    """Records where an invitee stands; a person's word wins and stays.

    Args:
        desk: The campaign.
        given: The invitee's id or name.
        state: Where it stands, or what its mail said.
        note: What was said, by whom, how.
        mail: The mail because of which it is decided.
        seen: What was known of the mail when it was looked at (meanwhile.version); None to decide whatever came since.

    Raises:
        OvertakenError: Somebody decided, or wrote, since it was looked at; nothing was changed.
    """
    invitee = desk.invitee(given)
    wanted = STATES.get(state.casefold().replace("-", "_").replace(" ", "_"))
    if wanted is None:
        message = Sentence(
            "“%(state)s” is no state; take one of %(choices)s",
            state=state,
            choices=", ".join(s.value for s in State if s is not State.ENROLLED),
        )
        raise UsageError(message)
    understood = None if mail is None else _mail_of(desk, mail, invitee)
    entry = decision(desk, invitee, wanted, understood)
    said = f"{invitee.name} is now {wanted.value.replace('_', ' ')}"
    doing = _withholding(desk, invitee, wanted.value) if wanted in NO_MORE_LETTERS else None
    learning = None if understood is None else _learning(desk, understood, wanted)
    return perform(
        desk, said, [entry], note=note, invitee=invitee, unless=unless(desk, mail, seen), doing=doing, learning=learning
    )


def decision(desk: Desk, invitee: Invitee, state: State, understood: Understood | None) -> Entry:
    """The fact that a person's decision notes; with a mail it is as old as the mail."""
    at = desk.now() if understood is None else understood.answered_at
    return desk.entry(
        invitee=invitee.number,
        kind=EntryKind.DECIDED,
        at=at,
        by=desk.by,
        what=state.value,
        mail=None if understood is None else understood.mail,
        late=state is State.CONFIRMED and desk.is_late(invitee, at),
    )


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
        message = Sentence(
            "mail %(mail)s is not of %(name)s; first: outreach file %(mail)s %(id)s",
            mail=mail,
            name=invitee.name,
            id=invitee.id,
        )
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


def settle(desk: Desk, mail: int, note: str = "", *, seen: str | None = None) -> Done:
    """A mail that waited for a person turns out to say nothing that counts."""
    understood = _mail(desk, mail)
    if understood.invitee is None:
        return file(desk, str(mail), NOWHERE, seen=seen)
    said = f"mail {mail} no longer waits"
    return perform(desk, said, [settlement(desk, understood)], note=note, unless=unless(desk, mail, seen))


def settlement(desk: Desk, understood: Understood) -> Entry:
    """The fact that a mail of an invitee waits no longer."""
    kind, number = EntryKind.SETTLED, understood.invitee or 0
    return desk.entry(invitee=number, kind=kind, at=desk.now(), by=desk.by, mail=understood.mail)


def hold(desk: Desk, given: str, until: date) -> Done:
    """Waits with an invitee: no letters before that day."""
    invitee = desk.invitee(given)
    if until <= desk.today():
        message = Sentence(
            "%(until)s is not in the future; give the first day on which letters may go again", until=until
        )
        raise UsageError(message)
    said = f"no letters to {invitee.name} before {until.isoformat()}"
    return perform(desk, said, [_fact(desk, invitee, EntryKind.HELD, until)], invitee=invitee)


def answered(desk: Desk, given: str, note: str = "") -> Done:
    """The secretariat has answered where its mailbox does not show it, such as by phone: no answer is owed any longer.

    Raises:
        UsageError: None is owed.
    """
    invitee = desk.invitee(given)
    if not desk.store.journal.standing(invitee.number).we_owe:
        message = Sentence("we owe %(name)s no answer; nothing was noted", name=invitee.name)
        raise UsageError(message)
    said = f"{invitee.name} was answered"
    return perform(desk, said, [_fact(desk, invitee, EntryKind.REPLIED)], note=note, invitee=invitee)


def stop(desk: Desk, given: str) -> Done:
    """No more letters to an invitee; those that wait are not sent."""
    invitee = desk.invitee(given)
    said = f"no more letters to {invitee.name}"
    doing = _withholding(desk, invitee, "stopped by a person")
    return perform(desk, said, [_fact(desk, invitee, EntryKind.STOPPED)], invitee=invitee, doing=doing)


def _fact(desk: Desk, invitee: Invitee, kind: EntryKind, until: date | None = None) -> Entry:
    return desk.entry(invitee=invitee.number, kind=kind, at=desk.now(), by=desk.by, until=until)


# ---------------------------------------------------------------- whose mail


def file(desk: Desk, given: str, invitee_id: str, *, seen: str | None = None) -> Done:
    """Says whose mail it is; what was noted for another invitee because of it is taken back.

    Raises:
        OvertakenError: As with `decide`.
    """
    understood = _find_mail(desk, given)
    taken_back = taking_back(desk, desk.store.journal.of_mail(understood.mail), desk.by)
    if invitee_id == NOWHERE:
        said = f"mail {understood.mail} is of no invitee"
        nowhere = replace(understood, filed=None, filed_nowhere=True, needs_review=False, why="of no invitee")
        doing = _refiling(desk, understood, nowhere, taken_back, None)
        return perform(desk, said, unless=unless(desk, understood.mail, seen), doing=doing)
    invitee = desk.invitee(invitee_id)
    filed, result = as_filed(desk, understood, invitee)
    said = f"mail {understood.mail} is of {invitee.name}"
    doing = _refiling(desk, understood, filed, [*taken_back, *result.entries], invitee)
    return perform(desk, said, invitee=invitee, unless=unless(desk, understood.mail, seen), doing=doing)


def as_filed(
    desk: Desk, understood: Understood, invitee: Invitee, message: Message | None = None
) -> tuple[Understood, Outcome]:
    """What a mail means as soon as a person files it to an invitee; `message` is the mail, if it is open already."""
    kept = desk.store.inbox.mail(understood.mail)
    if kept is None:
        gone = f"mail {understood.mail} is no longer kept"
        raise UsageError(gone)
    opened = open_kept(kept) if message is None else message
    trust = vouched(desk.by)
    return understand(desk, kept, opened, understood.reading, understood.match, trust, filed=invitee.number)


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
            "waited": before.why,
            "trust": before.trust,
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
        message = Sentence(
            "%(number)s mail has the Message-ID %(wanted)s; `outreach inbox` lists them by number",
            number=len(found) or "no",
            wanted=wanted,
        )
        raise UsageError(message)
    return _mail(desk, found[0])


def _mail(desk: Desk, mail: int) -> Understood:
    understood = desk.store.inbox.understood(mail) if 0 < mail < 10**LONGEST_NUMBER else None
    if understood is None:
        message = Sentence("there is no mail %(mail)s; `outreach inbox` lists them", mail=mail)
        raise UsageError(message)
    return understood
