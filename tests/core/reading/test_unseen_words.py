"""What a person adds where machines write: it is never filed unseen; and words that a page shows without writing them."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

K = ReadingKind
FILED = frozenset({K.AUTO_REPLY, K.UNRELATED, K.BOUNCE})


def letter(*headers: tuple[str, str], subject: str = "Re: Invitation") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "cisdpl@uclg.example", subject
    mail["Date"], mail["In-Reply-To"] = "Wed, 20 Jul 2022 10:00:00 +0200", "<letter@uclg.example>"
    for name, value in headers:
        mail[name] = value
    return mail


def read(mail: EmailMessage | bytes) -> Reading:
    return read_mail(open_mail(mail if isinstance(mail, bytes) else mail.as_bytes()), load_languages())


def written(text: str, *headers: tuple[str, str], subject: str = "Re: Invitation") -> Reading:
    mail = letter(*headers, subject=subject)
    mail.set_content(text)
    return read(mail)


def page(html: str, plain: str = "") -> Reading:
    mail = letter()
    if plain:
        mail.set_content(plain)
        mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    return read(mail)


RECEIPT = """From: mayor@northam.example
To: cisdpl@uclg.example
Subject: Read: Invitation
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

{}

--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822;mayor@northam.example
Disposition: manual-action/MDN-sent-manually; displayed

--b--
"""
WORDS = ("No, thank you.", "Non.", "No.", "Nein, danke.", "Who pays?", "Please remove us.", "We join.")


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize(
    ("header", "subject"),
    [
        (("Auto-Submitted", "auto-replied"), "Re: Invitation"),
        (("X-Autoreply", "yes"), "Re: Invitation"),
        (("X-Mailer", "Mail"), "Automatic reply: Invitation"),
    ],
)
def test_a_few_words_beneath_an_automatic_header(words: str, header: tuple[str, str], subject: str) -> None:
    """No machine says of itself “No, thank you.”."""
    reading = written(words, header, subject=subject)
    assert not (reading.decided and reading.kind in FILED)


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin im Urlaub bis 5. August. Wir machen mit!",
        "Estoy fuera de la oficina hasta el 5 de agosto. Sí, nos sumamos.",
        "Sono assente fino al 5 agosto. Il Comune aderisce.",
        "Out of the office. No.",
    ],
)
def test_a_short_answer_beside_an_absence(text: str) -> None:
    """Somebody wrote it into their notice, or from their beach."""
    assert not written(text, ("Auto-Submitted", "auto-replied")).decided


@pytest.mark.parametrize("words", WORDS)
def test_a_receipt_with_a_persons_words(words: str) -> None:
    """Some programs let a person write into it."""
    assert not read(RECEIPT.format(words).encode()).decided


def test_a_receipt_with_its_own_words_is_filed() -> None:
    """As ever."""
    reading = read(RECEIPT.format("Your message was read on Tuesday, 2 August 2022.").encode())
    assert (reading.kind, reading.decided) == (K.AUTO_REPLY, True)


def test_a_meeting_with_a_question() -> None:
    """“Who pays?” in a mail of a calendar."""
    mail = letter(subject="Accepted: Invitation")
    mail.set_content("Who pays?")
    mail.add_alternative("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", subtype="calendar")
    assert not read(mail).decided


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("We do not join the campaign.", "<p>We join the campaign.</p>"),
        ("Wir treten nicht bei.", "<p>Wir treten bei.</p>"),
        ("Nous n'adhérons pas à la campagne.", "<p>Nous adhérons à la campagne.</p>"),
        ("No queremos participar en la campaña.", "<p>Queremos participar en la campaña.</p>"),
    ],
)
def test_a_not_in_the_plain_form_alone(plain: str, html: str) -> None:
    """The other way round it was for a person before."""
    assert not page(html, plain).decided


@pytest.mark.parametrize(
    "html",
    [
        "<style>.x::after{content:'not '}</style><p>We do <span class=x></span> join the campaign.</p>",
        "<p>We join the campaign</p><iframe srcdoc='no, we do not'></iframe>",
        "<form><input type=text value='No, we do not join'> We join the campaign</form>",
        "<button>Yes, we join</button><button>No</button>",
        "<p>We do <img alt='not' src='not.png'> join the campaign.</p>",
        "<p>We join the campaign <img alt='👎' src='cid:1'></p>",
        "<table><tr><th>Yes</th><th>No</th></tr><tr><td></td><td>X</td></tr></table><p>Northam joins the campaign</p>",
    ],
)
def test_what_a_page_shows_without_writing_it(html: str) -> None:
    """By styles, by fields, by pictures."""
    reading = page(html)
    assert reading.kind is K.DECLINE or not reading.decided


@pytest.mark.parametrize(
    "subject", ["Accepted: Invitation", "Yes: Invitation", "Nein: Einladung", "Aceptada: Invitación"]
)
def test_what_a_button_puts_before_our_subject(subject: str) -> None:
    """Nothing else is written."""
    assert not written("\n", subject=subject).decided


@pytest.mark.parametrize("way", ["{yes} {no}", "{no} {yes}"])
@pytest.mark.parametrize(
    "no",
    [
        "Kampanyaya katılmıyoruz.",
        "Nie przystępujemy do kampanii.",
        "Vi ansluter oss inte till kampanjen.",
        "Nu ne alăturăm campaniei.",
    ],
)
def test_a_no_in_another_language_beside_a_yes(no: str, way: str) -> None:
    """Of which only phrases are known."""
    assert not written(way.format(yes="We join the campaign.", no=no)).decided


def test_a_no_behind_many_sentences() -> None:
    """What nobody looked at may be the answer."""
    history = "The city has a long history of human rights. " * 250
    reading = written(f"We join the campaign.\n\n{history}\n\nOn reflection we have decided not to join.")
    assert not reading.decided


def test_terms_in_an_attachment() -> None:
    """They may take the yes back."""
    mail = letter()
    mail.set_content("We join the campaign under the terms attached.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="terms.pdf")
    assert not read(mail).decided


def test_an_abbreviation_before_a_day_ends_no_sentence() -> None:
    """“bis einschl. 05.08.”."""
    reading = written("Ich bin bis einschl. 05.08. nicht im Büro.", ("Auto-Submitted", "auto-replied"))
    assert reading.return_date == date(2022, 8, 5)
