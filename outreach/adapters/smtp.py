"""Hands letters to the relay over SMTP, verb by verb, so that it is always known whether a letter may have left."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import aiosmtplib

from outreach.adapters.config import is_loopback
from outreach.adapters.smtp_conversation import (
    CLOSING,
    GO_ON,
    Conversation,
    Reply,
    Timeouts,
    one_line,
    reason,
)
from outreach.adapters.smtp_login import greet, trouble, trust
from outreach.model import ConfigurationError, Handover, HandoverResult
from outreach.settings import SmtpSettings

__all__ = ["Classify", "SmtpPostman", "Timeouts"]

Classify = Callable[[str, int, str], HandoverResult]
BeforePayload = Callable[[], None]
T = TypeVar("T")
_HELD = 128 * 1024  # bytes; enough for 2 MB a second over a line with 50 ms
_UNSAYABLE = re.compile("[\x00-\x20<>\x7f\ud800-\udfff]")  # would end the address or the command early


class SmtpPostman:
    """One connection to the relay."""

    def __init__(
        self,
        settings: SmtpSettings,
        password: str | None,
        *,
        classify: Classify,
        local_hostname: str | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._settings = settings
        self._password = password
        self._classify = classify
        self._hostname = local_hostname or _own_name()
        self._timeouts = timeouts or Timeouts()
        self._client: aiosmtplib.SMTP | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection can take a letter."""
        return self._client is not None and self._client.is_connected

    # ------------------------------------------------------------ coming and going

    async def connect(self) -> None:
        """Connects, secures the connection and logs in; an older connection is dropped.

        Raises:
            LoginRefusedError: The relay does not want user name or password.
            TryAgainLaterError: It is out of reach, busy, or not to be trusted.
            ConfigurationError: The settings cannot be used.
        """
        self._drop()
        self._client = client = self._new_client()
        try:
            await client.connect()
            _hold_little(client)
            await greet(client, self._settings, self._password, self._timeouts.verb)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            raise trouble(error, self._settings) from error
        except BaseException:
            self._drop()
            raise

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
            if self._client is not None and self._client.is_connected:
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # the letters are settled; nobody minds
                    await self._client.quit(timeout=self._timeouts.leave)
        finally:
            self._drop()

    def _drop(self) -> None:
        """Ends the connection at once; what was not sent yet is thrown away, not flushed."""
        client, self._client = self._client, None
        if client is None:
            return
        transport = client.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        client.close()

    # ------------------------------------------------------------ one letter

    async def hand_over(
        self, sender: str, recipients: Sequence[str], data: bytes, *, before_payload: BeforePayload
    ) -> Handover:
        """Hands over one letter; what the relay says is a value, never an exception.

        Up to the answer to DATA a letter has surely not left. `before_payload` is called before its first byte; from
        then until a whole answer it is in doubt. If it raises, nothing leaves, and the connection is dropped.

        Args:
            sender: The address that notices of non-delivery go to.
            recipients: First the one it is written to, then the copies. If the first is refused the letter does not
                go; a copy that is refused is named in the reply.
            data: The letter as RFC 5322 writes it; line ends and dots are seen to here.
            before_payload: Commits the intent.
        """
        client = self._client
        if client is None or client.protocol is None or not client.is_connected:
            return Handover(HandoverResult.DEFERRED, "connect", "the connection to the relay was lost")
        said, unsaid = _sayable(client, recipients[1:])
        letter = _Envelope(sender, (*recipients[:1], *said), data)
        if (problem := _unsayable(client, letter)) is not None:
            return problem
        talk = Conversation(client.protocol, self._timeouts)
        missed = await self._kept_safe(talk, self._open(talk, _mail(client, letter), letter.recipients))
        if isinstance(missed, Handover):
            return missed
        try:
            before_payload()
        except BaseException:
            self._drop()  # the relay waits for a letter that does not come
            raise
        return await self._kept_safe(talk, self._deliver(talk, data, [*missed, *unsaid]))

    async def _kept_safe(self, talk: Conversation, step: Awaitable[T]) -> T | Handover:
        """The step's outcome; when the conversation breaks, what is then known of the letter."""
        try:
            return await step
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            result = HandoverResult.IN_DOUBT if talk.begun else HandoverResult.DEFERRED
            return Handover(result, talk.stage, reason(error))
        except BaseException:
            self._drop()  # also on cancellation: the next letter must not get this one's answer
            raise

    async def _open(self, talk: Conversation, mail: bytes, recipients: Sequence[str]) -> list[str] | Handover:
        """Everything before the letter itself. Gives the copies that were refused, or why the letter does not go."""
        reply = await talk.say("mail", mail)
        if not reply.good:
            return await self._not_taken(talk, reply)
        missed = []
        for number, address in enumerate(recipients):
            reply = await talk.say("rcpt", b"RCPT TO:<" + address.encode() + b">")
            if not reply.good and (number == 0 or not reply.refuses or reply.code == CLOSING):
                return await self._not_taken(talk, reply)
            if not reply.good:
                missed.append(_no_copy(address, str(reply)))
        reply = await talk.say("data", b"DATA")
        return missed if reply.code == GO_ON else await self._not_taken(talk, reply)

    async def _deliver(self, talk: Conversation, data: bytes, missed: list[str]) -> Handover:
        """The letter itself. Only a whole and sensible answer says what became of it."""
        reply = await talk.payload(data)
        if reply.good and talk.ended:
            if not talk.in_step:
                self._drop()
            return Handover(HandoverResult.ACCEPTED, talk.stage, "; ".join([str(reply), *missed]))
        if reply.refuses:
            return await self._not_taken(talk, reply)
        self._drop()
        return Handover(HandoverResult.IN_DOUBT, talk.stage, f"neither a yes nor a no: {reply}")

    async def _not_taken(self, talk: Conversation, reply: Reply) -> Handover:
        """The relay said no: the letter surely did not leave, and the conversation begins anew."""
        stage = talk.stage
        await self._reset(talk, reply)
        if not reply.refuses:  # an answer that makes no sense, before the letter
            return Handover(HandoverResult.DEFERRED, stage, f"neither a yes nor a no: {reply}")
        return Handover(self._classify(stage, reply.code, reply.text), stage, str(reply))

    async def _reset(self, talk: Conversation, reply: Reply) -> None:
        """RSET, or the end of a connection that may be out of step."""
        if not reply.refuses or reply.code == CLOSING or not talk.in_step:
            self._drop()
            return
        try:
            clean = (await talk.say("rset", b"RSET")).good
        except (aiosmtplib.SMTPException, OSError):
            clean = False
        if not clean:
            self._drop()


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What the relay is asked to take, and for whom."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


def _sayable(client: aiosmtplib.SMTP, copies: Sequence[str]) -> tuple[list[str], list[str]]:
    """The copies that can be asked for, and for the others why not."""
    problems = {address: _address_problem(client, address) for address in copies}
    said = [address for address, problem in problems.items() if not problem]
    return said, [_no_copy(address, problem) for address, problem in problems.items() if problem]


def _no_copy(address: str, why: str) -> str:
    return one_line(f"copy to {address} refused: {why}")


def _unsayable(client: aiosmtplib.SMTP, letter: _Envelope) -> Handover | None:
    """Why this relay cannot even be asked; nothing has been said to it then."""
    if problem := _address_problem(client, letter.sender):
        return Handover(HandoverResult.ACCOUNT, "mail", problem)
    to = letter.recipients[0] if letter.recipients else ""
    if problem := _address_problem(client, to):
        return Handover(HandoverResult.REFUSED, "rcpt", problem)
    if not letter.data.isascii() and not client.supports_extension("8bitmime"):
        return Handover(HandoverResult.LETTER, "mail", "the relay takes letters of 7 bits only (it has no 8BITMIME)")
    return None


def _address_problem(client: aiosmtplib.SMTP, address: str) -> str:
    if not address or _UNSAYABLE.search(address):
        return f"{address!a} is no address that can be written to"
    if not address.isascii() and not client.supports_extension("smtputf8"):
        return f"{address}: the relay cannot write to addresses in other scripts (it does not offer SMTPUTF8)"
    return ""


def _mail(client: aiosmtplib.SMTP, letter: _Envelope) -> bytes:
    """MAIL, with what the relay should know beforehand, as far as it offers to hear it."""
    command = b"MAIL FROM:<" + letter.sender.encode() + b">"
    if client.supports_extension("size"):
        command += b" SIZE=%d" % len(letter.data)  # RFC 1870: what is too large is refused before it is sent
    if not letter.data.isascii():
        command += b" BODY=8BITMIME"  # RFC 6152
    if not all(address.isascii() for address in (letter.sender, *letter.recipients)):
        command += b" SMTPUTF8"  # RFC 6531
    return command


def _hold_little(client: aiosmtplib.SMTP) -> None:
    """Lets the system hold but a little of a letter, so that what the relay has taken shows while it takes it."""
    held = client.get_transport_info("socket")
    if held is not None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD)


def _own_name() -> str:
    """What we call ourselves in EHLO."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name, re.ASCII) else "localhost"
