"""Whose a fresh mail of strangers is, where places are called like words, persons, countries, and other places."""

from __future__ import annotations

import pytest

from outreach.core.whose.index import Index
from tests.core.mails import index_of, told

ROWS = (
    "Nice|FR", "Bath|GB", "Reading|GB", "Split|HR", "Mobile|US", "Gap|FR", "Pau|FR", "Orange|FR", "Como|IT", "Essen|DE",
    "La Paz|BO", "Natal|BR", "Salvador|BR", "Porto|PT", "Tours|FR", "Bergen|NO", "Bergen|NL", "Córdoba|ES", "Córdoba|AR",
    "Santiago|CL", "Santiago de Compostela|ES", "San José|CR", "San José|US", "Cambridge|GB", "Cambridge|US",
    "Hamilton|CA", "Hamilton|NZ", "València|ES", "Valencia|VE", "Granada|ES", "Granada|NI", "León|ES", "León|MX",
    "Barcelona|ES", "Barcelona|ES|province", "München|DE", "Wien|AT", "Genève|CH", "Athína|GR", "Gwangju|KR|metropolis",
    "Kyoto|JP", "Antwerpen|BE", "Den Haag|NL", "A Coruña|ES", "Donostia / San Sebastián|ES", "Ciudad de México|MX",
    "Espoo|FI", "Utrecht|NL", "Utrecht|NL|province", "Lund|SE", "Perth|AU", "Perth|GB", "Victoria|CA", "Kyiv|UA",
)  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Index:
    """All of them are invited."""
    return index_of(*ROWS)


def whose(index: Index, text: str, signature: str, language: str, name: str = "", subject: str = "Invitation") -> str:
    """From an address of a webmail."""
    more = {"signature": signature, "name": name, "subject": subject, "language": language}
    found = told(index, text, "x@gmail.com", None, **more).number
    return "" if found is None else ROWS[found - 1]


@pytest.mark.parametrize(
    ("owner", "text", "signature", "language"),
    [
        ("Nice|FR", "Nous participons.", "Julie Petit\nVille de Nice", "fr"),
        ("Reading|GB", "We join.", "Sue Kay\nReading Borough Council", "en"),
        ("Split|HR", "The City of Split will take part.", "City of Split, Croatia", "en"),
        ("Mobile|US", "We join.", "J. Dean\nCity of Mobile, Alabama\nMobile: 555 010 222", "en"),
        ("Gap|FR", "La Ville de Gap participera.", "Mairie de Gap", "fr"),
        ("Orange|FR", "Nous participons.", "Ville d'Orange\nService communication", "fr"),
        ("Essen|DE", "Wir nehmen teil.", "Stadt Essen\nBüro des Oberbürgermeisters", "de"),
        ("La Paz|BO", "Nos adherimos.", "Gobierno Autónomo Municipal de La Paz", "es"),
        ("Bergen|NO", "We join.", "Bergen kommune\nNorway", "en"),
        ("Bergen|NL", "Wij doen mee.", "Gemeente Bergen (NH)\nNederland", "nl"),
        ("Córdoba|AR", "Nos sumamos.", "Municipalidad de Córdoba\nRepública Argentina", "es"),
        ("Córdoba|ES", "Nos sumamos.", "Ayuntamiento de Córdoba, Andalucía", "es"),
        ("Santiago|CL", "Confirmamos.", "Ilustre Municipalidad de Santiago\nChile", "es"),
        ("Santiago de Compostela|ES", "Súmase.", "Concello de Santiago de Compostela", "gl"),
        ("San José|CR", "Confirmamos.", "Municipalidad de San José, Costa Rica", "es"),
        ("San José|US", "We join.", "City of San José, California", "en"),
        ("Cambridge|US", "We join.", "City of Cambridge, Massachusetts, USA", "en"),
        ("Cambridge|GB", "We join.", "Cambridge City Council\nEngland", "en"),
        ("Hamilton|NZ", "We join.", "Hamilton City Council\nWaikato", "en"),
        ("Hamilton|CA", "We join.", "City of Hamilton, Ontario", "en"),
        ("Valencia|VE", "Nos adherimos.", "Alcaldía de Valencia\nEstado Carabobo", "es"),
        ("León|MX", "Nos sumamos.", "Municipio de León, Guanajuato", "es"),
        ("Perth|AU", "We join.", "City of Perth, Western Australia", "en"),
        ("Perth|GB", "We join.", "Perth City Council, Scotland", "en"),
        ("Barcelona|ES", "Ens hi adherim.", "Ajuntament de Barcelona", "ca"),
        ("Barcelona|ES|province", "Ens hi adherim.", "Diputació de Barcelona", "ca"),
        ("Utrecht|NL|province", "Wij doen mee.", "Provincie Utrecht", "nl"),
        ("München|DE", "Aderiamo.", "Comune di Monaco di Baviera", "it"),
        ("Den Haag|NL", "Nous participons.", "Ville de La Haye", "fr"),
        ("Athína|GR", "Συμμετέχουμε.", "Δήμος Αθηναίων", "el"),
        ("Gwangju|KR|metropolis", "캠페인에 참여합니다.", "광주광역시청 인권평화국", "ko"),
        ("Kyoto|JP", "参加いたします。", "京都市総合企画局", "ja"),
        ("Lund|SE", "We join.", "Lunds kommun", "en"),
        ("Espoo|FI", "We join.", "Espoon kaupunki", "en"),
        ("Donostia / San Sebastián|ES", "Bat egiten dugu.", "Donostiako Udala", "eu"),
        ("Ciudad de México|MX", "We join.", "Government of Mexico City", "en"),
        ("Ciudad de México|MX", "Ens hi sumem.", "Govern de la Ciutat de Mèxic", "ca"),
        ("Mobile|US", "The City of Mobile joins.", "Office of the Mayor\nP.O. Box 1827\nMobile, AL 36633", "en"),
        ("Pau|FR", "Nous participons.", "Ville de Pau\nPlace Royale", "fr"),
        ("Porto|PT", "Aderimos.", "Município do Porto\nDivisão Municipal de Coesão Social", "pt"),
        ("Granada|ES", "Nos sumamos.", "Excmo. Ayuntamiento de Granada\nPlaza del Carmen, Granada (España)", "es"),
        ("Wien|AT", "Wir machen mit.", "Magistrat der Stadt Wien\nMA 17", "de"),
        ("Victoria|CA", "We join.", "City of Victoria, British Columbia", "en"),
    ],
)
def test_an_office_signs(index: Index, owner: str, text: str, signature: str, language: str) -> None:
    """From an address that nobody knows: the office, and the country or region between places of one name."""
    assert whose(index, text, signature, language) == owner


@pytest.mark.parametrize(
    ("subject", "text", "signature", "name", "language"),
    [
        ("Nice campaign", "What a nice initiative! Nice to hear from you.", "Bob", "Bob", "en"),
        ("Bath offer", "New bath: reading lamps, split units.", "Al's Bath & Reading", "Al", "en"),
        ("Human rights", "We join.", "K. Lo\nTown Hall\nMobile: 0041 79 000 00 00", "K. Lo", "en"),
        ("The gap", "We must close the gap. Mind the Gap.", "Z", "", "en"),
        ("Campagne", "Nous participons.", "Envoyé depuis Orange Mail", "Jean", "fr"),
        ("Essen", "Beim Essen am 12. Mai sprachen wir darüber.", "Hans", "Hans", "de"),
        ("La paz", "Trabajamos por la paz. La Paz es posible.", "Eva", "Eva", "es"),
        ("Feliz Natal", "Desejamos um Feliz Natal!", "Rita", "Rita", "pt"),
        ("Duda", "¿Como se firma? ¿Como Ayuntamiento debemos aprobarlo?", "Luis", "Luis", "es"),
        ("Guided tours", "Our tours start in May.", "Lea\nCity Tours", "Lea", "en"),
        ("Oferta", "Le ofrecemos servicios.", "Santiago Gil", "Santiago Gil", "es"),
        ("Adhesión", "Nos adherimos.", "Salvador Ruiz\nSecretario", "Salvador Ruiz", "es"),
        ("Invitation", "We join.", "Anna Lund", "Anna Lund", "en"),
        ("Invitation", "We join.", "Mayor Victoria Sams", "Victoria Sams", "en"),
        ("Invitation", "We join!", "Lewis Hamilton", "Lewis Hamilton", "en"),
        ("Invitación", "En México hay muchas ciudades.", "M\nToluca, México", "M", "es"),
        ("Adhesión", "La Municipalidad confirma.", "Ana\nCórdoba", "Ana", "es"),
        ("Vienna Declaration", "The Vienna Declaration and the Geneva Conventions.", "L", "", "en"),
        ("Question", "Will the Barcelona World Council's results be published?", "Y", "", "en"),
        ("Drets humans", "Ens interessa.", "Fundació Z\nCarrer Gran, 3\n08012 Barcelona", "Fundació Z", "ca"),
        ("Invito", "Aderiamo.", "Comune di Genova", "", "it"),
        ("Tours", "We sell tours.", "Tours Office", "Tours Office", "en"),
        ("Marcha por La Paz", "Invitamos a la Marcha por La Paz.", "Marcha por La Paz", "Marcha", "es"),
        ("Convite", "Aderimos.", "Câmara Municipal de Porto Santo", "C", "pt"),
        ("Convite", "Aderimos.", "Prefeitura de Porto Alegre", "P", "pt"),
        ("Invitación", "Confirmamos.", "Ayuntamiento de Santiago de los Caballeros", "S", "es"),
        ("Invitation", "We join.", "State Government of Victoria, Australia", "V", "en"),
        ("Invitación", "Nos sumamos.", "Junta de Castilla y León", "Junta", "es"),
        ("Invitación", "Nos sumamos.", "Diputación Provincial de Granada", "P", "es"),
        ("Einladung", "Wir nehmen teil.", "Gemeinde Bergen auf Rügen", "B", "de"),
        ("Geneva", "Our office in Geneva will follow up.", "OHCHR\nGeneva", "UN", "en"),
        ("Invitation", "Nous participons.", "Commune de Pikine, Nice", "D", "fr"),
        ("Adhesió", "Ens hi afegim.", "Universitat de Barcelona", "U", "ca"),
        ("Invitation", "We join.", "A. Lee\nTown Hall\n12 Cambridge Road", "A. Lee", "en"),
        (
            "Adhesió",
            "Confirmem, en nom de l'Ajuntament de València, la seva adhesió.",
            "Ajuntament de Barcelona",
            "",
            "ca",
        ),
    ],
)
def test_a_word_or_a_person_is_no_town(
    index: Index, subject: str, text: str, signature: str, name: str, language: str
) -> None:
    """Called like a town, in capitals, signed or as a subject: nobody's mail until a person says so."""
    assert not whose(index, text, signature, language, name, subject)


def test_a_service_named_like_a_person() -> None:
    """“Antwerpen Meldingen” has two capitals as a person has; its mail domain tells that it is none."""
    index = index_of("Antwerpen|BE")
    sender = "geen-antwoord@meldingen-antwerpen.example"
    found = told(
        index, "Uw melding is geregistreerd.", sender, name="Antwerpen Meldingen", subject="Melding", language="nl"
    )
    assert found.number == 1
