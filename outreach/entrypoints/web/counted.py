"""Keeps the overview until something changes; of a very large campaign a little longer, for counting takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from outreach.campaign.desk import Desk
from outreach.campaign.overview import Overview, overview, stamp

AT_ONCE = 2.0  # seconds: what is counted faster is counted anew after each change
SHARE = 20  # times as long as the counting took its result is kept, whatever changes


@dataclass
class Counted:
    """The overview as last counted."""

    count: Callable[[Desk], Overview] = overview
    stamp: Callable[[Desk], object] = stamp
    clock: Callable[[], float] = time.monotonic
    _last: Overview | None = None
    _stamp: object = None
    _took: float = 0.0
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def now(self, desk: Desk) -> Overview:
        """The overview; while a long counting goes on, the other visitors get the last one."""
        known = self._last
        slow = self._took > AT_ONCE
        if known is not None and slow and (self._lock.locked() or self.clock() < self._until):
            return known
        with self._lock:
            seen = self.stamp(desk)  # first: what changes meanwhile is seen at the next look
            if self._last is None or self._stamp != seen:
                begun = self.clock()
                self._last, self._stamp = self.count(desk), seen
                self._took = self.clock() - begun
                self._until = self.clock() + SHARE * self._took
            return self._last
