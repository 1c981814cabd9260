"""When the daemon and the page make a pass, and how long they wait after one that ended badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from outreach.campaign.desk import Desk
from outreach.campaign.sending.posting import Progress, anything_due, post
from outreach.entrypoints.daemon import SHORTEST, Backoff, _Service
from outreach.entrypoints.web.sender import Sender
from outreach.model import Leave, LetterState, TryAgainLaterError
from tests.campaign.test_posting import Relay, make_office, states

__all__ = ["make_office"]
AWAY = TryAgainLaterError("the database is away")


def test_a_line_that_breaks_after_some_letters_is_tried_again_at_once(make_office: Callable[..., Desk]) -> None:
    """Waits are doubled where nothing works; where each pass brings letters forward, none of them waits for minutes."""
    service = _Service(make_office(0), 1.0, alone=True)
    for _ in range(5):
        service._report(Progress(done={LetterState.ACCEPTED: 50}, problem=AWAY))
    assert service._relay_backoff.wait == SHORTEST
    for _ in range(5):
        service._report(Progress(problem=AWAY))
    assert service._relay_backoff.wait == SHORTEST * 32


def test_the_page_waits_as_the_daemon_does(make_office: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that breaks behind letters that were taken is tried again at once; one where nothing works, later."""
    sender, backoff = Sender(make_office(1)), Backoff()
    for done, longest in (({LetterState.ACCEPTED: 50}, SHORTEST), ({}, SHORTEST * 32)):
        monkeypatch.setattr(sender, "_pass", partial(Progress, done=done, problem=AWAY))
        for _ in range(5):
            assert 0 < sender._look(backoff) <= longest
        assert (backoff.wait, sender.now().problem) == (longest, str(AWAY))


def test_what_a_killed_sender_had_in_hand_is_taken_over(make_office: Callable[..., Desk]) -> None:
    """Though nothing waits: what was claimed would stay with nobody, and what is in doubt would never be looked for."""
    desk, relay = make_office(2), Relay()
    departures, sender = desk.store.departures, "killed"
    claimed = departures.claim(desk.now(), sender, 2, lambda *_: Leave(), desk.limits)
    departures.begin(replace(claimed, letters=claimed.letters[:1]), sender, desk.now(), lambda *_: Leave())
    assert anything_due(desk)
    post(desk, relay.postman)
    assert states(desk) == {LetterState.IN_DOUBT: 1, LetterState.ACCEPTED: 1}
    assert not anything_due(desk)
