"""Hands some claimed letters over one connection to the relay, and writes down what became of each."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from outreach.adapters.store.letters.departures import Claimed, Look, Outcome
from outreach.adapters.store.letters.trails import Trail
from outreach.campaign.desk import Desk
from outreach.campaign.letters.wire import letter_parts, outgoing
from outreach.campaign.sending.database_thread import DatabaseThread
from outreach.campaign.sending.outcomes import outcome_of, told_once
from outreach.campaign.sending.taking_over import NEVER_BEGUN
from outreach.model import INTERRUPTED, Handover, HandoverResult, Letter, Outgoing, OutreachError, TryAgainLaterError

T = TypeVar("T")
STOP_CHECK = 0.2  # seconds between two looks whether to stop
LAST_ANSWER = 20.0  # seconds that a letter in hand has to end when the program is to stop
LONGEST = 20.0  # seconds after the look at its invitee in which a letter may begin; well within the lease
INSIST = 15.0  # seconds in which what is known is tried to be written down
AGAIN = 0.2  # seconds between two tries
TURN = 8  # letters that are composed before other connections hear their answers
# It goes on while the machine sleeps, where the system has such a clock.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
NOBODY_KNOWS = Handover(HandoverResult.IN_DOUBT, INTERRUPTED, "the program failed while it handed the letter over")


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
        before_payload: Callable[[], Awaitable[Collection[int]]],
        settled: Callable[[int, Handover], None],
        beginning: Callable[[int], None] = ...,
    ) -> None:
        """Hands letters over, in order; none begins before the one before it is settled.

        `before_payload` is called once, before the first byte of the first one: it commits the intent of all, and says
        which must not leave any more. `beginning` is told of each of the others just before its first byte, which does
        not leave if it raises. `settled` is told what became of it; if it raises, no further letter begins.
        """
        ...

    async def close(self) -> None:
        """Takes leave."""
        ...


async def nothing_kept() -> Collection[int]:
    """As `before_payload` of a letter that the outbox does not know."""
    return ()


class StoppedError(Exception):
    """The program is to stop, and no letter is in hand."""


class EnoughError(Exception):
    """The relay's answer to one letter says that no further one should follow."""


async def unless_stopped(
    talk: Coroutine[Any, Any, T], stop: Callable[[], bool], begun: Callable[[], bool] = lambda: False
) -> T:
    """Ends a conversation when the program is to stop: at once before a letter's first byte, else after a while.

    It has ended, and told what it knows, whenever this returns or raises: also when it is cancelled itself.
    """
    task = asyncio.ensure_future(talk)
    patience = LAST_ANSWER
    try:
        while not (await asyncio.wait({task}, timeout=STOP_CHECK))[0]:
            if stop():
                patience -= STOP_CHECK if begun() else LAST_ANSWER
            if patience <= 0:
                break
    finally:
        task.cancel()
        await asyncio.wait({task})
        failed = None if task.cancelled() else task.exception()
    if task.cancelled():
        raise StoppedError
    if failed is not None:
        raise failed
    return task.result()


def running() -> float:
    """Seconds on a clock that nobody sets."""
    return time.clock_gettime(_RUNNING)


class Batch:
    """Letters that leave one after the other: their intent is one transaction, what became of them another.

    No letter begins long after that intent: by then a person may have paused, its invitee answered, or the lease run
    out and another process taken it over. It waits again, and is looked at anew. This is asked just before each
    letter's first byte, since the relay may take minutes for the commands before it.
    """

    def __init__(
        self,
        desk: Desk,
        claimed: Claimed,
        sender: str,
        look: Look,
        heed: Callable[[Letter, Handover], None],
        database: DatabaseThread,
        clock: Callable[[], float] = running,
    ) -> None:
        """`heed` hears what became of each letter, and raises EnoughError where no further one should leave."""
        self._desk = desk
        self._claimed = claimed
        self._sender = sender
        self._look = look
        self._heed = heed
        self._database = database
        self._clock = clock
        self._until = float("inf")  # by that clock: no letter begins later
        self._moment = desk.now()
        self._begun: frozenset[int] = frozenset()  # letters whose intent is committed
        self._opened: set[int] = set()  # letters whose first byte may have left
        self._outcomes: dict[int, Outcome] = {}
        self._trail: Trail | None = None  # from the intent on

    @property
    def tried(self) -> tuple[Outcome, ...]:
        """What became of the letters that the relay was asked to take."""
        return tuple(one for one in self._outcomes.values() if one.tried)

    async def hand_over(self, postman: Postman, stop: Callable[[], bool]) -> None:
        """Sends the letters.

        Raises:
            StoppedError: The program is to stop.
            OutreachError: The relay or the database cannot be reached; the letters that did not leave wait again.
        """
        try:
            letters = await self._composed()
            if letters:
                if not postman.connected:
                    await unless_stopped(postman.connect(), stop)
                await self._send(postman, letters, stop)
        except EnoughError:
            pass
        finally:
            await self._write_down()

    async def _composed(self) -> list[tuple[Letter, Outgoing]]:
        """The letters as they go over the wire; after some of them, other connections hear their answers."""
        made: list[tuple[Letter, Outgoing]] = []
        for letter in self._claimed.letters:
            try:
                parts = letter_parts(self._desk, letter, letter.first_tried_at or self._moment)
            except TryAgainLaterError:
                raise  # the database is away, and the letter is not to blame
            except OutreachError as error:
                self._note(letter, Handover(HandoverResult.LETTER, "compose", str(error)))
                break
            made.append((letter, outgoing(self._desk, letter, parts)))
            if not len(made) % TURN:
                await asyncio.sleep(0)
        return made

    async def _send(self, postman: Postman, made: list[tuple[Letter, Outgoing]], stop: Callable[[], bool]) -> None:
        letters = [letter for letter, _ in made]
        talk = postman.hand_over(
            [one for _, one in made],
            before_payload=lambda: self._intend(letters),
            beginning=lambda number: self._open(letters[number]),
            settled=lambda number, handover: self._note(letters[number], handover),
        )
        await unless_stopped(talk, stop, lambda: bool(self._begun))

    async def _intend(self, letters: list[Letter]) -> list[int]:
        """Commits the intent of all that are not settled yet; gives the places of those that must not leave."""
        left = tuple(letter for letter in letters if letter.id not in self._outcomes)
        batch = Claimed(left, self._claimed.places)
        self._until = self._clock() + LONGEST
        self._trail = self._desk.store.trails.start(self._sender, [letter.id for letter in left])
        self._begun = frozenset(letter.id for letter in left)  # even if it fails: the commit may have come through
        begin = partial(self._desk.store.departures.begin, batch, self._sender, self._moment, self._look)
        kept_back = await self._database.run(begin)
        self._begun -= kept_back
        self._refuse_late()
        return [number for number, letter in enumerate(letters) if letter.id in kept_back]

    def _open(self, letter: Letter) -> None:
        """A letter is about to begin, unless it is too late for that."""
        self._refuse_late()
        if self._trail is not None:
            self._trail.begins(letter.id)
        self._opened.add(letter.id)

    def _note(self, letter: Letter, handover: Handover) -> None:
        begun, handover, now = letter.id in self._begun, told_once(letter, handover), self._desk.now()
        if self._trail is not None:
            self._trail.heard(letter.id, handover, now)
        self._outcomes[letter.id] = outcome_of(self._desk, letter, handover, now, begun=begun)
        self._heed(letter, handover)
        self._refuse_late()

    def _refuse_late(self) -> None:
        """Raises EnoughError where letters are left that would begin too late."""
        if self._clock() > self._until and self._begun - self._outcomes.keys():
            raise EnoughError

    async def _write_down(self) -> None:
        """Settles every letter; what was not tried waits again, if it has not been kept back.

        Raises:
            OutreachError: The database cannot be written to; the message says what the relay answered.
        """
        desk, now = self._desk, self._desk.now()
        unknown = self._begun - self._outcomes.keys()
        for letter in self._claimed.letters:
            if letter.id in unknown:
                known = NOBODY_KNOWS if letter.id in self._opened else NEVER_BEGUN
                self._outcomes[letter.id] = outcome_of(desk, letter, known, now, begun=True)
        tried = {one.letter.id for one in self.tried}
        await self._settle(now)
        untried = [letter for letter in self._claimed.letters if letter.id not in tried]
        if untried:
            release = partial(desk.store.departures.release, untried, self._sender, desk.limits)
            await self._database.run(release)
        if self._trail is not None:
            self._trail.end()

    async def _settle(self, now: datetime) -> None:
        known = tuple(self._outcomes.values())
        settle = partial(self._desk.store.departures.settle, known, self._sender, now)
        try:
            await insist(lambda: self._database.run(settle))
        except OutreachError as error:
            if self._trail is not None:
                self._trail.close()
            told = "; ".join(f"letter {one.letter.id}: {one.state.value}, {one.reply}" for one in self.tried)
            raise type(error)(f"{error}; what the relay said could not be written down: {told or 'nothing'}") from error


async def insist(write: Callable[[], Awaitable[None]]) -> None:
    """Writes down what must not be forgotten, again and again for some seconds: room or the server may come back.

    Raises:
        OutreachError: It could not be done.
    """
    until = running() + INSIST
    try:
        while running() < until:
            with contextlib.suppress(OutreachError):
                return await write()
            await asyncio.sleep(AGAIN)
    except asyncio.CancelledError:
        await write()
        raise
    return await write()
