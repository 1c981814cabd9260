"""A look through everybody: at once where they are few; of very many the last one is shown, with its time."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.entrypoints.web.prepared import SHARE, Prepared
from outreach.model import Finding, OutreachError
from tests.web.server import Page


def test_few_are_looked_through_at_once(looked_at: Page) -> None:
    """And each time anew."""
    found = iter(range(9))
    kept = Prepared(lambda _desk: next(found), many=lambda _desk: False)
    looks = [kept.look(looked_at.desk) for _ in range(2)]
    assert [(look.value, look.at) for look in looks if look is not None] == [(0, None), (1, None)]


def test_many_are_looked_through_aside_and_what_changed_is_said(looked_at: Page) -> None:
    """The first waits for nothing; what is old is said to be so, and looked at again after a while, or when asked."""
    now: dict[str, Any] = {"stamp": 1, "time": 0.0, "looks": 0}
    waiting: list[Any] = []

    def count(_desk: object) -> int:
        now["looks"] += 1
        now["time"] += 10
        return int(now["looks"])

    kept = Prepared(
        count, many=lambda _d: True, stamp=lambda _d: now["stamp"], clock=lambda: now["time"], aside=waiting.append
    )
    assert kept.look(looked_at.desk) is None
    waiting.pop()()
    look = kept.look(looked_at.desk)
    assert look is not None
    assert (look.value, look.at, look.is_fresh) == (1, looked_at.desk.now(), True)
    now["stamp"] = 2
    old = kept.look(looked_at.desk)
    assert old is not None
    assert (old.value, old.is_fresh, waiting) == (1, False, [])
    kept.look(looked_at.desk, again=True)
    waiting.pop()()
    now |= {"stamp": 3, "time": now["time"] + 10 * SHARE + 1}
    assert kept.look(looked_at.desk) is not None
    waiting.pop()()
    assert now["looks"] == 3


def test_a_look_that_failed_says_why_and_the_next_tries_again(looked_at: Page) -> None:
    """What the verb refuses is told to who asked."""
    fails = [OutreachError("the letter cannot be made")]

    def count(_desk: object) -> tuple[Finding, ...]:
        if fails:
            raise fails.pop()
        return ()

    kept = Prepared(count, many=lambda _d: True, stamp=lambda _d: 1, aside=lambda work: work())
    with pytest.raises(OutreachError, match="cannot be made"):
        kept.look(looked_at.desk)
    assert kept.look(looked_at.desk) is not None
