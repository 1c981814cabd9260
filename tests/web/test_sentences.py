"""What verbs, checks and mail servers say stands on the page in the person's language, on the command line in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.adapters.forms import TOO_LARGE, TOO_MUCH
from outreach.core.calendar import parse_window
from outreach.core.dispatch import why_here
from outreach.core.enrolment import enrol
from outreach.core.reading.opening.message import HIDDEN, SEALED, TOO_LONG, TWO_TEXTS
from outreach.core.reading.opening.parts import TOO_DEEP, TOO_MANY_FIELDS, TOO_MANY_PARTS
from outreach.core.renaming import called
from outreach.core.succession import Recorded, contradiction
from outreach.entrypoints.mailroom import note_mailbox
from outreach.entrypoints.web.sayings import failure_words, reply_words, said
from outreach.entrypoints.web.words import catalogue
from outreach.model import (
    Invitee,
    InviteeKind,
    Letter,
    LetterKey,
    LetterKind,
    LetterState,
    ReadingKind,
    Sentence,
    State,
    UsageError,
)
from tests.web.campaign import NOW
from tests.web.launching import HEADER, before_launch, send
from tests.web.server import Browser, Page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A campaign without contacts."""
    with before_launch(tmp_path_factory.mktemp("sentences") / "campaign") as opened:
        yield opened


def speaking(page: Page, language: str, role: str = "sender") -> Browser:
    """Somebody who has chosen a language."""
    browser = page.someone(role)
    browser.cookies["outreach-language"] = language
    return browser


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", ("il n’y a pas de contacts", "personne ne recevrait de lettre", "ajoutez une ligne pour chaque ville")),
        ("es", ("no hay contactos", "no se escribiría a nadie", "añada una fila por cada ciudad")),
        ("ca", ("no hi ha contactes", "no s’escriuria a ningú", "afegiu una fila per a cada ciutat")),
        ("en", ("there are no contacts", "nobody would be written to", "add a row for each city")),
    ],
)
def test_findings_are_said_in_the_persons_language(page: Page, language: str, told: tuple[str, ...]) -> None:
    """What, why and the cure; before the launch as in the check."""
    (page.desk.folder / "contacts.csv").write_text(HEADER, encoding="utf-8")
    for path in ("/letters/check", "/letters/launch"):
        words = speaking(page, language).get(path).words
        assert all(one in words for one in told), words


def test_of_very_many_findings_the_first_are_shown(page: Page) -> None:
    """Of a list that is wrong throughout a page of all would be of no use, and take a minute."""
    rows = "".join(f"Town {n},GB,nobody,,,,en\n" for n in range(230))
    (page.desk.folder / "contacts.csv").write_text(HEADER + rows, encoding="utf-8")
    for path in ("/letters/check", "/letters/launch"):
        answer = page.someone("reader").get(path)
        assert answer.text.count('class="finding finding-error"') == 60
        assert "more are not shown here." in answer.words


@pytest.mark.parametrize(
    ("language", "told", "where"),
    [
        ("fr", "des langues sans lettre : italien (1), portugais (2)", "invitation (anglais)"),
        ("es", "idiomas sin carta: italiano (1), portugués (2)", "invitación (inglés)"),
        ("en", "languages that have no letter: Italian (1), Portuguese (2)", "invitation (English)"),
    ],
)
def test_languages_are_called_by_their_names(page: Page, language: str, told: str, where: str) -> None:
    """A code is for files: the cure names those that are wanted."""
    rows = "".join(f"Town {n},GB,mayor@t{n}.example,,,,{code}\n" for n, code in enumerate(("it", "pt", "pt", "en")))
    (page.desk.folder / "contacts.csv").write_text(HEADER + rows, encoding="utf-8")
    words = speaking(page, language).get("/letters/check").words
    assert told in words
    assert where in words
    assert "templates/invitation.it.md, templates/invitation.pt.md" in words


def test_parts_of_a_sentence_are_joined_as_a_language_does() -> None:
    """French has a space before a semicolon."""
    noted = "answers our letter; unsigned"
    assert said(catalogue("fr").gettext, noted) == "répond à notre lettre ; non signé"
    assert said(catalogue("es").gettext, noted) == "responde a nuestra carta; sin firma digital"


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        ("Northam is now not interested", "Northam : désormais « not interested »"),
        ("Northam is now in talks", "Northam : désormais « en discussion »"),
        ("no letters to Northam before 2022-09-01", "pas de lettre à Northam avant le 1er septembre 2022"),
        ("no more letters to Northam", "plus de lettres à Northam"),
        ("Northam was answered", "réponse donnée à Northam"),
        ("mail 7 no longer waits", "le courriel 7 n’attend plus"),
        ("mail 7 is of no invitee", "le courriel 7 ne vient d’aucun invité"),
        ("mail 7 is of Northam", "le courriel 7 vient de Northam"),
        ("the letter goes to a@northam.example under the same reference", "la lettre part pour a@northam.example"),
    ],
)
def test_what_somebody_did_since_is_said_in_the_persons_language(noted: str, told: str) -> None:
    """As it is remembered; the same words in a stranger's mail stay as they are."""
    french = catalogue("fr").gettext
    refused = Sentence(
        "%(who)s did something since that builds upon it (%(act)s); that must be taken back first", who="Ben", act=noted
    )
    assert told in said(french, refused)
    assert said(french, noted) == noted


def test_mistakes_of_a_list_are_said_in_the_persons_language(page: Page) -> None:
    """Row by row, with the cure; the words of others stay as they are."""
    here = send(page, (HEADER + "Oakham,XX,nobody,,,x,en\n").encode()).headers["location"]
    words = speaking(page, "fr").get(here).words
    assert "« XX » n’est pas un code de pays : écrivez ses deux lettres (ISO 3166), par exemple ES" in words
    assert "« x » n’est pas un genre admis ici : écrivez f ou m, ou laissez vide" in words


def test_a_place_is_called_in_the_persons_language() -> None:
    """Its kind too, also within another sentence."""
    metropolis = called(Invitee("northam", "Northam", "GB", InviteeKind.METROPOLIS))
    told = Sentence("the id %(id)s is %(was)s above", id="northam", was=metropolis)
    assert told == "the id northam is Northam (GB, metropolis) above"
    assert said(catalogue("fr").gettext, told).endswith("Northam (GB, métropole)")


def test_errors_of_verbs_are_said_in_the_persons_language(page: Page) -> None:
    """Of accounts, of lists that are gone, of what cannot be taken back."""
    page.someone("reader")  # or the only account might be changed at will
    browser = speaking(page, "ca", "admin")
    kept = browser.post("/accounts/role", {"account": "admin", "role": "reader"})
    assert "admin és l’única persona que administra" in kept.words
    gone = browser.get(f"/letters/contacts/{'7f' * 16}")
    assert "aquesta llista ja no es conserva" in gone.words


def test_a_contradiction_is_said_whole() -> None:
    """With the day, who recorded what, and the words of the mail."""
    recorded = Recorded(State.CONFIRMED, NOW, "person:anna", "we join")
    why = contradiction(recorded, ReadingKind.DECLINE, NOW + timedelta(days=1))
    assert why == "on 6 September anna recorded “confirmed”: “we join”; this mail says no"
    in_french = said(catalogue("fr").gettext, why)
    assert in_french == "le 6 septembre, anna a enregistré « confirmé » : « we join » ; ce courriel dit non"


def test_a_sentence_is_a_text_as_any_other() -> None:
    """It can be compared, joined and written; it knows its message beside."""
    sentence = Sentence("%(name)s is 100 %% sure of %(what)s", name="Ada", what=Sentence("the letter"))
    assert sentence == "Ada is 100 % sure of the letter"
    finding = enrol(("name", "country"), [], "list.csv").findings[0]
    assert (finding.where, finding.what) == ("list.csv, line 1", "there is no column email")


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        ("5.1.1", "the address does not exist"),
        ("5.2.2", "the mailbox is full"),
        ("5.1.2", "there is no mail server of that name"),
        ("5.9.9", "the letter could not be delivered"),
        ("address_moved", "the address has moved"),
        ("their own words", "their own words"),
    ],
)
def test_why_a_letter_came_back_is_said_in_words(noted: str, told: str) -> None:
    """Codes are for machines."""
    assert failure_words(noted) == told


def test_an_unreachable_invitee_shows_no_code(looked_at: Page) -> None:
    """In the log and in its story, in the person's language."""
    browser = speaking(looked_at, "es", "reader")
    log = browser.get("/log?state=unreachable").words
    assert "la dirección no existe" in log
    assert "5.1.1" not in log


def test_mails_belong_to_the_review_and_lead_to_the_story(looked_at: Page) -> None:
    """The place is marked on every mail's page, and its city is a link."""
    browser = looked_at.someone("reader")
    for path in ("/mails", "/mails/30"):
        assert '<a href="/review" aria-current=page>' in browser.get(path).text
    assert '<a href="/log" aria-current=page>' in browser.get("/invitees/1").text
    assert 'href="/invitees/' in browser.get("/mails/30").text


def test_who_is_asked_to_log_in_again_learns_why(served: Page) -> None:
    """After half an hour of silence; who was never in is only asked."""
    browser = served.someone("reader")
    served.clock.move_to(NOW + timedelta(minutes=31))
    assert "Your session has ended" in browser.get("/log").words
    assert "Your session has ended" not in served.anybody().get("/log").words


@pytest.mark.parametrize(
    ("noted", "told"),
    [
        ("waits: Saturday", "en attente : samedi"),
        ("waits: public holiday (Assumption Day)", "en attente : jour férié (Assumption Day)"),
        ("waits: before 09:00 in Asia/Seoul", "en attente : avant 09:00 à Asia/Seoul"),
        ("sending is paused: paused by anna", "l’envoi est en pause : mis en pause par anna"),
        ("has answered since: confirmed", "a répondu entre-temps : confirmé"),
        (
            "reminder 2 of 3 goes on Monday 29 August 2022 at 09:00 in Seoul, 17 days before the deadline",
            "attend le jour du rappel 2",
        ),
        (
            "it is not in Sent; it is looked for once more, and then sent again",
            "elle n’est pas dans Sent ; elle sera cherchée encore une fois, puis envoyée de nouveau",
        ),
        ("permanent failure: address_unknown", "échec définitif : l’adresse n’existe pas"),
        (
            "mail.example:465 is not ready: 421; try again later",
            "mail.example:465 n’est pas prêt : 421 ; réessayez plus tard",
        ),
        ("554 5.7.1 go away; you", "554 5.7.1 go away; you"),
    ],
)
def test_what_was_noted_is_said_in_the_persons_language(noted: str, told: str) -> None:
    """Why a letter waits or was not sent, and which server cannot be used; a server's own words stay."""
    assert said(catalogue("fr").gettext, noted) == told


@pytest.mark.parametrize(
    "noted", ["waits: " * 600 + "x", "; ".join(["waits: x"] * 200), "x in passing" + " in passing" * 600]
)
def test_a_stranger_may_write_as_we_note(noted: str) -> None:
    """Words of ours within each other, in a subject of theirs: the page is there all the same."""
    assert "x" in said(catalogue("fr").gettext, f"doubt: {noted}")


@pytest.mark.parametrize(
    ("state", "due", "paused", "zone", "told"),
    [
        (LetterState.READY, 0, "", "Asia/Seoul", "en attente : après 17:00 à Asia/Seoul"),
        (LetterState.READY, 0, "", "Europe/Madrid", "son tour vient ensuite"),
        (LetterState.READY, 1, "", "Europe/Madrid", "attend son heure"),
        (LetterState.READY, 0, "paused by ben", "Europe/Madrid", "l’envoi est en pause : mis en pause par ben"),
        (LetterState.CLAIMED, 0, "", "Europe/Madrid", "est sur le point de partir"),
        (LetterState.HANDING_OVER, 0, "", "Europe/Madrid", "est en cours de remise"),
    ],
)
def test_why_a_letter_is_where_it_is(state: LetterState, due: int, paused: str, zone: str, told: str) -> None:
    """As the core says it at that moment."""
    key = LetterKey("trial", 1, 1, LetterKind.INVITATION)
    due_at = NOW + timedelta(hours=due)
    letter = Letter(1, key, "a@a.example", (), "en", 1, {}, "", "<1@a.example>", "", (), state, due_at)
    why, _until = why_here(letter, parse_window((), "09:00-17:00", holidays=False), NOW, zone, "KR", paused=paused)
    assert said(catalogue("fr").gettext, why) == told


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("250 2.0.0 queued as 4F", "the mail server took it"),
        ("550 5.1.1 <a@a.example>: user unknown", "the address does not exist"),
        ("452 4.2.2 mailbox full", "the mailbox is full"),
        ("599 no", ""),
        ("no reply at all", ""),
    ],
)
def test_a_reply_to_a_letter_is_said_in_words(reply: str, told: str) -> None:
    """The reply itself stands beside it; where it does not tell, it stands alone."""
    assert reply_words(reply) == told


PROBLEMS = (TOO_LONG, HIDDEN, TWO_TEXTS, TOO_MANY_PARTS, TOO_DEEP, TOO_MANY_FIELDS, *SEALED.values())


@pytest.mark.parametrize("language", ["fr", "es", "ca"])
@pytest.mark.parametrize("problem", [*PROBLEMS, TOO_LARGE, TOO_MUCH, "it has more than 30 pages"])
def test_why_a_mail_could_not_be_read_whole_is_said_in_words(problem: str, language: str) -> None:
    """No word of it stays English, alone and within what the mail waits for."""
    say = catalogue(language).gettext
    alone = said(say, problem)
    whole = said(say, f"could not be read whole, please look: {problem}")
    assert alone != problem
    assert whole.endswith(alone)
    assert "read whole" not in whole


def test_a_mailbox_that_cannot_be_read_is_said_in_the_persons_language(served: Page) -> None:
    """On the overview, as long as it lasts."""
    note_mailbox(served.desk, "The mail server imap.example:993 cannot be read now: timed out.")
    words = speaking(served, "ca", "reader").get("/").words
    assert "El servidor de correu imap.example:993 no es pot llegir ara: timed out." in words


@pytest.mark.parametrize(
    ("language", "noted", "told"),
    [
        ("fr", "held until 2022-09-20", "retenue jusqu’au 20 septembre 2022"),
        ("es", "held until 2022-10-01", "1 de octubre de 2022"),
        ("ca", "held until 2022-10-10", "10 d’octubre del 2022"),
        ("en", "held until 2022-10-10", "held until 10 October 2022"),
        ("fr", "it is dated 1970-01-01, and counts by its arrival on 2022-08-03", "1er janvier 1970"),
        ("fr", "it is dated 1970-01-01, and counts by its arrival on 2022-08-03", "3 août 2022"),
        ("fr", "421 busy; its copy is looked for at 08 Aug, 11:30", "8 août, 11:30"),
        ("fr", Sentence("%(until)s is not in the future; give the first day on which letters may go again",
                        until=date(2022, 9, 1)), "1er septembre 2022"),
        ("fr", Sentence("%(day)s September", day=1), "1er septembre"),
        ("fr", "There is no Maildir (a folder with new and cur in it) at mailbox; see path in [inbox].",
         "Il n’y a pas de Maildir"),
    ],
)  # fmt: skip
def test_days_within_sentences_are_said_as_people_say_them(language: str, noted: str, told: str) -> None:
    """No 2022-10-10 stands within a sentence, and the first of a month is “1er” in French."""
    assert told in said(catalogue(language).gettext, noted)


def test_an_invitee_that_is_not_known_is_said_in_the_persons_language(looked_at: Page) -> None:
    """With the nearest names, or where all of them stand."""
    with pytest.raises(UsageError) as nobody:
        looked_at.desk.invitee("Nothram")
    near = said(catalogue("fr").gettext, nobody.value.args[0])
    assert near == "aucun invité n’a l’identifiant ou le nom « Nothram » ; vouliez-vous dire northam ?"
    with pytest.raises(UsageError) as nobody:
        looked_at.desk.invitee("zzzz")
    assert "ningún invitado" in said(catalogue("es").gettext, nobody.value.args[0])


def test_a_day_of_the_page_is_french_too(looked_at: Page) -> None:
    """CLDR writes “1 septembre”."""
    day = looked_at.site.templates.environment("fr").filters["day"]
    moment = looked_at.site.templates.environment("fr").filters["moment"]
    assert day(date(2022, 9, 1)) == "1er septembre 2022"
    assert moment(datetime(2022, 9, 1, 9, 5, tzinfo=UTC)) == "1er sept. 2022, 11:05"
