"""A child process that works for us: objects in, objects out, one answer a question; it ends with the parent."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import pickle
import sys
from collections.abc import Callable
from subprocess import DEVNULL, PIPE
from typing import Any, BinaryIO

PATIENCE = 30.0  # seconds for one answer; the first needs the program to be loaded
_SIZE = 8  # octets before each object: how many it has
_HELD = 8 * 1024 * 1024  # octets of an answer that may come before they are taken


class WorkerLostError(Exception):
    """The child process has ended, or does not answer."""


class Worker:
    """A child process, started at the first question. Questions are answered in turn."""

    def __init__(self, target: str) -> None:
        """`target` is `module:name` of what makes the function that answers: called once in the child."""
        self._target = target
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, question: object) -> Any:
        """What the function answers. What it raises ends the child.

        Raises:
            WorkerLostError: There is no answer. Nor will there be one to another question.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._answer(question)
            except (OSError, EOFError, TimeoutError) as error:  # half an answer is an EOFError
                self.close()
                raise WorkerLostError(str(error)) from error
            except BaseException:
                self.close()  # the next question must not get this one's answer
                raise

    async def _answer(self, question: object) -> Any:
        if self._child is None:
            self._child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", __name__, self._target),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_HELD,
            )
        out, back = self._child.stdin, self._child.stdout
        if out is None or back is None:
            raise EOFError
        out.write(_framed(question))
        await out.drain()
        size = int.from_bytes(await back.readexactly(_SIZE), "big")
        return pickle.loads(await back.readexactly(size))  # noqa: S301  our own child's

    def close(self) -> None:
        """Ends the child; a later question would begin another, so it is the owner's last word."""
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()

    async def ended(self) -> None:
        """Ends the child and waits until it is gone."""
        self.close()
        if self._child is not None:
            await self._child.wait()


def _framed(thing: object) -> bytes:
    content = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(_SIZE, "big") + content


def answer_all(function: Callable[[Any], object], source: BinaryIO, target: BinaryIO) -> None:
    """Answers questions until there are no more: also when the parent was killed, for then its pipe ends."""
    while len(size := source.read(_SIZE)) == _SIZE:
        question = pickle.loads(source.read(int.from_bytes(size, "big")))  # noqa: S301  our own parent's
        target.write(_framed(function(question)))
        target.flush()


def _main() -> None:
    module, _, name = sys.argv[1].partition(":")
    make = getattr(importlib.import_module(module), name)
    answer_all(make(), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
