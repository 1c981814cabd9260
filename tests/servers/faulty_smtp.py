"""An SMTP server on loopback that misbehaves as it is told, and counts the letters that it really took."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Self

OK = {
    "greeting": "220 faulty ready",
    "ehlo": "250-faulty\r\n250-8BITMIME\r\n250 AUTH PLAIN",
    "auth": "235 welcome",
    "mail": "250 sender fine",
    "rcpt": "250 recipient fine",
    "data": "354 go on",
    "reply": "250 2.0.0 taken as 1",
    "rset": "250 reset",
    "quit": "221 bye",
    "starttls": "220 go on",
}
VERBS = {"EHLO": "ehlo", "HELO": "ehlo", "AUTH": "auth", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data", "RSET": "rset", "QUIT": "quit", "STARTTLS": "starttls"}  # fmt: skip


@dataclass
class FaultySmtp:
    """`faults` maps a verb to a reply, or to “drop”, “reset”, “hang”, “junk”; `after` letters it begins."""

    faults: dict[str, str] = field(default_factory=dict)
    after: int = 0
    tls: ssl.SSLContext | None = None
    letters: list[bytes] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    connections: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Starts it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops it."""
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        """Where it listens."""
        address: tuple[str, int] = self._server.sockets[0].getsockname()
        return address[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            if await self._answer("greeting", writer):
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = line.decode("latin-1").strip()
            self.lines.append(words)
            verb = VERBS.get(words[:8].split(" ")[0].upper(), "junk")
            if not await self._answer(verb, writer):
                return
            if verb == "quit":
                return
            if verb == "data" and self._fault("data") is None and not await self._payload(reader, writer):
                return

    async def _payload(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lost = self._fault("payload")
        if lost is not None:
            await reader.read(100)
            self._end(writer, lost)
            return False
        content = await reader.readuntil(b"\r\n.\r\n")
        fault = self._fault("reply")
        if (fault or "")[:1] not in ("4", "5"):
            self.letters.append(content)
        return await self._say(fault or OK["reply"], writer)

    def _fault(self, verb: str) -> str | None:
        return self.faults.get(verb) if len(self.letters) >= self.after else None

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> bool:
        return await self._say(self._fault(verb) or OK.get(verb, "500 what?"), writer)

    async def _say(self, words: str, writer: asyncio.StreamWriter) -> bool:
        if words in ("drop", "reset"):
            self._end(writer, words)
            return False
        if words == "hang":
            await asyncio.sleep(30)
            return False
        writer.write(("something else entirely" if words == "junk" else words).encode() + b"\r\n")
        await writer.drain()
        return not words.startswith("421")

    def _end(self, writer: asyncio.StreamWriter, how: str) -> None:
        if how == "reset":
            writer.transport.abort()
        else:
            writer.close()
