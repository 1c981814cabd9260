"""What a list says otherwise of a known invitee, and whether that makes it another place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach.core.renaming import Change, changes, is_another
from outreach.model import Contact, Invitee, InviteeKind

NORTHAM = Invitee("a", "Saint-Northam", "GB", InviteeKind.CITY, (Contact("mayor@northam.example", person="Ana"),), 7)


@pytest.mark.parametrize(
    ("now", "another"),
    [
        (replace(NORTHAM, number=0), False),
        (replace(NORTHAM, name="SAINT NORTHAM"), False),
        (replace(NORTHAM, name="Sáint-Northam"), False),
        (replace(NORTHAM, contacts=(Contact("x@elsewhere.example"),)), False),
        (replace(NORTHAM, name="Southam"), True),
        (replace(NORTHAM, country="IE"), True),
        (replace(NORTHAM, kind=InviteeKind.PROVINCE), True),
    ],
)
def test_another_place(now: Invitee, another: bool) -> None:
    """Another name, country or kind; not another spelling or address."""
    assert is_another(NORTHAM, now) is another


def test_every_change_is_told() -> None:
    """Old and new; several contacts together, further columns by their names."""
    contacts = (Contact("new@northam.example", extra={"twin": "Lund"}), Contact("b@northam.example"))
    now = replace(NORTHAM, name="Northam", contacts=contacts)
    assert list(changes(NORTHAM, now)) == [
        Change("a", "name", "Saint-Northam", "Northam"),
        Change("a", "address", "mayor@northam.example", "new@northam.example; b@northam.example"),
        Change("a", "person", "Ana", ""),
        Change("a", "further columns", "", "twin: Lund"),
    ]
