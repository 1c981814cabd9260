"""A longer way to a relay on this machine: every byte comes later, and encrypted if a certificate is given."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _End(asyncio.Protocol):
    """One end of a line: what comes here goes out at the other end after the delay."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self.transport: asyncio.Transport | None = None
        self.other: _End

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends what came before there was a line."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        for data in self._waiting:
            transport.write(data)

    def data_received(self, data: bytes) -> None:
        """On its way."""
        if self._delay:
            self._loop.call_later(self._delay, self.other.out, data)
        else:
            self.other.out(data)

    def out(self, data: bytes) -> None:
        """Arrived."""
        if self.transport is None:
            self._waiting.append(data)
        else:
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's
        """The other end goes, too."""
        if self.other.transport is not None:
            self.other.transport.close()


async def _serve(listening: socket.socket, target: int, delay: float, encryption: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    tasks = set()

    def accept() -> _End:
        near, far = _End(delay), _End(delay)
        near.other, far.other = far, near
        tasks.add(loop.create_task(loop.create_connection(lambda: far, "127.0.0.1", target)))
        return near

    server = await loop.create_server(accept, sock=listening, ssl=encryption)
    await server.serve_forever()


@contextmanager
def distant(
    target: int, *, round_trip: float = 0.0, encryption: Callable[[], ssl.SSLContext] | None = None
) -> Iterator[int]:
    """The port of a line to a port of this machine; `round_trip` is in seconds. It runs in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            asyncio.run(_serve(listening, target, round_trip / 2, encryption() if encryption else None))

        process = multiprocessing.get_context("fork").Process(target=run, daemon=True)
        process.start()
        try:
            yield listening.getsockname()[1]
        finally:
            process.kill()
            process.join()
