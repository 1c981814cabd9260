"""The list of letters: a page of them is what looking at every letter would give, however it is found."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from outreach.adapters.store.letters.letter_list import Wanted
from outreach.adapters.store.letters.letter_rows import NewLetter
from outreach.adapters.store.store import Store
from outreach.campaign.enrolling.prepare import clues_of
from outreach.model import Contact, Invitee, InviteeKind, Letter, LetterKey, LetterKind, LetterState

NOW = datetime(2022, 7, 18, 9, tzinfo=UTC)
NAMES = ("San Abad", "São Bento", "Cantabria", "Ørsted", "서울특별시")
SPELLED = ("san", "sao", "cantabria", "orsted", "seoul")
WORDS = {  # what is typed, and whom it finds
    "": SPELLED,
    "san": ("san",),
    "SAO": ("sao",),
    "ørs": ("orsted",),
    "서울": ("seoul",),
    "tab": ("cantabria",),  # no word begins so, but an address holds it
    "nob": SPELLED,
    "bento sa": ("sao",),
    "@ORSTED.example": ("orsted",),
    "zzz": (),
}
STATES: tuple[tuple[LetterState, ...], ...] = (
    (),
    (LetterState.ACCEPTED,),
    (LetterState.READY, LetterState.DEFERRED),
    (LetterState.REFUSED,),
)
KINDS = (LetterKind.INVITATION, LetterKind.REMINDER, LetterKind.THANKS)


@pytest.fixture
def letters(store: Store) -> list[Letter]:
    """Three to each town, some in every state; the newest first."""
    towns = [
        Invitee(one, name, "XX", InviteeKind.CITY, (Contact(f"Nobody@{one}.example"),))
        for one, name in zip(SPELLED, NAMES, strict=True)
    ]
    store.register.enrol(towns, clues_of, NOW - timedelta(days=9), "person:anna")
    edition = store.outbox.freeze({"invitation.en.md": b""}, NOW)
    for (kind, one), place in zip(itertools.product(KINDS, sorted(store.register.all())), itertools.count()):
        key = LetterKey(store.campaign, store.wave, one, kind, 0, 0)
        to = store.register.all()[one].contact.email
        store.outbox.queue([NewLetter(key, to, (), "en", edition, {}, "", f"<{place}@x>", NOW)], NOW)
    every = store.outbox.letters()
    for place, letter in enumerate(every):
        if (state := (LetterState.READY, LetterState.ACCEPTED, LetterState.DEFERRED)[place % 3]) != letter.state:
            expected = (LetterState.READY,)
            store.outbox.settle(letter.id, state, NOW, stage="reply", reply="250 ok", expected=expected)
    return [*reversed(store.outbox.letters())]


@pytest.mark.parametrize(("few", "step"), [(1000, 2000), (0, 2000), (0, 1), (0, 4), (1, 3)])
def test_a_page_is_what_looking_at_every_letter_gives(store: Store, letters: list[Letter], few: int, step: int) -> None:
    """By state, by words and behind any letter; whether they are looked up one by one or looked through."""
    store.letter_list.few, store.letter_list.step = few, step
    ids = {one.number: one.id for one in store.register.all().values()}
    for (words, whom), states, before, limit in itertools.product(
        WORDS.items(), STATES, (None, letters[4].id), (2, 100)
    ):
        such = [
            letter
            for letter in letters
            if (not states or letter.state in states)
            and ids[letter.key.invitee] in whom
            and (before is None or letter.id < before)
        ]
        found = store.letter_list.newest(Wanted(states, words), limit, before=before)
        assert [*found] == such[:limit], (words, states, before, limit)


def test_letters_of_another_wave_are_not_there(store: Store, letters: list[Letter]) -> None:
    """Nor are there any where none was queued."""
    found = store.letter_list.newest(Wanted(), 100)
    assert [letter.id for letter in found] == [letter.id for letter in letters]
    assert {letter.key.wave for letter in found} == {store.wave}
    assert store.letter_list.newest(Wanted((LetterState.WITHHELD,)), 100) == ()


@pytest.mark.parametrize("beside", [None, ("trial", 2), ("another", 1), ("zzz", 1)])
def test_each_letter_is_counted_where_it_is(
    make_store: Callable[..., Store], store: Store, letters: list[Letter], beside: tuple[str, int] | None
) -> None:
    """Every state has its number, also those in which there is none, and those of another wave count there."""
    if beside is not None:
        other = make_store(campaign=beside[0], wave=beside[1])
        key = LetterKey(*beside, letters[0].key.invitee, LetterKind.INVITATION, 0, 0)
        edition = other.outbox.freeze({"invitation.en.md": b""}, NOW)
        other.outbox.queue([NewLetter(key, "a@b.example", (), "en", edition, {}, "", "<other@x>", NOW)], NOW)
        assert [sum(other.outbox.counts().values()) for _ in range(2)] == [1, 1]
    counts = {state: sum(letter.state is state for letter in letters) for state in LetterState}
    assert [store.outbox.counts() for _ in range(3)] == [counts] * 3
