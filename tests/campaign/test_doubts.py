"""Letters in doubt of which one cannot be looked for, or no longer be made: the others are settled all the same."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from outreach.adapters.imap.copies import Held
from outreach.campaign.desk import Desk
from outreach.campaign.sending.doubt import doubts, settle_doubts
from outreach.campaign.sending.posting import post
from outreach.core.proof import profile_name
from outreach.model import LetterState, OutreachError, RelayProfile
from tests.campaign.test_posting import NOW, Relay, make_office, states
from tests.torture.copies import SENT, Copies

__all__ = ["make_office"]


class OddCopies(Copies):
    """A mailbox in which one letter cannot be searched for."""

    def __init__(self, log: Path, odd: str) -> None:
        super().__init__(log)
        self._odd = odd

    def find_by_text(self, folder: str, reference: str, to: str, since: date) -> tuple[Held, ...]:
        """Refuses one address."""
        if to == self._odd:
            message = f"{to} cannot be searched for"
            raise OutreachError(message)
        return super().find_by_text(folder, reference, to, since)


def doubtful(desk: Desk, log: Path, *, taken: tuple[str, ...]) -> None:
    """Every letter is in doubt, and of some there are copies; the Sent folder is known to receive each."""
    desk.store.archive.learn(RelayProfile(profile_name(desk.settings), NOW - timedelta(days=1), sent_folder=SENT))
    for _ in desk.store.outbox.letters():
        post(desk, Relay(lambda _number: "lost").postman)
    heads = [
        f"Message-ID: {one.message_id}\r\nTo: <{one.to}>".encode()
        for one in desk.store.outbox.letters()
        if one.to in taken
    ]
    log.write_bytes(b"".join(struct.pack(">I", len(head)) + head for head in heads))


def settle(desk: Desk, copies: Copies, minutes: int) -> None:
    """A look, so many minutes later."""

    class Later:
        def now(self) -> object:
            return NOW + timedelta(minutes=minutes)

    settle_doubts(replace(desk, clock=Later()), copies.opened)  # type: ignore[arg-type]


def test_one_letter_that_cannot_be_looked_for_does_not_stop_the_others(
    make_office: Callable[..., Desk], tmp_path: Path
) -> None:
    """It waits for a person, and says why; the one behind it is found."""
    desk, log = make_office(2), tmp_path / "log"
    doubtful(desk, log, taken=("mayor@t1.example",))
    settle(desk, OddCopies(log, "mayor@t0.example"), 11)
    assert states(desk) == {LetterState.ACCEPTED: 1, LetterState.IN_DOUBT: 1}
    (words,) = doubts(desk).values()
    assert "could not be looked for (mayor@t0.example cannot be searched for)" in words
    assert "outreach outbox resolve 1 accepted" in words


def test_a_letter_that_can_no_longer_be_made_is_known_by_its_id_alone(
    make_office: Callable[..., Desk], tmp_path: Path
) -> None:
    """Found, it counts as sent; not found, it is not sent again by itself, and the others are settled."""
    desk, log = make_office(3), tmp_path / "log"
    doubtful(desk, log, taken=("mayor@t0.example",))
    with desk.store.transaction() as connection:
        connection.exec_driver_sql("UPDATE letter SET language = 'tlh' WHERE id < 3")
    for minutes in (11, 22):
        settle(desk, Copies(log), minutes)
    found = {letter.to: letter.state for letter in desk.store.outbox.letters()}
    expected = (LetterState.ACCEPTED, LetterState.IN_DOUBT, LetterState.READY)
    assert found == dict(zip((f"mayor@t{number}.example" for number in range(3)), expected, strict=True))
    (words,) = doubts(desk).values()
    assert "can no longer be made" in words
