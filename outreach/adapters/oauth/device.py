"""Logs in by a code that a person types into a browser, on whichever machine (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from outreach.adapters.config import is_loopback
from outreach.adapters.oauth.authority import Authority, ask, refusal, seconds_in, token_in
from outreach.model import LoginRefusedError, TryAgainLaterError

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
INTERVAL = 5  # seconds between two questions, and what “slow_down” adds (§3.5)
LONGEST = 60  # seconds between two questions to a server that was out of reach
DENIED = ("access_denied", "authorization_declined")  # the second is Microsoft's word


@dataclass(frozen=True, slots=True)
class Code:
    """What a person is told; `device` is ours alone."""

    address: str
    code: str
    seconds: int  # that it holds
    interval: int
    device: str = field(repr=False)


def ask_for_code(authority: Authority) -> Code:
    """A code for one login.

    Raises:
        LoginRefusedError: The application is not known or may not do this.
        TryAgainLaterError: The server is out of reach.
    """
    answer = ask(authority, authority.device, {"scope": authority.scope})
    device, code = token_in(answer, "device_code"), token_in(answer, "user_code")
    address = token_in(answer, "verification_uri") or token_in(answer, "verification_url")
    if "error" in answer or not (device and code):
        raise refusal(authority, answer)
    if not _is_safe(address):
        message = f"{authority.name} names an address that is not https; nobody should log in there"
        raise LoginRefusedError(message)
    seconds, interval = seconds_in(answer, "expires_in", 900), seconds_in(answer, "interval", INTERVAL)
    return Code(address, code, seconds, max(1, interval), device)


def _is_safe(address: str) -> bool:
    to = urlsplit(address)
    return to.scheme == "https" or (to.scheme == "http" and is_loopback(to.hostname or ""))


def wait_for_token(authority: Authority, code: Code, wait: Callable[[float], None]) -> Mapping[str, Any]:
    """Asks until the person has agreed, and gives the answer with the tokens.

    Raises:
        LoginRefusedError: The person said no.
        TryAgainLaterError: Nobody typed the code in time.
    """
    waited, interval = 0, code.interval
    while waited < code.seconds:
        wait(interval)
        waited += interval
        try:
            answer = ask(authority, authority.token, {"grant_type": GRANT, "device_code": code.device})
        except TryAgainLaterError:
            interval = min(2 * interval, LONGEST)  # §3.5: “exponential backoff” after a timeout
            continue
        error = answer.get("error")
        if error is None:
            return answer
        if error == "slow_down":
            interval += INTERVAL
        elif error != "authorization_pending":
            raise _end(authority, answer, code)
    raise _too_late(authority)


def _end(authority: Authority, answer: Mapping[str, Any], code: Code) -> Exception:
    if answer["error"] == "expired_token":
        return _too_late(authority)
    if answer["error"] in DENIED:
        message = f"the login at {authority.name} was turned down in the browser; call `outreach login` again"
        return LoginRefusedError(message)
    return refusal(authority, answer, code.device)


def _too_late(authority: Authority) -> TryAgainLaterError:
    return TryAgainLaterError(f"nobody typed the code at {authority.name} in time; call `outreach login` again")
