"""Hands letters to a relay in tests, and gives what became of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from outreach.adapters.smtp.postman import SmtpPostman
from outreach.campaign.sending.handing_over import nothing_kept
from outreach.model import Handover, Outgoing

SENDER = "a@x.example"


def letter(*to: str, data: bytes = b"Subject: hello\r\n\r\nDear Mayor\r\n") -> Outgoing:
    """A letter in one part."""
    return Outgoing(SENDER, to, (data,))


async def hand_over_some(
    man: SmtpPostman,
    letters: Sequence[Outgoing],
    before_payload: Callable[[], Awaitable[Collection[int]]] = nothing_kept,
) -> dict[int, Handover]:
    """The outcome of every letter that was not taken back; none is told twice."""
    done: dict[int, Handover] = {}

    def settled(number: int, handover: Handover) -> None:
        assert number not in done
        done[number] = handover

    await man.hand_over(letters, before_payload=before_payload, settled=settled)
    return done


async def hand_over_all(
    man: SmtpPostman,
    letters: Sequence[Outgoing],
    before_payload: Callable[[], Awaitable[Collection[int]]] = nothing_kept,
) -> list[Handover]:
    """The outcome of every letter."""
    done = await hand_over_some(man, letters, before_payload)
    assert sorted(done) == list(range(len(letters)))
    return [done[number] for number in range(len(letters))]
