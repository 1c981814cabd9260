"""Hands the letters that are due to the relay, over several connections, as fast as the limits allow."""

from __future__ import annotations

import asyncio
import time as time_module
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from outreach.adapters.store.invitees.register import Whereabouts
from outreach.adapters.store.letters.departures import Claimed, Outcome
from outreach.adapters.store.letters.senders import LEASE, PATIENCE, own_name
from outreach.adapters.store.switches import PAUSED
from outreach.campaign.desk import Desk
from outreach.campaign.sending.database_thread import DatabaseThread
from outreach.campaign.sending.handing_over import Batch, EnoughError, Postman, StoppedError
from outreach.campaign.sending.restored import count_pass, refuse_if_restored
from outreach.campaign.sending.taking_over import take_over
from outreach.core.dispatch import corrected, last_look, taken_off
from outreach.core.geography import country_zone
from outreach.core.pacing import Breaker, connections_for
from outreach.model import (
    BusyError,
    Drop,
    Handover,
    HandoverResult,
    Leave,
    Letter,
    LetterKind,
    LetterState,
    LoginRefusedError,
    OutreachError,
    Standing,
    Stay,
)

MOST_AT_ONCE = 50  # letters whose intent is committed together
AT_ONCE = 0.5  # seconds that such letters should take: so long a pause may have to wait
ASK_AGAIN = 60.0  # seconds after which it is asked again which kinds may leave
RENEW = 1.0  # seconds between two renewals of the lease
LOOK_UP = 0.5  # seconds between two looks at the switches while waiting
LONGEST_REST = timedelta(minutes=2)  # what the pace holds back for longer is left to a later pass
FAR_AHEAD = timedelta(hours=1)  # no more than a letter waits for its next try
NO_CONNECTION = "other processes use every connection ([smtp] connections), and send these letters"


@dataclass
class Progress:
    """How a mailing goes; the entrypoint shows it."""

    total: int = 0
    done: dict[LetterState, int] = field(default_factory=dict)
    stopped_because: str = ""
    held: Stay | None = None  # the pace holds everything back, for long
    problem: OutreachError | None = None

    def count(self, state: LetterState) -> None:
        """One more letter came to this state."""
        self.done[state] = self.done.get(state, 0) + 1

    def went_wrong(self, error: OutreachError) -> None:
        """What ends the pass; said of several connections, all is told: each knows what the relay answered to it.

        A refused login stays one, whatever follows: tried again and again it would lock the account.
        """
        if self.problem is None:
            self.problem = error
            return
        before, last = str(self.problem), str(error)
        told = max(before, last, key=len) if before in last or last in before else f"{before}; {last}"
        self.problem = type(self.problem if isinstance(self.problem, LoginRefusedError) else error)(told)

    @property
    def handled(self) -> int:
        """Letters that the relay was asked to take."""
        return sum(self.done.values())


Watcher = Callable[[Progress], None]
Kinds = Callable[[], Collection[LetterKind]]


def post(
    desk: Desk,
    make_postman: Callable[[], Postman],
    *,
    stop: Callable[[], bool] = lambda: False,
    watch: Watcher = lambda _progress: None,
    kinds: Kinds = lambda: tuple(LetterKind),
    lease: timedelta = LEASE,
) -> Progress:
    """One pass over the letters that are due. Those that wait for their time stay in the outbox.

    `kinds` is asked before letters are taken, again every minute: which kinds may leave now.

    Raises:
        BusyError: Another process is sending, and this one cannot take part.
        OutreachError: The database is older than the last letters that left.
    """
    refuse_if_restored(desk)
    _heed_clock(desk)
    name = own_name()
    with desk.store.senders.on_duty(name, desk.now(), lease, partial(take_over, desk)):
        progress = Progress(total=desk.store.outbox.due(desk.now()))
        if paused := desk.store.switches.get(PAUSED):
            progress.stopped_because = paused
            return progress
        count_pass(desk)
        desk.store.outbox.acquaint(progress.total)
        with DatabaseThread() as database:
            round_ = _Round(desk, make_postman, database, name, lease, progress, stop, watch, kinds)
            asyncio.run(round_.run())
    return progress


def anything_due(desk: Desk) -> bool:
    """Whether a pass has anything to do: letters are due, or a sender that is no more has left some in hand."""
    due = desk.store.outbox.next_due()
    is_due = due is not None and due <= desk.now()
    return is_due or _was_set_back(desk) or desk.store.senders.left_behind()


def _was_set_back(desk: Desk) -> bool:
    """Whether the last pass was made by a clock that was far ahead of what it says now."""
    return desk.store.passes.counted_after(desk.now() + FAR_AHEAD)


def _heed_clock(desk: Desk) -> None:
    """Letters that wait for a time that a clock far ahead has named are looked at now: it was set back since.

    Raises:
        OutreachError: The database is older than the last letters that left.
    """
    if _was_set_back(desk):
        refuse_if_restored(desk)  # counted once more it would no longer be known as old
        desk.store.outbox.bring_near(desk.now())
        count_pass(desk)


def pause(desk: Desk) -> None:
    """Stops sending, in every process: after the letter in hand nothing leaves until somebody resumes."""
    desk.store.switches.turn(PAUSED, f"paused by {desk.by.removeprefix('person:')}", desk.now())


def resume(desk: Desk) -> bool:
    """Lets letters leave again; says whether sending was paused."""
    was = desk.store.switches.get(PAUSED)
    desk.store.switches.turn(PAUSED, None, desk.now())
    return was is not None


@dataclass
class _Round:
    """The workers of one pass: each has a connection, and takes some letters at a time."""

    desk: Desk
    make_postman: Callable[[], Postman]
    database: DatabaseThread
    name: str
    lease: timedelta
    progress: Progress
    stop: Callable[[], bool]
    watch: Watcher
    ask_kinds: Kinds

    def __post_init__(self) -> None:
        self._limits = self.desk.limits
        self._breaker = Breaker()
        self._allowed = 0  # connections
        self._counted = 0  # letters that had been handed over when the pass was last counted
        self._dry = False  # nothing is due any more
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._kinds: Collection[LetterKind] = ()

    async def run(self) -> None:
        """Until nothing is due, somebody stops it, or the relay does not want us.

        Raises:
            BusyError: Others use every connection.
        """
        working: dict[int, asyncio.Task[None]] = {}
        idle = 0.0
        while working or not self._ended():
            self._allowed = await self.database.run(partial(self._renew, len(working)))
            if not self._ended():
                for number in set(range(self._allowed)) - working.keys():
                    working[number] = asyncio.create_task(self._work(number))
            idle = 0.0 if working else idle + RENEW
            if idle > PATIENCE:
                raise BusyError(NO_CONNECTION)
            await _first_of(working.values())
            working = {number: task for number, task in working.items() if not _ended_well(task)}
        try:
            await self.database.run(self._count_on)
        except OutreachError as error:
            self.progress.went_wrong(error)

    def _count_on(self) -> None:
        """What has left since the last count makes every copy of the database an old one."""
        handled = self.progress.handled
        if self._counted < handled and self.desk.settings.campaign.mode == "real":
            self.desk.store.passes.count_on(self.desk.now())
            self._counted = handled

    def _renew(self, held: int) -> int:
        """How many connections we may have; none where the database is away, and what has begun ends as it can."""
        most = max(1, self.desk.settings.smtp.connections)
        now, senders = self.desk.now(), self.desk.store.senders
        try:
            self._count_on()
            return senders.renew(
                self.name, held, lambda place, all_: connections_for(place, all_, most), now, self.lease
            )
        except OutreachError as error:
            self.progress.went_wrong(error)
            return 0

    # ------------------------------------------------------------ when to stop

    def _over(self) -> bool:
        """Nothing is due any more, or it is known why nothing may leave."""
        return self._dry or bool(self.progress.stopped_because or self.progress.problem) or self.stop()

    def _ended(self) -> bool:
        """The same after a look whether somebody has paused."""
        if not self._over() and (paused := self.desk.store.switches.get(PAUSED)):
            self.progress.stopped_because = paused
        return self._over()

    def _heed(self, _letter: Letter, handover: Handover) -> None:
        """Stops everything where the relay's answer is about us, or the same for every address."""
        self._breaker = self._breaker.note(handover.result, handover.reply)
        if handover.result in (HandoverResult.ACCOUNT, HandoverResult.LETTER):
            self._pause(f"the relay said “{handover.reply}”")
        elif self._breaker.tripped:
            self._pause(f"the relay refuses every address: “{handover.reply}”")

    def _pause(self, why: str) -> None:
        self.progress.stopped_because = why
        self.desk.store.switches.turn(PAUSED, why, self.desk.now())
        raise EnoughError

    # ------------------------------------------------------------ one connection

    async def _work(self, number: int) -> None:
        postman = self.make_postman()
        at_once = 1
        try:
            while number < self._allowed and not self._over():
                if self._asked_long_ago():
                    await self._ask_again()
                    continue  # it may have taken minutes
                claimed = await self.database.run(partial(self._claim, at_once))
                if claimed.letters:
                    at_once = await self._hand_over(postman, claimed)
                elif claimed.held is not None:
                    await self._rest(claimed.held)
                elif claimed.paused:
                    self.progress.stopped_because = claimed.paused
                elif not claimed.seen:
                    self._dry = True
        except OutreachError as error:
            self.progress.went_wrong(error)
        finally:
            await postman.close()

    def _claim(self, at_once: int) -> Claimed:
        most = 1 if self._limits.per_minute else at_once
        departures = self.desk.store.departures
        return departures.claim(self.desk.now(), self.name, most, self._look, self._limits, self._kinds)

    def _asked_long_ago(self) -> bool:
        return time_module.monotonic() - self._asked_at > ASK_AGAIN

    async def _ask_again(self) -> None:
        """Which kinds may leave; asked every minute, so that a long pass does not remind who has answered.

        Meanwhile the lease is renewed and letters in hand go on: the mailbox may hold much.
        """
        async with self._asking:
            if self._asked_long_ago() and not self._over():
                self._kinds = await asyncio.to_thread(self.ask_kinds)
                self._asked_at = time_module.monotonic()

    def _look(self, letter: Letter, standing: Standing, where: Whereabouts) -> Leave | Stay | Drop:
        seen = self._look_again(letter, standing, where)
        if isinstance(seen, Drop):
            return seen
        return taken_off(letter, where.gone) or corrected(letter, where.contact, where.cc) or seen

    def _look_again(self, letter: Letter, standing: Standing, where: Whereabouts) -> Leave | Stay | Drop:
        """Who is written to is not asked once more: it is what the claim was told."""
        zone = where.timezone or country_zone(where.country)
        return last_look(letter, standing, self.desk.policy, self.desk.now(), zone, where.country)

    async def _rest(self, held: Stay) -> None:
        """Waits for the next slot; not for hours."""
        rest = held.until - self.desk.now()
        if rest > LONGEST_REST:
            self.progress.held, self._dry = held, True
        until = time_module.monotonic() + rest.total_seconds()
        while not self._ended() and (left := until - time_module.monotonic()) > 0:  # noqa: ASYNC110  a pause must be seen
            await asyncio.sleep(min(left, LOOK_UP))

    async def _hand_over(self, postman: Postman, claimed: Claimed) -> int:
        """Sends the letters; gives how many to take next, so that a pause is heeded within a second."""
        began, number = time_module.monotonic(), len(claimed.letters)
        batch = Batch(self.desk, claimed, self.name, self._look_again, self._heed, self.database)
        try:
            await batch.hand_over(postman, self.stop)
        except StoppedError:
            return 1
        finally:
            self._count(batch.tried)
            self._dry &= len(batch.tried) == number  # the others may be due again
        took = max(time_module.monotonic() - began, 1e-6)
        return max(1, min(MOST_AT_ONCE, 4 * number, int(number * AT_ONCE / took)))

    def _count(self, outcomes: Collection[Outcome]) -> None:
        for outcome in outcomes:
            self.progress.count(outcome.state)
        if outcomes:
            self.watch(self.progress)


async def _first_of(tasks: Collection[asyncio.Task[None]]) -> None:
    """Waits until one of them has ended, or it is time to renew the lease."""
    if tasks:
        await asyncio.wait(tasks, timeout=RENEW, return_when=asyncio.FIRST_COMPLETED)
    else:
        await asyncio.sleep(RENEW)


def _ended_well(task: asyncio.Task[None]) -> bool:
    """Whether it has ended; what went wrong in it goes wrong here."""
    return task.done() and task.result() is None
