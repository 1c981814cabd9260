"""Looks through everybody: at once where they are few, else aside; then the last look is shown with its time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.counted import in_a_thread
from outreach.model import OutreachError

logger = logging.getLogger(__name__)
Value = TypeVar("Value")
MANY = 5000  # invitees, or lines of the list: of more, nobody waits until everybody was looked at
LINE = 50  # bytes of the list that one invitee takes at least
SHARE = 5  # times as long as a look took it is not repeated by itself, whatever changes


def are_many(desk: Desk) -> bool:
    """Whether they are so many that a look through all of them is longer than a request may take."""
    contacts = desk.folder / desk.settings.campaign.contacts
    listed = contacts.stat().st_size // LINE if contacts.exists() else 0
    return desk.store.figures.enrolled() > MANY or listed > MANY


def stamp(desk: Desk) -> tuple[object, ...]:
    """Another one when a look may find something else: after each change, each change of a file, and each hour."""
    hour = desk.now().replace(minute=0, second=0, microsecond=0)
    return (hour, desk.store.figures.stamp(), desk.store.register.stamp(), *_files(desk))


def _files(desk: Desk) -> Iterator[tuple[str, int, int]]:
    """The list and the letters as they lie there."""
    letters = desk.folder / desk.settings.letters.templates
    for path in (desk.folder / desk.settings.campaign.contacts, *sorted(letters.rglob("*"))):
        if path.is_file():
            yield str(path), path.stat().st_mtime_ns, path.stat().st_size


@dataclass(frozen=True, slots=True)
class Look(Generic[Value]):
    """What a look through everybody found, and when; None: at this moment."""

    value: Value
    at: datetime | None = None
    is_fresh: bool = True  # nothing has changed since


@dataclass
class Prepared(Generic[Value]):
    """A look through everybody that is kept."""

    make: Callable[[Desk], Value]
    many: Callable[[Desk], bool] = are_many
    stamp: Callable[[Desk], object] = stamp
    clock: Callable[[], float] = time.monotonic
    aside: Callable[[Callable[[], object]], object] = in_a_thread
    begun: datetime | None = None  # the look that is under way
    _last: tuple[Value, datetime, object] | None = None
    _failure: OutreachError | None = None
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def look(self, desk: Desk, *, again: bool = False) -> Look[Value] | None:
        """What is known; where nothing is yet, None: a look is under way. `again`: somebody asks for a new one.

        Raises:
            OutreachError: The look failed; the next one tries again.
        """
        if not self.many(desk):
            return Look(self.make(desk))
        now = self.stamp(desk)
        if (again or self._is_old(now)) and not self._lock.locked():
            self.begun = desk.now()
            self.aside(lambda: self._made(desk))
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        if self._last is None:
            return None
        value, at, seen = self._last
        return Look(value, at, seen == now)

    def _is_old(self, now: object) -> bool:
        return self._last is None or (self._last[2] != now and self.clock() >= self._until)

    def _made(self, desk: Desk) -> None:
        with self._lock:
            at, begun, seen = desk.now(), self.clock(), self.stamp(desk)  # first: what changes meanwhile is seen later
            try:
                self._last = self.make(desk), at, seen
            except OutreachError as error:
                self._failure = error
            except Exception:
                logger.exception("an unexpected fault while everybody was looked through")
                self._failure = OutreachError("everybody could not be looked through; the log of this program says why")
            self._until = self.clock() + SHARE * (self.clock() - begun)
