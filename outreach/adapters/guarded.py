"""Runs the opening of a mail that may be dangerous in a child process with little memory and little time."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection

from outreach.model import Message

MEMORY = 512 * 1024 * 1024  # bytes the child may take
SECONDS = 5  # of processor time, and of patience
HARMLESS_BYTES = 300_000
HARMLESS_PARTS = 30
HARMLESS_WORDS = 300

Open = Callable[[bytes], Message]


def is_hard(raw: bytes) -> bool:
    """Whether a mail is so large, deep or odd that it is opened in a child process."""
    head = raw[:300_000]
    return (
        len(raw) > HARMLESS_BYTES
        or head.count(b"boundary=") + head.count(b"message/rfc822") > HARMLESS_PARTS
        or head.count(b"=?") > HARMLESS_WORDS
        or head.count(b"(") > 2000  # noqa: PLR2004  nested comments
        or b"\0" in head
    )


def open_guarded(raw: bytes, open_mail: Open) -> Message:
    """The mail, opened here if it is harmless, else in a child process; a mail that breaks that says so."""
    if not is_hard(raw):
        return open_mail(raw)
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_work, args=(raw, open_mail, there), daemon=True)
    child.start()
    there.close()
    try:
        if here.poll(SECONDS):
            opened: Message = here.recv()
            return opened
    except (EOFError, OSError):
        pass
    finally:
        child.kill()
        child.join()
        here.close()
    return _unreadable()


def _work(raw: bytes, open_mail: Open, there: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + _size_now(), MEMORY + _size_now()))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    there.send(open_mail(raw))


def _size_now() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  no path to speak of
        return int(file.read().split()[0]) * resource.getpagesize()


def _unreadable() -> Message:
    problem = "opening it took too much time or memory"
    return Message("", "", (), (), (), (), (), None, None, (), (), (), "", problem=problem)
