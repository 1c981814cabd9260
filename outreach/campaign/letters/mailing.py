"""Queues the invitations: who gets one, in which language, and who is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.campaign.desk import Desk
from outreach.campaign.our_list import contacts_file, stood_in
from outreach.campaign.steps import Step
from outreach.core.calendar import next_open
from outreach.core.letters.casting import Cast
from outreach.core.letters.reference import make_reference, message_id
from outreach.core.letters.stationery import Stationery
from outreach.core.letters.wording import letter_values
from outreach.model import Invitee, LetterKey, LetterKind, LetterState, Sentence, Standing, State, UsageError

SOME = 500  # letters a transaction
Wanted = TypeVar("Wanted")  # what a letter is made of
NOT_WITHHELD = frozenset(LetterState) - {LetterState.WITHHELD}
# What is made anew where the contact was corrected.
NOT_BEGUN = frozenset((LetterState.READY, LetterState.DEFERRED, LetterState.CLAIMED))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An invitee that gets no letter, and why."""

    invitee: Invitee
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets an invitation now, and who does not."""

    invitees: tuple[Invitee, ...]
    languages: dict[str, int]
    left_out: tuple[LeftOut, ...]
    already: int  # were invited before


def plan_launch(
    desk: Desk,
    stationery: Stationery,
    *,
    listed: Iterable[Invitee],
    to_enrol: Iterable[Invitee] = (),
    limit: int | None = None,
) -> Plan:
    """Who gets an invitation: everybody listed or enrolled in this wave who has none yet.

    Who came from the campaign's list and is no longer listed there is left out. `to_enrol` are those of the list that
    are new or corrected and not enrolled yet: the plan is the one that there will be once they are.
    """
    standings = desk.store.journal.standings()
    earlier = desk.store.journal.earlier_states()
    coming = {one.id: one for one in to_enrol}
    chosen: list[Invitee] = []
    left_out: list[LeftOut] = []
    already = 0
    named = {one.id: one for one in listed}
    gone = stood_in(desk, contacts_file(desk).name) - named.keys()
    enrolled = {one.id: one for one in desk.store.register.all().values() if one.number in standings}
    unlisted = gone & enrolled.keys() if named else frozenset()  # no list at all says nothing
    queued = _invited(desk, {one.number for one in (*coming.values(), *(enrolled[key] for key in unlisted))})
    no_longer = Sentence("no longer in %(contacts)s", contacts=desk.settings.campaign.contacts)
    for invitee in {**named, **enrolled, **coming}.values():
        number = invitee.number
        standing = standings.get(number, Standing())
        if number in queued or standing.state is not State.ENROLLED or standing.first_letter_at is not None:
            already += 1
        elif why := no_longer if invitee.id in gone else _not_to_invite(invitee, standing, earlier.get(number)):
            left_out.append(LeftOut(invitee, why))
        elif limit is not None and len(chosen) >= limit:
            left_out.append(LeftOut(invitee, _asked_for(limit)))
        else:
            chosen.append(invitee)
    languages = Counter(_language(desk, stationery, invitee) for invitee in chosen)
    return Plan(tuple(chosen), dict(sorted(languages.items())), tuple(left_out), already)


def _invited(desk: Desk, withheld: Collection[int]) -> set[int]:
    """Who has an invitation or is about to get one; of those that are corrected or unlisted, nothing that waits."""
    begun, waiting = (
        {key.invitee for key in desk.store.outbox.keys(states=states) if key.kind is LetterKind.INVITATION}
        for states in (NOT_WITHHELD - NOT_BEGUN, NOT_BEGUN)
    )
    return begun | waiting.difference(withheld)


def _asked_for(limit: int) -> Sentence:
    if limit == 1:
        return Sentence("only one letter was asked for")
    return Sentence("only %(limit)s letters were asked for", limit=limit)


def _not_to_invite(invitee: Invitee, standing: Standing, earlier: State | None) -> str:
    if not invitee.contacts:
        return Sentence("has no address")
    if standing.stopped:
        return Sentence("no more letters to this invitee are wanted")
    if earlier is State.CONFIRMED:
        return Sentence("confirmed in an earlier wave")
    if earlier is State.UNSUBSCRIBED:
        return Sentence("asked in an earlier wave not to be written to")
    return ""


def queue_invitations(desk: Desk, stationery: Stationery, invitees: Sequence[Invitee]) -> int:
    """Freezes templates and attachments and queues the letters made from them; gives how many were new."""
    now = desk.now()
    edition = desk.store.outbox.freeze(stationery.files, now)

    def letter(invitee: Invitee) -> NewLetter:
        return new_letter(desk, stationery, edition, invitee, LetterKind.INVITATION, now)

    return queue_each(desk, invitees, letter, now)


def queue_each(desk: Desk, wanted: Sequence[Wanted], letter: Callable[[Wanted], NewLetter], now: datetime) -> int:
    """Queues the letter of each, some at a time; gives how many were new."""
    queued = 0
    for start in range(0, len(wanted), SOME):
        desk.tell(Step.QUEUE, start, len(wanted))
        queued += desk.store.outbox.queue([letter(one) for one in wanted[start : start + SOME]], now)
    return queued


def _language(desk: Desk, stationery: Stationery, invitee: Invitee) -> str:
    return stationery.language_for(invitee.contact.language, desk.settings.campaign.default_language)


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter as it is made for an invitee: the values that fill its places, and what it is with them."""

    language: str
    values: dict[str, object]
    reference: str
    cast: Cast


def compose(desk: Desk, stationery: Stationery, invitee: Invitee, kind: LetterKind, step: int = 0) -> Composed:
    """One letter to an invitee.

    Raises:
        ConfigurationError: A template is wrong, or asks for a value that is not there.
        UsageError: There is no such reminder.
    """
    language = _language(desk, stationery, invitee)
    reference = make_reference(desk.key, desk.store.campaign, invitee.number)
    values = letter_values(
        settings=desk.settings,
        invitee=invitee,
        contact=invitee.contact,
        wording=stationery.wording(language),
        reference=reference,
        written_on=desk.settings.letters.date or desk.today(),
        deadline=desk.deadline,
    )
    if kind is LetterKind.REMINDER:
        if not 0 < step <= len(desk.settings.reminders):
            message = Sentence(
                "there is no reminder %(step)s; config.toml has %(number)s [[reminders]]",
                step=step,
                number=len(desk.settings.reminders),
            )
            raise UsageError(message)
        values["letter_name"] = desk.settings.reminders[step - 1].letter
    return Composed(language, values, reference, cast_letter(stationery, kind, step, language, values, invitee.id))


def cast_letter(
    stationery: Stationery, kind: LetterKind, step: int, language: str, values: Mapping[str, object], who: str
) -> Cast:
    """A letter from the values that fill its places."""
    name = str(values.get("letter_name", "reminder"))
    return stationery.cast(kind, step, language, values, letter_name=name, who=who)


def new_letter(
    desk: Desk,
    stationery: Stationery,
    edition: int,
    invitee: Invitee,
    kind: LetterKind,
    now: datetime,
    *,
    step: int = 0,
    round_: int = 0,
    thread: Iterable[str] = (),
    composed: Composed | None = None,
) -> NewLetter:
    """A letter that can be queued: its words frozen, its Message-ID fixed, due at the next open window."""
    composed = composed or compose(desk, stationery, invitee, kind, step)
    domain = desk.settings.sender.address.rpartition("@")[2]
    references = tuple(thread)
    return NewLetter(
        key=LetterKey(desk.store.campaign, desk.store.wave, invitee.number, kind, step, round_),
        to=invitee.contact.email,
        cc=invitee.contact.cc,
        language=composed.language,
        edition=edition,
        values=composed.values,
        digest=composed.cast.digest(stationery.attachments_for(kind, composed.language)),
        message_id=message_id(composed.reference, kind, desk.store.wave, step, round_, domain),
        due_at=_due(desk, invitee, now),
        in_reply_to=references[-1] if references else "",
        references=references,
    )


def _due(desk: Desk, invitee: Invitee, now: datetime) -> datetime:
    """The next opening; a letter that may leave at once counts as due since the full hour.

    So it never waits for a process whose clock stands a moment behind this one.
    """
    opening = _opening(desk.policy.window, now, desk.zone(invitee), invitee.country)
    return opening if opening > now else now.replace(minute=0, second=0, microsecond=0)


_opening = lru_cache(maxsize=4096)(next_open)  # many letters are queued at one moment for one country


def threads_of(desk: Desk, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The Message-IDs of the letters that invitees have: what the next letter to each refers to."""
    return {number: (first,) for number, first in desk.store.outbox.invitations(numbers).items()}
