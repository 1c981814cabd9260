"""What letters are sent to when sending is measured: Postfix's smtp-sink, and a line that delays everything."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE = 10.0  # seconds until a server must answer


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's sink, which takes every letter and keeps none; gives its port."""
    port = free_port()
    sink = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(port)
        yield port
    finally:
        sink.kill()
        sink.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(port)


@contextmanager
def serving(accept: Accept) -> Iterator[int]:
    """A server in a thread of its own; gives its port, and leaves nothing open behind it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait(step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, loop).result()

    server = wait(asyncio.start_server(accept, "127.0.0.1", 0, limit=2**20))
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        wait(_end_all())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    """Ends the conversations that are still open."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # transports close in the next round of the loop


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A line to a port on which every byte takes so long in each direction; gives its near end."""
    with serving(_Line(port, seconds).accept) as near:
        yield near


class _Line:
    """Passes bytes on, later."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        finally:
            far_writer.close()
            writer.close()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(64 * 1024):
            loop.call_later(self._seconds, target.write, data)
        loop.call_later(self._seconds, target.close)
