"""Pause on the page ends a mailing that is under way: what was claimed already ends, and nothing else is claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from outreach.campaign.letters.mailing import plan_launch, queue_invitations
from outreach.campaign.sending.handing_over import Postman
from outreach.campaign.sending.posting import Progress, post
from outreach.model import LetterState
from tests.web.campaign import KindPostman
from tests.web.launching import before_launch, enrol
from tests.web.server import Page

MANY = 300


@pytest.fixture
def queued(tmp_path: Path) -> Iterator[Page]:
    """A campaign whose letters wait, and nobody sends them yet."""
    with before_launch(tmp_path / "campaign") as page:
        enrol(page, MANY)
        stationery = page.desk.load_stationery()
        queue_invitations(page.desk, stationery, plan_launch(page.desk, stationery, listed=()).invitees)
        yield page


class PausingPostman(KindPostman):
    """A relay that takes every letter; while it has the twentieth in hand, somebody presses Pause."""

    def __init__(self, press: Callable[[], None]) -> None:
        self._press = press
        self._taken = 0

    def take(self) -> None:
        """Counts them."""
        self._taken += 1
        if self._taken == 20:
            self._press()


def sent(page: Page, make_postman: Callable[[], Postman]) -> Progress:
    """One pass, in a thread of its own: the tests' thread may hold a browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(post, page.desk, make_postman).result()


def test_after_a_pause_nothing_is_claimed(queued: Page) -> None:
    """Of 300 letters those leave that were on their way at the moment of the pause; the rest waits, and leaves later."""
    outbox, claimed = queued.desk.store.outbox, []

    def press() -> None:
        assert queued.someone("sender").post("/letters/sending", {"act": "pause"}).status == 303
        counts = outbox.counts()
        claimed.append(MANY - counts[LetterState.READY])

    progress = sent(queued, lambda: PausingPostman(press))
    counts = outbox.counts()
    assert progress.stopped_because == "paused by sender (web)"
    assert 20 <= counts[LetterState.ACCEPTED] <= claimed[0] < MANY
    assert counts[LetterState.ACCEPTED] + counts[LetterState.READY] == MANY
    assert sent(queued, KindPostman).handled == 0
    assert "Sending is paused" in queued.someone("reader").get("/letters/sending").words
    assert queued.someone("sender").post("/letters/sending", {"act": "go"}).status == 303
