"""Dangerous work in a child process: limits on time and memory hold, and what broke is still an entry."""

from __future__ import annotations

import os
import time

import pytest

from benchmarks.bombs import SAID, plain
from outreach.adapters.guarded import guarded, is_hard, open_guarded
from outreach.core.reading.opening.message import open_mail
from outreach.model import Message

HARD = plain(SAID + b"\n" * 400_000)


def forever(_: bytes) -> str:
    while True:
        pass


def without_work(_: bytes) -> str:
    while True:
        time.sleep(60)


def much_memory(content: bytes) -> int:
    return len(content * 400_000_000)


def raises(_: bytes) -> str:
    raise ValueError


def ends(_: bytes) -> str:
    os._exit(3)


@pytest.mark.parametrize("work", [forever, without_work, much_memory, raises, ends])
def test_what_breaks_a_limit_gives_nothing(work: object) -> None:
    """Time of the processor, time by the clock, memory, an exception, an end without a word."""
    start = time.monotonic()
    assert guarded(work, b"a", seconds=1, memory=200_000_000) is None  # type: ignore[arg-type]
    assert time.monotonic() - start < 10


def test_what_keeps_the_limits_comes_back() -> None:
    """From another process."""
    assert guarded(len, b"abc") == 3
    assert guarded(lambda _: os.getpid(), b"") not in (None, os.getpid())


@pytest.mark.parametrize(
    ("raw", "hard"),
    [
        (plain(SAID), False),
        (HARD, True),
        (plain(b"\0"), True),
        (plain(b"boundary=" * 40), True),
        (plain(b"=?" * 400), True),
        (plain(b"(" * 3000), True),
    ],
)
def test_only_odd_mails_are_opened_elsewhere(raw: bytes, hard: bool) -> None:
    """An ordinary answer costs no process."""
    assert is_hard(raw) is hard


def test_a_hard_mail_is_the_same_mail() -> None:
    """As if it had been opened here."""
    assert open_guarded(HARD, open_mail) == open_mail(HARD)


def test_of_a_mail_that_breaks_everything_the_headers_are_read() -> None:
    """So that it is known whose it is."""

    def fragile(raw: bytes) -> Message:
        if SAID in raw:
            os._exit(1)
        return open_mail(raw)

    message = open_guarded(HARD, fragile)
    assert message.from_[0].address == "ana@rioseco.example"
    assert message.problem == "opening it took too much time or memory; only its headers were read"


def test_if_not_even_the_headers_are_read_it_is_an_entry() -> None:
    """Never a crash, never silence."""
    assert open_guarded(HARD, ends).problem == "opening it took too much time or memory"  # type: ignore[arg-type]
