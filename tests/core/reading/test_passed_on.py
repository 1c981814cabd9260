"""A colleague's mail that somebody sends on: shown as evidence, suggested where it is clear, never decided."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

K = ReadingKind
GMAIL = """---------- Forwarded message ---------
From: Marta Vila <marta@northam.example>
Date: Tue, 19 Jul 2022 at 09:00
Subject: Human rights cities
To: Ana Roca <mayor@northam.example>
"""
OUTLOOK = """From: Marta Vila <marta@northam.example>
Sent: Tuesday, July 19, 2022 9:00 AM
To: Ana Roca <mayor@northam.example>
Subject: RE: Human rights cities
"""
SPANISH = """De: Marta Vila <marta@northam.example>
Enviado: martes, 19 de julio de 2022 9:00
Para: Ana Roca <mayor@northam.example>
Asunto: RV: Campaña
"""
NAMELESS = """-----Original Message-----
From: Marta Vila
Sent: Tuesday, July 19, 2022 9:00 AM
To: Ana Roca
Subject: RE: Human rights cities
"""
OURS = """-----Original Message-----
From: UCLG <us@uclg.example>
Sent: Friday, July 15, 2022 9:00 AM
To: Ana Roca <mayor@northam.example>
Subject: Human rights cities

Dear Mayor, please confirm that your city joins the campaign. We join our voices.
"""
YES = "Dear Ana, the mayor has decided: Northam joins the campaign. Please tell them.\n\nMarta"


def read(text: str, ours: frozenset[str] = frozenset({"us@uclg.example"})) -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "us@uclg.example", "Fwd: Human rights cities"
    mail["In-Reply-To"] = "<letter@uclg.example>"
    mail.set_content(text)
    return read_mail(open_mail(mail.as_bytes()), load_languages(), own_addresses=ours)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"FYI, see below.\n\nAna\n\n{GMAIL}\n{YES}", "Northam joins the campaign"),
        (f"FYI\n\n{OUTLOOK}\n{YES}", "Northam joins the campaign"),
        (f"Thank you, please see our answer below.\n\n{OUTLOOK}\n{YES}", "Northam joins the campaign"),
        (f"{GMAIL}\n{YES}", "Northam joins the campaign"),
        (f"Ver abajo.\n\n{SPANISH}\nConfirmamos que nos sumamos a la campaña.", "nos sumamos a la campaña"),
        (f"FYI\n\n{NAMELESS}\n{YES}\n\n{OURS}", "Northam joins the campaign"),
        (
            "FYI\n\nOn Tue, 19 Jul 2022 at 09:00, Marta <marta@northam.example> wrote:\n> We join the campaign.",
            "We join",
        ),
    ],
)
def test_a_yes_below_is_suggested(text: str, words: str) -> None:
    """Whatever stands above it, a person decides, and sees whose words they are."""
    reading = read(text)
    assert (reading.kind, reading.decided) == (K.CONFIRM, False)
    assert any(one.rule == "a forwarded mail says so" and words in one.words for one in reading.evidence)
    assert reading.redirect_to is None


def test_a_no_below_is_suggested_too() -> None:
    """The same of every position."""
    reading = read(f"For your information.\n\n{GMAIL}\nWe regret that Northam will not join the campaign.")
    assert (reading.kind, reading.decided) == (K.DECLINE, False)


def test_what_the_note_says_clearly_is_its_answer() -> None:
    """An answer above an older mail between colleagues is read as ever."""
    reading = read(f"We confirm that Northam joins the campaign.\n\n{OUTLOOK}\nWhat shall we do with this?")
    assert (reading.kind, reading.decided) == (K.CONFIRM, True)


@pytest.mark.parametrize("note", ["", "Thank you, we have received it."])
def test_our_own_letter_below_says_nothing(note: str) -> None:
    """Sent back to us, alone or below a receipt, it is nobody's yes."""
    reading = read(f"{note}\n\n{OURS}")
    assert reading.kind is (K.ACKNOWLEDGE if note else K.UNCLEAR)


@pytest.mark.parametrize("ours", [frozenset({"us@uclg.example"}), frozenset[str]()])
def test_the_letter_of_whom_a_mail_goes_to_is_ours(ours: frozenset[str]) -> None:
    """Who reads a mail from a file need not say which addresses are ours: the letter below came from where it goes."""
    reading = read(f"Does it cost anything?\n\n{OURS}", ours)
    assert (reading.kind, reading.decided) == (K.QUESTION, True)
    reading = read(f"FYI, see below.\n\nAna\n\n{GMAIL}\n{YES}", ours)
    assert (reading.kind, reading.decided) == (K.CONFIRM, False)
