"""Letters are queued with the words that stand in templates/ now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.mailings import make_mailing
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import Due, queue_due
from outreach.campaign.letters.wire import letter_bytes
from outreach.core.letters.stationery import Stationery
from outreach.model import LetterKind


def saying(desk: Desk, word: str) -> Desk:
    """The desk, where thanks end with a word."""
    old = desk.load_stationery().files
    files = {name: text + f"\n\n{word}\n".encode() if "/thanks." in name else text for name, text in old.items()}
    return replace(desk, load_stationery=lambda: Stationery.from_files(files))


def test_an_edition_whose_transaction_was_undone(tmp_path: Path) -> None:
    """Its number is given again, to other words; these are queued and leave."""
    desk = make_mailing(tmp_path, 1)
    due = [Due(one, LetterKind.THANKS, 0, desk.now(), "", "thanks") for one in desk.store.register.each()]

    def fails() -> None:
        with desk.store.together():
            queue_due(saying(desk, "Before"), tuple(due))
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  any
        fails()
    queue_due(saying(desk, "Afterwards"), tuple(due))
    letter = next(one for one in desk.store.outbox.letters() if one.key.kind is LetterKind.THANKS)
    for sender in (desk, replace(desk, editions={})):
        sent = letter_bytes(sender, letter, desk.now())
        assert (b"Afterwards" in sent, b"Before" in sent) == (True, False)
