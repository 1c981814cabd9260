"""A child process that works for us: it answers in turn, and ends with whoever asked."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from outreach.adapters.worker import Worker, WorkerLostError

HERE = f"{__name__}:"
# A parent that tells the number of its child, and then waits to be killed.
PARENT = """
import asyncio, sys
from outreach.adapters.worker import Worker
async def main():
    worker = Worker("tests.adapters.test_worker:telling")
    print(await worker.ask("pid"), flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def telling() -> Callable[[str], object]:
    """Answers by what is asked: its process, a long answer, a fault, the end, or nothing."""
    answers: dict[str, Callable[[], object]] = {
        "pid": os.getpid,
        "long": lambda: b"x" * 20_000_000,
        "fault": lambda: 1 // 0,
        "end": lambda: os._exit(3),
        "silent": signal.pause,
    }
    return lambda question: answers.get(question, lambda: question)()


def with_worker(work: Callable[[Worker], Awaitable[None]]) -> None:
    """Plays with a worker, and ends it."""

    async def play() -> None:
        worker = Worker(f"{HERE}telling")
        try:
            await work(worker)
        finally:
            await worker.ended()

    asyncio.run(play())


def test_questions_are_answered_in_turn_by_one_process() -> None:
    """Many at once, short and long ones: each gets its own answer."""

    async def work(worker: Worker) -> None:
        asked = ["pid", "a", "long", "b", "pid", *map(str, range(50))]
        found = await asyncio.gather(*map(worker.ask, asked))
        assert found[0] == found[4] != os.getpid()
        assert (len(found[2]), found[1], found[3], found[5:]) == (20_000_000, "a", "b", [*map(str, range(50))])

    with_worker(work)


@pytest.mark.parametrize("ending", ["fault", "end"])
def test_a_child_that_ends_is_told_of(ending: str) -> None:
    """It raised, or was killed: neither this question nor a later one has an answer."""

    async def work(worker: Worker) -> None:
        assert await worker.ask("a") == "a"
        for question in (ending, "a"):
            with pytest.raises(WorkerLostError):
                await worker.ask(question)

    with_worker(work)


def test_a_question_that_is_given_up_leaves_no_answer_behind() -> None:
    """The next question must not get the answer to the one before."""

    async def work(worker: Worker) -> None:
        await worker.ask("a")
        silent = asyncio.create_task(worker.ask("silent"))
        await asyncio.wait({silent}, timeout=0)
        silent.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silent
        with pytest.raises(WorkerLostError):
            await worker.ask("b")

    with_worker(work)


def test_the_child_of_a_killed_parent_ends() -> None:
    """Its pipe ends: nobody is left behind."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert _gone(child)


def _gone(child: int) -> bool:
    """Waits until the process has ended: as a zombie of nobody, or altogether."""
    status = Path(f"/proc/{child}/stat")
    while status.exists() and status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z":
        os.sched_yield()
    return True
