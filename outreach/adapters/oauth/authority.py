"""Asks the token server of Microsoft or Google, over HTTPS and no other host (RFC 6749)."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import threading
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from outreach.adapters.config import is_loopback
from outreach.model import ConfigurationError, LoginRefusedError, TryAgainLaterError
from outreach.settings import OAuthSettings

AUTHORITIES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("authorities.toml").read_text(encoding="utf-8")
)
LARGEST = 262_144  # bytes of an answer; tokens of Microsoft have some 3,000
QUIET = 10.0  # seconds without a byte
TOO_OFTEN = 429
BROKEN = 500
LATER = ("temporarily_unavailable", "server_error", "slow_down")  # RFC 6749 §4.1.2.1, RFC 8628 §3.5
TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # what may stand in a login without breaking out of it


@dataclass(frozen=True, slots=True)
class Authority:
    """Who hands out tokens, and for which registered application."""

    name: str
    client_id: str
    token: str  # address
    scope: str
    secret: str = field(default="", repr=False)
    device: str = ""  # address of the device code flow, where there is one
    authorize: str = ""  # address that a browser is sent to, and led back from
    home: str = "127.0.0.1"  # what this machine is called in the address that the browser comes back to
    more: Mapping[str, str] = field(default_factory=dict)  # further words for `authorize`
    patience: float = 20.0  # seconds for the whole of an answer, however it drips


def authority_of(provider: str, settings: OAuthSettings, secret: str) -> Authority:
    """The authority that the settings mean."""
    row = dict(AUTHORITIES[provider])
    for key in ("device", "token", "authorize"):
        if key in row:
            row[key] = _moved(row[key].format(tenant=settings.tenant), settings.authority)
    return Authority(client_id=settings.client_id, secret=secret, **row)


def _moved(address: str, origin: str) -> str:
    """The same address at another host, for national clouds."""
    if not origin:
        return address
    to = urlsplit(origin)
    return urlsplit(address)._replace(scheme=to.scheme, netloc=to.netloc).geturl()


def ask(authority: Authority, address: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Says a form and gives the answer; an "error" in it is for the caller to understand.

    Raises:
        TryAgainLaterError: The server is out of reach, broken or too busy.
        ConfigurationError: The address is not encrypted.
    """
    form = {"client_id": authority.client_id, **({"client_secret": authority.secret} if authority.secret else {})}
    status, raw = _post(authority, address, urlencode({**form, **words}).encode())
    answer = _object(raw)
    if (
        status == TOO_OFTEN
        or status >= BROKEN
        or answer is None
        or (status != http.client.OK and "error" not in answer)
    ):
        message = f"{_place(authority, address)} gives no sensible answer (HTTP {status}); try again later"
        raise TryAgainLaterError(message)
    return answer


def refusal(authority: Authority, answer: Mapping[str, Any], *secrets: str) -> LoginRefusedError | TryAgainLaterError:
    """Why no token was given, as one sentence without anything secret."""
    error, more = str(answer.get("error", "no token in the answer")), str(answer.get("error_description", ""))
    words = f"{error}: {more}" if more else error
    for secret in filter(None, (authority.secret, *secrets)):
        words = words.replace(secret, "…")
    words = "".join(letter if letter.isprintable() else " " for letter in words)[:400]
    if error in LATER:
        return TryAgainLaterError(f"{authority.name} gives no token now: {words}; try again later")
    if error in ("invalid_client", "unauthorized_client", "invalid_scope"):
        cure = "check client_id and what belongs to it in [oauth], and how the application is registered"
    else:
        cure = "log in again: outreach login"
    return LoginRefusedError(f"{authority.name} gives no token: {words}; {cure}")


def token_in(answer: Mapping[str, Any], name: str) -> str:
    """A token of an answer; empty where there is none that could be used."""
    value = answer.get(name)
    return value if isinstance(value, str) and TOKEN.fullmatch(value) else ""


def seconds_in(answer: Mapping[str, Any], name: str, default: int) -> int:
    """A length of time of an answer, in seconds."""
    value = answer.get(name)
    number = int(value) if isinstance(value, int | str) and str(value).isascii() and str(value).isdigit() else default
    return min(number, 365 * 86_400)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _place(authority: Authority, address: str) -> str:
    return f"{authority.name} ({urlsplit(address).netloc})"


def _post(authority: Authority, address: str, body: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own: no redirect is followed, and no proxy used."""
    to = urlsplit(address)
    connection = _connection(to)
    timer = threading.Timer(authority.patience, _cut, [connection])
    timer.daemon = True
    try:
        connection.connect()
        timer.start()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", to.path, body, headers)
        response = connection.getresponse()
        return response.status, response.read(LARGEST)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        message = f"{_place(authority, address)} is out of reach: {why}; check the network, or try again later"
        raise TryAgainLaterError(message) from error
    finally:
        timer.cancel()
        connection.close()


def _connection(to: SplitResult) -> http.client.HTTPConnection:
    host = to.hostname or ""
    if to.scheme == "https":
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return http.client.HTTPSConnection(host, to.port, timeout=QUIET, context=context)
    if to.scheme == "http" and is_loopback(host):
        return http.client.HTTPConnection(host, to.port, timeout=QUIET)
    message = f"tokens are only fetched over https, not from {to.scheme}://{to.netloc}; correct [oauth] authority"
    raise ConfigurationError(message)


def _cut(connection: http.client.HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # below TLS, whose own shutdown would wait
