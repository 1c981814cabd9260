"""Work that takes longer than a request may: it is done aside, one of a kind at a time, and tells how far it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event, Lock, Thread

from outreach.campaign.desk import Desk
from outreach.campaign.steps import Step
from outreach.model import OutreachError, Sentence

logger = logging.getLogger(__name__)
NONE_QUEUED = Sentence("the page was stopped before all letters were queued; none is queued")
LAST_STEP = 5.0  # seconds that what is under way has to notice that the page stops


class _StoppedError(OutreachError):
    """The page is to end, and the work ends at a step after which nothing is lost."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What came of it, in letters."""

    number: int  # were queued; of a look into the mailbox: were read
    gone: int = 0  # were agreed to, and are no longer due


Do = Callable[[Desk], Queued]  # all of it or nothing


@dataclass
class Work:
    """One piece of work: who began it, how far it is, and what came of it."""

    by: str  # as the log names them
    begun: datetime
    step: Step | None = None
    done: int = 0
    total: int = 0  # 0: it is not counted
    _came: Future[Queued] = field(default_factory=Future)

    @property
    def is_under_way(self) -> bool:
        """Whether it is not known yet what comes of it."""
        return not self._came.done()

    def is_over_within(self, seconds: float) -> bool:
        """Whether it ends as soon as that; it is waited for."""
        return bool(wait([self._came], seconds).done)

    def result(self) -> Queued:
        """What came of it.

        Raises:
            OutreachError: Nothing, for this reason.
        """
        return self._came.result()

    def tell(self, step: Step, done: int, total: int) -> None:
        """How far it is."""
        self.step, self.done, self.total = step, done, total

    def do(self, do: Do, desk: Desk) -> Work:
        """Does it; what goes wrong is told with the result."""
        try:
            self._came.set_result(do(desk))
        except OutreachError as error:
            self._came.set_exception(error)
        except Exception:
            logger.exception("an unexpected fault in what is done aside")
            why = Sentence("that could not be done; the log of this program says why")
            self._came.set_exception(OutreachError(why))
        return self


@dataclass
class Works:
    """What is done aside, by its kind; it ends with the page, and then leaves nothing behind."""

    _last: dict[str, Work] = field(default_factory=dict)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _stop: Event = field(default_factory=Event)

    def begin(self, kind: str, do: Do, desk: Desk, stopped: Sentence = NONE_QUEUED) -> Work:
        """Begins it; where one of its kind is under way, that is the one. `stopped` is told if the page ends first."""
        with self._lock:
            last = self._last.get(kind)
            if last is not None and last.is_under_way:
                return last
            work = Work(desk.by, desk.now())
            thread = Thread(
                target=work.do, args=(do, replace(desk, tell=self._teller(work, stopped))), name=kind, daemon=True
            )
            thread.start()  # first: where the machine has no thread left, nothing is under way
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            self._last[kind] = work
        return work

    def _teller(self, work: Work, stopped: Sentence) -> Callable[[Step, int, int], None]:
        def tell(step: Step, done: int, total: int) -> None:
            if self._stop.is_set():
                raise _StoppedError(stopped)
            work.tell(step, done, total)

        return tell

    def under_way(self, kind: str) -> Work | None:
        """The one of a kind that is being done."""
        work = self._last.get(kind)
        return work if work is not None and work.is_under_way else None

    def over(self, kind: str, by: str) -> Work | None:
        """The one that this person began and that is over, as long as it is not forgotten."""
        work = self._last.get(kind)
        return work if work is not None and not work.is_under_way and work.by == by else None

    def forget(self, kind: str, work: Work) -> None:
        """What came of it was told."""
        with self._lock:
            if self._last.get(kind) is work:
                del self._last[kind]

    def stop(self) -> None:
        """What is under way is given up at its next step: nothing of it is kept."""
        self._stop.set()

    def join(self) -> None:
        """Waits for that."""
        for thread in self._threads:
            thread.join(LAST_STEP)
