"""How far a long piece of work is: what a verb tells to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

EVERY = 250  # things between two words about them
Thing = TypeVar("Thing")


class Step(StrEnum):
    """What it is at."""

    READ = "read"  # the list, which is checked too
    ENROL = "enrol"
    LOOK = "look"  # through everybody
    COMPARE = "compare"  # each letter with the one that somebody agreed to
    MAILBOX = "mailbox"  # may hold answers
    QUEUE = "queue"


Tell = Callable[[Step, int, int], None]  # the step, how many are done of it and of how many; 0 of 0: it is not counted


def quietly(_step: Step, _done: int, _total: int) -> None:
    """Nobody wants to know."""


def told(tell: Tell, step: Step, things: Sequence[Thing]) -> Iterator[Thing]:
    """The things one after the other; now and then it is told how many are done."""
    for done, thing in enumerate(things):
        if done % EVERY == 0:
            tell(step, done, len(things))
        yield thing
