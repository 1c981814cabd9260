"""What is taken back on the page, and what no one can call back any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from outreach.campaign.deciding import review
from outreach.campaign.deciding.casefile import casefile
from outreach.campaign.deciding.undoing import undo_own
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import queue_due, waiting_acknowledgements
from outreach.campaign.sending.posting import post
from outreach.model import Handover, HandoverResult, LetterKind, Outgoing
from tests.web.campaign import KindPostman
from tests.web.server import Page
from tests.web.test_review import CONFIRM, RIOSECO, STRANGER, decide, seen_of, state_of

Settled = Callable[[int, Handover], None]


def test_what_has_left_is_said_when_the_yes_is_taken_back(served: Page) -> None:
    """The thanks went out: whoever takes the yes back hears of it, on the page as on the command line."""
    browser = served.someone("sender")
    act = re.search(r'name="act" value="([^"]*)"', decide(browser, RIOSECO, CONFIRM).text)
    assert act is not None
    queue_due(served.desk, waiting_acknowledgements(served.desk))
    post(served.desk, KindPostman)
    undone = browser.post("/undo", {"act": act[1]})
    told = browser.get(undone.headers["location"]).words
    assert "Taken back: Rioseco del Páramo. The thanks had left already: if it was wrong, please write to them." in told
    assert state_of(served.desk, "rioseco") == ("invited", True)


def _thank(desk: Desk) -> None:
    """Takes an answer for a yes, and lets its thanks wait to leave."""
    opened = casefile(desk, RIOSECO)
    assert opened is not None
    review.decide(desk, "rioseco", CONFIRM, mail=RIOSECO, seen=opened.version)
    queue_due(desk, waiting_acknowledgements(desk))


class _RefusingPostman(KindPostman):
    """A relay that knows no address."""

    async def hand_over(self, letters: Sequence[Outgoing], *, settled: Settled, **more: Any) -> None:
        """Says no to every letter."""

        def refused(number: int, _handover: Handover) -> None:
            settled(number, Handover(HandoverResult.REFUSED, "rcpt", "550 5.1.1 unknown"))

        await super().hand_over(letters, settled=refused, **more)


def test_nothing_is_said_of_thanks_that_were_refused(served: Page) -> None:
    """Nobody has them."""
    desk = served.desk
    _thank(desk)
    post(desk, _RefusingPostman)
    assert undo_own(desk).left is None


def test_nothing_is_said_of_thanks_that_had_not_left(served: Page) -> None:
    """They are withheld when their turn comes."""
    desk = served.desk
    _thank(desk)
    assert undo_own(desk).left is None
    post(desk, KindPostman)
    letters = desk.store.outbox.letters(invitee=desk.invitee("rioseco").number)
    assert [(one.key.kind.value, one.state.value) for one in letters if one.key.kind is LetterKind.THANKS] == [
        ("thanks", "withheld")
    ]


def test_a_filing_that_is_taken_back_waits_without_a_city_again(served: Page) -> None:
    """The mail opens in the queue that it came from."""
    browser = served.someone("reviewer")
    sent = browser.post(
        f"/review/{STRANGER}/file",
        {"invitee": "silent-1", "seen": seen_of(browser.get(f"/review/{STRANGER}")), "without": "city"},
    )
    assert sent.status == 303
    assert browser.post("/undo").headers["location"] == f"/review/{STRANGER}?without=city"


@pytest.mark.parametrize(("mail", "to"), [(STRANGER, "silent-1"), (RIOSECO, "silent-1"), (RIOSECO, review.NOWHERE)])
def test_a_filing_that_is_taken_back_leaves_no_trace_on_the_mail(served: Page, mail: int, to: str) -> None:
    """It waits as before, for the reason of before, and nobody is said to have vouched for its sender."""
    desk = served.desk
    before, waiting = desk.store.inbox.understood(mail), desk.store.mail_list.waiting()
    opened = casefile(desk, mail)
    assert opened is not None
    review.file(desk, str(mail), to, seen=opened.version)
    assert desk.store.inbox.understood(mail) != before
    undo_own(desk)
    assert desk.store.inbox.understood(mail) == before
    assert desk.store.mail_list.waiting() == waiting
