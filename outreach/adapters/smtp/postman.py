"""Hands letters to the relay over SMTP, verb by verb, so that it is always known whether a letter may have left."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Sequence
from typing import Any

import aiosmtplib

from outreach.adapters.config import is_loopback
from outreach.adapters.oauth.tokens import TokenRefusedError, Tokens
from outreach.adapters.smtp.conversation import (
    STOPPED,
    BeforePayload,
    Beginning,
    Classify,
    Conversation,
    Delivery,
    Settled,
    Timeouts,
    not_tried,
)
from outreach.adapters.smtp.envelope import Offers, Writing
from outreach.adapters.smtp.login import TOO_MANY, greet, trouble, trust
from outreach.adapters.smtp.wire import Wire, WireError
from outreach.model import ConfigurationError, Outgoing
from outreach.settings import SmtpSettings

__all__ = ["Classify", "SmtpPostman", "Timeouts"]

_HELD = 128 * 1024  # bytes; enough for 2 MB a second over a line with 50 ms


class SmtpPostman:
    """One connection to the relay."""

    def __init__(
        self,
        settings: SmtpSettings,
        login: str | Tokens | None,
        *,
        classify: Classify,
        local_hostname: str | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        """`login`: a password, or tokens where the settings say so; None where nobody logs in."""
        self._settings = settings
        self._login = login
        self._classify = classify
        self._hostname = local_hostname or _own_name()
        self._timeouts = timeouts or Timeouts()
        self._talk: Conversation | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection can take a letter."""
        return self._talk is not None and self._talk.wire.usable

    # ------------------------------------------------------------ coming and going

    async def connect(self) -> None:
        """Connects, secures the connection and logs in; an older connection is dropped.

        A token that the relay refuses is renewed once. A renewal that is under way ends also if the call is cancelled.

        Raises:
            LoginRefusedError: The relay does not want user name and password or token.
            TryAgainLaterError: It is out of reach, busy, or not to be trusted.
            ConfigurationError: The settings cannot be used.
        """
        self._drop()
        if not isinstance(self._login, Tokens):
            await self._connect(self._login)
            return
        token = await asyncio.to_thread(self._login.current)
        try:
            await self._connect(token)
        except TokenRefusedError:
            younger = await asyncio.to_thread(self._login.renewed, token)
            if younger is None:
                raise
            await self._connect(younger)

    async def _connect(self, secret: str | None) -> None:
        client = self._new_client()
        try:
            await client.connect()
            _hold_little(client)
            await greet(client, self._settings, secret, self._timeouts.verb)
            wire = _taken_over(client)
        except (aiosmtplib.SMTPException, WireError, OSError, ValueError) as error:
            _abort(client)
            raise trouble(error, self._settings) from error
        except BaseException:
            _abort(client)
            raise
        token = isinstance(self._login, Tokens)
        self._talk = Conversation(wire, Writing(_offers(client)), self._timeouts, self._classify, login_ends=token)

    def _new_client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        if settings.security == "none" and not is_loopback(settings.host):
            message = f'config.toml, [smtp]: security = "none" is only for this machine, not for {settings.host}'
            raise ConfigurationError(message)
        return aiosmtplib.SMTP(
            hostname=settings.host.strip("[]"),
            port=settings.port,
            local_hostname=self._hostname,
            timeout=self._timeouts.connect,
            use_tls=settings.security == "tls",
            start_tls=False,  # the library's own is opportunistic; `greet` insists
            tls_context=trust(settings) if settings.security != "none" else None,
        )

    async def close(self) -> None:
        """Takes leave politely, within five seconds."""
        try:
            if self._talk is not None and self.connected:
                with contextlib.suppress(WireError):  # the letters are settled; nobody minds
                    self._talk.wire.write(b"QUIT\r\n", 1)
                    await self._talk.wire.answer(self._timeouts.leave)
        finally:
            self._drop()

    def _drop(self) -> None:
        """Ends the connection at once; what was not sent yet is thrown away, not flushed."""
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.wire.abort()

    # ------------------------------------------------------------ letters

    async def hand_over(
        self,
        letters: Sequence[Outgoing],
        *,
        before_payload: BeforePayload,
        settled: Settled,
        beginning: Beginning = lambda _number: None,
    ) -> None:
        """Hands letters over, one after the other; what the relay says of each is a value, never an exception.

        Up to the answer to DATA a letter has surely not left; from its first byte until a whole answer it is in doubt.
        No letter begins before the one before it was answered, so at most one is in doubt.

        Args:
            letters: If the first recipient is refused a letter does not go; a copy that is refused is named in the
                reply. Line ends and dots are seen to here.
            before_payload: Commits the intent of all of them, and gives the numbers of those that must not leave any
                more; these are not settled. It is called once, before the first byte of the first letter that the
                relay waits for; never, if it wants none. If it raises, nothing leaves, and the connection is dropped.
            beginning: Is told the number of each letter just before its first byte. If it raises, that byte does not
                leave, and the connection is dropped.
            settled: Is told the outcome of every other letter as soon as it is known, once, with its number; also when
                the call is cancelled.
        """
        if self._talk is None or not self.connected:
            self._drop()
            for number in range(len(letters)):
                settled(number, not_tried("the connection to the relay was lost"))
            return
        delivery = Delivery(self._talk, before_payload, beginning, settled)
        try:
            await delivery.run(letters)
        except WireError as error:
            self._drop()
            delivery.broken(str(error))
        except asyncio.CancelledError:
            self._drop()  # the next letter must not get this one's answer
            delivery.broken(STOPPED, stopped=True)
            raise
        except BaseException:
            self._drop()
            raise


def _offers(client: aiosmtplib.SMTP) -> Offers:
    named = ("pipelining", "size", "8bitmime", "smtputf8")
    return Offers(*(client.supports_extension(name) for name in named))


def _taken_over(client: aiosmtplib.SMTP) -> Wire:
    """The connection without the library, which waits for every answer.

    Raises:
        WireError: It was lost, or the relay has said more than it was asked.
    """
    protocol: Any = client.protocol
    if protocol is None or not isinstance(protocol.transport, asyncio.Transport):
        raise WireError("Connection lost")
    if protocol._buffer:  # noqa: SLF001  not public, but an answer too many would be taken for the next one
        raise WireError(TOO_MANY)
    return Wire(protocol.transport)


def _abort(client: aiosmtplib.SMTP) -> None:
    transport = client.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    client.close()


def _hold_little(client: aiosmtplib.SMTP) -> None:
    """Lets the system hold but a little of a letter, so that what the relay has taken shows while it takes it."""
    held = client.get_transport_info("socket")
    if held is not None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD)


def _own_name() -> str:
    """What we call ourselves in EHLO."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name, re.ASCII) else "localhost"
