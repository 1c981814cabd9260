"""Mails whose own date cannot be true: what a server says counts, and both dates are told."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.stories.conftest import Office

YES = "We confirm that {} joins the campaign."
CAME = "2022-09-18T10:00:00+00:00"  # three days after the deadline


@pytest.mark.parametrize(
    ("dated", "received", "late", "told"),
    [
        ("2022-09-14T10:00:00+00:00", CAME, True, "it is dated 2022-09-14, and counts by its arrival on 2022-09-18"),
        ("1970-01-01T00:00:00+00:00", CAME, True, "it is dated 1970-01-01, and counts by its arrival on 2022-09-18"),
        ("2099-01-01T00:00:00+00:00", CAME, True, "it is dated 2099-01-01, and counts by its arrival on 2022-09-18"),
        ("2022-09-17T12:00:00+00:00", "2022-09-17T12:00:00+00:00", True, ""),
    ],
)
def test_what_came_late_is_late(office: Office, dated: str, received: str, late: bool, told: str) -> None:
    """Whatever the sender's clock says, or its sender wrote."""
    office.call("launch", "--yes")
    office.answer("northam", YES.format("Northam"), dated)
    delivered = next((office.account.maildir / "new").iterdir())
    raw = delivered.read_bytes()
    delivered.unlink()
    office.account.deliver(raw, datetime.fromisoformat(CAME).timestamp())
    office.now = "2022-09-20T10:00:00+00:00"
    office.call("collect")
    mail = office.call("inbox", "--json").json[0]
    assert datetime.fromisoformat(mail["received"]) == datetime.fromisoformat(received)
    assert (told in mail["why"]) if told else ("dated" not in mail["why"])
    line = next(one for one in office.call("log", "--json").json if one["invitee"] == "northam")
    assert (line["state"], line["late"]) == ("confirmed", late)
