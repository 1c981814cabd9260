"""What a sender that died had in hand: what it heard is written down, what it never began waits again."""

from __future__ import annotations

from dataclasses import replace

from outreach.adapters.store.letters.departures import Outcome
from outreach.adapters.store.letters.trails import Heard, Left
from outreach.campaign.desk import Desk
from outreach.campaign.sending.outcomes import outcome_of
from outreach.model import Handover, HandoverResult, Letter

NEVER_BEGUN = Handover(HandoverResult.NOT_TRIED, "connect", "")


def take_over(desk: Desk) -> None:
    """Settles what is known of letters that senders of this machine left; only those on the wire are in doubt then."""
    for left in desk.store.trails.left():
        letters = desk.store.departures.handed_over_by(left.sender, left.letters)
        known = [outcome for letter in letters if (outcome := _known(desk, left, letter)) is not None]
        desk.store.departures.settle(known, left.sender, desk.now())
        left.file.unlink(missing_ok=True)


def _known(desk: Desk, left: Left, letter: Letter) -> Outcome | None:
    """What became of a letter; None: it had begun, and nobody heard the answer."""
    heard = left.heard.get(letter.id)
    if heard is None and letter.id in left.begun:
        return None
    as_claimed, heard = replace(letter, attempts=letter.attempts - 1), heard or Heard(NEVER_BEGUN, desk.now())
    return outcome_of(desk, as_claimed, heard.handover, heard.at, begun=True)
