"""The background service: one thread watches the mailbox, ticks queue and send what is due."""

from __future__ import annotations

import logging
import random
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

from outreach.adapters.store.locks import only_one
from outreach.bootstrap import mailbox, relay
from outreach.campaign.answers.replies import read_new
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import due_reminders, queue_due
from outreach.campaign.sending.posting import Progress, anything_due, post
from outreach.entrypoints.archive import fill_sent_folder, look_for_doubts
from outreach.entrypoints.mailroom import (
    NO_REMINDERS,
    kinds_to_post,
    look_into_mailbox,
    note_mailbox,
    reminders_wait,
    take_everything,
)
from outreach.entrypoints.stopping import stop_signal
from outreach.model import BusyError, LetterKind, LetterState, LoginRefusedError, OutreachError, TryAgainLaterError

logger = logging.getLogger("outreach.daemon")
POLL = 300.0  # seconds; the mailbox is looked into at least so often, IDLE or not
STAND_BY = 5.0  # seconds between two looks whether the mailbox is watched
BUSY = "another daemon serves this campaign; stop it first"
PATIENCE = 1.0  # seconds; the page looks now and then whether a daemon is there
LOOK = 5.0  # seconds; a look into the mailbox is waited for so long
SHORTEST, LONGEST = 1.0, 900.0  # seconds between two tries while a server is away


@dataclass
class Backoff:
    """How long to wait before a server that was away is tried again: doubled each time, a little at random."""

    wait: float = 0.0
    random: random.Random = field(default_factory=random.SystemRandom)

    def failed(self) -> float:
        """One more failure; gives the seconds to wait."""
        self.wait = min(LONGEST, max(SHORTEST, self.wait * 2))
        return self.wait * self.random.uniform(0.8, 1.0)

    def worked(self) -> None:
        """The server is back."""
        self.wait = 0.0

    def after(self, progress: Progress) -> float:
        """The seconds to wait after a pass; what goes wrong behind a letter that was taken is the first failure."""
        if progress.problem is None or progress.done.get(LetterState.ACCEPTED):
            self.worked()
        return 0.0 if progress.problem is None else self.failed()


def run_daemon(desk: Desk, *, every: float, verbose: bool = False) -> int:
    """Runs until SIGTERM, SIGINT or SIGHUP; gives the exit code.

    With PostgreSQL any number of daemons send; one of them reads the mailbox and queues reminders.

    Raises:
        BusyError: Another daemon serves this campaign, and an SQLite file is for one.
        LoginRefusedError: A server refused our login at the start.
    """
    _set_up_logging(verbose=verbose)
    alone = desk.store.engine.dialect.name == "sqlite"
    with only_one(desk.store.engine, "daemon", BUSY, PATIENCE) if alone else nullcontext():
        service = _Service(desk, every, alone=alone)
        with stop_signal(service.stop):
            service.run()
    if service.refused is not None:
        raise service.refused
    return 0


def _set_up_logging(*, verbose: bool) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick waits for the one before is no news
    logging.getLogger("outreach").setLevel(logging.DEBUG if verbose else logging.INFO)


class _Service:
    """The duties of the daemon, and what stops them."""

    def __init__(self, desk: Desk, every: float, *, alone: bool) -> None:
        self._alone = alone
        self._leading = threading.Event()  # this daemon reads the mailbox and queues reminders
        self.stop = threading.Event()
        self.refused: LoginRefusedError | None = None
        self._desk = desk
        self._every = every
        self._reading = threading.Lock()
        self._relay_backoff = Backoff()
        self._relay_after = 0.0
        self._ever_connected = False

    def run(self) -> None:
        """Starts all duties and waits for the signal to stop."""
        from outreach.entrypoints.ticks import Ticks  # noqa: PLC0415  only the daemon needs APScheduler

        ticks = Ticks([self._guarded(self._prepare), self._guarded(self._send)], self._every)
        watcher = threading.Thread(target=self._guarded(self._lead), name="mailbox", daemon=True)
        logger.info("outreach serves the campaign %s, every %s seconds", self._desk.settings.campaign.id, self._every)
        watcher.start()
        with ticks.ticking():
            ticks.wait(self.stop)
            logger.info("stopping: the letter in hand is finished first")
        watcher.join(timeout=20)
        logger.info("stopped")

    def _guarded(self, duty: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                duty()
            except OutreachError as error:
                logger.error("%s", error)  # noqa: TRY400  the message is the whole truth
            except Exception:
                logger.exception("an unexpected fault; the service goes on")

        return run

    # ------------------------------------------------------------ the mailbox

    def _lead(self) -> None:
        """Watches the mailbox; where there are several daemons, as soon as no other one does."""
        while not self.stop.is_set():
            try:
                with nullcontext() if self._alone else only_one(self._desk.store.engine, "daemon", BUSY):
                    logger.info("this daemon reads the mailbox and queues reminders")
                    self._leading.set()
                    self._watch_mailbox()
            except BusyError:
                self.stop.wait(STAND_BY)
            except OutreachError as error:
                logger.warning("%s", error)
                self.stop.wait(STAND_BY)
            finally:
                self._leading.clear()

    def _watch_mailbox(self) -> None:
        backoff = Backoff()
        while not self.stop.is_set():
            try:
                with mailbox(self._desk) as opened:
                    self._ever_connected = True
                    while not self.stop.is_set():
                        self._collect(lambda: take_everything(self._desk, opened, self.stop.is_set))
                        backoff.worked()
                        opened.wait(POLL, self.stop)
            except LoginRefusedError as error:
                self._tell(error)
                self._login_refused(error)
                self.stop.wait(LONGEST)
            except OutreachError as error:
                rest = backoff.failed()
                logger.warning("%s; tried again in %.0f s", error, rest)
                if backoff.wait > SHORTEST:  # a single failure is no news
                    self._tell(error)
                self.stop.wait(rest)
            except Exception:
                logger.exception("an unexpected fault while looking into the mailbox; it is tried again")
                self.stop.wait(backoff.failed())

    def _tell(self, error: OutreachError) -> None:
        with suppress(OutreachError):  # the database may be what is away
            note_mailbox(self._desk, str(error))

    def _login_refused(self, error: LoginRefusedError) -> None:
        """At the start a wrong password ends the service; later it may be the server's mistake, and is tried rarely."""
        logger.error("%s", error)
        if not self._ever_connected:
            self.refused = error
            self.stop.set()

    def _collect(self, take: Callable[[], object]) -> None:
        with self._reading:
            take()
            read = read_new(self._desk, self.stop.is_set)
        for problem in read.problems:
            logger.warning("%s", problem)
        if read.read:
            logger.info("%d mails read", read.read)

    # ------------------------------------------------------------ what is due

    def _prepare(self) -> None:
        """What one daemon does for all: doubts, reminders, copies in the Sent folder; no long mailing delays it."""
        if self.stop.is_set() or not self._leading.is_set():
            return
        look_for_doubts(self._desk, logger.info, logger.warning)
        self._remind()
        fill_sent_folder(self._desk, logger.info, logger.warning)

    def _send(self) -> None:
        if self.stop.is_set() or time.monotonic() < self._relay_after or not anything_due(self._desk):
            return
        try:
            with relay(self._desk) as make_postman:
                progress = post(self._desk, make_postman, stop=self.stop.is_set, kinds=self._kinds)
        except TryAgainLaterError as error:
            logger.info("%s", error)
            return
        self._report(progress)

    def _remind(self) -> None:
        """Queues what is due, after a look into the mailbox."""
        try:
            if not due_reminders(self._desk):
                return
            self._collect(lambda: look_into_mailbox(self._desk, self.stop.is_set))
            if self.stop.is_set():  # the look was not a whole one
                return
            queued = queue_due(self._desk, due_reminders(self._desk))
            if queued:
                logger.info("%d reminders are due", queued)
        except OutreachError as error:
            logger.warning("reminders wait: %s", error)

    def _kinds(self) -> Collection[LetterKind]:
        """Reminders wait while the mailbox is read, however long that takes; other letters need not."""
        if not reminders_wait(self._desk):
            return NO_REMINDERS
        if not self._reading.acquire(timeout=LOOK):
            return NO_REMINDERS
        try:
            return kinds_to_post(self._desk, self.stop.is_set)
        finally:
            self._reading.release()

    def _report(self, progress: Progress) -> None:
        if progress.handled:
            done = ", ".join(f"{number} {state.value}" for state, number in sorted(progress.done.items()))
            logger.info("letters: %s", done)
        if progress.held is not None:
            logger.info("the rest waits until %s: %s", progress.held.until.isoformat("T", "minutes"), progress.held.why)
        rest = self._relay_backoff.after(progress)
        if isinstance(progress.problem, LoginRefusedError):
            self._login_refused(progress.problem)
            rest = LONGEST
        elif progress.problem is not None:
            logger.warning("%s; tried again in %.0f s", progress.problem, rest)
        self._relay_after = time.monotonic() + rest
        if progress.stopped_because:
            logger.warning("sending is paused: %s", progress.stopped_because)
