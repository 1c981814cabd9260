"""Opens a connection to an IMAP server, or says in one sentence why that could not be done."""

from __future__ import annotations

import base64
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from outreach.adapters.config import is_loopback
from outreach.adapters.oauth.tokens import TokenRefusedError, Tokens
from outreach.model import ConfigurationError, LoginRefusedError, TryAgainLaterError
from outreach.settings import InboxSettings

# What imaplib and IMAPClient raise: protocol errors, sockets and TLS; the rest are answers that they cannot parse.
TROUBLE = (IMAPClientError, OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError)

# RFC 5530 §3, and the words of large providers for the same: the account is sound, the server is busy.
PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|THROTTLED|OVERQUOTA)\]"
    r"|throttl|too many|try again|temporar|not available|unavailable",
    re.IGNORECASE,
)
REASONS = (
    (socket.gaierror, "no server of that name is known; check host, or the network"),
    (ConnectionRefusedError, "nothing answers there; check host and port, or wait until the server is back"),
    (TimeoutError, "it did not answer in time"),
)
RESPONSE_CODE = re.compile(r"\[[A-Z-]+\] ?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def connect(
    settings: InboxSettings, login: str | Tokens, *, connect_seconds: float = 10, read_seconds: float = 60
) -> IMAPClient:
    """Connects and logs in, with one try; a token that the server refuses is renewed once.

    Raises:
        LoginRefusedError: the server does not take user name and password or token.
        ConfigurationError: the settings cannot work.
        TryAgainLaterError: the server is out of reach, busy, or its certificate is not trusted.
    """
    timeout = SocketTimeout(connect_seconds, read_seconds)
    if isinstance(login, str):
        return _connect(settings, login, timeout)
    token = login.current()
    try:
        return _connect(settings, token, timeout)
    except TokenRefusedError:
        younger = login.renewed(token)
        if younger is None:
            raise
    return _connect(settings, younger, timeout)


def _connect(settings: InboxSettings, secret: str, timeout: SocketTimeout) -> IMAPClient:
    _check(settings, secret)
    with translated(settings):
        client = _reach(settings, timeout)
        try:
            client.normalise_times = False
            # The library sends a command in pieces; without this each piece waits for the server's acknowledgement.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _log_in(client, settings, secret)
        except BaseException:
            hang_up(client)
            raise
    return client


@contextmanager
def translated(settings: InboxSettings) -> Iterator[None]:
    """Turns the troubles of a connection into one sentence with host and port."""
    try:
        yield
    except TROUBLE as error:
        where = f"{settings.host}:{settings.port}"
        raise TryAgainLaterError(f"The mail server {where} cannot be read now: {reason(error)}.") from error


def hang_up(client: IMAPClient) -> None:
    """Closes the connection at once, in whatever state it is."""
    with suppress(*TROUBLE):
        client.shutdown()


def reason(error: BaseException) -> str:
    """Why a connection failed, in plain words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        own = "if the server uses an authority of its own, name its file as ca_file"
        return f"its certificate is not trusted ({error.verify_message}); {own}"
    known = next((words for kind, words in REASONS if isinstance(error, kind)), "")
    if known or not isinstance(error, IMAPClientError | OSError):
        return known or f"it gave an answer that is not IMAP ({type(error).__name__})"
    words = RESPONSE_CODE.sub("", CONTROL.sub(" ", str(error))).strip().rstrip(".")
    return "it closed the connection" if "EOF" in words else words[:300] or type(error).__name__


def _check(settings: InboxSettings, password: str) -> None:
    if not settings.host:
        raise ConfigurationError("No mail server is named for reading; set host in [inbox].")
    if settings.security == "none" and not is_loopback(settings.host):
        raise ConfigurationError(
            f'[inbox] security = "none" would send the password readable to {settings.host}; use "tls" or "starttls".'
        )
    if CONTROL.search(settings.username + password):
        raise ConfigurationError("User name or password of [inbox] hold a line break or control character.")


def _reach(settings: InboxSettings, timeout: SocketTimeout) -> IMAPClient:
    """Connects, with TLS unless the server is this machine."""
    if settings.security == "tls":
        return IMAPClient(settings.host, settings.port, ssl=True, ssl_context=_trust(settings.ca_file), timeout=timeout)
    client = IMAPClient(settings.host, settings.port, ssl=False, timeout=timeout)
    if settings.security == "none":
        return client
    try:
        client.starttls(_trust(settings.ca_file))
    except CapabilityError as error:
        hang_up(client)
        raise ConfigurationError(
            f'{settings.host}:{settings.port} does not offer STARTTLS; use security = "tls" with port 993 in [inbox].'
        ) from error
    except BaseException:
        hang_up(client)
        raise
    return client


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not ca_file:
        return context
    try:
        context.load_verify_locations(Path(ca_file).expanduser())
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"The ca_file {ca_file} of [inbox] cannot be used: {error}.") from error
    return context


def _log_in(client: IMAPClient, settings: InboxSettings, secret: str) -> None:
    """One try with one mechanism: more would lock the account."""
    try:
        if settings.auth != "password":
            _show_token(client, settings, secret)
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(settings.username, secret)
        elif client.has_capability("LOGINDISABLED"):
            raise ConfigurationError(f"{settings.host} takes no passwords here; ask how programs should log in.")
        else:
            client.login(_quoted(settings.username), secret)
    except LoginError as error:
        told = IMAPClientError(_without(str(error), settings, secret))  # some servers repeat what they do not want
        # IMAPClient says LoginError for a lost connection too.
        if isinstance(error.__context__, IMAPClientAbortError) or PASSING.search(str(error)):
            raise told from None
        words = f"{settings.host} refused the login of {settings.username}: {reason(told)}; "
        if settings.auth != "password":
            raise TokenRefusedError(
                f"{words}call `outreach login` with an account that may read this mailbox; "
                "what must be switched on for it stands in docs/operations.md."
            ) from None
        raise LoginRefusedError(f"{words}check username and password of [inbox].") from None


def _show_token(client: IMAPClient, settings: InboxSettings, token: str) -> None:
    """XOAUTH2: the token goes first; a server that does not want it says why and waits for an empty line."""
    if not client.has_capability("AUTH=XOAUTH2"):
        raise LoginRefusedError(f"{settings.host} offers no login by token; check host and auth of [inbox].")
    words = [_bearer(settings, token)]
    client.sasl_login("XOAUTH2", lambda _challenge: words.pop() if words else b"")


def _bearer(settings: InboxSettings, token: str) -> bytes:
    return f"user={settings.username}\1auth=Bearer {token}\1\1".encode()


def _without(words: str, settings: InboxSettings, secret: str) -> str:
    for said in (secret, base64.b64encode(_bearer(settings, secret)).decode()):
        words = words.replace(said, "…") if said else words
    return words


def _quoted(username: str) -> str:
    # imaplib quotes the password, not the user name (RFC 3501 §4.3).
    return '"' + username.replace("\\", "\\\\").replace('"', '\\"') + '"'
