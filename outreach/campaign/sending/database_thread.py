"""Waits for the disk in a thread, so that letters go on over other connections meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Self, TypeVar

from outreach.adapters.store.engine import tell_of_commits

T = TypeVar("T")


class DatabaseThread:
    """Does one piece of work after the other: nobody waits for a lock of the database that another of us has.

    Until a transaction is about to be committed, everything else waits: two threads that take turns for Python's lock
    at each row lose more than they win.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "database")
        self._turn = asyncio.Lock()

    def __enter__(self) -> Self:
        """Ready for work."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends when its work is done."""
        self._thread.shutdown()

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives or raises.

        Who is cancelled while it is done hears of it when it has ended: nobody goes on while a commit may come through.
        """
        async with self._turn:
            committing = Event()
            done = asyncio.get_running_loop().run_in_executor(self._thread, _do, work, committing)
            committing.wait()
            await _ended(done)
            return done.result()


def _do(work: Callable[[], T], committing: Event) -> T:
    tell_of_commits(committing.set)
    try:
        return work()
    finally:
        committing.set()


async def _ended(done: asyncio.Future[T]) -> None:
    cancelled = False
    while not done.done():
        try:
            await asyncio.wait({done})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        done.exception()  # nobody asks for it any more
        raise asyncio.CancelledError
