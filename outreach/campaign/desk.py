"""What every verb finds on its desk: the settings, the store, the clock, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from outreach.adapters.store.store import Store
from outreach.campaign.steps import Tell, quietly
from outreach.core.calendar import is_late
from outreach.core.followup import Policy, next_action, policy_from
from outreach.core.geography import time_zone
from outreach.core.letters.reference import check_reference
from outreach.core.pacing import Limits
from outreach.core.whose.index import Index, build_index
from outreach.languages.places import load_places
from outreach.languages.spelling import plain
from outreach.model import Entry, EntryKind, Invitee, NextAction, Sentence, Standing, UsageError
from outreach.settings import Settings

ON_THE_PAGE = " (web)"  # stands in the log behind the name of an account of the page

if TYPE_CHECKING:
    from outreach.core.letters.stationery import Stationery


class Clock(Protocol):
    """Tells the time; the rehearsal's runs faster."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...


@dataclass
class _Kept:
    """The index of the invitees and their names, of which register they were made; templates, ready to be filled."""

    index: Index | None = None
    stamp: tuple[object, ...] = ()
    spelled: dict[str, str] = field(default_factory=dict)
    spelled_stamp: tuple[object, ...] = ()
    stationery: Stationery | None = None


@dataclass(frozen=True)
class Desk:
    """The campaign a verb works on."""

    settings: Settings
    folder: Path
    store: Store
    key: bytes  # of the reference tokens
    clock: Clock
    by: str  # "person:NAME"; "person:NAME (web)" for an account of the page
    load_stationery: Callable[[], Stationery]
    tell: Tell = quietly  # how far a long piece of work is
    editions: dict[int, Stationery] = field(default_factory=dict)  # frozen stationery by edition, as it is asked for
    _kept: _Kept = field(default_factory=_Kept)

    @cached_property
    def policy(self) -> Policy:
        """When letters go."""
        return policy_from(self.settings)

    @cached_property
    def limits(self) -> Limits:
        """How fast letters may leave."""
        smtp, sending = self.settings.smtp, self.settings.sending
        return Limits(smtp.per_minute, smtp.per_day, sending.per_domain_minute, copies=bool(sending.blind_copy))

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Addresses that are ours, lower-cased."""
        named = (self.settings.sender.address, self.settings.inbox.username, self.settings.smtp.username)
        return frozenset(address.lower() for address in named if "@" in address)

    @property
    def deadline(self) -> date:
        """The last day for an answer in time."""
        return self.settings.campaign.deadline

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The day at the secretariat."""
        return self.now().astimezone(ZoneInfo(self.settings.campaign.timezone)).date()

    def zone(self, invitee: Invitee) -> str:
        """The time zone in which an invitee is written to."""
        return time_zone(invitee.contact, invitee.country)

    def is_late(self, invitee: Invitee, moment: datetime) -> bool:
        """Whether an answer given at a moment comes after the deadline."""
        return is_late(moment, self.deadline, self.zone(invitee))

    def next_for(self, invitee: Invitee, standing: Standing, now: datetime) -> NextAction:
        """What comes next for an invitee, when and why."""
        return next_action(standing, self.policy, now, self.zone(invitee), invitee.country)

    def genuine(self, reference: str) -> int | None:
        """The invitee's number if a reference is genuine; None if it is not."""
        return check_reference(self.key, self.store.campaign, reference)

    def entry(self, *, invitee: int, kind: EntryKind, at: datetime, **more: Any) -> Entry:
        """An entry of this campaign and wave that is still to be noted."""
        return Entry(0, self.store.campaign, self.store.wave, invitee, at, kind, **more)

    def index(self) -> Index:
        """The index of the invitees as they are now: built anew only where the register changed."""
        stamp = self.store.register.stamp()  # first: what changes meanwhile is seen at the next look
        if self._kept.index is None or self._kept.stamp != stamp:
            self._kept.index = None  # two would be held at once
            self._kept.index = build_index(
                self.store.register.each(), load_places(), self.store.register.every_address()
            )
            self._kept.stamp = stamp
        return self._kept.index

    def spelled(self) -> dict[str, str]:
        """Every invitee's name and id, by its id, as they are compared: each word behind a blank."""
        stamp = self.store.register.stamp()
        if self._kept.spelled_stamp != stamp:
            places = self.store.register.places()
            self._kept.spelled = {key: f" {plain(one.name)} {plain(key)}" for key, one in places.items()}
            self._kept.spelled_stamp = stamp
        return self._kept.spelled

    def stationery(self) -> Stationery:
        """The templates and attachments as they are now: those of the last time, if they are the same.

        They are known by what they say. The number of an edition is given again when its transaction was undone.
        """
        loaded, known = self.load_stationery(), self._kept.stationery
        if known is None or known.files != loaded.files:
            self._kept.stationery = known = loaded
        return known

    def frozen(self, edition: int) -> Stationery:
        """The templates and attachments of an edition."""
        if edition not in self.editions:
            from outreach.core.letters.stationery import Stationery  # noqa: PLC0415  what only reports writes no letter

            self.editions[edition] = Stationery.from_files(self.store.outbox.edition(edition))
        return self.editions[edition]

    def invitee(self, given: str) -> Invitee:
        """The invitee with an id of contacts.csv, or with a name that only one has.

        Raises:
            UsageError: There is none; the message names the nearest.
        """
        found = self.store.register.by_id(given)
        if found is not None:
            return found
        names = {key: one.name for key, one in self.store.register.places().items()}
        same = [key for key, name in names.items() if name.casefold() == given.casefold()]
        if len(same) == 1 and (found := self.store.register.by_id(same[0])):
            return found
        raise UsageError(_nobody(given, names, same))


def _nobody(given: str, names: dict[str, str], same: list[str]) -> Sentence:
    if same:
        ids = ", ".join(sorted(same))
        return Sentence("several invitees are called “%(given)s”: %(ids)s; give the id", given=given, ids=ids)
    folded = {name.casefold(): key for key, name in names.items()}
    near = [*get_close_matches(given.casefold(), names, 2, 0.6)]
    near += [folded[name] for name in get_close_matches(given.casefold(), folded, 2, 0.6)]
    if not near:
        return Sentence(
            "no invitee has the id or name “%(given)s”; `outreach contacts list` shows them all", given=given
        )
    return Sentence(
        "no invitee has the id or name “%(given)s”; did you mean %(near)s?",
        given=given,
        near=" / ".join(dict.fromkeys(near)),
    )
