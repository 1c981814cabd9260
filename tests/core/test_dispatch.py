"""The last look at an invitee before a letter leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from outreach.core.calendar import parse_window
from outreach.core.dispatch import LOOK_AGAIN, TOO_LATE, last_look
from outreach.core.followup import Policy
from outreach.model import Drop, Leave, Letter, LetterKey, LetterKind, LetterState, Standing, State, Stay

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)
POLICY = Policy(date(2022, 9, 15), (31, 17, 7), 7, 3, parse_window((), "any", holidays=False))
INVITATION = Letter(
    id=1,
    key=LetterKey("trial", 1, 7, LetterKind.INVITATION),
    to="mayor@bonn.example",
    cc=(),
    language="en",
    edition=1,
    values={},
    digest="",
    message_id="<i@x.example>",
    in_reply_to="",
    references=(),
    state=LetterState.READY,
    due_at=NOW,
)


@pytest.mark.parametrize("hold_until", [None, date(2022, 7, 1), date(2022, 8, 1)])
def test_no_invitation_while_an_answer_waits_for_a_person(hold_until: date | None) -> None:
    """Whether it was ever held or not: who has written of its own accord is read before it is invited."""
    standing = Standing(state=State.ENROLLED, hold_until=hold_until, review=(3,))
    verdict = last_look(INVITATION, standing, POLICY, NOW, "Europe/Berlin", "DE")
    assert verdict == Stay(NOW + LOOK_AGAIN, "an answer waits for a person to decide")


def test_a_held_invitation_leaves_on_its_day() -> None:
    """Not before the morning of the day, and then without being asked again."""
    held = last_look(INVITATION, Standing(hold_until=date(2022, 8, 1)), POLICY, NOW, "Europe/Berlin", "DE")
    assert isinstance(held, Stay)
    assert held.why == "held until 2022-08-01"
    assert last_look(INVITATION, Standing(hold_until=date(2022, 7, 1)), POLICY, NOW, "Europe/Berlin", "DE") == Leave()


@pytest.mark.parametrize(
    ("queued_at", "now", "zone", "leaves"),
    [
        ("2022-09-14T16:00+02:00", "2022-09-15T23:00+02:00", "Europe/Berlin", True),
        ("2022-09-14T16:00+02:00", "2022-09-16T00:00+02:00", "Europe/Berlin", False),
        ("2022-09-14T16:00+02:00", "2022-09-16T00:00+02:00", "America/Lima", True),
        ("2022-09-14T16:00+02:00", "2022-09-15T12:30+02:00", "Pacific/Kiritimati", False),
        ("2022-09-17T10:00+02:00", "2022-09-17T10:00+02:00", "Europe/Berlin", True),
    ],
)
def test_no_invitation_asks_for_an_answer_by_a_day_that_has_passed(
    queued_at: str, now: str, zone: str, leaves: bool
) -> None:
    """By the calendar of the invitee; who launches after the deadline, as a rehearsal may, means it."""
    letter = replace(INVITATION, queued_at=datetime.fromisoformat(queued_at))
    moment = datetime.fromisoformat(now).astimezone(UTC)
    assert last_look(letter, Standing(), POLICY, moment, zone, "DE") == (Leave() if leaves else Drop(TOO_LATE))
