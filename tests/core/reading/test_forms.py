"""What stands in forms that came with a mail joins its reading, and a person decides."""

from __future__ import annotations

import pytest

from outreach.core.reading.enclosures import ENCLOSED, Enclosed, form_fields, with_forms
from outreach.core.reading.forms import may_hold_forms
from outreach.core.reading.lessons import lesson_from
from outreach.core.reading.opening.message import open_mail
from outreach.model import Evidence, Reading, ReadingKind, State

YES = Reading(
    ReadingKind.CONFIRM, decided=True, language="en", new_text="We join.", evidence=(Evidence("confirm", "We join"),)
)
FIELDS = (("City", "Río Seco"), ("", "We join."))


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(one.rule, one.words) for one in reading.evidence]


def test_our_form_filled_in_is_shown_and_never_decides() -> None:
    """The words of the mail stay the first evidence; the doubt says whose form it is; nobody learns from it."""
    reading = with_forms(YES, ["map.pdf", "form.pdf"], [Enclosed("map.pdf"), Enclosed("form.pdf", FIELDS)])
    assert told(reading) == [
        ("confirm", "We join"),
        (ENCLOSED, "our form, filled in: form.pdf, map.pdf"),
        ("form: City", "Río Seco"),
        ("form: a line", "We join."),
    ]
    assert (reading.kind, reading.decided, reading.words) == (ReadingKind.CONFIRM, False, "We join")
    assert form_fields(reading) == (("City", "Río Seco"), ("a line", "We join."))
    assert lesson_from(reading, State.CONFIRMED) is None


def test_the_doubt_about_the_attachment_is_told_once() -> None:
    """What the mail's own words made doubtful is replaced by the more exact doubt."""
    doubting = Reading(
        ReadingKind.UNCLEAR, decided=False, language=None, new_text="", evidence=(Evidence(ENCLOSED, "form.pdf"),)
    )
    assert told(with_forms(doubting, ["form.pdf"], [Enclosed("form.pdf", ())])) == [
        (ENCLOSED, "our form, nothing typed into it: form.pdf")
    ]


def test_another_document_changes_nothing() -> None:
    """It is named where the mail points to it, as before."""
    assert with_forms(YES, ["map.pdf"], [Enclosed("map.pdf")]) == YES


def test_why_a_form_was_not_read() -> None:
    """Each reason once, in words; the decision stays what the mail's own words made it."""
    found = [
        Enclosed("a.pdf", problem="it is broken"),
        Enclosed("", problem="no reader"),
        Enclosed("", problem="no reader"),
    ]
    reading = with_forms(YES, ["a.pdf", "b.pdf"], found)
    assert told(reading)[1:] == [("attachment: a.pdf", "it is broken"), ("attachment", "no reader")]
    assert reading.decided


def test_few_fields_and_short_ones_are_shown() -> None:
    """Twenty of two forms together, 200 characters each."""
    many = tuple((f"Field {number}", "a" * 2000) for number in range(15))
    reading = with_forms(YES, ["a.pdf"], [Enclosed("a.pdf", many), Enclosed("a.pdf", many)])
    assert len(form_fields(reading)) == 20
    assert {len(value) for _, value in form_fields(reading)} == {200}


@pytest.mark.parametrize(
    ("kind", "decided", "part", "looks"),
    [
        (ReadingKind.CONFIRM, True, b"application/pdf; name=a", True),
        (ReadingKind.UNCLEAR, False, b"application/octet-stream; name=a.DOCX", True),
        (ReadingKind.AUTO_REPLY, False, b"application/pdf; name=a", True),
        (ReadingKind.AUTO_REPLY, True, b"application/pdf; name=a", False),
        (ReadingKind.BOUNCE, True, b"application/pdf; name=a", False),
        (ReadingKind.CONFIRM, True, b"image/png; name=a.png", False),
    ],
)
def test_where_a_look_into_attachments_is_worth_it(kind: ReadingKind, decided: bool, part: bytes, looks: bool) -> None:
    """Only mails of persons with a PDF or DOCX."""
    reading = Reading(kind, decided=decided, language=None, new_text="")
    assert may_hold_forms(open_mail(b"Content-Type: " + part + b"\n\nabc"), reading) is looks
