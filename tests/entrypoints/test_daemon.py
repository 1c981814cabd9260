"""How long the daemon waits after a pass that ended badly."""

from __future__ import annotations

from collections.abc import Callable

from outreach.campaign.desk import Desk
from outreach.campaign.sending.posting import Progress
from outreach.entrypoints.daemon import SHORTEST, _Service
from outreach.model import LetterState, TryAgainLaterError
from tests.campaign.test_posting import make_office

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
