"""Which invitees are unusual."""

from __future__ import annotations

import pytest

from outreach.core.strange import Oddity, is_right_to_left, strangest
from outreach.model import Contact, Invitee

WHOLE = Contact("mayor@town.example", person="Ada Whitcombe", title="Mayor")


def named(name: str, contact: Contact = WHOLE) -> Invitee:
    """An invitee of that name."""
    return Invitee(name, name, "GB", contacts=(contact,))


PLAIN = tuple(named(f"Town with a name of some length {place}") for place in range(8))


@pytest.mark.parametrize(
    ("invitee", "oddity"),
    [
        (named("مدينة النور"), Oddity.RIGHT_TO_LEFT),
        (named("גבעת השחר"), Oddity.RIGHT_TO_LEFT),
        (named("Bay", Contact("a@b.example", person="ليلى بنعيسى", title="Mayor")), Oddity.RIGHT_TO_LEFT),
        (named("Saint-<b>Gras</b>"), Oddity.SIGNS),
        (named("Oak “Hill”"), Oddity.SIGNS),
        (named("Llanfair" * 12), Oddity.LONG_NAME),
        (named("Oak", Contact("a@b.example", title="Mayor")), Oddity.NO_PERSON),
        (named("Oak", Contact("a@b.example", person="Ada")), Oddity.NO_TITLE),
    ],
)
def test_what_is_unusual_is_found(invitee: Invitee, oddity: Oddity) -> None:
    """Each oddity by itself, among plain invitees."""
    found = {one.invitee.id: one.oddities for one in strangest((*PLAIN, invitee))}
    assert oddity in found[invitee.id]


def test_the_strangest_come_first_and_are_few() -> None:
    """Several oddities before one; nobody without an address; at most so many."""
    odd = named("<مدينة>", Contact("a@b.example"))
    nowhere = Invitee("nowhere", "<nowhere>", "GB")
    found = strangest((*PLAIN, nowhere, odd), most=3)
    assert found[0].invitee == odd
    assert len(found) == 3
    assert nowhere not in [one.invitee for one in found]


@pytest.mark.parametrize(("text", "right"), [("Northam", False), ("明溪", False), ("a ب", True), ("", False)])
def test_letters_that_are_read_from_the_right(text: str, right: bool) -> None:
    """By their class in Unicode."""
    assert is_right_to_left(text) is right
