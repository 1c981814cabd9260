"""How much somebody may send, and how slowly: beyond that the page gives up on them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Patience:
    """How long somebody is waited for, or waits, in seconds."""

    head: float = 10.0  # for a request up to the end of its headers
    piece: float = 20.0  # for the next piece of what is sent
    whole: float = 120.0  # for all of it
    look: float = 5.0  # until a look into the mailbox is over; then the page says that it is under way


def within(scope: Scope, receive: Receive, limit: int, patience: Patience) -> Receive:
    """What is sent, up to a limit in bytes: 413 beyond it, 408 where it does not come."""
    announced = Headers(scope=scope).get("content-length", "0")
    end = asyncio.get_running_loop().time() + patience.whole
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        if not announced.isdecimal() or int(announced) > limit:
            raise HTTPException(413)
        left = end - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(patience.piece, max(left, 0.0))):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return receiving


def patient_protocol(patience: Patience) -> type[asyncio.Protocol]:
    """Uvicorn's protocol, which also gives up on headers that do not come: it waits for them for ever."""

    class Patient(H11Protocol):
        """One connection."""

        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            """Somebody connects."""
            super().connection_made(transport)
            self._look_at_the_clock()

        def data_received(self, data: bytes) -> None:
            """Something came."""
            super().data_received(data)
            self._look_at_the_clock()

        def connection_lost(self, exc: Exception | None) -> None:
            """Somebody is gone."""
            super().connection_lost(exc)
            self._stop_the_clock()

        def _look_at_the_clock(self) -> None:
            """The clock runs while a head has begun and has not ended."""
            if self.conn.their_state is not h11.IDLE:
                self._stop_the_clock()
            elif self._waiting is None:
                self._waiting = self.loop.call_later(patience.head, self.transport.close)

        def _stop_the_clock(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return Patient
