"""An SMTP server on loopback that misbehaves as it is told, and counts the letters that it really took."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

EXTENSIONS = ("8BITMIME", "AUTH PLAIN")
OK = {
    "greeting": "220 faulty ready",
    "ehlo": "250 faulty",
    "payload": "250 2.0.0 taken",
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
ASK_NAME = "334 VXNlcm5hbWU6"
NOT_THIS = "334 " + base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()


class _Input:
    """What the client said and nobody has looked at yet; commands may come many at a time (RFC 2920)."""

    def __init__(self, reader: asyncio.StreamReader, slow: int) -> None:
        self._reader = reader
        self._slow = slow  # bytes a second, 0 = as they come
        self._held = bytearray()

    async def more(self) -> bool:
        """Waits for some more; whether it came."""
        piece = await self._reader.read(self._slow // 50 if self._slow else 65536)
        self._held += piece
        if self._slow:
            await asyncio.sleep(0.02)
        return bool(piece)

    def take(self, end: bytes, start: int = 0) -> bytes:
        """Everything up to the first `end` behind `start`, if it is there."""
        found = self._held.find(end, start)
        taken = bytes(self._held[: found + len(end)]) if found >= 0 else b""
        del self._held[: len(taken)]
        return taken

    async def line(self) -> bytes:
        """One command; empty at the end."""
        while not (line := self.take(b"\n")):
            if not await self.more():
                return b""
        return line

    @property
    def seen(self) -> bytes:
        """All that is held."""
        return bytes(self._held)


@dataclass
class FaultySmtp:
    r"""`faults` maps a verb to a reply, or to “drop”, “reset”, “hang”, “junk”, “twice”; after so many letters it begins.

    The verbs are greeting, ehlo, starttls, auth, mail, rcpt, data, payload (after the letter's first bytes), reply, rset
    and quit. A reply may have several lines, so “250 ok\r\n250 ok” answers twice. `bad_addresses` refuses recipients
    one by one; `slow` reads letters at so many bytes a second.
    """

    faults: dict[str, str] = field(default_factory=dict)
    after: int = 0
    times: int | None = None  # how often faults show; None: always
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    extensions: tuple[str, ...] = EXTENSIONS
    bad_addresses: dict[str, str] = field(default_factory=dict)
    slow: int = 0
    drip: float = 0.0  # seconds between two bytes of its answers
    eager: bool = False  # keeps no order; says 354 though it has no recipient, which RFC 2920 §3.1 allows
    token: Callable[[int], str] | None = None  # the one that XOAUTH2 takes after so many letters
    waits: int = 0  # for so many letters, it answers only when it has heard the next DATA
    letters: list[bytes] = field(default_factory=list)  # as they came, dots and all
    recipients: list[tuple[str, ...]] = field(default_factory=list)  # of each of them
    lines: list[str] = field(default_factory=list)  # every command of every connection
    ahead: list[bytes] = field(default_factory=list)  # what came behind a letter before its answer
    in_clear: list[str] = field(default_factory=list)  # those that anybody on the way could read
    connections: int = 0
    hanging: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Starts it."""
        listening = socket.create_server(("127.0.0.1", 0))
        if self.slow:  # else the system would hold much more
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
            if await self._say(self._reply("greeting", writer), writer):
                await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away, as some tests want it to
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 0.2)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard, to = _Input(reader, self.slow), _Recipients()
        while line := await heard.line():
            words = line.decode("utf-8", "replace").strip()
            self.lines.append(words)
            if writer.get_extra_info("sslcontext") is None:
                self.in_clear.append(words)
            verb = VERBS.get(words[:8].split(" ")[0].upper(), "unknown")
            reply = self._reply(verb, writer, words, to)
            if not await self._say(reply, writer) or verb == "quit":
                return
            to.note(verb, words, reply)
            if verb == "starttls" and reply.startswith("220") and self.starttls is not None:
                await writer.start_tls(self.starttls)
            if verb == "auth" and reply.startswith("334"):
                await (self._log_in if reply == ASK_NAME else self._refuse_token)(heard, writer)
            if verb == "data" and reply.startswith("354") and not await self._payload(heard, writer, to):
                return

    async def _log_in(self, heard: _Input, writer: asyncio.StreamWriter) -> None:
        for answer in ("334 UGFzc3dvcmQ6", "235 welcome"):
            self.lines.append(base64.b64decode(await heard.line()).decode())
            await self._say(answer, writer)

    async def _refuse_token(self, heard: _Input, writer: asyncio.StreamWriter) -> None:
        """As Google does: why, then an empty line of the client, then the no."""
        self.lines.append(f"after the no: {(await heard.line())!r}")
        await self._say("535 5.7.8 not this token", writer)

    async def _payload(self, heard: _Input, writer: asyncio.StreamWriter, to: _Recipients) -> bool:
        while not heard.seen:
            if not await heard.more():
                return False
        early = self._fault("payload")
        if early is not None and not await self._say(early, writer):
            return False
        while not (content := heard.take(END)):
            if not await heard.more():
                return False
        if early is not None and early[:1] in ("4", "5"):
            return True  # it has said already that it does not take it
        while len(self.letters) < self.waits and b"DATA" not in heard.seen:
            if not await heard.more():
                return False
        self.ahead.append(heard.seen)
        reply = self._fault("reply") or (OK["reply"] if to.taken else "554 5.5.1 no valid recipients")
        if reply[:1] not in ("4", "5"):
            self.letters.append(content)
            self.recipients.append(tuple(to.taken))
        to.taken.clear()
        return await self._say(reply, writer)

    def _fault(self, verb: str) -> str | None:
        fault = self.faults.get(verb)
        if fault is None or len(self.letters) < self.after or self.times == 0:
            return None
        if self.times is not None:
            self.times -= 1
        return OK[verb] + "\r\n" + OK[verb] if fault == "twice" else fault

    def _reply(self, verb: str, writer: asyncio.StreamWriter, words: str = "", to: _Recipients | None = None) -> str:
        bad = next((reply for address, reply in self.bad_addresses.items() if f"<{address}>" in words), None)
        reply = (
            self._fault(verb)
            or (bad if verb == "rcpt" else None)
            or (to.problem(verb) if to and not self.eager else None)
        )
        if reply is None:
            reply = {**OK, "ehlo": self._welcome(writer)}.get(verb, "500 what?")
        if verb == "auth" and words.upper() == "AUTH LOGIN" and reply == OK["auth"]:
            reply = ASK_NAME
        if words.upper().startswith("AUTH XOAUTH2") and reply == OK["auth"] and self.token is not None:
            bearer = f"\1auth=Bearer {self.token(len(self.letters))}\1\1"
            reply = reply if base64.b64decode(words.split()[2]).decode().endswith(bearer) else NOT_THIS
        return reply.replace("{line}", words)

    def _welcome(self, writer: asyncio.StreamWriter) -> str:
        clear = writer.get_extra_info("sslcontext") is None
        offered = (*self.extensions, "STARTTLS") if self.starttls is not None and clear else self.extensions
        return "\r\n".join(["250-faulty", *(f"250-{name}" for name in offered), "250 HELP"])

    async def _say(self, words: str, writer: asyncio.StreamWriter) -> bool:
        if words in WAYS_TO_END:
            if words == "hang":
                self.hanging = True
                await asyncio.Event().wait()
            if words == "reset":
                writer.transport.abort()
            return False
        said = ("something else entirely" if words == "junk" else words).encode() + b"\r\n"
        for piece in [said[at : at + 1] for at in range(len(said))] if self.drip else [said]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self.drip)
        return not words.startswith("421")


@dataclass
class _Recipients:
    """Whom the letter in hand is for: a server that keeps order refuses what comes without what must come before."""

    sender: bool = False
    taken: list[str] = field(default_factory=list)

    def problem(self, verb: str) -> str | None:
        """Why a command comes too early."""
        if verb == "rcpt" and not self.sender:
            return "503 5.5.1 need MAIL first"
        return "554 5.5.1 no valid recipients" if verb == "data" and not self.taken else None

    def note(self, verb: str, words: str, reply: str) -> None:
        """What a command has changed."""
        if verb in ("mail", "rset", "ehlo"):
            self.taken.clear()
            self.sender = verb == "mail" and reply.startswith("2")
        if verb == "rcpt" and reply.startswith("2"):
            self.taken.append(words[words.index("<") + 1 : words.rindex(">")])
