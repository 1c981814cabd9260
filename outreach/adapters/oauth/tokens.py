"""Keeps the tokens of one login in a file of its owner, and renews them before they end."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.adapters.oauth.authority import Authority, ask, refusal, seconds_in, token_in
from outreach.adapters.secrets import keep_names, write_new
from outreach.model import BusyError, ConfigurationError, LoginRefusedError

MARGIN = timedelta(minutes=3)  # before its end a token is renewed, so that a login does not come too late
YOUNG = timedelta(minutes=1)  # a token of this age was refused for another reason than its age
HOUR = 3600  # seconds; what providers give where they do not say
WORDS = ("authority", "client_id", "refresh", "access")  # of the file, beside the two times
QUEUE = 45.0  # seconds that another process may take to renew; more than one question and its answer
AGAIN = "log in: outreach login"


class TokenRefusedError(LoginRefusedError):
    """A mail server refused an access token; a younger one may be taken."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a login gave."""

    authority: str
    client_id: str
    refresh: str = field(repr=False)
    access: str = field(repr=False)
    obtained: datetime  # the access token
    ends: datetime  # the access token

    def holds(self, now: datetime) -> bool:
        """Whether the access token can still be used for a while; a clock that was set back proves nothing."""
        return self.obtained - MARGIN <= now < self.ends - MARGIN


class Tokens:
    """The access token for a mail server, renewed when it is time; for any number of threads and processes."""

    def __init__(self, authority: Authority, path: Path, now: Callable[[], datetime]) -> None:
        """`now` is the time of the world: the authority knows no other."""
        self.authority = authority
        self._path = path
        self._now = now

    def login(self) -> Login:
        """What is kept of the last login.

        Raises:
            LoginRefusedError: There is none, or none for this application.
            ConfigurationError: The file cannot be used.
        """
        login = _read(self._path)
        if login is None:
            message = f"nobody has logged in at {self.authority.name} yet; {AGAIN}"
            raise LoginRefusedError(message)
        if (login.authority, login.client_id) != (self.authority.name, self.authority.client_id):
            message = f"the last login was for another application than that of [oauth] client_id; {AGAIN}"
            raise LoginRefusedError(message)
        return login

    def current(self) -> str:
        """An access token that holds for some minutes.

        Raises:
            LoginRefusedError: The authority gives none any more; a person must log in.
            TryAgainLaterError: It cannot be asked now.
        """
        login = self.login()
        return login.access if login.holds(self._now()) else self._renewed_unless(lambda one: one.holds(self._now()))

    def renewed(self, refused: str) -> str | None:
        """Another token than one that a mail server refused; None if that was so young that age is not the reason.

        Raises: as `current`.
        """
        login = self.login()
        if login.access == refused and timedelta() <= self._now() - login.obtained < YOUNG:
            return None
        return self._renewed_unless(lambda one: one.access != refused and one.holds(self._now()))

    def keep(self, answer: Mapping[str, Any]) -> Login:
        """Keeps what a new login gave.

        Raises:
            LoginRefusedError: There is no refresh token in it.
        """
        with _alone(self._path):
            return self._kept(answer, "")

    def _renewed_unless(self, good: Callable[[Login], bool]) -> str:
        """Renews the tokens, unless another process has done so while this one waited for its turn."""
        with _alone(self._path):
            login = self.login()
            if good(login):
                return login.access
            words = {"grant_type": "refresh_token", "refresh_token": login.refresh, "scope": self.authority.scope}
            answer = ask(self.authority, self.authority.token, words)
            return self._kept(answer, login.refresh).access

    def _kept(self, answer: Mapping[str, Any], before: str) -> Login:
        """Writes the tokens down before anybody uses them: the old refresh token may count no longer."""
        access, refresh = token_in(answer, "access_token"), token_in(answer, "refresh_token") or before
        if "error" in answer or not (access and refresh):
            raise refusal(self.authority, answer, before)
        now = self._now()
        ends = now + timedelta(seconds=seconds_in(answer, "expires_in", HOUR))
        login = Login(self.authority.name, self.authority.client_id, refresh, access, now, ends)
        _write(self._path, login)
        return login


# ---------------------------------------------------------------- the file


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time, of all threads and processes: a refresh token that was used twice counts no longer."""
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + QUEUE
        while not _locked(handle):
            if time.monotonic() > end:
                raise BusyError("another process has been renewing the login for long; try again later")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Login | None:
    try:
        if path.stat().st_mode & 0o077:
            message = f"{path} may be read by others; call: chmod 600 {path}"
            raise ConfigurationError(message)
        kept = json.loads(path.read_text(encoding="utf-8"))
        obtained, ends = (datetime.fromisoformat(kept[name]).astimezone(UTC) for name in ("obtained", "ends"))
        authority, client_id, refresh, access = (str(kept[name]) for name in WORDS)
        return Login(authority, client_id, refresh, access, obtained, ends)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"{path} cannot be used ({type(error).__name__}); {AGAIN}"
        raise ConfigurationError(message) from None  # the fault would show what stands in it


def _write(path: Path, login: Login) -> None:
    """All or nothing, also if the power goes."""
    values = {name: getattr(login, name) for name in WORDS}
    values |= {"obtained": login.obtained.isoformat(), "ends": login.ends.isoformat()}
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # of a process that was killed
    write_new(new, json.dumps(values))
    new.replace(path)
    keep_names(path.parent)
