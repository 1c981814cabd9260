"""Passwords: how long they must be, and argon2 to keep and compare them in the same time whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from outreach.model import Sentence, TryAgainLaterError, UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200  # characters; NIST SP 800-63B asks for length, not for kinds of characters
AT_ONCE = 2  # comparisons, each takes 64 MiB
WAITING = 10  # that may wait for their turn; more would leave no thread for those who are in

_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)


@contextmanager
def place() -> Iterator[None]:
    """A place among those who wait to have a password compared.

    Raises:
        TryAgainLaterError: Too many people log in at once.
    """
    if not _places.acquire(blocking=False):
        message = Sentence("too many people log in at this moment; try again in a moment")
        raise TryAgainLaterError(message)
    try:
        yield
    finally:
        _places.release()


@contextmanager
def turn() -> Iterator[None]:
    """Waits for one's turn to have a password compared; who finds no place is sent away.

    Raises:
        TryAgainLaterError: Too many people log in at once.
    """
    with place(), _turns:
        yield


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415  only when somebody logs in

    return PasswordHasher()  # RFC 9106 §4, the second recommended setting


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody")


def password_mistake(password: str, name: str) -> str | None:
    """Why a password cannot be taken, as a message to translate; None if it can."""
    if len(password) < SHORTEST:
        return "too short"
    if len(password) > LONGEST:
        return "too long"
    plain = password.casefold()
    if len(set(plain)) <= 3 or name.casefold() in plain:  # noqa: PLR2004  such as "aaaaaaaaaaaa" or "121212121212"
        return "too easy"
    return None


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        UsageError: It is longer than any that can be taken.
        TryAgainLaterError: Too many people log in at once.
    """
    if len(password) > LONGEST:
        message = Sentence("the password is too long; take at most %(longest)s characters", longest=LONGEST)
        raise UsageError(message)
    with turn():
        return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; takes as long where there is none. Call it in one's `turn`."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    nobodys = _nobodys()
    try:
        same = _hasher().verify(kept or nobodys, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return same and kept is not None
