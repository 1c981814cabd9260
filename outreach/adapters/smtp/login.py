"""Secures a new connection to the relay and logs in, with one mechanism and one try."""

from __future__ import annotations

import base64
import ssl
from functools import lru_cache
from pathlib import Path

import aiosmtplib

from outreach.adapters.oauth.tokens import TokenRefusedError
from outreach.adapters.smtp.wire import WireError, one_line, reason
from outreach.model import ConfigurationError, LoginRefusedError, OutreachError, TryAgainLaterError
from outreach.settings import SmtpSettings

_MORE = 334  # “go on” (RFC 4954 §4)
_WELCOME = 235  # “authentication succeeded” (RFC 4954 §6)
TOO_MANY = "the relay gives more answers than it is asked for"


def place(settings: SmtpSettings) -> str:
    """The relay as people write it."""
    host = settings.host.strip("[]")
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def trust(settings: SmtpSettings) -> ssl.SSLContext:
    """Whose certificates are believed: the system's authorities, and our own if there is one; TLS 1.2 at least.

    Raises:
        ConfigurationError: The file of our own authority cannot be used.
    """
    own = Path(settings.ca_file).expanduser() if settings.ca_file else None
    try:
        return _believing(own, own.stat().st_mtime_ns if own else 0)
    except OSError as error:  # ssl.SSLError is one
        message = f"config.toml, [smtp] ca_file: {settings.ca_file} cannot be used ({error}); name a PEM file"
        raise ConfigurationError(message) from error


@lru_cache(maxsize=4)
def _believing(own: Path | None, _changed: int) -> ssl.SSLContext:
    """To read all authorities takes longer than many letters, so it is not done for every connection."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if own is not None:
        context.load_verify_locations(own)
    return context


async def greet(client: aiosmtplib.SMTP, settings: SmtpSettings, secret: str | None, wait: float) -> None:
    """Says EHLO, encrypts where STARTTLS is asked for, and logs in; `wait` is the limit for each verb, in seconds.

    `secret` is the password, or the access token where the settings say so.

    Raises:
        LoginRefusedError: The relay does not want user name or password.
        TokenRefusedError: It does not want this token.
        TryAgainLaterError: It does not encrypt, or cannot check the login now.
        aiosmtplib.SMTPException: It answers otherwise than it should.
    """
    await client.ehlo(timeout=wait)
    if settings.security == "starttls":
        if not client.supports_extension("starttls"):  # perhaps somebody on the way removed it
            message = (
                f"{place(settings)} does not offer STARTTLS, so nothing was sent to it, no password either; "
                'use security = "tls" and port 465 if your provider has it'
            )
            raise TryAgainLaterError(message)
        await client.starttls(timeout=wait)
        await client.ehlo(timeout=wait)  # what was said in clear no longer counts (RFC 3207 §4.2)
    if settings.username:
        await _log_in(client, settings, secret, wait)


async def _log_in(client: aiosmtplib.SMTP, settings: SmtpSettings, secret: str | None, wait: float) -> None:
    """One mechanism, one try: a wrong password tried three ways locks the account."""
    if not secret:
        message = f"[smtp] username = {settings.username!r} has no password; set password_env or password_file"
        raise LoginRefusedError(message)
    offered = [method.lower() for method in client.server_auth_methods]
    steps = _steps(offered, settings, secret)
    if not steps:
        ways, means = ", ".join(offered) or "none at all", "password" if settings.auth == "password" else "token"
        message = f"{place(settings)} offers no login by {means} (it offers: {ways}); ask your provider how to send"
        raise LoginRefusedError(message)
    if client.protocol is not None and client.protocol._buffer:  # noqa: SLF001  not public; its next word is no answer
        raise WireError(TOO_MANY)
    response = await _said(client, steps, wait)
    if response.code != _WELCOME:
        raise _refused(response, settings, [secret, *(step.decode() for step in steps)])


def _steps(offered: list[str], settings: SmtpSettings, secret: str) -> list[bytes]:
    """What is said to log in, of the ways that are offered."""
    name = settings.username
    if settings.auth != "password":
        # After a no the server first says why, and waits for an empty line.
        token = f"user={name}\1auth=Bearer {secret}\1\1"
        return [b"AUTH XOAUTH2 " + _encoded(token), b""] if "xoauth2" in offered else []
    if "plain" in offered:
        return [b"AUTH PLAIN " + _encoded(f"\0{name}\0{secret}")]
    return [b"AUTH LOGIN", _encoded(name), _encoded(secret)] if "login" in offered else []


async def _said(client: aiosmtplib.SMTP, steps: list[bytes], wait: float) -> aiosmtplib.SMTPResponse:
    """Says one step after the other as long as the server wants more."""
    for step in steps[:-1]:
        response = await client.execute_command(step, timeout=wait)
        if response.code != _MORE:
            return response
    return await client.execute_command(steps[-1], timeout=wait)


def _refused(response: aiosmtplib.SMTPResponse, settings: SmtpSettings, secrets: list[str]) -> OutreachError:
    words = one_line(f"{response.code} {_without(response.message, secrets)}")
    if 400 <= response.code < 500:  # noqa: PLR2004  a passing fault (RFC 4954 §6)
        return TryAgainLaterError(f"{place(settings)} cannot check the login now: {words}; try again later")
    if response.code < 400:  # noqa: PLR2004  neither a yes nor a no
        return TryAgainLaterError(
            f"{place(settings)} answers the login otherwise than it should: {words}; try again later"
        )
    if settings.auth != "password":
        cure = (
            f"call `outreach login` with an account that may send as {settings.username}; "
            "what must be switched on for the mailbox stands in docs/operations.md"
        )
        return TokenRefusedError(f"{place(settings)} refused the token for {settings.username}: {words}; {cure}")
    cure = (
        "check [smtp] username and the password; some providers want an app password, "
        "or that sending by SMTP is switched on for the mailbox"
    )
    return LoginRefusedError(f"{place(settings)} refused the login of {settings.username}: {words}; {cure}")


def _without(words: str, secrets: list[str]) -> str:
    """Some servers repeat the line that they do not understand; ours holds the password."""
    for secret in sorted(
        {part for step in secrets for part in (step, *step.split()[-1:]) if part}, key=len, reverse=True
    ):
        words = words.replace(secret, "…")
    return words


def _encoded(text: str) -> bytes:
    return base64.b64encode(text.encode())


def trouble(error: BaseException, settings: SmtpSettings) -> TryAgainLaterError:
    """Why the relay cannot be used now, in a sentence with its cure."""
    where = place(settings)
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.SSLCertVerificationError):
        cause = error if isinstance(error, ssl.SSLCertVerificationError) else error.__cause__
        why = getattr(cause, "verify_message", "") or one_line(str(cause))
        cure = "check [smtp] host, or name your own authority's file as ca_file"
        return TryAgainLaterError(f"the certificate of {where} is not to be trusted ({why}), nothing was sent; {cure}")
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        words = one_line(f"{error.code} {error.message}")
        return TryAgainLaterError(f"{where} is not ready: {words}; try again later")
    cure = "check [smtp] host, port, security and the network, or try again later"
    return TryAgainLaterError(f"{where} is out of reach: {reason(error)}; {cure}")
