"""Which address a person's mail directs to, and which footers ask for nothing."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from outreach.core.reading.reader import open_mail, read_mail
from outreach.languages import load_languages
from outreach.model import Flag, Reading, ReadingKind

K = ReadingKind
YES = "We confirm that our city joins the campaign."


def read(text: str) -> Reading:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mayor@northam.example", "us@uclg.example", "Re: Invitation"
    mail["In-Reply-To"] = "<letter@uclg.example>"
    mail.set_content(text)
    return read_mail(open_mail(mail.as_bytes()), load_languages(), own_addresses=frozenset({"us@uclg.example"}))


@pytest.mark.parametrize(
    "below",
    [
        "Ana Roca\nana.roca@northam.example",
        "Ana Roca\nHead of Office\nEmail: ana.roca@northam.example",
        "Ana Roca | ana.roca@northam.example | +34 93 000 00 00",
        "CC: bob@northam.example",
        "The mayor's assistant, joan@northam.example, is in copy.",
        "For questions about data protection write to dpo@northam.example.",
        "To exercise your rights contact our Data Protection Officer at info@northam.example.",
        "Conformément au RGPD, vous pouvez exercer vos droits en écrivant à mairie@northam.example.",
        "Puede ejercer sus derechos de protección de datos escribiendo a registro@northam.example.",
        "Thank you for your mail to info@northam.example.",
        "Gracias por su correo a info@northam.example.",
        "You can always write to mayor@northam.example.",
        "Your letter came from us@uclg.example.",
        "Please write to us at us@uclg.example.",
    ],
)
def test_nobody_directs_there(below: str) -> None:
    """Signatures, copies, notices of privacy, receipts, the writer's own address and ours name no other contact."""
    reading = read(f"{YES}\n\n{below}")
    assert reading.redirect_to is None
    assert Flag.NAMES_NEW_CONTACT not in reading.flags


@pytest.mark.parametrize(
    "text",
    [
        "Please write to Marta Vila at marta@northam.example, who is in charge.",
        f"{YES} Our focal point is Marta Vila (marta@northam.example).",
        f"{YES}\n\nOur contact is:\n\nMarta Vila\nmarta@northam.example",
        "Merci d'adresser votre courrier à la Direction des relations internationales : marta@northam.example",
        "Por favor, diríjanse a marta@northam.example.",
        "Bitte wenden Sie sich an Marta Vila, marta@northam.example.",
        "We forward nothing. For such matters please write to marta@northam.example.\n\nAna Roca\nana@northam.example",
    ],
)
def test_a_sentence_directs_there(text: str) -> None:
    """Whoever is to be written to is named, whatever other addresses stand below."""
    reading = read(text)
    assert reading.redirect_to == "marta@northam.example"
    assert Flag.NAMES_NEW_CONTACT in reading.flags


FOOTERS = [
    *("Unsubscribe", "unsubscribe from our newsletter", "Unsubscribe <https://northam.example/u>", "Opt out"),
    *("Newsletter abbestellen", "Abmelden", "Se désabonner", "Se désinscrire de la newsletter", "Darse de baja"),
    *("Cancelar suscripción", "Donar-se de baixa", "Cancelar subscrição", "Disiscriviti", "Annulla iscrizione"),
    *("Uitschrijven", "Afmelden voor de nieuwsbrief", "Newsletter: subscribe | unsubscribe"),
    *("Follow us | Unsubscribe | Privacy", "Follow us on Facebook\nUnsubscribe from our newsletter"),
    "Möchten Sie unseren Newsletter abbestellen? Klicken Sie hier.",
    "Vous ne souhaitez plus recevoir nos communications ? Se désabonner",
    "You receive this email because you are a subscriber. Unsubscribe",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_link_below_a_name_asks_for_nothing(footer: str) -> None:
    """How the town hall's own readers are heard of no more is no wish of the town hall."""
    below = f"Kind regards,\nAna Roca\nHead of office\n\n{footer}"
    assert (read(f"{YES}\n\n{below}").kind, read(f"{YES}\n\n{below}").decided) == (K.CONFIRM, True)
    assert read(f"Thank you, we have received your letter.\n\n{below}").kind is K.ACKNOWLEDGE


@pytest.mark.parametrize(
    "text",
    [
        *("Unsubscribe", "Se désabonner", "Newsletter abbestellen", "Hello,\n\nunsubscribe\n\nAna Roca"),
        "Please do not write to us again.",
        "Please unsubscribe us from your newsletter.",
        "We have had enough of these letters.\n\nUnsubscribe us from your newsletter",
        "This is your third letter in a month.\n\nUnsubscribe",
        "Bitte streichen Sie uns aus Ihrem Verteiler.\n\nMit freundlichen Grüßen\nAna Roca",
    ],
)
def test_a_wish_to_hear_no_more(text: str) -> None:
    """Alone, with a “please”, of our letters: it is heard."""
    assert read(text).kind is K.UNSUBSCRIBE
