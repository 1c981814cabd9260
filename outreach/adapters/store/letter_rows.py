"""A letter of the outbox as a row of the database, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.model import Letter, LetterKey, LetterKind, LetterState


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter that is to be queued; the queue adds its state."""

    key: LetterKey
    to: str
    cc: tuple[str, ...]
    language: str
    edition: int
    values: Mapping[str, object]
    digest: str
    message_id: str
    due_at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


def new_row(letter: NewLetter, now: datetime) -> dict[str, Any]:
    """A letter that is to be queued as a row."""
    key = letter.key
    return {
        "campaign": key.campaign,
        "wave": key.wave,
        "invitee": key.invitee,
        "kind": key.kind.value,
        "step": key.step,
        "round": key.round,
        "to_address": letter.to,
        "domain": domain_of(letter.to),
        "cc": list(letter.cc),
        "language": letter.language,
        "edition": letter.edition,
        "places": dict(letter.values),
        "digest": letter.digest,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "refs": list(letter.references),
        "state": LetterState.READY.value,
        "due_at": letter.due_at,
        "attempts": 0,
        "stage": "",
        "last_reply": "",
        "queued_at": now,
        "first_tried_at": None,
        "settled_at": None,
    }


def domain_of(address: str) -> str:
    """The domain of an address, as limits for domains count it."""
    return address.rpartition("@")[2].lower()[:255]


def to_key(row: Any) -> LetterKey:
    """What makes the letter of a row the only one of its kind."""
    return LetterKey(row.campaign, row.wave, row.invitee, LetterKind(row.kind), row.step, row.round)


def to_letter(row: Any) -> Letter:
    """A row of the outbox as a letter."""
    return Letter(
        id=row.id,
        key=to_key(row),
        to=row.to_address,
        cc=tuple(row.cc),
        language=row.language,
        edition=row.edition,
        values=row.places,
        digest=row.digest,
        message_id=row.message_id,
        in_reply_to=row.in_reply_to,
        references=tuple(row.refs),
        state=LetterState(row.state),
        due_at=row.due_at,
        attempts=row.attempts,
        stage=row.stage,
        last_reply=row.last_reply,
        queued_at=row.queued_at,
        first_tried_at=row.first_tried_at,
        settled_at=row.settled_at,
    )
