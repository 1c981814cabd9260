"""Says of each letter in the outbox who has it, who has not yet, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.adapters.store.switches import PAUSED
from outreach.campaign.desk import Desk
from outreach.campaign.sending.doubt import doubts
from outreach.core.dispatch import why_here
from outreach.model import Invitee, Letter, LetterState


@dataclass(frozen=True, slots=True)
class Place:
    """A letter, whom it is for, why it is where it is, and until when it waits."""

    letter: Letter
    invitee: Invitee
    why: str
    until: datetime | None  # None: it waits for nothing, or nobody knows


def outbox(desk: Desk, state: LetterState | None = None) -> Iterator[Place]:
    """Every letter, in the order they were queued; of one state if it is asked for."""
    return places(desk, desk.store.outbox.letters(states=(state,) if state else ()), desk.store.register.all())


def places(desk: Desk, letters: Iterable[Letter], invitees: Mapping[int, Invitee]) -> Iterator[Place]:
    """Where each of some letters is."""
    now, paused = desk.now(), desk.store.switches.get(PAUSED) or ""
    held, doubtful = desk.store.departures.held(now, desk.limits), doubts(desk)
    for letter in letters:
        letter = replace(letter, last_reply=doubtful.get(letter.id, letter.last_reply))  # noqa: PLW2901
        invitee = invitees[letter.key.invitee]
        zone, country = desk.zone(invitee), invitee.country
        why, until = why_here(letter, desk.policy.window, now, zone, country, paused=paused, held=held)
        yield Place(letter, invitee, why, until)
