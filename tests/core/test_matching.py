"""Whose mail it is: references, names in all their spellings, one clear winner or the queue."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core.letters.reference import check_reference, find_references, make_reference, message_id
from outreach.core.shared_domains import mail_domain
from outreach.core.whose.clues import clues
from outreach.core.whose.index import build_index
from outreach.core.whose.matching import Proven
from outreach.core.whose.names import Namer, fold, words_of
from outreach.languages.places import load_places
from outreach.model import LetterKind, Mailbox
from tests.core.mails import OURS, QUOTE, index_of, invitees, mail, reading, told

KEY = b"k" * 32


# ---------------------------------------------------------------- references


@given(st.integers(0, 2**40 - 1), st.binary(min_size=16, max_size=40))
def test_a_reference_proves_its_number(number: int, key: bytes) -> None:
    """Made with the key it is genuine, however it is typed; with another key or campaign it is not."""
    reference = make_reference(key, "c", number)
    assert check_reference(key, "c", reference.lower().replace("-", " ")) == number
    assert check_reference(key, "other", reference) is None
    assert check_reference(key + b"x", "c", reference) is None
    assert find_references(f"Ref: {reference}, thank you") == (reference,)


def test_references_are_found_where_mails_carry_them() -> None:
    """In a Message-ID, broken over quoted lines, misread by a person; ordinary words are none."""
    reference = make_reference(KEY, "c", 41)
    identifier = message_id(reference, LetterKind.REMINDER, 1, 2, 0, "uclg.org")
    assert check_reference(KEY, "c", find_references(identifier)[0]) == 41
    wrapped = reference[:15] + "\n> " + reference[15:]
    assert [check_reference(KEY, "c", one) for one in find_references(wrapped)] == [41]
    assert check_reference(KEY, "c", reference.replace("O", "0").replace("I", "1")) == 41
    assert find_references("Human rights cities and territories by 2030") == ()


REFERENCE = make_reference(KEY, "c", 41)
PLAIN = REFERENCE.replace("-", "").lower()


@pytest.mark.parametrize(
    "where",
    [
        {"subject": f"Re: Invitation [{REFERENCE}]"},
        {"text": f"We join.\n\n> Reference: {REFERENCE}"},
        {"text": f"We join.\n\n> Reference: {REFERENCE[:15]}\n> {REFERENCE[15:]} (do not delete)"},
        {"text": f"We join.\r\n\r\n> Reference: {REFERENCE[:20]}\r\n> {REFERENCE[20:]}"},
        {"in_reply_to": (f"<invitation.1-0-0.{PLAIN}@uclg.org>",)},
        {"references": ("<other@x.example>", f"<reminder.1-1-0.{PLAIN}@uclg.org>")},
        {"message_id": f"<re.{PLAIN}@x.example>"},
        {"to": (Mailbox("", f"cisdpl+{PLAIN}@uclg.org"),)},
        {"cc": (Mailbox("", f"cisdpl+{PLAIN}@uclg.org"),)},
        {"headers": (("delivered-to", f"cisdpl+{PLAIN}@uclg.org"),)},
        {"returned": f"Message-ID: <invitation.1-0-0.{PLAIN}@uclg.org>"},
        {"text": f"mailto:cisdpl@uclg.org?subject=Yes%20{REFERENCE}"},
    ],
    ids=lambda where: next(iter(where)),
)
def test_a_reference_is_seen_wherever_it_stands(where: dict[str, Any]) -> None:
    """In the identifiers, the plus-address, the subject, the text, and over a broken line."""
    seen = clues(mail(**where), reading(), OURS, index_of())
    assert [check_reference(KEY, "c", one) for one in seen.references] == [41]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "country", "spellings"),
    [
        ("São Paulo", "BR", "Sao Paulo|SÃO PAULO|San Pablo|San Paolo"),
        ("Ciudad de México", "MX", "Mexico City|Ciutat de Mèxic|Cidade do México|Mexiko-Stadt|Mexico-Stad|CDMX"),
        ("Göteborg", "SE", "Gothenburg|Goteborg|Goeteborg|Gotemburgo"),
        ("Den Haag", "NL", "The Hague|'s-Gravenhage|La Haye|La Haya|L'Aia|Haia"),
        ("The Hague", "NL", "Den Haag|’s-Gravenhage"),
        ("München", "DE", "Muenchen|Munich|Múnich|Monaco di Baviera|Munique"),
        ("Köln", "DE", "Koeln|Cologne|Colonia|Colònia|Keulen"),
        ("Bruxelles", "BE", "Brussel|Brussels|Bruselas|Brüssel|Brussel·les"),
        ("Antwerpen", "BE", "Antwerp|Anvers|Amberes|Anversa"),
        ("Liège", "BE", "Luik|Lüttich|Lieja"),
        ("Firenze", "IT", "Florence|Florència|Florencia|Florenz|Florença"),
        ("Bolzano", "IT", "Bozen"),
        ("Genève", "CH", "Geneva|Genf|Ginebra|Ginevra|Genebra"),
        ("Zürich", "CH", "Zurich|Zuerich|Zurigo|Zúrich"),
        ("London", "GB", "Londres|Londra|Londen"),
        ("Warszawa", "PL", "Warsaw|Varsovie|Varsovia|Warschau"),
        ("Łódź", "PL", "Lodz|Łodz"),
        ("Praha", "CZ", "Prague|Praga|Prag|Praag"),
        ("Wien", "AT", "Vienna|Vienne|Viena|Wenen"),
        ("København", "DK", "Copenhagen|Kobenhavn|Copenhague|Kopenhagen"),
        ("Tromsø", "NO", "Tromso|Tromsoe"),
        ("İzmir", "TR", "Izmir|Esmirna|Smyrna"),
        ("Athína", "GR", "Athens|Αθήνα|Atenas|Athen"),
        ("Cape Town", "ZA", "Le Cap|Ciudad del Cabo|Ciutat del Cap|Kapstadt|Kaapstad"),
        ("Alger", "DZ", "Algiers|Argel|Algeri|Algier"),
        ("Tanger", "MA", "Tangier|Tánger|Tangeri"),
        ("Seoul", "KR", "서울|Séoul|Seúl|Seul"),
        ("Lleida", "ES", "Lérida"),
        ("Vitoria-Gasteiz", "ES", "Gasteiz|Vitoria"),
        ("A Coruña", "ES", "La Coruña|La Corunya"),
        ("L'Hospitalet de Llobregat", "ES", "Hospitalet de Llobregat|L’Hospitalet de Llobregat"),
        ("Saint-Denis", "FR", "St-Denis|St. Denis|Saint Denis"),
        ("City of Cape Town", "ZA", "Cape Town|Kapstadt"),
        ("Ajuntament de Vic", "ES", "Vic"),
        ("Ajuntament d'Olot", "ES", "Olot"),
        ("Ajuntament de l'Escala", "ES", "Escala|l'Escala"),
        ("Diputació de Barcelona", "ES", "Barcelona|Barcelone"),
        ("Stadt Köln", "DE", "Köln|Cologne"),
        ("Landeshauptstadt Hannover", "DE", "Hannover|Hanover"),
        ("Commune de Wavre", "BE", "Wavre|Waver"),
        ("Ville de Genève", "CH", "Genève|Geneva"),
        ("Gemeente Breda", "NL", "Breda"),
        ("Prefeitura Municipal de Niterói", "BR", "Niteroi"),
        ("Comune di Siena", "IT", "Siena|Sienne"),
        ("Mairie de Bamako", "ML", "Bamako"),
        ("Municipalidad de San José", "CR", "San Jose"),
        ("Köln (Stadt)", "DE", "Cologne"),
        ("Biel/Bienne", "CH", "Biel|Bienne"),
        ("Rovinj-Rovigno", "HR", "Rovinj|Rovigno"),
    ],
)
def test_names_compare_in_every_spelling(name: str, country: str, spellings: str) -> None:
    """Accents, case, keyboards, exonyms and “City of” do not matter."""
    forms = {"".join(form) for form in Namer(load_places()).spellings(name, country).full}
    assert [one for one in spellings.split("|") if "".join(words_of(one)) not in forms] == []


def test_an_exonym_is_of_its_country_only() -> None:
    """Colonia is Köln in Germany and itself in Uruguay; Frankfurt (Oder) is not Frankfurt am Main."""
    namer = Namer(load_places())
    assert ("koln",) in namer.spellings("Colonia", "DE").full
    assert ("koln",) not in namer.spellings("Colonia", "UY").full
    assert ("francfort",) in namer.spellings("Frankfurt am Main", "DE").full


def test_the_table_of_cities() -> None:
    """Several hundred cities; no spelling twice in a row; none that folds to nothing."""
    cities = load_places().cities
    assert len(cities) > 800
    assert len({country for country, _ in cities}) > 150
    for country, names in cities:
        assert len(country) == 2
        folded = ["".join(words_of(name)) for name in names]
        assert all(folded), names
        assert len(set(folded)) == len(folded), names


def test_words_are_folded() -> None:
    """Without accents and case; letters without accents to lose; saints."""
    assert [fold(word) for word in ("SÃO", "Łódź", "Malmø", "Saint", "Sankt", "İZMİR")] == [
        "sao", "lodz", "malmo", "st", "st", "izmir",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@northam.example", "northam.example"),
        ("a@gmail.com", ""),
        ("a@yahoo.co.uk", ""),
        ("a@gob.mx", ""),
        ("a@diba.cat", ""),
        ("a@puebla.gob.mx", "puebla.gob.mx"),
        ("a@orange.fr", ""),
    ],
)
def test_shared_domains_say_nothing(address: str, domain: str) -> None:
    """Webmail, umbrella domains and those of provinces that towns use are many people's."""
    assert mail_domain(address) == domain


# ---------------------------------------------------------------- one signal

VIC = "Vic|ES|city|mayor@ajvic.example|Anna Soler"
TWO = (VIC, "Olot|ES|city|mayor@ajolot.example|Joan Puig")


@pytest.mark.parametrize(
    ("proven", "number", "by"),
    [
        (Proven(by_reference={"A": 2}), 2, "token"),
        (Proven(by_message_id={"<i@x>": 2}), 2, "thread"),
        (Proven(remembered=2), 2, "remembered"),
        (Proven(by_reference={"A": 1, "B": 2}), None, ""),  # two threads
        (Proven(by_reference={"A": None}), None, ""),
        (Proven(), None, ""),
    ],
)
def test_what_is_proven_decides(proven: Proven, number: int | None, by: str) -> None:
    """One thread, or what a person decided before."""
    result = told(index_of(*TWO), proven=proven)
    assert (result.number, result.matched_by) == (number, by)
    assert number is None or result.candidates[0].reasons


def test_the_state_of_the_token() -> None:
    """Genuine, forged, or none."""
    index = index_of(VIC)
    assert told(index, proven=Proven(by_reference={"A": 1})).token == "ok"
    assert told(index, proven=Proven(by_reference={"A": None})).token == "forged"
    assert told(index).token == ""


# ---------------------------------------------------------------- fresh mails

# (what is in the mail, the invitees, the number of the right one or None for the queue)
PLACES = (
    "Vic|ES|city|alcaldia@ajvic.example|Anna Soler",  # 1
    "Sabadell|ES|city|alcaldia@sabadell.example|Marta Roca",  # 2
    "San José|CR|city|alcalde@sanjose.example",  # 3
    "San José|US|city|mayor@sanjose-ca.example",  # 4
    "Barcelona|ES|city|alcaldia@bcn.example",  # 5
    "Diputació de Barcelona|ES|province|presidencia@diputaciobcn.example",  # 6
    "Daejeon|KR|city|mayor@daejeon.example",  # 7
    "Puebla|MX|city|contacto@puebla.gob.mx",  # 8
    "Santiago|CL|city|alcalde@santiago-cl.example",  # 9
    "Madrid|ES|city|alcalde@madrid-ayto.example",  # 10
    "Pereira|CO|city|alcalde@pereira-co.example",  # 11
    "Gap|FR|city|maire@gap-fr.example",  # 12
    "Breda|NL|city|burgemeester@regio-west.example",  # 13
    "Tilburg|NL|city|burgemeester2@regio-west.example",  # 14
    "Vila Real|PT|city|presidente@vr-pt.example",  # 15
    "Villarreal|ES|city|alcalde@vr-es.example",  # 16
    "München|DE|city|ob@muc.example",  # 17
    "Sakai|JP|city|mayor@sakai-jp.example",  # 18
    "Freiburg im Breisgau|DE|city|ob@fr-de.example",  # 19
    "León|NI|city|alcalde@leon-ni.example",  # 20
    "León|ES|city|alcalde@leon-es.example",  # 21
    "Saint-Denis|FR|city|maire@sd-fr.example",  # 22
    "Saint-Louis|SN|city|maire@sl-sn.example",  # 23
    "Perth|AU|city|mayor@perth-au.example",  # 24
)
FRESH: list[tuple[str, dict[str, Any], int | None]] = [
    ("a known address", {"sender": "alcaldia@ajvic.example"}, 1),
    ("a colleague at its mail domain", {"sender": "cultura@ajvic.example"}, 1),
    ("a department's domain below it", {"sender": "a@premsa.sabadell.example"}, 2),
    ("a known address in Cc", {"cc": (Mailbox("", "alcaldia@ajvic.example"),)}, 1),
    ("known addresses of two in Cc", {"cc": (Mailbox("", "alcaldia@ajvic.example"), Mailbox("", "alcaldia@sabadell.example"))}, None),
    ("a known address in the quoted letter's To", {"below": "\n\n-----Original Message-----\nFrom: UCLG <cisdpl@uclg.org>\nSent: Friday\nTo: alcaldia@ajvic.example\nSubject: Invitation\n"}, 1),
    ("the place in the quoted letter's To", {"below": "\n\nDe: UCLG <cisdpl@uclg.org>\nEnviat: divendres\nPer a: Ajuntament de Vic\nAssumpte: x\n"}, 1),
    ("the salutation of the quoted letter", {"below": QUOTE + "> Dear Mayor of Sabadell,\n"}, 2),
    ("the sender's name is the town hall", {"name": "Ajuntament de Sabadell"}, 2),
    ("… with an elision and capitals", {"name": "AJUNTAMENT DE VIC"}, 1),
    ("the sender's name is the city", {"name": "Sabadell", "signature": "Sabadell"}, 2),
    ("the signature names the town hall", {"signature": "Pere Font\nAjuntament de Sabadell\nTel. 93"}, 2),
    ("the signature, between bars", {"signature": "Pere Font | Cap de premsa | Ajuntament de Sabadell"}, 2),
    ("the signature in English", {"signature": "Perth City Council"}, 24),
    ("the subject names the town hall", {"subject": "Adhesió de l'Ajuntament de Sabadell"}, 2),
    ("subject and text", {"subject": "Adhesión de Puebla", "text": "El Ayuntamiento de Puebla se suma."}, 8),
    ("the mail domain is the town hall's", {"sender": "x@ajuntament-sabadell.example"}, 2),
    ("… written as one word", {"sender": "x@ajsabadell.example"}, 2),
    ("… behind a government's ending", {"sender": "x@puebla.gob.mx"}, 8),
    ("an exonym in the signature", {"signature": "City of Munich, International Office"}, 17),
    ("an exonym of the reader's language", {"signature": "Ville de Munich"}, 17),
    ("a keyboard without umlauts", {"signature": "Stadt Muenchen"}, 17),
    ("Japanese", {"text": "参加します。", "signature": "堺市 国際課", "language": "ja"}, 18),
    ("the short form of a long name", {"signature": "Stadt Freiburg\nReferat Internationales", "text": "Die Stadt Freiburg ist dabei."}, 19),
    ("a saint", {"signature": "Mairie de St-Denis"}, 22),
    ("a person we wrote to, and the place", {"name": "Marta Roca", "subject": "Sabadell"}, 2),
    ("a person we wrote to, alone", {"name": "Marta Roca"}, None),
    ("two San Josés", {"signature": "Municipalidad de San José", "language": "es"}, None),
    ("two San Josés in English", {"signature": "City of San José"}, None),
    ("two San Josés, the country is named", {"signature": "City of San José, Costa Rica"}, 3),
    ("two San Josés, the mail domain is a country's", {"sender": "x@munisanjose.go.cr", "signature": "City of San José"}, 3),
    ("two Leóns, one language", {"signature": "Alcaldía de León", "language": "es"}, None),
    ("two Leóns, the country is named", {"signature": "Alcaldía de León\nNicaragua", "language": "es"}, 20),
    ("a city and its province: the city's office", {"signature": "Ajuntament de Barcelona", "language": "ca"}, 5),
    ("a city and its province: the province's", {"signature": "Diputació de Barcelona", "language": "ca"}, 6),
    ("a city and its province: only the name", {"name": "Barcelona", "subject": "Barcelona", "language": "ca"}, None),
    ("Vila Real or Villarreal", {"signature": "Câmara Municipal de Vila Real", "language": "pt"}, 15),
    ("a shared domain alone", {"sender": "info@regio-west.example"}, None),
    ("a shared domain and the name", {"sender": "info@regio-west.example", "signature": "Gemeente Tilburg"}, 14),
    ("webmail alone", {"sender": "someone@gmail.com"}, None),
    ("the mail domain of one, the office of another", {"sender": "x@santiago-cl.example", "signature": "Ajuntament de Sabadell"}, None),
    ("webmail and the signature", {"sender": "someone@gmail.com", "signature": "Ajuntament de Sabadell"}, 2),
    # what must not win
    ("a neighbour in passing", {"text": "Our neighbour Sabadell has joined, and we think of it too."}, None),
    ("a neighbour's town hall in passing", {"text": "We saw that the City of Sabadell has joined. How can we?"}, None),
    ("… in Catalan", {"text": "Els nostres veïns de l'Ajuntament de Sabadell ja hi són.", "language": "ca"}, None),
    ("… in Spanish", {"text": "Hemos visto que el Ayuntamiento de Puebla se ha sumado.", "language": "es"}, None),
    ("… in German", {"text": "Wir haben gelesen, dass die Stadt München mitmacht.", "language": "de"}, None),
    ("the congress in Daejeon", {"text": "We will attend the congress in Daejeon.", "subject": "Congress in Daejeon"}, None),
    ("the congress in Daejeon, from elsewhere", {"text": "See you at the congress in Daejeon.", "signature": "Perth City Council"}, 24),
    ("a street", {"signature": "Carrer de Sabadell, 12\nCalle Madrid 4"}, None),
    ("a university", {"signature": "Universitat de Sabadell", "name": "University of Madrid"}, None),
    ("a treaty", {"text": "In the spirit of the Charter of Madrid we welcome the letter.", "subject": "Charter of Madrid"}, None),
    ("a longer name", {"signature": "Concello de Santiago de Compostela", "language": "es"}, None),
    ("another of nearly the name", {"signature": "City of New Madrid"}, None),
    ("a person's name that is a city's", {"name": "Ana Pereira", "signature": "Ana Pereira"}, None),
    ("an abbreviation that is a city's", {"signature": "Lúcia | GAP | Gabinete"}, None),
    ("our own letter below names places", {"below": QUOTE}, None),
    ("two town halls", {"text": "The City of Madrid and the City of Perth join.", "signature": "The secretariat"}, None),
    ("another country's mail domain", {"sender": "x@perth.gov.uk", "signature": "City of Perth"}, None),
    ("a trade name in the mail domain", {"sender": "x@hotel-madrid.example", "name": "Hotel Madrid"}, None),
    # one writes for another
    ("on behalf of a neighbour", {"sender": "alcaldia@sabadell.example", "text": "On behalf of our neighbour, the City of Vic, we confirm."}, None),
    ("on behalf of itself", {"sender": "alcaldia@sabadell.example", "text": "On behalf of the City of Sabadell we confirm."}, 2),
    ("a known address signs as another", {"sender": "alcaldia@sabadell.example", "signature": "Ajuntament de Vic"}, None),
    ("a known address that names another in passing", {"sender": "alcaldia@sabadell.example", "text": "Like our neighbour Vic we join."}, 2),
]  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Any:
    return index_of(*PLACES)


@pytest.mark.parametrize(("what", "given_", "number"), FRESH, ids=[what for what, _, _ in FRESH])
def test_fresh_mails(index: Any, what: str, given_: dict[str, Any], number: int | None) -> None:
    """One clear winner with its reasons, or the queue; never the wrong one."""
    result = told(index, **given_)
    assert result.number == number, result.candidates
    if number is not None:
        assert result.candidates[0].number == number
        assert result.candidates[0].reasons
        assert result.matched_by


def test_the_queue_suggests_in_order() -> None:
    """What is left to a person comes with ranked suggestions and their reasons."""
    result = told(index_of(*PLACES), signature="Municipalidad de León", language="es", subject="León")
    assert {one.number for one in result.candidates[:2]} == {20, 21}
    assert all("León" in " ".join(one.reasons) for one in result.candidates[:2])


# ---------------------------------------------------------------- in a thread


@pytest.mark.parametrize(
    ("what", "given_", "number"),
    [
        ("an unknown colleague", {"sender": "x@gmail.com"}, 1),
        ("its own name", {"signature": "Ajuntament de Vic"}, 1),
        ("the letter was passed to another invitee", {"sender": "alcaldia@sabadell.example"}, None),
        ("another town hall signs", {"signature": "Ajuntament de Sabadell"}, None),
        ("another is named in passing", {"text": "Our neighbour Sabadell has joined, and so do we."}, 1),
        ("on behalf of another", {"text": "On behalf of the City of Sabadell we confirm."}, None),
        ("a shared domain of others", {"sender": "info@regio-west.example"}, 1),
    ],
)
def test_in_a_thread(index: Any, what: str, given_: dict[str, Any], number: int | None) -> None:
    """The thread decides, unless the mail itself shows that another invitee writes."""
    for proven in (Proven(by_reference={"A": 1}), Proven(by_message_id={"<i@x>": 1})):
        result = told(index, proven=proven, **given_)
        assert result.number == number, result.candidates


def test_what_a_person_decided_gives_way_to_a_new_name() -> None:
    """A sender whose mail was filed to one invitee signs as another now."""
    index = index_of(*PLACES)
    assert told(index, proven=Proven(remembered=1)).number == 1
    assert told(index, proven=Proven(remembered=1), signature="Ajuntament de Sabadell").number is None


def test_our_own_address_tells_nothing() -> None:
    """Not in From, and not in the quoted letter."""
    index = index_of("Vic|ES|city|cisdpl@uclg.org")
    assert told(index, below=QUOTE).candidates == ()
    seen = clues(mail("cisdpl@uclg.org", text="cisdpl@uclg.org wrote"), reading(), OURS, index)
    assert (seen.near, seen.quoted, seen.domains) == ((), (), ())


def test_last_years_addresses_are_known() -> None:
    """A contact that is no longer on the list still writes."""
    index = build_index(invitees(VIC), load_places(), [("old@vic-old.example", 1), ("gone@x.example", 99)])
    assert told(index, sender="old@vic-old.example").number == 1
    assert told(index, sender="gone@x.example").number is None


@settings(deadline=None)
@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read(text: str, name: str, subject: str) -> None:
    """Nothing that a mail holds breaks the matching."""
    told(index_of(VIC, "San José|CR"), text=text, name=name, subject=subject, signature=text)


@pytest.mark.parametrize(
    "piece",
    ["Vic ", "Vic\n", "A", "@", "a@b.example ", "a.", "ABCD-EFGH-", "San José del Monte ", "市", "To: ", "'s-", "-\n"],
)
def test_hostile_text_costs_little(piece: str) -> None:
    """A megabyte of anything, new or quoted."""
    index, text = index_of(*PLACES), piece * (1_000_000 // len(piece))
    for new in (text, ""):
        start = time.process_time()
        clues(mail(text=text, subject=text[:4000], name=text[:4000]), reading(text=new), OURS, index)
        assert time.process_time() - start < 10  # what explodes takes minutes; benchmarks/speed_reading.py measures
