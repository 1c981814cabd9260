"""Keeps what was made of the whole campaign until something changes; what takes long is made aside."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from outreach.campaign.desk import Desk
from outreach.model import OutreachError

logger = logging.getLogger(__name__)
Value = TypeVar("Value")
Drawn = TypeVar("Drawn")
AT_ONCE = 2.0  # seconds: what is made faster may be waited for
SHARE = 10  # times as long as the making took it is not repeated by itself, whatever changes


def in_a_thread(work: Callable[[], object]) -> None:
    """Does it aside; nobody waits for it."""
    Thread(target=work, name="looking", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Look(Generic[Value]):
    """What was found, when, and what was drawn of it."""

    value: Value
    at: datetime | None = None  # None: at this moment
    is_fresh: bool = True  # nothing has changed since
    _drawn: dict[str, Any] = field(default_factory=dict)

    def drawn(self, name: str, draw: Callable[[], Drawn]) -> Drawn:
        """What is drawn of it under a name; drawn once."""
        if name not in self._drawn:
            self._drawn[name] = draw()
        found: Drawn = self._drawn[name]
        return found


@dataclass
class Kept(Generic[Value]):
    """Something of a campaign as it was made last; one thread at a time makes it anew."""

    make: Callable[[Desk], Value]
    stamp: Callable[[Desk], object]  # another one whenever something else may be made
    clock: Callable[[], float] = time.monotonic
    aside: Callable[[Callable[[], object]], object] = in_a_thread
    begun: datetime | None = None  # when the one under way was begun
    _last: Look[Value] | None = None
    _stamp: object = None
    _took: float = 0.0
    _until: float = 0.0
    _failure: OutreachError | None = None
    _lock: Lock = field(default_factory=Lock)

    def now(self, desk: Desk) -> Look[Value]:
        """As it is now: whoever asks waits for the first, and for any that is made quickly; else as `soon`."""
        quick = self._took <= AT_ONCE
        return (None if quick else self.soon(desk)) or self._made(desk)

    def soon(self, desk: Desk, *, again: bool = False) -> Look[Value] | None:
        """The last one; nobody waits. None: there is none yet, but one is being made. `again`: a new one is asked for.

        Raises:
            OutreachError: The making failed; the next look tries again.
        """
        seen = self.stamp(desk)
        old = self._last is None or (self._stamp != seen and self.clock() >= self._until)
        if (again or old) and not self._lock.locked():
            self.begun = desk.now()
            self.aside(lambda: self._tried(desk, again=again))
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return None if self._last is None else replace(self._last, is_fresh=self._stamp == seen)

    def _made(self, desk: Desk, *, again: bool = False) -> Look[Value]:
        """A new one, unless another thread made it meanwhile."""
        with self._lock:
            at, begun, seen = desk.now(), self.clock(), self.stamp(desk)  # first: what changes meanwhile is seen later
            if not again and self._last is not None and self._stamp == seen:
                return self._last
            try:
                made = self._last = Look(self.make(desk), at)
                self._stamp = seen
            finally:
                self._took = self.clock() - begun
                self._until = self.clock() + SHARE * self._took
            return made

    def _tried(self, desk: Desk, *, again: bool) -> None:
        """The same, aside: what went wrong is told to who asks next."""
        try:
            self._made(desk, again=again)
        except OutreachError as error:
            self._failure = error
        except Exception:
            logger.exception("an unexpected fault while everybody was looked through")
            self._failure = OutreachError("everybody could not be looked through; the log of this program says why")
