"""Letters that are composed in another process are the same, and a lost process is no loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.mailings import make_mailing
from outreach.adapters.worker import Worker
from outreach.campaign.composing import FEW, Composing
from outreach.campaign.desk import Desk
from outreach.campaign.posting import post
from outreach.campaign.wire import letter_parts
from outreach.model import Letter, LetterState, OutreachError
from tests.campaign.test_posting import Relay

MOMENT = datetime(2034, 7, 15, 9, tzinfo=UTC)
PAPER = bytes(range(256)) * 400


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a desk with so many letters in four languages."""
    made: list[Desk] = []

    def make(letters: int, *, attachment: bytes = b"") -> Desk:
        made.append(make_mailing(tmp_path, letters, attachment=attachment))
        return made[-1]

    yield make
    for desk in made:
        desk.store.close()


def composed(desk: Desk, batches: list[list[Letter]], lost: Callable[[int, Composing], None]) -> list[object]:
    """What comes of batches of letters; `lost` may harm the composer before each."""

    async def play() -> list[object]:
        composing = Composing(desk, FEW)
        try:
            found: list[object] = []
            for number, letters in enumerate(batches):
                lost(number, composing)
                found += await composing.compose([(letter, MOMENT) for letter in letters])
            return found
        finally:
            await composing.close()

    return asyncio.run(play())


def unharmed(_number: int, _composing: Composing) -> None:
    """Nothing happens."""


def killed(number: int, composing: Composing) -> None:
    """The child is killed between two batches."""
    if number == 1 and composing._worker is not None:
        composing._worker.close()


@pytest.mark.parametrize("lost", [unharmed, killed])
@pytest.mark.parametrize("attachment", [b"", PAPER])
def test_another_process_composes_the_same_letters(
    make_office: Callable[..., Desk], lost: Callable[[int, Composing], None], attachment: bytes
) -> None:
    """Byte by byte, in order, over several batches; an attachment is one object in all. So it is when the child dies."""
    desk = make_office(24, attachment=attachment)
    letters = list(desk.store.outbox.letters())
    found = composed(desk, [letters[:8], letters[8:16], letters[16:]], lost)
    assert found == [letter_parts(desk, letter, MOMENT) for letter in letters]
    assert len({id(parts[1]) for parts in found if isinstance(parts, tuple) and attachment}) == bool(attachment)


def test_a_letter_that_cannot_be_composed_is_the_last(make_office: Callable[..., Desk]) -> None:
    """Those before it are there, and why it is not."""
    desk = make_office(6)
    letters = list(desk.store.outbox.letters())
    letters[3] = replace(letters[3], digest="another")
    *before, last = composed(desk, [letters], unharmed)
    assert before == [letter_parts(desk, letter, MOMENT) for letter in letters[:3]]
    assert isinstance(last, OutreachError)
    assert f"letter {letters[3].id} no longer comes out" in str(last)


class _Confused(Worker):
    """Gives the answers in another order."""

    async def ask(self, question: object) -> list[object]:
        """The last letter first."""
        return list(reversed(await super().ask(question)))


def test_an_answer_about_another_letter_is_not_sent(make_office: Callable[..., Desk]) -> None:
    """Whatever goes wrong between the processes, nobody gets another's letter."""
    desk = make_office(4)

    def confuse(_number: int, composing: Composing) -> None:
        composing._worker = _Confused("outreach.campaign.composing:Scribe")

    found = composed(desk, [list(desk.store.outbox.letters())], confuse)
    assert all(isinstance(one, OutreachError) for one in found)


def test_a_pass_of_many_letters_sends_each_once(make_office: Callable[..., Desk]) -> None:
    """With a child that composes them."""
    desk, relay = make_office(FEW), Relay()
    progress = post(desk, relay.postman)
    assert progress.done == {LetterState.ACCEPTED: FEW}
    assert len(relay.taken) == len(set(relay.taken)) == FEW
