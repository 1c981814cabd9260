"""The verbs of one letter as they go over the wire, and how far they came."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

GO_ON = 354  # “start mail input” (RFC 5321 §4.3.2)
CLOSING = 421
_CHUNK = 16 * 1024  # bytes written before the server must have taken some
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the server, in seconds (RFC 5321 §4.5.3.2)."""

    connect: float = 30.0
    verb: float = 300.0
    progress: float = 180.0  # without one more byte of the letter being taken
    dot: float = 600.0  # after the final dot; less “would typically result in delivery of multiple copies”
    slowest: float = 16 * 1024  # bytes a second; what the system still holds of a large letter delays the answer
    leave: float = 5.0  # for a polite QUIT

    def after_dot(self, size: int) -> float:
        """How long the answer to a letter of so many bytes may take."""
        return self.dot + size / self.slowest


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said, on one line."""

    code: int
    text: str

    def __str__(self) -> str:
        """As it is shown to people and kept in the database."""
        return f"{self.code} {self.text}".strip()

    @property
    def good(self) -> bool:
        """It is a yes."""
        return 200 <= self.code < 300  # noqa: PLR2004  RFC 5321 §4.2.1

    @property
    def refuses(self) -> bool:
        """It is a no, for now or for good; what is neither yes nor no is no answer."""
        return 400 <= self.code < 600  # noqa: PLR2004  RFC 5321 §4.2.1


class OutOfStepError(aiosmtplib.SMTPException):
    """The server said more than it was asked: its next words would be taken for the wrong answer."""


class Conversation:
    """The verbs of one letter. After any error the connection must not be used again."""

    def __init__(self, protocol: SMTPProtocol, timeouts: Timeouts) -> None:
        self._protocol: Any = protocol  # Any: the protocol's own drain and buffer are not public
        self._timeouts = timeouts
        self.stage = "mail"
        self.begun = False  # the first byte of the letter may have left
        self.ended = False  # the final dot may have left

    @property
    def in_step(self) -> bool:
        """The server owes no answer, and has said nothing that nobody asked for."""
        return not self._protocol._buffer and self.begun == self.ended  # noqa: SLF001

    async def say(self, stage: str, command: bytes) -> Reply:
        """Says one command and gives the answer.

        Raises:
            aiosmtplib.SMTPException: No answer came, or one that makes no sense.
        """
        self.stage = stage
        response = await self._protocol.execute_command(command, timeout=self._timeouts.verb)
        reply = _reply(response)
        if not reply.refuses and not self.in_step:
            raise OutOfStepError(f"more than one answer to {command[:4].decode()}, the first was {reply}")
        return reply

    async def payload(self, data: bytes) -> Reply:
        """Writes the letter as fast as the server takes it, then waits for the answer.

        Raises:
            aiosmtplib.SMTPException: The connection was lost or the answer did not come in time.
            OSError: The same, seen by the system.
        """
        if not self._protocol.is_connected:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        self.stage = "payload"
        stuffed = dot_stuffed(data)
        try:
            await self._write(stuffed)
        except OSError:
            if not self._answered():  # else it said why before it went
                raise
        response = await self._protocol.read_response(timeout=self._timeouts.after_dot(len(stuffed)))
        return _reply(response)

    async def _write(self, stuffed: bytes) -> None:
        self._protocol._response_pending = True  # noqa: SLF001  an answer that comes early is still the answer
        self.begun = True
        for start in range(0, len(stuffed), _CHUNK):
            self._protocol.write(stuffed[start : start + _CHUNK])
            await self._drained()
            if self._answered():
                return
        self.ended = True
        self.stage = "reply"
        self._protocol.write(b".\r\n")

    async def _drained(self) -> None:
        """Waits until the server has taken some; a slow line is waited for as long as it moves at all."""
        while True:
            left = self._unsent()
            try:
                async with asyncio.timeout(self._timeouts.progress):
                    return await self._protocol._drain_helper()  # type: ignore[no-any-return]  # noqa: SLF001
            except TimeoutError:
                if self._unsent() >= left:
                    raise

    def _unsent(self) -> int:
        transport = self._protocol.transport
        return 0 if transport is None else int(transport.get_write_buffer_size())

    def _answered(self) -> bool:
        """The server has spoken, or gone, although the letter has not ended."""
        waiter = self._protocol._response_waiter  # noqa: SLF001
        return waiter is not None and waiter.done()


def dot_stuffed(data: bytes) -> bytes:
    """Every line ended by CRLF, every dot at its beginning doubled (RFC 5321 §4.5.2): nothing can be smuggled."""
    lines = _LINE_END.sub(b"\r\n", data)
    return _LEADING_DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def reason(error: BaseException) -> str:
    """What went wrong, in a few words for people."""
    if isinstance(error, TimeoutError):  # aiosmtplib's own are such, too
        return "no answer in time"
    if isinstance(error.__cause__, OSError) and error.__cause__.strerror:
        return one_line(_system_words(error.__cause__))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return one_line(f"no SMTP answer: {error.message}")
    return one_line(str(error)) or type(error).__name__


def _system_words(error: OSError) -> str:
    """“Connection refused” and the like; asyncio puts its own words in their place."""
    known = error.errno in errno.errorcode and not isinstance(error, (socket.gaierror, ssl.SSLError))
    return os.strerror(error.errno) if known and error.errno is not None else error.strerror or str(error)


def one_line(text: str) -> str:
    """At most 1,000 characters without line ends, and nothing that a database cannot keep."""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())[:1000]


def _reply(response: aiosmtplib.SMTPResponse) -> Reply:
    return Reply(response.code, one_line(response.message))
