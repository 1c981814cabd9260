"""Keeps what was counted until something changes; of a very large campaign longer, for counting takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from outreach.campaign.desk import Desk

Value = TypeVar("Value")
Drawn = TypeVar("Drawn")
AT_ONCE = 2.0  # seconds: what is counted faster is counted anew after each change
SHARE = 20  # times as long as the counting took its result is kept, whatever changes


def in_a_thread(work: Callable[[], object]) -> None:
    """Does it aside; nobody waits for it."""
    Thread(target=work, name="counting", daemon=True).start()


@dataclass
class Counted(Generic[Value]):
    """Something as last counted, and what was drawn of it."""

    count: Callable[[Desk], Value]
    stamp: Callable[[Desk], object]
    clock: Callable[[], float] = time.monotonic
    aside: Callable[[Callable[[], object]], object] = in_a_thread
    _last: Value | None = None
    _stamp: object = None
    _took: float = 0.0
    _until: float = 0.0
    _drawn: dict[str, tuple[Value, Any]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def soon(self, desk: Desk) -> Value | None:
        """The same, but nobody waits for the first count: None until it is there."""
        if self._last is not None:
            return self.now(desk)
        if not self._lock.locked():
            self.aside(lambda: self._counted(desk))
        return None

    def now(self, desk: Desk) -> Value:
        """What is counted; where counting takes long, the last one, and it is counted aside for the next look."""
        known = self._last
        if known is None or self._took <= AT_ONCE:
            return self._counted(desk)
        if self.clock() >= self._until and not self._lock.locked():
            self.aside(lambda: self._counted(desk))
        return known

    def _counted(self, desk: Desk) -> Value:
        with self._lock:
            seen = self.stamp(desk)  # first: what changes meanwhile is seen at the next look
            if self._last is None or self._stamp != seen:
                begun = self.clock()
                self._last, self._stamp = self.count(desk), seen
                self._took = self.clock() - begun
            self._until = self.clock() + SHARE * self._took
            return self._last

    def drawn(self, now: Value, language: str, draw: Callable[[], Drawn]) -> Drawn:
        """What is drawn of an overview for a language; drawn anew when the overview is another one."""
        known = self._drawn.get(language)
        if known is None or known[0] is not now:
            known = self._drawn[language] = (now, draw())
        found: Drawn = known[1]
        return found
