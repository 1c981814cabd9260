"""Mails whose own date cannot be true: what a server says counts, and both dates are told."""

from __future__ import annotations

from datetime import datetime

from tests.stories.conftest import Office

CAME = "2022-09-18T10:00:00+00:00"  # three days after the deadline
TOLD = "it is dated {}, and counts by its arrival on 2022-09-18"
# town: what the mail is dated, what counts, what is told
MAILS = {
    "northam": ("2022-09-14T10:00:00+00:00", CAME, TOLD.format("2022-09-14")),
    "hillcrest": ("2099-01-01T00:00:00+00:00", CAME, TOLD.format("2099-01-01")),
    "lakeside": ("2022-09-17T12:00:00+00:00", "2022-09-17T12:00:00+00:00", ""),
    "fairview": ("1970-01-01T00:00:00+00:00", CAME, TOLD.format("1970-01-01")),
}


def test_what_came_late_is_late(office: Office) -> None:
    """Whatever the sender's clock says, or its sender wrote; what seems older than our letter is for a person."""
    office.call("launch", "--yes")
    for town, (dated, _, _) in MAILS.items():
        office.answer(town, f"We confirm that {town} joins the campaign.", dated)
    for delivered in (office.account.maildir / "new").iterdir():
        raw = delivered.read_bytes()
        delivered.unlink()
        office.account.deliver(raw, datetime.fromisoformat(CAME).timestamp())
    office.now = "2022-09-20T10:00:00+00:00"
    office.call("collect")
    mails = {one["invitee"]: one for one in office.call("inbox", "--json").json}
    assert {town: datetime.fromisoformat(mail["received"]) for town, mail in mails.items()} == {
        town: datetime.fromisoformat(counts) for town, (_, counts, _) in MAILS.items()
    }
    assert all(told in mails[town]["why"] for town, (_, _, told) in MAILS.items())
    assert "dated" not in mails["lakeside"]["why"]
    standing = {one["invitee"]: (one["state"], one["late"]) for one in office.call("log", "--json").json}
    assert [standing[town] for town in MAILS] == [*[("confirmed", True)] * 3, ("invited", False)]
    assert mails["fairview"]["needs_review"]
