"""Hands letters to the relay over SMTP, verb by verb, so that it is always known whether a letter may have left."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from outreach.adapters.config import is_loopback
from outreach.model import (
    ConfigurationError,
    Handover,
    HandoverResult,
    LoginRefusedError,
    TryAgainLaterError,
)
from outreach.settings import SmtpSettings

Classify = Callable[[str, int, str], HandoverResult]
CHUNK = 64 * 1024  # bytes written before the server must have taken some
LEAVE = 5.0  # seconds for a polite QUIT


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for the server, in seconds (RFC 5321 §4.5.3.2)."""

    connect: float = 30.0
    verb: float = 300.0
    progress: float = 180.0  # for each piece of the letter to be taken
    dot: float = 600.0  # after the final dot; less “would typically result in delivery of multiple copies”


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
        self._hostname = local_hostname
        self._timeouts = timeouts or Timeouts()
        self._client: aiosmtplib.SMTP | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection can take a letter."""
        return self._client is not None and self._client.is_connected

    # ------------------------------------------------------------ coming and going

    async def connect(self) -> None:
        """Connects, secures the connection and logs in.

        Raises:
            LoginRefusedError: The relay does not want user name or password.
            TryAgainLaterError: It is out of reach or busy.
            ConfigurationError: The settings cannot be used.
        """
        self._drop()
        settings = self._settings
        if settings.security == "none" and not is_loopback(settings.host):
            message = f'config.toml, [smtp]: security = "none" is only for this machine, not for {settings.host}'
            raise ConfigurationError(message)
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=self._hostname or _own_name(),
            timeout=self._timeouts.connect,
            use_tls=settings.security == "tls",
            start_tls=False,  # never opportunistic: see _secure
            tls_context=self._trust() if settings.security != "none" else None,
        )
        self._client = client
        try:
            await client.connect()
            await self._greet(client)
        except (LoginRefusedError, TryAgainLaterError, ConfigurationError):
            self._drop()
            raise
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            self._drop()
            raise TryAgainLaterError(self._away(error)) from error
        except asyncio.CancelledError:
            self._drop()
            raise

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        await self._ehlo(client)
        if self._settings.security == "starttls":
            if not client.supports_extension("starttls"):
                message = f'{self._place()} does not offer STARTTLS; nothing was sent. Use security = "tls", port 465'
                raise TryAgainLaterError(message)
            await client.starttls(timeout=self._timeouts.verb)
            await self._ehlo(client)
        if self._settings.username:
            await self._log_in(client)

    async def _ehlo(self, client: aiosmtplib.SMTP) -> None:
        await client.ehlo(timeout=self._timeouts.verb)

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        """One mechanism, one try: a wrong password tried three ways locks the account."""
        name, password = self._settings.username, self._password or ""
        offered = [method.lower() for method in client.supported_auth_methods]
        if "plain" in offered:
            secret = base64.b64encode(f"\0{name}\0{password}".encode())
            response = await client.execute_command(b"AUTH", b"PLAIN", secret, timeout=self._timeouts.verb)
        elif "login" in offered:
            response = await client.execute_command(b"AUTH", b"LOGIN", timeout=self._timeouts.verb)
            for part in (name, password):
                if response.code == 334:  # noqa: PLR2004  “go on” (RFC 4954 §4)
                    encoded = base64.b64encode(part.encode())
                    response = await client.execute_command(encoded, timeout=self._timeouts.verb)
        else:
            ways = ", ".join(offered) or "none at all"
            message = f"{self._place()} offers no login by password ({ways}); ask your provider"
            raise LoginRefusedError(message)
        if response.code == 235:  # noqa: PLR2004  “authentication succeeded”
            return
        words = f"{response.code} {response.message}"
        if 400 <= response.code < 500:  # noqa: PLR2004  a passing fault (RFC 4954 §6)
            message = f"{self._place()} cannot check the login now: {words}; try again later"
            raise TryAgainLaterError(message)
        message = f"{self._place()} refused the login of {name}: {words}; check user name and password"
        raise LoginRefusedError(message)

    def _trust(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self._settings.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            message = f"config.toml, [smtp] ca_file: {self._settings.ca_file} is no certificate authority: {error}"
            raise ConfigurationError(message) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def close(self) -> None:
        """Takes leave politely, within five seconds."""
        if self.connected and self._client is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # the letters are settled; nobody minds
                await self._client.quit(timeout=LEAVE)
        self._drop()

    def _drop(self) -> None:
        """Ends the connection at once; what was not sent yet is thrown away, not flushed."""
        client, self._client = self._client, None
        transport = client.transport if client is not None else None
        if isinstance(transport, asyncio.Transport):
            transport.abort()
        if client is not None:
            client.close()

    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _away(self, error: BaseException) -> str:
        if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
            return f"{self._place()} is not ready: {error.code} {error.message}; try again later"
        return f"{self._place()} is out of reach: {_reason(error)}; check host, port and network, or try again later"

    # ------------------------------------------------------------ one letter

    async def hand_over(
        self, sender: str, recipients: Sequence[str], data: bytes, *, before_payload: Callable[[], None]
    ) -> Handover:
        """Hands over one letter; what the relay says is a value, never an exception.

        Up to the answer to DATA a letter has surely not left. `before_payload` is called before its first byte; from
        then until a whole answer it is in doubt.
        """
        if self._client is None or self._client.protocol is None:
            return Handover(HandoverResult.DEFERRED, "connect", "not connected")
        talk = _Conversation(self._client.protocol, self._timeouts)
        try:
            return await self._converse(talk, sender, recipients, data, before_payload)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            result = HandoverResult.IN_DOUBT if talk.stage in ("payload", "reply") else HandoverResult.DEFERRED
            return Handover(result, talk.stage, _reason(error))
        except BaseException:
            self._drop()  # also on cancellation: the next letter must not get this one's answer
            raise

    async def _converse(
        self,
        talk: _Conversation,
        sender: str,
        recipients: Sequence[str],
        data: bytes,
        before_payload: Callable[[], None],
    ) -> Handover:
        unicode = any(not address.isascii() for address in (sender, *recipients))
        if unicode and not (self._client and self._client.supports_extension("smtputf8")):
            reply = "the relay cannot write to addresses in other scripts (SMTPUTF8)"
            return Handover(HandoverResult.REFUSED, "rcpt", reply)
        options = b" SMTPUTF8" if unicode else b""
        code, text = await talk.say("mail", b"MAIL FROM:<" + sender.encode() + b">" + options)
        if not _good(code):
            return await self._not_taken(talk, code, text)
        refused = []
        for number, address in enumerate(recipients):
            code, text = await talk.say("rcpt", b"RCPT TO:<" + address.encode() + b">")
            if not _good(code) and number == 0:
                return await self._not_taken(talk, code, text)
            if not _good(code):
                refused.append(f"copy to {address} refused: {code} {text}")
        code, text = await talk.say("data", b"DATA")
        if code != 354:  # noqa: PLR2004  “start mail input”
            return await self._not_taken(talk, code, text)
        before_payload()
        code, text = await talk.payload(data)
        words = "; ".join([f"{code} {text}", *refused])
        if _good(code):
            return Handover(HandoverResult.ACCEPTED, "reply", words)
        if code < 400:  # noqa: PLR2004  neither yes nor no
            self._drop()
            return Handover(HandoverResult.IN_DOUBT, "reply", words)
        return self._classified("reply", code, text)

    async def _not_taken(self, talk: _Conversation, code: int, text: str) -> Handover:
        """The relay said no before the letter: the conversation is reset, the letter surely did not leave."""
        stage = talk.stage
        if not 400 <= code < 600 or code == 421:  # noqa: PLR2004  “closing”, or no answer that makes sense
            self._drop()
        else:
            try:
                reset, _ = await talk.say("rset", b"RSET")
            except (aiosmtplib.SMTPException, OSError):
                reset = 0
            if not _good(reset):
                self._drop()
        if not 400 <= code < 600:  # noqa: PLR2004
            return Handover(HandoverResult.DEFERRED, stage, f"{code} {text}")
        return self._classified(stage, code, text)

    def _classified(self, stage: str, code: int, text: str) -> Handover:
        if code == 421:  # noqa: PLR2004
            self._drop()
        return Handover(self._classify(stage, code, text), stage, f"{code} {text}")


class _Conversation:
    """The verbs of one letter, and how far they came."""

    def __init__(self, protocol: SMTPProtocol, timeouts: Timeouts) -> None:
        self._protocol = protocol
        self._timeouts = timeouts
        self.stage = "mail"

    async def say(self, stage: str, command: bytes) -> tuple[int, str]:
        self.stage = stage
        response = await self._protocol.execute_command(command, timeout=self._timeouts.verb)
        return response.code, _one_line(response.message)

    async def payload(self, data: bytes) -> tuple[int, str]:
        """Writes the letter as fast as the server takes it, then waits for its answer."""
        self.stage = "payload"
        protocol: Any = self._protocol
        protocol._response_pending = True  # noqa: SLF001  an answer that comes early is still the answer
        stuffed = _stuffed(data)
        for start in range(0, len(stuffed), CHUNK):
            protocol.write(stuffed[start : start + CHUNK])
            await asyncio.wait_for(protocol._drain_helper(), self._timeouts.progress)  # noqa: SLF001
        protocol.write(b".\r\n")
        self.stage = "reply"
        response = await protocol.read_response(timeout=self._timeouts.dot)
        return response.code, _one_line(response.message)


_BARE = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")


def _stuffed(data: bytes) -> bytes:
    """Every line ended by CRLF, every dot at its beginning doubled (RFC 5321 §4.5.2): nothing can be smuggled."""
    lines = _BARE.sub(b"\r\n", data)
    return _DOT.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def _good(code: int) -> bool:
    return 200 <= code < 300  # noqa: PLR2004


def _one_line(text: str) -> str:
    return " ".join(text.split())[:1000]


def _reason(error: BaseException) -> str:
    if isinstance(error, (aiosmtplib.SMTPTimeoutError, TimeoutError)):
        return "no answer in time"
    return _one_line(str(error)) or type(error).__name__


def _own_name() -> str:
    name = socket.gethostname()
    return name if name.isascii() and re.fullmatch(r"[A-Za-z0-9.-]+", name) else "localhost"
