"""Mails whose Message-IDs are not their own: none of them is taken for another mail, or for our letter."""

from __future__ import annotations

from tests.stories.conftest import Office

CAME = "2022-07-20T10:00:00+00:00"


def test_answers_with_the_message_ids_of_others(office: Office) -> None:
    """One has that of the letter it answers, two have the same: each counts for its town."""
    office.call("launch", "--yes")
    letter = str(office.letter("northam")["Message-ID"])
    office.answer("northam", "We confirm that Northam joins the campaign.", CAME, Message_ID=letter)
    office.answer("hillcrest", "We confirm that Hillcrest joins the campaign.", CAME, Message_ID="<same@x.example>")
    office.answer("lakeside", "Lakeside does not join the campaign.", CAME, Message_ID="<same@x.example>")
    office.call("collect", now="2022-07-21T10:00:00+00:00")
    states = office.states()
    assert [states[town] for town in ("northam", "hillcrest", "lakeside")] == ["confirmed", "confirmed", "declined"]
