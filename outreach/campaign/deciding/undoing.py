"""Takes back what a person did, whole: its facts, its letters, what it filed and what it taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from outreach.adapters.store.log.acts import Act
from outreach.adapters.store.log.journal import Noted
from outreach.campaign.answers.replies import taking_back
from outreach.campaign.deciding.review import AUTOMATIC, Done
from outreach.campaign.desk import Desk
from outreach.model import Entry, EntryKind, Letter, LetterKind, LetterState, Sentence, UsageError

NOT_LEFT = (LetterState.READY, LetterState.DEFERRED, LetterState.WITHHELD)
LEFT = (LetterState.HANDING_OVER, LetterState.IN_DOUBT, LetterState.ACCEPTED)  # or may have


def undo(desk: Desk) -> Done:
    """Takes back the last act of a person, whoever it was, whole.

    Raises:
        UsageError: There is none, or it cannot be taken back because a letter has left.
    """
    act = desk.store.acts.last()
    if act is None:
        message = Sentence("there is nothing to take back")
        raise UsageError(message)
    return _take_back(desk, act)


def undo_own(desk: Desk, name: str = "") -> Done:
    """Takes back one's own last act, or the one with a name; never what somebody else did.

    Raises:
        UsageError: There is none, it is somebody else's, something was decided upon it since, or a letter has left.
    """
    act = desk.store.acts.find(name) if name else desk.store.acts.last(desk.by)
    if act is None:
        message = Sentence("you have done nothing that could be taken back")
        raise UsageError(message)
    if act.by != desk.by:
        message = Sentence(
            "%(by)s did that, and takes it back; decide anew if it is wrong", by=act.by.removeprefix("person:")
        )
        raise UsageError(message)
    return _take_back(desk, act)


def _take_back(desk: Desk, act: Act) -> Done:
    noted = desk.store.journal.of_act(act.name)
    _refuse_if_left(desk, noted)
    entries = [*taking_back(desk, noted, desk.by), *_noted_again(desk, noted)]
    with desk.store.transaction() as connection:
        if not desk.store.acts.take_back(connection, act.name, desk.now()):
            message = Sentence("it is taken back already")
            raise UsageError(message)
        _refuse_if_built_upon(desk, connection, act, noted)
        _refuse_if_left(desk, noted)  # once more: now no letter to these invitees begins
        desk.store.lessons.unlearn(connection, act.name)
        _undo_letters(desk, connection, act, noted)
        _undo_filing(desk, connection, act, entries)
    mails = [act.mail, *(one.entry.mail for one in noted)]
    mail = next((mail for mail in mails if mail is not None), None)
    concerned = desk.store.register.some([one.entry.invitee for one in noted[:1]])
    left = _left_upon(desk, act, noted)
    said = f"taken back: {act.words}" + (
        f"; the {left} had left already: write to them if it was wrong" if left else ""
    )
    return Done(said, next(iter(concerned.values()), None), mail=mail, left=left)


def _left_upon(desk: Desk, act: Act, noted: Sequence[Noted]) -> LetterKind | None:
    """The thanks, or the reply to a no, that left because of what was decided; nobody can call it back."""
    invitees = {one.entry.invitee for one in noted if one.entry.kind in (EntryKind.DECIDED, EntryKind.ANSWER)}
    letters = [letter for number in sorted(invitees) for letter in desk.store.outbox.letters(invitee=number)]
    left = [
        letter.key.kind
        for letter in letters
        if letter.key.kind in (LetterKind.THANKS, LetterKind.REGRETS)
        and letter.state in LEFT
        and (letter.queued_at or act.at) >= act.at
    ]
    return left[0] if left else None


def _refuse_if_built_upon(desk: Desk, connection: Connection, act: Act, noted: Sequence[Noted]) -> None:
    """What somebody decided later of the same invitee or mail would hang in the air."""
    if act.mail is not None:
        desk.store.acts.known_of(connection, act.mail, alone=True)
    desk.store.journal.lock(connection, {one.entry.invitee for one in noted})
    mine = _touched(desk, connection, act)
    for later in desk.store.acts.after(connection, act.id):
        theirs = _touched(desk, connection, later)
        if any(one & other for one, other in zip(mine, theirs, strict=True)):
            who = later.by.removeprefix("person:")
            message = Sentence(
                "%(who)s did something since that builds upon it (%(act)s); that must be taken back first",
                who=who,
                act=later.words,
            )
            raise UsageError(message)


def _touched(desk: Desk, connection: Connection, act: Act) -> tuple[set[int], set[int]]:
    invitees, mails = desk.store.acts.touched(connection, [act.name])
    return invitees, mails | ({act.mail} if act.mail is not None else set())


def _refuse_if_left(desk: Desk, noted: Sequence[Noted]) -> None:
    for letter in _letters_of(desk, noted):
        if letter.state not in NOT_LEFT:
            message = Sentence("the letter to %(to)s has left already; it cannot be taken back", to=letter.to)
            raise UsageError(message)


def _letters_of(desk: Desk, noted: Sequence[Noted]) -> list[Letter]:
    """The letters that an act of writing again queued."""
    rounds = {(n.entry.invitee, n.entry.step) for n in noted if n.entry.kind is EntryKind.READDRESSED}
    return [
        letter
        for number, round_ in rounds
        for letter in desk.store.outbox.letters(invitee=number)
        if letter.key.round == round_ and letter.key.kind is LetterKind.INVITATION
    ]


def _noted_again(desk: Desk, noted: Sequence[Noted]) -> list[Entry]:
    """What a filing took back is noted again, as it was."""
    targets = {n.entry.target for n in noted if n.entry.kind is EntryKind.UNDONE}
    mails = {n.entry.mail for n in noted if n.entry.kind is EntryKind.UNDONE and n.entry.mail is not None}
    facts = [n.entry for mail in mails for n in desk.store.journal.of_mail(mail) if n.entry.id in targets]
    return [replace(entry, id=0) for entry in facts]


def _undo_letters(desk: Desk, connection: Connection, act: Act, noted: Sequence[Noted]) -> None:
    rounds = {n.entry.invitee for n in noted if n.entry.kind is EntryKind.READDRESSED}
    desk.store.outbox.withhold_within(
        connection, sorted(rounds), "taken back by a person", desk.now(), (LetterKind.INVITATION,)
    )
    desk.store.outbox.give_back(connection, act.withheld, act.why)
    for number, address in act.taken_up:
        desk.store.register.let_go(connection, number, address)


def _undo_filing(desk: Desk, connection: Connection, act: Act, entries: Sequence[Entry]) -> None:
    understood = None if act.mail is None else desk.store.inbox.understood(act.mail)
    if understood is None:
        desk.store.journal.write(connection, entries, desk.now())
        return
    nobodys = understood.match.number is None and act.filed is None and not act.filed_nowhere
    read = understood.reading
    waits = nobodys and not (read.kind in AUTOMATIC and read.decided)
    back = replace(
        understood,
        filed=act.filed,
        filed_nowhere=act.filed_nowhere,
        needs_review=waits,
        why=act.waited or understood.why,
        trust=act.trust or understood.trust,
    )
    desk.store.inbox.write(connection, back, entries, desk.now())
    if act.sender and act.sender_was is not None:
        desk.store.register.remember(connection, act.sender, act.sender_was)
    elif act.sender:
        desk.store.register.forget(connection, act.sender)
