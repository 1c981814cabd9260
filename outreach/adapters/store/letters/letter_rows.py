"""A letter of the outbox as a row of the database, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast

from outreach.adapters.store import tables as t
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


# What a letter is made of, in the order in which `to_letter` takes it. JSON comes as text: most lists are empty, and
# values that were written here need no look for what stands before and behind them.
OF_LETTER = (
    *(t.letter.c[name] for name in ("id", "campaign", "wave", "invitee", "kind", "step", "round", "to_address")),
    cast(t.letter.c.cc, Text),
    *(t.letter.c[name] for name in ("language", "edition")),
    cast(t.letter.c.places, Text),
    *(t.letter.c[name] for name in ("digest", "message_id", "in_reply_to")),
    cast(t.letter.c.refs, Text),
    *(t.letter.c[name] for name in ("state", "due_at", "attempts", "stage", "last_reply", "queued_at")),
    *(t.letter.c[name] for name in ("first_tried_at", "settled_at")),
)
_DECODER = json.JSONDecoder()
_KINDS = {kind.value: kind for kind in LetterKind}
_STATES = {state.value: state for state in LetterState}


def to_letter(row: Sequence[Any]) -> Letter:
    """A row of the outbox, read as OF_LETTER, as a letter."""
    number, campaign, wave, invitee, kind, step, round_, to, cc, language, edition, *rest = row
    places, digest, message_id, in_reply_to, references, state, *more = rest
    key = LetterKey(campaign, wave, invitee, _KINDS[kind], step, round_)
    words = (language, edition, _DECODER.raw_decode(places)[0], digest, message_id, in_reply_to, listed(references))
    return Letter(number, key, to, listed(cc), *words, _STATES[state], *more)


@lru_cache(maxsize=1024)
def listed(text: str) -> tuple[str, ...]:
    """A list of texts, from its JSON."""
    return tuple(json.loads(text))
