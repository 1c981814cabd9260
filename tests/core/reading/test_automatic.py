"""What tells a machine's mail from a person's; the day of return and the substitute that it names."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from outreach.core.reading.automatic.absence import sent_on
from outreach.core.reading.automatic.replies import Sign, goes_before, read_automatic
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import read_mail
from outreach.languages import load_languages
from outreach.model import Flag, Mailbox, Message, Reading, ReadingKind

K = ReadingKind
SENT = datetime(2022, 7, 20, 9, tzinfo=UTC)
LETTER = "Human rights campaign"


def mail(text: str, subject: str = "Re: Invitation", *, sender: str = "clerk@town.example", **headers: str) -> Message:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    path = headers["return_path"].strip("<>") if "return_path" in headers else None
    return Message("", subject, (Mailbox("", sender),), (), (), (), (), path, SENT, (), (), named, text)


def read(text: str, subject: str = "Re: Invitation", **more: str) -> Reading:
    return read_mail(mail(text, subject, **more), load_languages(), own_addresses=frozenset({"us@uclg.example"}))


# ---------------------------------------------------------------- machine or person


def test_an_answer_that_a_person_added_is_not_passed_over() -> None:
    """Whatever its headers say, a person looks at an absence with a position below it."""
    text = "I am out of the office until 29 August.\n\nUpdate: I read your letter anyway. The city joins the campaign."
    assert not read(text, "Automatic reply: Invitation", auto_submitted="auto-replied").decided


def test_an_automatic_reply_with_return_and_stand_in() -> None:
    """Header, date and substitute are read."""
    text = "I am out of the office until 29 August 2022. Please write to desk@northam.example."
    reading = read(text, "Automatic reply: Invitation", auto_submitted="auto-replied")
    assert (reading.kind, reading.decided) == (K.AUTO_REPLY, True)
    assert (reading.return_date, reading.redirect_to) == (date(2022, 8, 29), "desk@northam.example")
    assert Flag.NAMES_NEW_CONTACT in reading.flags


ABSENCES = {
    "en": "I am out of the office until 29 August 2022.",
    "en, back": "I'm on leave and back on Monday 29 August 2022.",
    "fr": "Je suis absente du bureau jusqu'au 29 août 2022.",
    "fr, back": "Bonjour, je suis en congés et serai de retour le 29 août 2022. Cordialement",
    "es": "Estaré fuera de la oficina hasta el 29 de agosto de 2022.",
    "ca": "Soc de vacances fins al 29 d'agost de 2022.",
    "de": "Ich bin bis zum 29. August 2022 nicht im Büro.",
    "de, back": "Guten Tag, ich bin im Urlaub und ab 29.08.2022 wieder erreichbar.",
    "it": "Sono assente dall'ufficio fino al 29 agosto 2022.",
    "pt": "Estou de férias até 29 de agosto de 2022.",
    "nl": "Ik ben afwezig tot 29 augustus 2022.",
    "gl": "Estou de vacacións ata o 29 de agosto de 2022.",
    "eu": "Oporretan nago 2022ko abuztuaren 29ra arte.",
    "sv": "Jag är på semester till och med 29 augusti 2022.",
    "da": "Jeg er på ferie indtil 29. august 2022.",
    "no": "Jeg er på ferie til og med 29. august 2022.",
    "fi": "Olen lomalla 29.8.2022 asti.",
    "pl": "Jestem na urlopie do 29 sierpnia 2022.",
    "cs": "Jsem na dovolené do 29. srpna 2022.",
    "hu": "2022. augusztus 29-ig szabadságon vagyok.",
    "ro": "Sunt în concediu până la 29 august 2022.",
    "ru": "Я в отпуске до 29 августа 2022.",
    "uk": "Я у відпустці до 29 серпня 2022.",
    "el": "Είμαι σε άδεια έως 29 Αυγούστου 2022.",
    "tr": "29 Ağustos 2022 tarihine kadar izindeyim.",
    "he": "אני בחופשה עד 29 באוגוסט 2022.",
    "ar": "أنا في إجازة حتى 29 أغسطس 2022.",
    "ja": "8月29日まで休暇をいただいております。",
    "ko": "2022년 8월 29일까지 휴가 중입니다.",
    "zh": "我休假至2022年8月29日。",
    "id": "Saya sedang cuti sampai 29 Agustus 2022.",
}


def test_every_language_has_an_absence() -> None:
    """A language that is added brings its case."""
    assert {name.partition(",")[0] for name in ABSENCES} == {one.code for one in load_languages().all}


@pytest.mark.parametrize("name", ABSENCES)
def test_absences_by_words_alone(name: str) -> None:
    """No header and a person's subject, but the words and the date, and nothing else."""
    reading = read(ABSENCES[name])
    assert (reading.kind, reading.return_date) == (K.AUTO_REPLY, date(2022, 8, 29))


def test_an_absence_in_the_subject_alone() -> None:
    """Where there is no text the subject is one."""
    reading = read("", "Automatic reply: I am back on 8 August")
    assert (reading.kind, reading.return_date) == (K.AUTO_REPLY, date(2022, 8, 8))


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your letter. The mayor is on leave until 5 August; I will show it to her on her return.",
        "The mayor is away until the 5th, she will decide then.",
        "Our director is on annual leave until 29 August. She will get back to you upon her return.",
        "Merci pour votre courrier. Madame la maire est en congés jusqu'au 5 août, elle se prononcera à son retour.",
        "M. le maire est absent jusqu'au 29 août ; je lui transmettrai votre invitation dès son retour.",
        "La alcaldesa está de vacaciones hasta el 29 de agosto; se lo trasladaremos a su vuelta.",
        "L'alcalde és de vacances fins al 29 d'agost; li ho farem arribar quan torni.",
        "Il sindaco è in ferie fino al 29 agosto, gli sottoporrò la Vostra lettera al suo rientro.",
        "Der Bürgermeister ist bis 29. August im Urlaub. Ich lege ihm Ihr Schreiben nach seiner Rückkehr vor.",
        "De burgemeester is met vakantie tot 29 augustus; ik leg hem uw brief daarna voor.",
        "A presidente está de férias até 29 de agosto; levarei a carta ao seu conhecimento no regresso.",
        "市長は8月29日まで不在です。戻り次第、お手紙を渡します。",
        "I am on holiday until Monday, but yes: we confirm that Northam joins the campaign.",
        "Schreibe aus dem Urlaub: Wir machen mit!",
        "Je suis en vacances jusqu'au 29 mais je vous confirme que la ville participe.",
        "Estoy de vacaciones hasta el lunes, pero cuenten con nosotros.",
        "We will discuss this in council on 5 September and get back to you after that.",
        "We received your letter and passed it to the mayor.",
        "Read it to the council this afternoon; there was no action.",
    ],
)
def test_persons_who_speak_of_absences(text: str) -> None:
    """Another's absence is none of the sender's, and a person on holiday who answers has answered."""
    assert read(text, LETTER).kind is not K.AUTO_REPLY


def test_an_answer_goes_before_an_automatic_header() -> None:
    """Service desks stamp what persons write."""
    text = "We are pleased to confirm that Northam joins the campaign."
    assert read(text, x_autoreply="yes").kind is K.CONFIRM
    letter = "The archive holds the minutes that you ask for; they can be seen on the second floor, on weekdays. " * 3
    assert read(letter, x_autoreply="yes").kind is not K.AUTO_REPLY
    assert read(letter, auto_submitted="auto-replied").kind is K.AUTO_REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated (failure)"},
        {"x_autoreply": "yes"},
        {"x_autorespond": "away"},
        {"precedence": "auto_reply"},
        {"x_ricevuta": "accettazione"},
        {"x_mailer": "vacation 1.2"},
        {"content_type": "multipart/report; report-type=disposition-notification"},
    ],
    ids=" ".join,
)
def test_headers(headers: dict[str, str]) -> None:
    """RFC 3834 §5, what other programs set instead, and receipts of RFC 8098."""
    assert read("Thank you.", **headers).kind is K.AUTO_REPLY


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "no"},
        {"list_id": "<towns.lists.example>", "precedence": "bulk", "x_loop": "towns@lists.example"},
        {"list_unsubscribe": "<mailto:leave@lists.example>", "return_path": "<>"},
        {"x_auto_response_suppress": "All"},
    ],
    ids=" ".join,
)
def test_headers_that_prove_nothing(headers: dict[str, str]) -> None:
    """A denial, a list's marks, a wish to be spared automatic replies."""
    assert read("Thank you for the letter, I have a question about the map on page two.", **headers).kind is not (
        K.AUTO_REPLY
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Invitation",
        "Réponse automatique : Invitation",
        "Respuesta automática: Invitación",
        "Resposta automàtica: Invitació",
        "Resposta automática: Convite",
        "Risposta automatica: Invito",
        "Automatische Antwort: Einladung",
        "Automatisch antwoord: Uitnodiging",
        "Autosvar: Invitation",
        "Automaattinen vastaus: Invitation",
        "Autoodpowiedź: Zaproszenie",
        "Automatická odpověď: Invitation",
        "Automatikus válasz: Invitation",
        "Răspuns automat: Invitation",
        "Автоответ: Invitation",
        "Автовідповідь: Invitation",
        "Αυτόματη απάντηση: Invitation",
        "Otomatik Yanıt: Invitation",
        "رد تلقائي: Invitation",
        "מענה אוטומטי: Invitation",
        "自動返信: Invitation",
        "자동 회신: Invitation",
        "自动回复: Invitation",
        "Balasan otomatis: Invitation",
        "[Auto] Invitation",
        "Out of Office Re: Invitation",
    ],
)
def test_subjects(subject: str) -> None:
    """As mail programs head automatic replies in their languages."""
    assert read("Thank you.", subject).kind is K.AUTO_REPLY


@pytest.mark.parametrize("subject", ["Baja de la campaña", "Baixa de la campanya", "Re: Automatic reply: Invitation"])
def test_subjects_of_persons(subject: str) -> None:
    """A withdrawal is no sick leave, and who answers an automatic reply is a person."""
    assert read("Please take our city from the list of participants, as our council wishes.", subject).kind is not (
        K.AUTO_REPLY
    )


@pytest.mark.parametrize(
    "text",
    [
        "This mailbox is no longer monitored. Please use office@town.example instead.",
        "Your message was read on Wednesday, 20 July 2022 10:11.",
        "Votre message a bien été enregistré sous le numéro 4412. Ceci est un message automatique.",
        "This is an automated message, please do not reply.",
    ],
)
def test_machines_by_words_alone(text: str) -> None:
    """Dead mailboxes, receipts, and machines that say what they are."""
    reading = read(text, LETTER)
    assert (reading.kind, reading.return_date) == (K.AUTO_REPLY, None)


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("Ich bin bis 8. August im Urlaub. An der Kampagne nehmen wir übrigens nicht teil.", "mayor"),
        ("Je suis en congés jusqu'au 8 août. La Ville de Northam ne participera pas à la campagne.", "mayor"),
        ("Ik ben tot 8 augustus met vakantie. Kan het antwoord ook na 15 september?", "mayor"),
        (
            (
                "Your enquiry 1044871 has been closed. Officer comments: We do not take part in campaigns of this type. "
                "This is an automated message. Please do not reply."
            ),
            "noreply",
        ),
        (
            (
                "Se le notifica la resolución del expediente 2022/4411: acordar la adhesión del Ayuntamiento a la campaña."
                "\n\nEste mensaje se ha generado automáticamente, no responda."
            ),
            "notificaciones",
        ),
        (
            (
                "Uw zaak Z/22/1044 is afgehandeld. Toelichting: het college heeft besloten deel te nemen aan de campagne."
                "\n\nDit is een automatisch gegenereerd bericht."
            ),
            "noreply",
        ),
    ],
)
def test_an_answer_beside_an_absence_is_seen(text: str, sender: str) -> None:
    """A sentence of its own takes the position, or asks: a portal passes on what a person decided."""
    reading = read(text, LETTER, sender=f"{sender}@northam.example")
    assert reading.kind is not K.AUTO_REPLY or not reading.decided


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_reports_of_what_arrived_are_a_machines(action: str) -> None:
    """No person need look (RFC 3464 §2.3.3)."""
    report = (
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: 2.0.0\n"
    )
    plain = mail("Passed on to a system that does not send notices.", f"{action}: {LETTER}")
    reading = read_mail(replace(plain, report=(report,), content_type="multipart/report"), load_languages())
    assert (reading.kind, reading.decided) == (K.AUTO_REPLY, True)


def test_a_report_of_what_arrived_may_be_attached_by_a_person() -> None:
    """Who answers below the report of our letter, or sends it along, is no machine."""
    answer = mail("Yes, the city of Northam joins the campaign. Attached is the report that your letter came.")
    report = "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n"
    reading = read_mail(replace(answer, report=(report,), content_type="multipart/mixed"), load_languages())
    assert reading.kind is K.CONFIRM


# ---------------------------------------------------------------- return and substitute


@pytest.mark.parametrize(
    ("text", "subject", "day", "substitute"),
    [
        (
            "I will be out of the office starting 07/18/2022 and will not return until 08/01/2022.",
            "Jane Roe is out of the office",
            date(2022, 8, 1),
            None,
        ),
        ("On leave from 18 July to 5 August, returning to work on Monday 8.", "Away", date(2022, 8, 8), None),
        (
            "Thank you. I have now retired from the Council. Please contact my successor Jane Roe, jane.roe@town.example.",
            "Automatic reply",
            None,
            "jane.roe@town.example",
        ),
        ("La mairie sera fermée du 1er au 15 août.", "Message automatique", date(2022, 8, 15), None),
        (
            "Je suis absente du 18 juillet au 5 août inclus. En cas d'urgence : d'accueil@ville.example",
            "Absence",
            date(2022, 8, 5),
            "accueil@ville.example",
        ),
        (
            "Estaré de vacaciones del 1 al 15 de agosto. Merci de confirmer auprès de mruiz@ayto.example",
            "Respuesta automática",
            date(2022, 8, 15),
            "mruiz@ayto.example",
        ),
        ("Ya no trabajo aquí. Escriban a alcaldia@ayto.example", "Aviso automático", None, "alcaldia@ayto.example"),
        ("Permís fins al 14 d'octubre. Torno a la feina el dilluns 17.", "Permís", date(2022, 10, 17), None),
        ("Estou de férias, com retorno previsto para 08/08/2022.", "Ausência", date(2022, 8, 8), None),
        ("Rientro lunedì 22 agosto.", "Fuori ufficio", date(2022, 8, 22), None),
        ("Sarò assente dal 1/8 al 19/8.", "Risposta automatica", date(2022, 8, 19), None),
        (
            "Ich bin am 8. August wieder im Haus. Meine Vertretung: Herr Meier, k.meier@stadt.example",
            "Abwesend",
            date(2022, 8, 8),
            "k.meier@stadt.example",
        ),
        ("Ik ben weer op kantoor op maandag 15/8.", "Afwezig", date(2022, 8, 15), None),
        ("Sunt în concediu în perioada 1-12 august.", "Răspuns automat", date(2022, 8, 12), None),
        ("I am out of the office until 3 January.", "Automatic reply", date(2023, 1, 3), None),
        (
            "This address was replaced.\nFrom: Jane <old@town.example>\nPlease write to new@town.example",
            "Automatic reply",
            None,
            "new@town.example",
        ),
    ],
)
def test_returns_and_substitutes(text: str, subject: str, day: date | None, substitute: str | None) -> None:
    """The day of return goes before the last day away; a missing year is the one that comes next."""
    reading = read(text, subject)
    assert (reading.kind, reading.return_date, reading.redirect_to) == (K.AUTO_REPLY, day, substitute)


def test_own_and_the_senders_addresses_are_no_substitutes() -> None:
    """They stand in every quoted head."""
    text = "I am away until 29 August. You wrote to clerk@town.example from us@uclg.example."
    assert read(text, "Automatic reply").redirect_to is None


# ---------------------------------------------------------------- the parts


@pytest.mark.parametrize(
    ("weights", "position", "machine"),
    [((3,), 0.0, True), ((2,), 0.0, True), ((1,), 0.0, False), ((2,), 0.9, False), ((3, 2), 0.9, True)],
)
def test_weights(weights: tuple[int, ...], position: float, machine: bool) -> None:
    """Two suffices where the text takes no position; each name counts once."""
    assert goes_before([Sign(str(at), one, "") for at, one in enumerate(weights)], position) is machine
    assert goes_before([Sign("same", 1, ""), Sign("same", 1, "")], 0.0) is False


@pytest.mark.parametrize("day", [None, datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_dates_that_no_mail_has(day: datetime | None) -> None:
    """The first server's note counts instead."""
    received = ("received", "from a by b; Wed, 20 Jul 2022 10:00:00 +0200")
    message = Message("", "", (), (), (), (), (), None, day, (), (), (received,), "")
    assert sent_on(message) == date(2022, 7, 20)


@pytest.mark.parametrize(
    "piece",
    ["until ", "back on 1 ", "1/1/22 ", "01.02. ", "a@b.example ", "8月1日まで", "von ** ", "am montag ", "re: "],
)
def test_long_texts_take_no_time(piece: str) -> None:
    """Whatever is repeated, in text or subject."""
    text = piece * (1_000_000 // len(piece))
    message = mail(text, f"Automatic reply {text}")
    languages = load_languages()
    read_automatic(mail("x"), "x", (), languages, languages.all, own=frozenset(), position=0.0)
    begin = time.process_time()
    parts = sentences(text[:20_000])
    read_automatic(message, text[:20_000], parts, languages, languages.all, own=frozenset(), position=0.0)
    assert time.process_time() - begin < 10  # what explodes takes minutes; benchmarks/speed_reading.py measures
