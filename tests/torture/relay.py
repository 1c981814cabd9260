"""A relay in a process of its own that writes down every letter it truly took, at once or slowly, and may fail."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import random
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

END = b"\r\n.\r\n"
LARGEST = 4 * 1024 * 1024  # bytes of a letter
_LENGTH = struct.Struct(">I")

# Seconds between the dot and the answer, by the number of the profile; in between the letter is taken.
DELAYS: tuple[Callable[[random.Random], float], ...] = (
    lambda _chance: 0.0,
    lambda _chance: 0.012,
    lambda chance: chance.uniform(0.0, 0.03),
    lambda _chance: 2.0,
)
# What goes wrong with a letter where things go wrong, each as often as the others: stage, words.
FAULTS = (
    ("greeting", "421 4.3.2 too busy"),
    ("greeting", "drop"),
    ("mail", "421 4.7.0 try later"),
    ("mail", "451 4.3.0 not now"),
    ("rcpt", "450 4.2.1 greylisted"),
    ("rcpt", "drop"),
    ("data", "451 4.3.0 not now"),
    ("data", "hang"),
    ("payload", "drop"),
    ("lost", "drop"),
    ("lost", "421 4.3.0 going down"),
    ("lost", "452 4.3.1 no room"),
    ("taken", "drop"),
    ("taken", "hang"),
    ("taken", "junk"),
)


class Board:
    """Numbers that the processes of a test share."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)  # anonymous: what is forked shares it

    def __getitem__(self, place: int) -> int:
        """The number in a place."""
        return int(struct.unpack_from("q", self._memory, 8 * place)[0])

    def __setitem__(self, place: int, number: int) -> None:
        """Writes a number."""
        struct.pack_into("q", self._memory, 8 * place, number)


PROFILE, PIPELINING, CONNECTIONS, GREETED = range(4)  # places of the board


@dataclass
class Relay:
    """Runs in a child process from `with` on; `log` gets the head of each letter that it took."""

    log: Path
    seed: int
    percent: int = 0  # of connections, and of letters, with which something goes wrong

    def __post_init__(self) -> None:
        """Listens already, so that the port is known; answers come from the child."""
        self.board = Board()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._socket.getsockname()[1])
        self.log.touch()

    def __enter__(self) -> Self:
        """Starts it."""
        self._pid = os.fork()
        if not self._pid:
            try:
                asyncio.run(self._serve(os.getppid()))
            finally:
                os._exit(0)
        self._socket.close()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.board[PROFILE] = -1
        os.waitpid(self._pid, 0)

    @property
    def quiet(self) -> bool:
        """Whether nobody is connected, and so no letter can be taken any more."""
        return self.board[CONNECTIONS] == 0

    # ------------------------------------------------------------ in the child

    async def _serve(self, parent: int) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311  the same every time
        with self.log.open("ab", buffering=0) as self._file:
            server = await asyncio.start_server(self._accept, sock=self._socket, limit=LARGEST)
            while self.board[PROFILE] >= 0 and os.getppid() == parent:  # noqa: ASYNC110  another process says so
                await asyncio.sleep(0.1)
            server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.board[CONNECTIONS] += 1
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client was killed
        finally:
            self.board[CONNECTIONS] -= 1
            writer.transport.abort()

    def _fault(self) -> tuple[str, str]:
        return self._chance.choice(FAULTS) if self._chance.randrange(100) < self.percent else ("", "")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._fault()
        if not await _say(writer, "220 relay ready", "greeting", fault):
            return
        self.board[GREETED] += 1
        offers = (
            "250-relay\r\n250-PIPELINING\r\n250 8BITMIME" if self.board[PIPELINING] else "250-relay\r\n250 8BITMIME"
        )
        answers = {"ehlo": offers, "data": "354 go on", "quit": "221 bye"}
        while line := await reader.readline():
            verb = line[:4].decode("ascii", "replace").lower()
            fault = self._fault() if verb == "mail" else fault
            if not await _say(writer, answers.get(verb, "250 fine"), verb, fault) or verb == "quit":
                return
            if verb == "data" and fault[0] != "data" and not await self._take(reader, writer, fault):
                return

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: tuple[str, str]) -> bool:
        """One letter; whether the connection goes on."""
        if fault[0] == "payload":
            await reader.read(100)
            return False
        letter = await reader.readuntil(END)
        if letter == END:  # for nobody: the reader was refused, and DATA had been asked for already
            return await _say(writer, "554 5.5.1 no valid recipients", "", fault)
        if fault[0] == "lost":
            return await _say(writer, "", "lost", fault)
        delay = DELAYS[max(0, self.board[PROFILE])](self._chance)
        before = self._chance.uniform(0, delay)
        await asyncio.sleep(before)
        head = letter.partition(b"\r\n\r\n")[0]
        self._file.write(_LENGTH.pack(len(head)) + head)
        await asyncio.sleep(delay - before)
        return await _say(writer, "250 2.0.0 taken", "taken", fault)


async def _say(writer: asyncio.StreamWriter, words: str, stage: str, fault: tuple[str, str]) -> bool:
    """Answers; whether the connection goes on."""
    if stage == fault[0]:
        words = {"junk": "something else entirely"}.get(fault[1], fault[1])
    if words == "hang":
        await asyncio.sleep(1.0)
    if words in ("drop", "hang"):
        return False
    writer.write(words.encode() + b"\r\n")
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    return not words.startswith("421") and words[:1] in "2345"


def read_log(log: Path, start: int) -> tuple[Sequence[bytes], int]:
    """The heads of the letters that were written down behind a place, and the place behind them."""
    with log.open("rb") as file:
        file.seek(start)
        data = file.read()
    heads, at = [], 0
    while at + _LENGTH.size <= len(data):
        end = at + _LENGTH.size + _LENGTH.unpack_from(data, at)[0]
        if end > len(data):
            break
        heads.append(data[at + _LENGTH.size : end])
        at = end
    return heads, start + at
