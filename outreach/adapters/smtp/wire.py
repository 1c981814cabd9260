"""One connection to a relay that has been greeted: bytes out as fast as they are taken, answers in one by one."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import aiosmtplib

CLOSING = 421  # “service not available, closing transmission channel” (RFC 5321 §4.2.3)
GO_ON = 354  # “start mail input” (RFC 5321 §4.3.2)
_CHUNK = 64 * 1024  # bytes of a large letter written before the server must have taken some
_AT_ONCE = 64 * 1024  # bytes; a letter up to this size goes in one write
_LONGEST = 64 * 1024  # bytes of answers that nobody has read yet
_LONGEST_LINE = 1000  # characters that are kept of an answer
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\n]*)|\r?)\n")  # RFC 5321 §4.2


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


class WireError(Exception):
    """The connection must not be used again; the words say why."""


class Wire(asyncio.Protocol):
    """Takes over the transport of a connection. Answers are read in the order in which they were asked for."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._heard = b""
        self._owed = 0  # answers that were asked for and not read yet
        self._full = False
        self._lost = ""  # why
        self._waiter: asyncio.Future[bool] | None = None
        self._until = 0.0  # the loop's time at which it gives up
        self._alarm: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    # ------------------------------------------------------------ called by the event loop

    def data_received(self, data: bytes) -> None:
        """The server said something."""
        self._heard += data
        if len(self._heard) > _LONGEST:
            self._lost = self._lost or "the relay does not stop talking"
            self._transport.abort()
        self._wake()

    def eof_received(self) -> None:
        """The server will say no more; the transport closes itself."""
        self._lost = self._lost or "Unexpected EOF received"
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing goes any more, either way."""
        self._lost = self._lost or (reason(exc) if exc else "Connection lost")
        self._wake()
        if self._alarm is not None:
            self._alarm.cancel()

    def pause_writing(self) -> None:
        """Enough is waiting to be sent."""
        self._full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._full = False
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    async def _anything(self, until: float) -> None:
        """Waits for words, for room or for the end.

        Raises:
            TimeoutError: None of them came by then (the loop's time).
        """
        self._waiter, self._until = self._loop.create_future(), until
        if self._alarm is None or self._alarm.when() > until:
            self._set_alarm(until)
        try:
            if not await self._waiter:
                raise TimeoutError
        finally:
            self._waiter = None

    def _set_alarm(self, at: float) -> None:
        """One alarm for many waits: to set one for each is as dear as all else that is done to wait."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._until:  # it was set for an earlier wait
            self._set_alarm(self._until)
        else:
            self._waiter.set_result(False)

    # ------------------------------------------------------------ called by us

    @property
    def usable(self) -> bool:
        """It is open, and the server has said nothing that nobody asked for."""
        return not self._lost and not self._transport.is_closing() and self.in_step

    @property
    def in_step(self) -> bool:
        """Whatever has been heard and not read yet may be an answer that is still owed."""
        return self._owed > 0 or not self._heard

    @property
    def more_yes(self) -> bool:
        """Another yes has been heard than those that are owed."""
        return self._owed == 0 and self._heard.startswith(b"2")

    def check(self) -> None:
        """Makes sure that it can be written to and owes nothing.

        Raises:
            WireError: It is not so.
        """
        if not self.usable:
            raise WireError(self._lost or "Connection lost")

    def abort(self) -> None:
        """Ends it at once; what was not sent yet is thrown away, not flushed."""
        self._transport.abort()

    def write(self, lines: bytes, answers: int) -> None:
        """Writes commands that will be answered so many times.

        Raises:
            WireError: The connection was lost before.
        """
        if self._lost or self._transport.is_closing():
            raise WireError(self._lost or "Connection lost")
        self._owed += answers
        self._transport.write(lines)

    async def send(self, parts: Sequence[bytes], end: bytes, answers: int, progress: float) -> bool:
        """Writes a letter and what ends it, of a large one no more at a time than the server takes.

        Args:
            parts: The letter as it goes over the wire.
            end: The final dot, and the commands that come in one go with it.
            answers: How many answers letter and commands will have.
            progress: How long to wait, in seconds, without one more byte being taken.

        Returns:
            Whether the end was written. If not, the server has spoken or gone before.

        Raises:
            WireError: It took nothing more for too long.
        """
        if sum(map(len, parts)) <= _AT_ONCE:
            self.write(b"".join((*parts, end)), answers)
            return True
        self._owed += 1  # an answer that comes early is still the answer
        for part in parts:
            view = memoryview(part)  # a slice of bytes would be a copy
            for start in range(0, len(part), _CHUNK):
                self._transport.write(view[start : start + _CHUNK])
                await self._room(progress)
                if self._heard or self._lost:
                    return False
        self.write(end, answers - 1)
        return True

    async def _room(self, progress: float) -> None:
        """Waits until the server has taken some; a slow line is waited for as long as it moves at all."""
        while self._full and not self._heard and not self._lost:
            left = self._transport.get_write_buffer_size()
            try:
                await self._anything(self._loop.time() + progress)
            except TimeoutError:
                if self._transport.get_write_buffer_size() >= left:
                    raise WireError("no answer in time") from None

    async def answer(self, within: float) -> Reply:
        """The next answer, whole.

        Raises:
            WireError: None came within so many seconds, or none can come, or it makes no sense.
        """
        until = 0.0
        while (reply := self._next()) is None:
            if self._lost:
                raise WireError(self._lost)
            until = until or self._loop.time() + within
            try:
                await self._anything(until)
            except TimeoutError:
                raise WireError("no answer in time") from None
        self._owed -= 1
        return reply

    def _next(self) -> Reply | None:
        """Takes one answer, of one line or several, from what has been heard; None: it is not whole yet."""
        if not self._heard:
            return None
        end = self._heard.find(b"\n") + 1
        reply = _of_one_line(self._heard[:end]) if end else None
        if reply is None:
            return self._long()
        self._heard = self._heard[end:]
        return reply

    def _long(self) -> Reply | None:
        """An answer of several lines, or of none that make sense."""
        start, texts, codes = 0, [], set()
        while (line := _LINE.match(self._heard, start)) is not None:
            codes.add(line[1])
            texts.append((line[3] or b"").strip())
            start = line.end()
            if line[2] != b"-":
                break
        if line is None and b"\n" not in self._heard[start:]:
            return None
        if line is None or len(codes) > 1:  # the codes of all lines are the same (RFC 5321 §4.2.1)
            raise WireError(one_line(f"no SMTP answer: {self._heard.decode('utf-8', 'replace')[:200]}"))
        self._heard = self._heard[start:]
        return Reply(int(line[1]), _words(b" ".join(texts)))


@lru_cache(maxsize=256)  # a relay says the same again and again
def _of_one_line(line: bytes) -> Reply | None:
    """The answer that a line is; None where it is only the beginning of one, or makes no sense."""
    match = _LINE.fullmatch(line)
    return None if match is None or match[2] == b"-" else Reply(int(match[1]), _words(match[3] or b""))


def _words(said: bytes) -> str:
    text = said.decode("utf-8", "replace").strip()
    return text if text.isprintable() and len(text) <= _LONGEST_LINE else one_line(text)


def reason(error: BaseException) -> str:
    """What went wrong, in a few words for people."""
    if isinstance(error, TimeoutError):  # aiosmtplib's own are such, too
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return one_line(_system_words(error))
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
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())[:_LONGEST_LINE]
