"""What letters are sent to when sending is measured: Postfix's smtp-sink, and a line that delays everything."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

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
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A line to a port on which every byte takes so long in each direction; gives its near end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    line = _Line(port, seconds)
    near = asyncio.run_coroutine_threadsafe(line.open(), loop).result()
    try:
        yield near
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


class _Line:
    """Passes bytes on, later."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        """Listens; gives the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(64 * 1024):
            loop.call_later(self._seconds, target.write, data)
        loop.call_later(self._seconds, target.close)
