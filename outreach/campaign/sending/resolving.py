"""Settles a letter in doubt by a person's word: the relay has it, or surely not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from outreach.adapters.store.locks import only_one
from outreach.campaign.desk import Desk
from outreach.core.proof import doubted_since, waiting_time
from outreach.model import (
    INTERRUPTED,
    EntryKind,
    Letter,
    LetterState,
    Sentence,
    TryAgainLaterError,
    UsageError,
)

MOST_LETTERS = 10**15
PATIENCE = 10.0  # seconds that a look for letters in doubt has to end
RFC = "RFC 5321 §4.5.3.2.6"


def resolve(desk: Desk, letter_id: int, *, accepted: bool) -> str:
    """A person settles a letter in doubt: the relay has it, or surely not. Gives one sentence.

    Raises:
        UsageError: There is no such letter, or it is not in doubt.
        TryAgainLaterError: The relay may still take it.
        BusyError: Letters in doubt are being looked for at this moment.
    """
    message = Sentence("letters in doubt are being looked for at this moment; look again: outreach outbox")
    with only_one(desk.store.engine, "doubt", message, PATIENCE):
        letter = _in_doubt(desk, letter_id)
        return _has_left(desk, letter) if accepted else _send_again(desk, letter)


def _in_doubt(desk: Desk, letter_id: int) -> Letter:
    letter = desk.store.outbox.letter(letter_id) if letter_id < MOST_LETTERS else None
    if letter is None:
        message = Sentence("there is no letter %(letter_id)s; `outreach outbox` lists them", letter_id=letter_id)
        raise UsageError(message)
    if letter.state is not LetterState.IN_DOUBT:
        message = Sentence(
            "letter %(letter_id)s is not in doubt but %(value)s; nothing was changed",
            letter_id=letter_id,
            value=letter.state.value,
        )
        raise UsageError(message)
    return letter


def _has_left(desk: Desk, letter: Letter) -> str:
    now, words = desk.now(), f"{desk.by.removeprefix('person:')}: the relay has it"
    sent = desk.entry(
        invitee=letter.key.invitee,
        kind=EntryKind.SENT,
        at=letter.first_tried_at or now,
        what=letter.key.kind.value,
        step=letter.key.step,
        letter=letter.id,
        by=desk.by,
    )
    done = desk.store.outbox.settle(
        letter.id, LetterState.ACCEPTED, now, stage="reply", reply=words, entries=[sent], seen=letter
    )
    _refuse_settled(letter.id, done=done)
    return Sentence("letter %(id)s to %(to)s counts as sent", id=letter.id, to=letter.to)


def _send_again(desk: Desk, letter: Letter) -> str:
    """Where nobody saw how the attempt ended, not before the waiting time is over.

    A sender that was only slow, or the relay, may be in the midst of it. Where the relay broke off, or was silent for
    ten minutes, a person's word is enough.
    """
    now, free = desk.now(), doubted_since(letter) + waiting_time(desk.settings)
    if letter.stage == INTERRUPTED and now < free:
        at = f"{free.astimezone(ZoneInfo(desk.settings.campaign.timezone)):%d %b, %H:%M:%S}"
        message = Sentence(
            "letter %(id)s may still be on its way and would come twice: a relay may take it for ten minutes more "
            "(%(rfc)s); look into its log at %(at)s, then call again: outreach outbox resolve %(id)s resend",
            id=letter.id,
            rfc=RFC,
            at=at,
        )
        raise TryAgainLaterError(message)
    words = f"{desk.by.removeprefix('person:')}: send again"
    done = desk.store.outbox.settle(letter.id, LetterState.READY, now, stage="", reply=words, due_at=now, seen=letter)
    _refuse_settled(letter.id, done=done)
    return Sentence("letter %(id)s to %(to)s is sent again, with the same Message-ID", id=letter.id, to=letter.to)


def _refuse_settled(letter_id: int, *, done: bool) -> None:
    if not done:
        message = Sentence(
            "letter %(letter_id)s was settled by somebody else this moment; look again: outreach outbox",
            letter_id=letter_id,
        )
        raise UsageError(message)
