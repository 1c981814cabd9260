"""What one mail says: notices, automatic replies, new text, positions; and never a yes that nobody said."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.adapters.guarded import is_hard, open_guarded
from outreach.core.reading.phrasebook import Phrasebook
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import open_mail, read_mail
from outreach.core.reading.text.new_text import new_text
from outreach.languages import load_languages
from outreach.model import Reading, ReadingKind

REPLIES = Path(__file__).resolve().parents[2] / "data" / "replies"
K = ReadingKind


def mail(text: str, subject: str = "Re: Invitation", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = headers.pop("From", "mayor@northam.example")
    made["To"] = "cisdpl@uclg.org"
    made["Subject"] = subject
    made["Date"] = "Wed, 20 Jul 2022 10:00:00 +0200"
    made["Message-ID"] = "<a@northam.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def read(raw: bytes) -> Reading:
    return read_mail(open_mail(raw), load_languages(), own_addresses=frozenset({"cisdpl@uclg.org"}))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We are pleased to confirm that Northam joins the campaign.", K.CONFIRM),
        ("Dear all,\n\nWe hereby confirm our interest in joining the campaign.\n\nRegards", K.CONFIRM),
        ("Yes, we will join the campaign.", K.CONFIRM),
        ("Nous confirmons notre participation à la campagne.", K.CONFIRM),
        ("J'ai le plaisir de vous confirmer l'adhésion de notre ville à la campagne.", K.CONFIRM),
        ("La ville de Beaumont rejoint la campagne.", K.CONFIRM),
        ("Confirmamos que Rioseco se suma a la campaña.", K.CONFIRM),
        ("Nos complace confirmar la participación de nuestro municipio en la campaña.", K.CONFIRM),
        ("Ens plau confirmar que Vallbona s'adhereix a la campanya.", K.CONFIRM),
        ("Confirmem la participació de l'Ajuntament a la campanya.", K.CONFIRM),
        ("We regret that we will not join the campaign.", K.DECLINE),
        ("Nous ne pouvons malheureusement pas rejoindre la campagne.", K.DECLINE),
        ("Lamentamos comunicarles que no podremos participar en la campaña.", K.DECLINE),
        ("No podem participar en la campanya.", K.DECLINE),
        ("We withdraw our participation in the campaign.", K.WITHDRAW),
        ("Please do not write to us again.", K.UNSUBSCRIBE),
    ],
)
def test_clear_answers_are_decided(text: str, kind: ReadingKind) -> None:
    """In the letter's four languages, with the words that say so."""
    reading = read(mail(text))
    assert (reading.kind, reading.decided) == (kind, True)
    assert reading.words
    assert reading.words in " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "We cannot confirm our participation yet.",
        "We will join the campaign if the council approves.",
        "We would be delighted to join the campaign; however, we lack the staff.",
        "We confirm receipt of your letter about the campaign.",
        "We confirm our participation in the congress in Daejeon.",
        "Could you confirm that joining the campaign is free?",
        "Nous serions heureux de rejoindre la campagne sous réserve du vote du conseil.",
        "Confirmaremos nuestra participación cuando el Pleno lo apruebe.",
        "No podem confirmar encara la nostra participació en la campanya.",
        "",
        "Hmm.",
    ],
)
def test_a_yes_with_a_doubt_is_never_decided(text: str) -> None:
    """Negation, conditions, reversals, receipts, other events and questions are for a person, or something else."""
    reading = read(mail(text, subject="Re: x"))
    assert not (reading.kind is K.CONFIRM and reading.decided)


def test_our_own_words_below_are_nobodys_answer() -> None:
    """The quoted letter says “confirm your interest to join”; the answer above says nothing."""
    quoted = "\n".join(
        f"> {line}" for line in ("Please confirm your interest to join the Campaign", "We join the campaign.")
    )
    reading = read(mail(f"Thank you.\n\nOn Fri, 15 Jul 2022, UCLG <cisdpl@uclg.org> wrote:\n{quoted}\n"))
    assert reading.new_text == "Thank you."
    assert reading.kind is not K.CONFIRM


def test_a_yes_in_the_subject_alone() -> None:
    """Where the body is empty the subject speaks."""
    assert read(mail("", subject="Northam joins the campaign")).kind is K.CONFIRM
    assert (
        read(mail("", subject="RE : Re: Northam joins the campaign")).evidence[0].words == "Northam joins the campaign"
    )
    assert read(mail("", subject="No: Northam joins nothing")).evidence[0].words.startswith("No:")


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Invitation à rejoindre la campagne mondiale « Villes et Territoires pour les droits humains d’ici 2030 »",
        "RE: Invitation to join the global campaign “10, 100, 1000 Human Rights Cities and Territories by 2030”",
    ],
)
def test_our_own_subject_is_nobodys_answer(subject: str) -> None:
    """An answer in which nothing is written says nothing; one word of a subject that was changed is for a person."""
    assert read(mail("", subject=subject)).kind is K.UNCLEAR
    assert read(mail("👍", subject=subject)).kind is K.UNCLEAR
    changed = read(mail("", subject="Re: Yes, Northam joins the campaign"))
    assert (changed.kind, changed.decided) == (K.CONFIRM, False)


def test_what_is_cut_off_may_be_the_answer() -> None:
    """A text of which the end is not read is never decided."""
    reading = read(mail("We join the campaign.\n" + "The minutes follow.\n" * 1500 + "No, we do not join."))
    assert reading.problem
    assert not reading.decided


@pytest.mark.parametrize(
    "text",
    [
        "Die Stadt Nürnberg nimmt an der Kampagne nicht teil.",
        "Die Stadt schließt sich der Kampagne nicht an.",
        "O município de Oeiras já aderiu. Nós não.",
        "De buren doen mee. Wij niet.",
        "Please do not remove us from the list.",
        "We never asked to unsubscribe, please keep writing to us.",
        "Please remove the old address old@northam.example from your list and use desk@northam.example instead.",
        "The former mayor has retired; please delete her from your list and write to me from now on.",
        "Potremo ritirarci in seguito?",
        "Kunnen we ons later terugtrekken?",
        "Retiramos nuestras objeciones: nos sumamos.",
    ],
)
def test_where_one_word_turns_it_round_a_person_decides(text: str) -> None:
    """A no that sounds like a yes, a wish to stay that sounds like one to go, another address, a question."""
    reading = read(mail(text))
    assert not reading.decided or reading.kind is K.DECLINE


@pytest.mark.parametrize(
    "text", ["¿Para adherirnos basta con responder a este correo?", "Per aderire basta rispondere a questa mail?"]
)
def test_is_it_enough_is_a_question(text: str) -> None:
    """“Basta” ends something only in “basta ya” and its like."""
    assert read(mail(text)).kind is K.QUESTION


@pytest.mark.parametrize(
    "footer",
    [
        "If you no longer wish to receive e-mails from us, unsubscribe here.",
        "Si no desea recibir más correos, pulse aquí para darse de baja.",
        "Pour vous désabonner, cliquez ici.",
        "Wenn Sie keine E-Mails mehr erhalten möchten, klicken Sie hier.",
    ],
)
def test_a_footer_asks_for_nothing(footer: str) -> None:
    """How the town hall's own readers are heard of no more is no wish of the town hall."""
    below = f"Kind regards,\nAna Roca\n\n{footer}"
    assert read(mail(f"We confirm that our city joins the campaign.\n\n{below}")).kind is K.CONFIRM
    assert read(mail(f"Thank you, we have received it.\n\n{below}")).kind is K.ACKNOWLEDGE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Good morning,\n\nPlease unsubscribe us from this list.\n\nAna Roca", K.UNSUBSCRIBE),
        ("Guten Tag,\n\nNewsletter abbestellen\n\nAna Roca", K.UNSUBSCRIBE),
        ("Wilt u geen e-mails meer sturen?", K.UNSUBSCRIBE),
        ("Wenn Sie keine Einwände haben, machen wir gerne mit.", K.CONFIRM),
    ],
)
def test_what_is_like_a_footer_is_kept(text: str, kind: ReadingKind) -> None:
    """A wish to be left alone is never cut off, nor is a condition."""
    assert read(mail(text)).kind is kind


def test_a_wish_to_stop_beside_a_yes() -> None:
    """A person sees which of the two is the answer."""
    assert not read(mail("We confirm that our city joins.\n\nPlease unsubscribe the old address.")).decided


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[x] Yes, we join\n[ ] No, we do not join", K.CONFIRM),
        ("( ) Yes, we join the campaign\n(X) No", K.DECLINE),
        ("☐ Yes, we join the campaign\n☑ No, we do not join", K.DECLINE),
        ("☒ We will join the campaign ☐ We will not join the campaign", K.CONFIRM),
    ],
)
def test_boxes_are_suggested_and_never_decided(text: str, kind: ReadingKind) -> None:
    """What stands at an empty box is not said; which box is whose, a person sees."""
    reading = read(mail(text))
    assert (reading.kind, reading.decided) == (kind, False)
    assert reading.new_text == text


def test_boxes_of_html() -> None:
    """Form fields of an HTML mail are boxes too."""
    html = "<p><input type=checkbox> Yes, we join</p><p><input type=checkbox checked> No, we do not join</p>"
    reading = read(mail(html).replace(b"text/plain", b"text/html"))
    assert (reading.kind, reading.decided) == (K.DECLINE, False)


def test_a_tick_that_adorns() -> None:
    """A ticked box alone asks nothing."""
    assert read(mail("✅ We confirm that we join the campaign.")).decided


def test_a_postscript_below_the_signature_is_read() -> None:
    """What stands below “-- ” is dropped, but not what somebody added there."""
    reading = read(mail("We join the campaign.\n\n-- \nAna Roca\nMayor\n\nP.S. The council still has to vote on it."))
    assert "still has to vote" in reading.new_text
    assert "Roca" not in reading.new_text
    assert reading.kind is not K.CONFIRM or not reading.decided


@pytest.mark.parametrize(
    "text",
    [
        "The City of Leeds will refrain from joining the campaign.",
        "The City of Leeds is far from joining the campaign.",
        "The City of Leeds has ruled out joining the campaign.",
        "El Ayuntamiento evita sumarse a la campaña.",
        "El Ayuntamiento se opone a sumarse a la campaña.",
        "L'Ajuntament s'oposa a sumar-se a la campanya.",
        "La ville de Lyon est loin de rejoindre la campagne.",
        "La ville de Lyon hésite à rejoindre la campagne.",
        "O Município de Lisboa abdica de aderir à campanha.",
        "Il Comune di Torino evita di aderire alla campagna.",
        "Die Stadt Bonn weigert sich, der Kampagne beizutreten.",
        "Die Stadt Bonn zögert, der Kampagne beizutreten.",
        "De gemeente Utrecht vermijdt het aan de campagne deel te nemen.",
        "Onze gemeente sluit zich hier niet bij aan.",
    ],
)
def test_verbs_of_refusal_are_known(text: str) -> None:
    """“Joining the campaign” behind such a verb is no yes."""
    reading = read(mail(text))
    assert reading.kind is not K.CONFIRM or not reading.decided


STOP = "stop AAAA-AAAR-XWIQ-5UIZ-FMFB-MPYL"


@pytest.mark.parametrize(
    ("text", "subject", "kind", "decided"),
    [
        ("", STOP, K.UNSUBSCRIBE, True),
        ("", STOP.replace(" ", "%20"), K.UNSUBSCRIBE, True),
        ("Gracias", STOP, K.UNSUBSCRIBE, True),
        ("This message was automatically generated by Gmail.", STOP, K.UNSUBSCRIBE, True),
        ("Ana Roca\nAlcaldessa", STOP.upper(), K.UNSUBSCRIBE, True),
        ("We confirm that we join the campaign.", STOP, K.UNSUBSCRIBE, False),
        ("We join the campaign.", f"Re: {STOP}", K.CONFIRM, True),
        ("We join the campaign.", "Stop", K.CONFIRM, True),
    ],
)
def test_the_letters_own_link_to_stop(text: str, subject: str, kind: ReadingKind, decided: bool) -> None:
    """Whoever presses it is believed, whatever stands below; a person sees what says more than that."""
    reading = read(mail(text, subject=subject))
    assert (reading.kind, reading.decided) == (kind, decided)


def test_no_false_confirmation_in_450_replies() -> None:
    """Of 450 replies by careful authors, traps among them, no yes is decided that was not meant."""
    labels = [json.loads(line) for line in (REPLIES / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    false = []
    decided = right = 0
    for label in labels:
        reading = read((REPLIES / "mails" / label["file"]).read_bytes())
        decided += reading.decided
        right += reading.decided and reading.kind.value == label["label"]
        if reading.decided and reading.kind is K.CONFIRM and label["label"] != "confirm":
            false.append(label["file"])
    assert len(labels) == 450
    assert false == []
    assert decided > 100
    assert right / decided > 0.85


@pytest.mark.parametrize(
    "text",
    [
        "I no longer work in the Mayor's office. Kindly contact my colleague at desk@northam.example.",
        "This is dealt with by the Strategy Unit. Could you send your letter to strategy@northam.example, please?",
    ],
)
def test_a_colleague_who_is_named_is_never_passed_over(text: str) -> None:
    """Neither an automatic reply nor a question is decided where a person names whom to write to."""
    reading = read(mail(text))
    assert not (reading.decided and reading.kind in (K.AUTO_REPLY, K.QUESTION))
    assert reading.redirect_to is not None


# ---------------------------------------------------------------- notices


NOTICE = """From: MAILER-DAEMON@mx.example
To: cisdpl@uclg.org
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; Mayor@Northam.example
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; CODE STATUS words
--b
Content-Type: message/rfc822

Message-ID: <invitation.1-0-0.x@uclg.org>
Subject: Invitation

We confirm.
--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "code", "permanent"), [("failed", "5.1.1", "550", True), ("delayed", "4.4.1", "451", False)]
)
def test_notices(action: str, status: str, code: str, permanent: bool) -> None:
    """RFC 3464: who, for good or not, and which letter of ours."""
    raw = NOTICE.replace("ACTION", action).replace("STATUS", status).replace("CODE", code).encode()
    reading = read(raw)
    assert (reading.kind, reading.decided) == (K.BOUNCE, True)
    assert reading.bounce is not None
    assert (reading.bounce.permanent, reading.bounce.status) == (permanent, status)
    assert reading.bounce.recipients == ("mayor@northam.example",)
    assert reading.bounce.message_ids == ("<invitation.1-0-0.x@uclg.org>",)


# ---------------------------------------------------------------- opening, new text, phrases


@settings(max_examples=150, deadline=None)
@example(b"\x0b", b"")  # a blank that some call blank and others do not
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", b"Subject: =?utf-8?b?"]),
)
def test_no_bytes_break_the_reader(content: bytes, beginning: bytes) -> None:
    """Whatever comes is an entry."""
    assert read(beginning + content).kind in K


BOMBS = {
    "nested": b"Content-Type: multipart/mixed; boundary=x\n\n"
    + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 1000,
    "forwarded": b"Content-Type: message/rfc822\n\n" * 1000,
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 20000 + b"\n\nx",
    "comments": b"To: " + b"(" * 500 + b"a@b.example" + b")" * 500 + b"\n\nx",
    "ids": b"Message-ID: <" + b"[" * 5000 + b"\n\nx",
    "charset": b"Content-Type: text/plain; charset=nope\n\nwe join",
    "parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 20000,
    "addresses": b"To: " + b"a@b.example, " * 50000 + b"\n\nx",
    "quotes": b"To: " + b'"' * 20000 + b"\n\nx",
    "parameters": b"Content-Type: text/plain" + b"; a*0*=b" * 5000 + b"\n\nx",
    "nul": b"From: a\0b@c.example\n\nwe\0 join",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """Each is opened within limits, in a child process where it is hard, and gives an entry."""
    message = open_guarded(BOMBS[name], open_mail)
    assert read_mail(message, load_languages()).kind in K
    assert is_hard(mail("hello")) is False


@pytest.mark.parametrize(
    "quote",
    [
        "On Fri, 15 Jul 2022 at 09:30, UCLG <cisdpl@uclg.org> wrote:\n> our letter",
        "Le ven. 15 juil. 2022 à 09:30, UCLG <cisdpl@uclg.org> a écrit :\n> our letter",
        "El vie, 15 jul 2022 a las 9:30, UCLG (<cisdpl@uclg.org>) escribió:\n> our letter",
        "De: UCLG <cisdpl@uclg.org>\nEnviado: 15/07/2022 09:30\nPara: Rioseco\nAsunto: Invitation\n\nour letter",
        "-----Original Message-----\nFrom: UCLG\nour letter",
        "> our letter\n> goes on",
    ],
)
def test_quoted_letters_are_cut(quote: str) -> None:
    """In every mail program's way."""
    assert new_text(f"Our answer.\n\n{quote}\n") == "Our answer."


def test_signatures_are_cut_and_inline_answers_kept() -> None:
    """What stands below “-- ” is no answer; what stands between quoted lines is."""
    assert new_text("Yes.\n\n-- \nThe office\nWe join everything") == "Yes."
    inline = "> Will you join?\nYes, we join.\n> When?\nIn September."
    assert "Yes, we join." in new_text(inline)


def test_phrases() -> None:
    """Gaps stay within a sentence; words are given as they stand."""
    (one,) = sentences("Nous, à Évry, CONFIRMONS notre pleine adhésion")
    book = Phrasebook(enumerate(["confirm~ * adhesion", "confirm * participation", "(we confirm|we agree)"]))
    assert [found.words for found in book.find(one)] == ["CONFIRMONS notre pleine adhésion"]
    first, _second = sentences("We confirm. Our participation is open.")
    assert [found.words for found in book.find(first)] == ["We confirm"]
