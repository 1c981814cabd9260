"""Answers that stand in an attachment: a person is shown which."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind


def read(text: str, name: str = "resolution.pdf", subtype: str = "pdf") -> Reading:
    """A mail with one attachment, read."""
    made = EmailMessage()
    made["From"] = "mayor@northam.example"
    made["Subject"] = "Re: Invitation"
    made.set_content(text)
    kind = "image" if subtype == "png" else "application"
    made.add_attachment(b"%PDF-1.4", maintype=kind, subtype=subtype, filename=name)
    return read_mail(open_mail(made.as_bytes()), load_languages())


@pytest.mark.parametrize(
    "text",
    [
        "Please find attached.",
        "Dear all,\n\nPlease find attached our answer.\n\nKind regards",
        "Veuillez trouver ci-joint notre réponse.",
        "Adjunto encontrarán la respuesta de nuestra alcaldesa.",
        "Im Anhang finden Sie unser Antwortschreiben.",
        "Bien reçu, merci. Bonne journée.",  # the text does not speak of it
        "We acknowledge receipt of your letter.",
        "",
    ],
)
def test_the_attachment_is_named_and_a_person_looks(text: str) -> None:
    """Whatever else the words may mean."""
    reading = read(text)
    assert not reading.decided
    assert ("doubt: the answer may be in the attachment", "resolution.pdf") in [
        (one.rule, one.words) for one in reading.evidence
    ]


@pytest.mark.parametrize(
    "text",
    ["Veuillez trouver ci-joint la réponse de Madame la Maire.", "Ci-joint.", "Envoyé depuis mon photocopieur"],
)
def test_no_yes_is_suggested_where_none_is_said(text: str) -> None:
    """A suggestion would be waved through; the attachment may say no."""
    assert read(text).kind is not ReadingKind.CONFIRM


@pytest.mark.parametrize(("name", "subtype"), [("logo.png", "png"), ("smime.p7s", "pkcs7-signature")])
def test_pictures_and_signatures_are_no_answers(name: str, subtype: str) -> None:
    """A town's arms below its name change nothing."""
    reading = read("We gladly confirm that our town joins the campaign.", name, subtype)
    assert not [one for one in reading.evidence if "attachment" in one.rule]
    assert reading.decided


def test_a_doubt_is_no_decisive_word() -> None:
    """What speaks against a reading is never shown as what was said."""
    reading = read("")
    assert reading.evidence
    assert all(one.is_doubt for one in reading.evidence)
    assert reading.words is None
