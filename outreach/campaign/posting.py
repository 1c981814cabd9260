"""Hands the letters that are due to the relay, and writes down what became of each."""

from __future__ import annotations

import asyncio
import os
import socket
import time as time_module
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from outreach.adapters.store.locks import only_one
from outreach.adapters.store.outbox import Go, Wait, Withhold
from outreach.campaign.desk import Desk
from outreach.campaign.restored import count_pass, refuse_if_restored
from outreach.campaign.wire import letter_parts, outgoing
from outreach.core.dispatch import Drop, Stay, last_look
from outreach.core.pacing import Breaker, next_try
from outreach.model import (
    EntryKind,
    Handover,
    HandoverResult,
    Invitee,
    Letter,
    LetterKind,
    LetterState,
    Outgoing,
    OutreachError,
    Standing,
)

T = TypeVar("T")

CLAIM = 10  # letters a worker takes at once
ASK_AGAIN = 60.0  # seconds after which it is asked again which kinds may leave
PATIENCE = 5.0  # seconds that another pass has to end
STOP_CHECK = 0.2  # seconds between two looks whether to stop
LAST_ANSWER = 20.0  # seconds that a letter in hand has to end when the program is to stop
PAUSED = "paused"


class Postman(Protocol):
    """One connection to the relay."""

    async def connect(self) -> None:
        """Connects and logs in."""
        ...

    @property
    def connected(self) -> bool:
        """Whether the connection can take a letter."""
        ...

    async def hand_over(
        self,
        letters: Sequence[Outgoing],
        *,
        before_payload: Callable[[], Collection[int]],
        settled: Callable[[int, Handover], None],
    ) -> None:
        """Hands letters over; `before_payload` says which must not leave, `settled` is told what became of the rest."""
        ...

    async def close(self) -> None:
        """Takes leave."""
        ...


@dataclass
class Progress:
    """How a mailing goes; the entrypoint shows it."""

    total: int = 0
    done: dict[LetterState, int] = field(default_factory=dict)
    stopped_because: str = ""
    problem: OutreachError | None = None

    def count(self, state: LetterState) -> None:
        """One more letter came to this state."""
        self.done[state] = self.done.get(state, 0) + 1

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
) -> Progress:
    """One pass over the letters that are due. Those that wait for their time stay in the outbox.

    `kinds` is asked before letters are taken, again every minute: which kinds may leave now.

    Raises:
        TryAgainLaterError: Another process is sending.
        OutreachError: The database is older than the last letters that left.
    """
    refuse_if_restored(desk)
    message = "another process is sending this campaign's letters; wait until it has finished, or stop it"
    with only_one(desk.store.engine, "sender", message, patience=PATIENCE):
        desk.store.outbox.recover(desk.now(), "the program was interrupted while it handed the letter over")
        progress = Progress(total=desk.store.outbox.due(desk.now()))
        if paused := desk.store.switches.get(PAUSED):
            progress.stopped_because = paused
            return progress
        count_pass(desk)
        asyncio.run(_Round(desk, make_postman, stop, watch, progress, kinds).run())
    return progress


def pause(desk: Desk) -> None:
    """Stops sending, in every process: after the letter in hand nothing leaves until somebody resumes."""
    desk.store.switches.turn(PAUSED, f"paused by {desk.by.removeprefix('person:')}", desk.now())


def resume(desk: Desk) -> bool:
    """Lets letters leave again; says whether sending was paused."""
    was = desk.store.switches.get(PAUSED)
    desk.store.switches.turn(PAUSED, None, desk.now())
    return was is not None


class _StoppedError(Exception):
    """The program is to stop, and no letter is in hand."""


class _Round:
    """The workers of one pass: each has a connection and takes a few letters at a time."""

    def __init__(
        self,
        desk: Desk,
        make_postman: Callable[[], Postman],
        stop: Callable[[], bool],
        watch: Watcher,
        progress: Progress,
        kinds: Kinds,
    ) -> None:
        self._desk = desk
        self._make_postman = make_postman
        self._stop = stop
        self._watch = watch
        self._progress = progress
        self._ask_kinds = kinds
        self._asked_at = float("-inf")
        self._allowed: Collection[LetterKind] = ()
        self._breaker = Breaker()
        self._slot = asyncio.Lock()
        self._next_slot = 0.0
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    async def run(self) -> None:
        """Until nothing is due, somebody stops it, or the relay does not want us."""
        await asyncio.gather(*(self._work(number) for number in range(max(1, self._desk.settings.smtp.connections))))

    def _stopping(self) -> bool:
        if self._progress.stopped_because or self._progress.problem or self._stop():
            return True
        paused = self._desk.store.switches.get(PAUSED)
        if paused:
            self._progress.stopped_because = paused
        return bool(paused)

    async def _work(self, number: int) -> None:
        postman = self._make_postman()
        try:
            while not self._stopping():
                worker = f"{self._name}:{number}"
                kinds = self._kinds()
                letters = self._desk.store.outbox.claim(self._desk.now(), worker, CLAIM, self._look, kinds)
                if not letters and not self._due(kinds):
                    return
                await self._hand_over_all(postman, letters, worker)
        finally:
            await postman.close()

    def _kinds(self) -> Collection[LetterKind]:
        """Which kinds may leave; asked again every minute, so that a long pass does not remind who has answered."""
        if time_module.monotonic() - self._asked_at > ASK_AGAIN:
            count_pass(self._desk)
            self._allowed = self._ask_kinds()
            self._asked_at = time_module.monotonic()
        return self._allowed

    def _due(self, kinds: Collection[LetterKind]) -> bool:
        due = self._desk.store.outbox.next_due(kinds)
        return due is not None and due <= self._desk.now()

    async def _hand_over_all(self, postman: Postman, letters: tuple[Letter, ...], worker: str) -> None:
        left = [letter.id for letter in letters]
        try:
            for letter in letters:
                if self._stopping():
                    return
                await self._wait_for_slot()
                if not postman.connected:
                    await self._unless_stopped(postman.connect())
                await self._hand_over(postman, letter, worker)
                left.remove(letter.id)
        except _StoppedError:
            return
        except OutreachError as error:
            self._progress.problem = error
        finally:
            self._desk.store.outbox.release(left)

    async def _wait_for_slot(self) -> None:
        rate = self._desk.settings.smtp.per_minute
        if not rate:
            return
        loop = asyncio.get_running_loop()
        async with self._slot:
            slot = max(self._next_slot, loop.time())
            self._next_slot = slot + 60 / rate
        while (rest := slot - loop.time()) > 0 and not self._stopping():  # noqa: ASYNC110  a pause must be seen
            await asyncio.sleep(min(rest, 0.5))

    def _look(self, letter: Letter, invitee: Invitee, standing: Standing) -> Go | Wait | Withhold:
        desk = self._desk
        seen = last_look(letter, standing, desk.policy, desk.now(), desk.zone(invitee), invitee.country)
        if isinstance(seen, Stay):
            return Wait(seen.until, seen.why)
        if isinstance(seen, Drop):
            return Withhold(seen.why)
        return Go()

    async def _unless_stopped(self, talk: Coroutine[Any, Any, T], begun: Callable[[], bool] = lambda: False) -> T:
        """Ends a conversation when the program is to stop: at once before a letter's first byte, else after a while."""
        task = asyncio.ensure_future(talk)
        patience = LAST_ANSWER
        while not (await asyncio.wait({task}, timeout=STOP_CHECK))[0]:
            if self._stop():
                patience -= STOP_CHECK if begun() else LAST_ANSWER
            if patience <= 0:
                task.cancel()
                await asyncio.wait({task})
                break
        if task.cancelled():
            raise _StoppedError
        return task.result()

    async def _hand_over(self, postman: Postman, letter: Letter, worker: str) -> None:
        desk = self._desk
        moment = letter.first_tried_at or desk.now()
        begun = False
        settled: list[Handover] = []

        def intend() -> tuple[int, ...]:
            nonlocal begun
            begun = isinstance(desk.store.outbox.begin(letter.id, worker, moment, self._look), Go)
            return () if begun else (0,)  # it has been settled or put back already, in the transaction that looked

        try:
            parts = letter_parts(desk, letter, moment)
        except OutreachError as error:
            self._settle(letter, Handover(HandoverResult.LETTER, "compose", str(error)), begun=False)
            return
        talk = postman.hand_over(
            [outgoing(desk, letter, parts)],
            before_payload=intend,
            settled=lambda _number, handover: settled.append(handover),
        )
        try:
            await self._unless_stopped(talk, lambda: begun)
        except _StoppedError:
            if not begun:
                raise
        for handover in settled:
            self._settle(letter, handover, begun=begun)

    def _settle(self, letter: Letter, handover: Handover, *, begun: bool) -> None:
        desk, now, result = self._desk, self._desk.now(), handover.result
        state, due_at, reply = _next_state(desk, letter, handover, now)
        tried = not begun and result is not HandoverResult.NOT_TRIED
        entries = []
        if result is HandoverResult.ACCEPTED:
            entries.append(
                desk.entry(
                    invitee=letter.key.invitee,
                    kind=EntryKind.SENT,
                    at=now,
                    what=letter.key.kind.value,
                    step=letter.key.step,
                    letter=letter.id,
                )
            )
        elif state is LetterState.REFUSED:
            refused = EntryKind.REFUSED
            entries.append(
                desk.entry(
                    invitee=letter.key.invitee,
                    kind=refused,
                    at=now,
                    letter=letter.id,
                    step=letter.key.round,
                    what=reply[:40],
                )
            )
        desk.store.outbox.settle(
            letter.id, state, now, stage=handover.stage, reply=reply, due_at=due_at, tried=tried, entries=entries
        )
        self._progress.count(state)
        self._heed(handover, now)
        self._watch(self._progress)

    def _heed(self, handover: Handover, now: datetime) -> None:
        self._breaker = self._breaker.note(handover.result, handover.reply)
        if handover.result in (HandoverResult.ACCOUNT, HandoverResult.LETTER):
            self._pause(f"the relay said “{handover.reply}”", now)
        elif self._breaker.tripped:
            self._pause(f"the relay refuses every address: “{handover.reply}”", now)

    def _pause(self, why: str, now: datetime) -> None:
        self._progress.stopped_because = why
        self._desk.store.switches.turn(PAUSED, why, now)


def _next_state(
    desk: Desk, letter: Letter, handover: Handover, now: datetime
) -> tuple[LetterState, datetime | None, str]:
    result = handover.result
    if result is HandoverResult.ACCEPTED:
        return LetterState.ACCEPTED, None, handover.reply
    if result is HandoverResult.REFUSED:
        return LetterState.REFUSED, None, handover.reply
    if result is HandoverResult.IN_DOUBT:
        return LetterState.IN_DOUBT, None, handover.reply
    if result is HandoverResult.DEFERRED:
        due_at = next_try(letter.attempts + 1, now, _give_up_at(desk, letter.first_tried_at or now, now))
        if due_at is None:
            return (
                LetterState.REFUSED,
                None,
                f"given up before the deadline after {letter.attempts + 1} tries: {handover.reply}",
            )
        return LetterState.DEFERRED, due_at, handover.reply
    return LetterState.READY, None, handover.reply


def _give_up_at(desk: Desk, first_tried: datetime, now: datetime) -> datetime:
    """Letters are tried for four days (RFC 5321 §4.5.4.1), and not past the deadline unless it is over already."""
    deadline = datetime.combine(desk.deadline, time(23, 59), tzinfo=ZoneInfo(desk.settings.campaign.timezone))
    four_days = first_tried + timedelta(days=4)
    return min(deadline.astimezone(UTC), four_days) if deadline > now else four_days
