"""Does what is asked of the database in a thread, so that letters go on over other connections meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class DatabaseThread:
    """One thread: what it is given is done in that order. What the database does itself needs no lock of Python."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "database")

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

        Who is cancelled meanwhile hears of it when the work has ended: nobody goes on while a commit may come through.
        """
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        cancelled = False
        while not done.done():
            try:
                await asyncio.wait({done})
            except asyncio.CancelledError:
                cancelled = True
        if cancelled:
            done.exception()  # nobody asks for it any more
            raise asyncio.CancelledError
        return done.result()
