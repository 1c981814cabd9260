"""What was made of the whole campaign is kept: made anew when something changed, aside where that takes long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from outreach.campaign.desk import Desk
from outreach.entrypoints.web.kept import AT_ONCE, SHARE, Kept
from outreach.model import OutreachError
from tests.web.server import Page


@dataclass
class World:
    """A clock of its own, on which each making takes `takes` seconds; what is made is how often it was made."""

    takes: float = 0.01
    stamp: int = 1
    time: float = 0.0
    made: int = 0
    fails: bool = False
    waiting: list[Callable[[], object]] = field(default_factory=list)  # what is to be done aside

    def make(self, _desk: Desk) -> int:
        """Counts."""
        self.time += self.takes
        if self.fails:
            message = "the letter cannot be made"
            raise OutreachError(message)
        self.made += 1
        return self.made

    def do_aside(self) -> None:
        """Does what was put aside."""
        while self.waiting:
            self.waiting.pop()()


@pytest.fixture
def world() -> World:
    """A fresh one."""
    return World()


@pytest.fixture
def kept(world: World) -> Kept[int]:
    """What is kept in it."""
    return Kept(world.make, lambda _desk: world.stamp, clock=lambda: world.time, aside=world.waiting.append)


def test_it_is_made_anew_when_something_changed(looked_at: Page, world: World, kept: Kept[int]) -> None:
    """And only then; what was drawn of it is drawn as often."""
    drawn = [kept.now(looked_at.desk).drawn("fr", lambda: f"drawing {world.made}") for _ in range(3)]
    world.stamp = 2
    look = kept.now(looked_at.desk)
    assert (drawn, look.value, look.is_fresh) == (["drawing 1"] * 3, 2, True)
    assert look.drawn("fr", lambda: f"drawing {world.made}") == "drawing 2"


def test_what_took_long_is_made_aside_and_not_at_once(looked_at: Page, world: World, kept: Kept[int]) -> None:
    """Whatever changes meanwhile: the last one is shown, and said to be old."""
    world.takes = AT_ONCE * 10
    assert kept.now(looked_at.desk).value == 1
    world.stamp = 2
    world.time += SHARE * world.takes - 1
    look = kept.now(looked_at.desk)
    assert (look.value, look.is_fresh, world.waiting) == (1, False, [])
    world.time += 1.1
    assert kept.now(looked_at.desk).value == 1
    world.do_aside()
    look = kept.now(looked_at.desk)
    assert (look.value, look.is_fresh, look.at) == (2, True, looked_at.desk.now())


def test_nobody_waits_even_for_the_first(looked_at: Page, world: World, kept: Kept[int]) -> None:
    """It is not known at the first look, and at the next one it is; two looks begin one making."""
    assert kept.soon(looked_at.desk) is None
    assert kept.soon(looked_at.desk) is None
    assert kept.begun == looked_at.desk.now()
    world.do_aside()
    look = kept.soon(looked_at.desk)
    assert look is not None
    assert (look.value, world.made) == (1, 1)


def test_who_asks_for_a_new_one_gets_it(looked_at: Page, world: World, kept: Kept[int]) -> None:
    """Though nothing that is known has changed."""
    kept.now(looked_at.desk)
    assert kept.soon(looked_at.desk, again=True) is not None
    world.do_aside()
    assert kept.now(looked_at.desk).value == 2


@pytest.mark.parametrize("known", [False, True], ids=["the first", "a later one"])
def test_one_that_failed_says_why_and_the_next_is_tried_again(
    looked_at: Page, world: World, kept: Kept[int], *, known: bool
) -> None:
    """What the verb refuses is told to who asks, once."""
    if known:
        kept.now(looked_at.desk)
    world.fails, world.stamp, world.time = True, 2, SHARE
    kept.soon(looked_at.desk)
    world.do_aside()
    with pytest.raises(OutreachError, match="cannot be made"):
        kept.soon(looked_at.desk)
    world.fails = False
    world.time += SHARE
    kept.soon(looked_at.desk)
    world.do_aside()
    assert kept.now(looked_at.desk).value == world.made


def test_who_waits_is_told_at_once_why_it_failed(looked_at: Page, world: World, kept: Kept[int]) -> None:
    """And nobody later."""
    world.fails = True
    with pytest.raises(OutreachError, match="cannot be made"):
        kept.now(looked_at.desk)
    world.fails = False
    assert kept.now(looked_at.desk).value == 1
