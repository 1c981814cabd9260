"""Does dangerous work, such as opening an odd mail, in a child process with little memory and little time."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from outreach.model import Message

MEMORY = 512 * 1024 * 1024  # bytes that the child may take
SECONDS = 5  # of processor time, and twice as many of patience
HARMLESS_BYTES = 300_000
HARMLESS_PARTS = 30
HARMLESS_WORDS = 300
HARMLESS_COMMENTS = 2000
MOST_HEADER = 256 * 1024  # bytes

Open = Callable[[bytes], Message]
T = TypeVar("T")


def is_hard(raw: bytes) -> bool:
    """Whether a mail is so large, deep or odd that it is opened in a child process."""
    head = raw[:HARMLESS_BYTES]
    return (
        len(raw) > HARMLESS_BYTES
        or head.count(b"boundary") + head.count(b"message/rfc822") > HARMLESS_PARTS
        or head.count(b"=?") > HARMLESS_WORDS
        or head.count(b"(") > HARMLESS_COMMENTS
        or b"\0" in head
    )


def open_guarded(raw: bytes, open_mail: Open) -> Message:
    """The mail, opened here if it is harmless, else in a child process; of one that breaks that, its headers alone."""
    if not is_hard(raw):
        return open_mail(raw)
    problem = "opening it took too much time or memory"
    whole = guarded(open_mail, raw)
    if whole is not None:
        return whole
    headers = guarded(open_mail, _headers(raw))
    if headers is not None:
        return replace(headers, problem=f"{problem}; only its headers were read")
    return Message("", "", (), (), (), (), (), None, None, (), (), (), "", problem=problem)


def guarded(work: Callable[[bytes], T], content: bytes, *, seconds: int = SECONDS, memory: int = MEMORY) -> T | None:
    """What `work` makes of bytes in a child process; None if it raises, or takes too much time or memory."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_work, args=(work, content, there, seconds, memory), daemon=True)
    child.start()
    there.close()
    try:
        if here.poll(2 * seconds):
            made: T = here.recv()
            return made
    except (EOFError, OSError):  # it ended without a word
        pass
    finally:
        child.kill()
        child.join()
        here.close()
    return None


def _work(work: Callable[[bytes], T], content: bytes, there: Connection, seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory + _size_now(), memory + _size_now()))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(Exception):  # the parent sees that nothing came
        there.send(work(content))


def _size_now() -> int:
    """Bytes of address space that the child has from its parent."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _headers(raw: bytes) -> bytes:
    """The header of a mail; its end is what nothing can be parsed from."""
    return raw[:MOST_HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"
