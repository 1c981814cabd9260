"""An SMTP server on loopback that misbehaves as it is told, and counts the letters that it really took."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from typing import Self

EXTENSIONS = ("8BITMIME", "AUTH PLAIN")
OK = {
    "greeting": "220 faulty ready",
    "auth": "235 welcome",
    "mail": "250 sender fine",
    "rcpt": "250 recipient fine",
    "data": "354 go on",
    "reply": "250 2.0.0 taken",
    "rset": "250 reset",
    "quit": "221 bye",
    "starttls": "220 go on",
}
VERBS = {"EHLO": "ehlo", "HELO": "ehlo", "AUTH": "auth", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data", "RSET": "rset", "QUIT": "quit", "STARTTLS": "starttls"}  # fmt: skip
WAYS_TO_END = ("drop", "reset", "hang")
END = b"\r\n.\r\n"


@dataclass
class FaultySmtp:
    r"""`faults` maps a verb to a reply, or to “drop”, “reset”, “hang”, “junk”; after so many letters it begins.

    The verbs are greeting, ehlo, starttls, auth, mail, rcpt, data, payload (after the letter's first bytes), reply, rset
    and quit. A reply may have several lines, so “250 ok\r\n250 ok” answers twice. `bad_addresses` refuses recipients
    one by one; `slow` reads letters at so many bytes a second.
    """

    faults: dict[str, str] = field(default_factory=dict)
    after: int = 0
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    extensions: tuple[str, ...] = EXTENSIONS
    bad_addresses: dict[str, str] = field(default_factory=dict)
    slow: int = 0
    letters: list[bytes] = field(default_factory=list)  # as they came, dots and all
    lines: list[str] = field(default_factory=list)  # every command of every connection
    connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Starts it."""
        listening = socket.create_server(("127.0.0.1", 0))
        if self.slow:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
        self._server = await asyncio.start_server(
            self._accept, sock=listening, ssl=self.tls, limit=max(16 * 1024, self.slow // 50)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stops it, and whatever hangs."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        address: tuple[str, int] = self._server.sockets[0].getsockname()
        return address[1]

    def said(self, verb: str) -> list[str]:
        """The commands of one verb that came."""
        return [line for line in self.lines if line.upper().startswith(verb)]

    # ------------------------------------------------------------ one connection

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._answer("greeting", writer):
                await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away, as some tests want it to
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 0.2)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = line.decode("utf-8", "replace").strip()
            self.lines.append(words)
            verb = VERBS.get(words[:8].split(" ")[0].upper(), "unknown")
            go_on = await self._answer(verb, writer, words)
            if not go_on or verb == "quit":
                return
            if verb == "starttls" and self._fault("starttls") is None and self.starttls is not None:
                await writer.start_tls(self.starttls)
            if verb == "auth" and words.upper() == "AUTH LOGIN" and self._fault("auth") is None:
                await self._log_in(reader, writer)
            begun = verb == "data" and (self._fault("data") or OK["data"]).startswith("354")
            if begun and not await self._payload(reader, writer):
                return

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in ("334 UGFzc3dvcmQ6", "235 welcome"):
            self.lines.append(base64.b64decode(await reader.readline()).decode())
            await self._say(answer, writer)

    async def _payload(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        content = b""
        while not (b"\r\n" + content).endswith(END):
            piece = await reader.read(self.slow // 50 if self.slow else 65536)
            if not piece:
                return False
            content += piece
            fault = self._fault("payload")
            if fault is not None and not await self._say(fault, writer):
                return False
            if self.slow:
                await asyncio.sleep(0.02)
        fault = self._fault("reply") or OK["reply"]
        if fault[:1] not in ("4", "5"):
            self.letters.append(content)
        return await self._say(fault, writer)

    def _fault(self, verb: str) -> str | None:
        return self.faults.get(verb) if len(self.letters) >= self.after else None

    async def _answer(self, verb: str, writer: asyncio.StreamWriter, words: str = "") -> bool:
        usual = "\r\n".join(["250-faulty", *(f"250-{name}" for name in self._offered(writer)), "250 HELP"])
        bad = next((reply for address, reply in self.bad_addresses.items() if f"<{address}>" in words), None)
        reply = self._fault(verb) or (bad if verb == "rcpt" else None) or {"ehlo": usual, **OK}.get(verb, "500 what?")
        if verb == "auth" and words.upper() == "AUTH LOGIN" and reply == OK["auth"]:
            reply = "334 VXNlcm5hbWU6"
        return await self._say(reply.replace("{line}", words), writer)

    def _offered(self, writer: asyncio.StreamWriter) -> tuple[str, ...]:
        clear = writer.get_extra_info("sslcontext") is None
        return (*self.extensions, "STARTTLS") if self.starttls is not None and clear else self.extensions

    async def _say(self, words: str, writer: asyncio.StreamWriter) -> bool:
        if words in WAYS_TO_END:
            if words == "hang":
                await asyncio.Event().wait()
            if words == "reset":
                writer.transport.abort()
            return False
        writer.write(("something else entirely" if words == "junk" else words).encode() + b"\r\n")
        await writer.drain()
        return not words.startswith("421")
