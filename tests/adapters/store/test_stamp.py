"""The register's stamp and the index that is kept as long as it stays: what changed is seen at the next look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import delete

from outreach.adapters.store import tables as t
from outreach.adapters.store.engine import writing
from outreach.adapters.store.store import Store
from outreach.campaign.desk import Desk
from outreach.model import Contact, Invitee, InviteeKind

NOW = datetime(2022, 7, 15, 9, tzinfo=UTC)


def clues(invitee: Invitee) -> Iterable[tuple[str, str]]:
    return [("address", contact.email.lower()) for contact in invitee.contacts]


def enrol(store: Store, **addresses: str) -> None:
    towns = [
        Invitee(f"{name.lower()}-es", name, "ES", InviteeKind.CITY, (Contact(address),))
        for name, address in addresses.items()
    ]
    store.register.enrol(towns, clues, NOW, "person:tester")


def change_and_back(store: Store) -> None:
    enrol(store, Vic="new@vic.example")
    enrol(store, Vic="mayor@vic.example")


def take_up(store: Store) -> None:
    with writing(store.engine) as connection:
        vic = store.register.by_id("vic-es")
        assert vic is not None
        store.register.take_up(connection, vic, Contact("other@vic.example"), clues)


def let_go(store: Store) -> None:
    take_up(store)
    store_stamp = store.register.stamp()
    with writing(store.engine) as connection:
        store.register.let_go(connection, 1, "other@vic.example")
    assert store.register.stamp() != store_stamp


def erase(store: Store) -> None:
    """As somebody does it by hand, past the register."""
    with writing(store.engine) as connection:
        connection.execute(delete(t.contact).where(t.contact.c.invitee == 1))


def desk_of(store: Store) -> Desk:
    nothing = cast("Any", None)
    return Desk(nothing, Path(), store, b"", nothing, "person:tester", nothing)


CHANGES: dict[str, Callable[[Store], None]] = {
    "an invitee is added": lambda store: enrol(store, Girona="mayor@girona.example"),
    "an address is changed": lambda store: enrol(store, Vic="new@vic.example"),
    "it is changed and changed back": change_and_back,
    "a contact is taken up": take_up,
    "it is let go": let_go,
    "a contact is erased": erase,
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_the_register_makes_another_stamp_and_index(store: Store, change: str) -> None:
    """The daemon keeps the index between two looks, and never longer than it is true."""
    enrol(store, Vic="mayor@vic.example")
    desk = desk_of(store)
    stamp, index = store.register.stamp(), desk.index()
    CHANGES[change](store)
    assert store.register.stamp() != stamp
    assert desk.index() is not index


def test_without_a_change_the_index_is_kept(store: Store) -> None:
    """The same list imported again changes nothing."""
    enrol(store, Vic="mayor@vic.example")
    desk = desk_of(store)
    index = desk.index()
    enrol(store, Vic="mayor@vic.example")
    assert desk.index() is index
    enrol(store, Vic="mayor@vic.example", Girona="mayor@girona.example")
    assert len(desk.index().addresses.get("mayor@girona.example")) == 1


def test_an_old_address_is_still_known_in_a_new_index(store: Store) -> None:
    """An answer may come from an address of last year."""
    enrol(store, Vic="mayor@vic.example")
    desk = desk_of(store)
    desk.index()
    enrol(store, Vic="new@vic.example")
    assert desk.index().addresses.get("mayor@vic.example") == desk.index().addresses.get("new@vic.example") == (0,)
