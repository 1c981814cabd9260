"""Logs in by a browser on this machine, which is led back to a port of it (RFC 8252 §7.3, with PKCE of RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from outreach.adapters.oauth.authority import Authority, ask, refusal
from outreach.model import LoginRefusedError, OutreachError, TryAgainLaterError

PATIENCE = 900.0  # seconds until a person has logged in
STEP = 1.0
SLOWEST = 5.0  # seconds for a browser to say what it wants
THANKS = "Done. You can close this page and go back to the terminal."
UNKNOWN = "This is not the answer that is waited for."


@dataclass
class _Visit:
    """What is waited for, and what has come."""

    state: str = field(repr=False)
    answer: dict[str, str] | None = field(default=None, repr=False)

    def take(self, path: str) -> bool:
        """Takes an answer if it is the one: only who was sent from here knows the state (RFC 6749 §10.12)."""
        found = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if not hmac.compare_digest(found.get("state", "").encode(), self.state.encode()):
            return False
        if self.answer is None and ("code" in found or "error" in found):
            self.answer = found
        return True


class _Server(HTTPServer):
    allow_reuse_address = False  # no other program may listen beside it
    visit: _Visit


class _Handler(BaseHTTPRequestHandler):
    timeout = SLOWEST
    server: _Server

    def do_GET(self) -> None:
        """The browser comes back."""
        ours = self.server.visit.take(self.path)
        page = (THANKS if ours else UNKNOWN).encode()
        self.send_response(200 if ours else 400)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as http.server names it
        """Says nothing: the address holds a code."""


def log_in_by_browser(
    authority: Authority, show: Callable[[str], None], *, port: int = 0, patience: float = PATIENCE
) -> Mapping[str, Any]:
    """Shows the address to open, waits for the browser and gives the answer with the tokens; `patience` in seconds.

    Raises:
        LoginRefusedError: The person or the authority said no.
        TryAgainLaterError: Nobody logged in in time, or the authority is out of reach.
        OutreachError: The port is taken.
    """
    visit = _Visit(secrets.token_urlsafe(32))
    verifier = secrets.token_urlsafe(64)
    with _listening(port) as server:
        server.visit, server.timeout = visit, STEP
        home = f"http://{authority.home}:{server.server_port}"
        show(_address(authority, home, visit.state, verifier))
        until = monotonic() + patience
        while visit.answer is None and monotonic() < until:
            server.handle_request()
    return _redeemed(authority, visit.answer, home, verifier)


def _listening(port: int) -> _Server:
    try:
        return _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        message = f"port {port} of this machine cannot be used: {error}; name another one: outreach login --port N"
        raise OutreachError(message) from error


def _address(authority: Authority, home: str, state: str, verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    words = {
        "response_type": "code",
        "client_id": authority.client_id,
        "redirect_uri": home,
        "scope": authority.scope,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{authority.authorize}?{urlencode({**words, **authority.more})}"


def _redeemed(authority: Authority, came: dict[str, str] | None, home: str, verifier: str) -> Mapping[str, Any]:
    """The tokens for the code (RFC 6749 §4.1.3)."""
    if came is None:
        message = f"nobody logged in at {authority.name} in time; call `outreach login` again"
        raise TryAgainLaterError(message)
    if "code" not in came:
        words = came["error"] if came["error"].isprintable() else "no reason given"
        message = f"the login at {authority.name} was turned down ({words[:100]}); call `outreach login` again"
        raise LoginRefusedError(message)
    form = {"grant_type": "authorization_code", "redirect_uri": home, "code_verifier": verifier}
    answer = ask(authority, authority.token, {**form, "code": came["code"]})
    if "error" in answer:
        raise refusal(authority, answer, came["code"], verifier)
    return answer
