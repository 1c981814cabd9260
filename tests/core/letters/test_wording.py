"""Dates and salutations of each language."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from outreach.core.letters.wording import (
    Wording,
    day_and_month,
    letter_values,
    listed,
    long_date,
    parse_wording,
    salutation,
)
from outreach.model import ConfigurationError, Contact, Invitee
from outreach.settings import CampaignSettings, InboxSettings, SenderSettings, Settings, SmtpSettings, Target

TEMPLATES = Path(__file__).parents[3] / "templates"


def table(language: str) -> dict[str, object]:
    return tomllib.loads((TEMPLATES / f"wording.{language}.toml").read_text(encoding="utf-8"))


WORDINGS: dict[str, Wording] = {name: parse_wording(name, table(name)) for name in ("en", "fr", "es", "ca")}


@pytest.mark.parametrize(
    ("language", "day", "whole", "short"),
    [
        ("en", date(2022, 7, 15), "July 15th 2022", "15th of July"),
        ("en", date(2022, 9, 1), "September 1st 2022", "1st of September"),
        ("en", date(2022, 9, 12), "September 12th 2022", "12th of September"),
        ("en", date(2022, 8, 22), "August 22nd 2022", "22nd of August"),
        ("en", date(2022, 8, 23), "August 23rd 2022", "23rd of August"),
        ("en", date(2022, 8, 31), "August 31st 2022", "31st of August"),
        ("en", date(2022, 8, 11), "August 11th 2022", "11th of August"),
        ("fr", date(2022, 7, 15), "15 juillet 2022", "15 juillet"),
        ("fr", date(2022, 9, 1), "1er septembre 2022", "1er septembre"),
        ("es", date(2022, 7, 15), "15 de julio de 2022", "15 de julio"),
        ("ca", date(2022, 7, 15), "15 de juliol de 2022", "15 de juliol"),
        ("ca", date(2022, 4, 1), "1 d’abril de 2022", "1 d’abril"),
        ("ca", date(2022, 8, 15), "15 d’agost de 2022", "15 d’agost"),
        ("ca", date(2022, 10, 10), "10 d’octubre de 2022", "10 d’octubre"),
    ],
)
def test_dates(language: str, day: date, whole: str, short: str) -> None:
    """Dates are written as the language writes them."""
    assert long_date(WORDINGS[language], day) == whole
    assert day_and_month(WORDINGS[language], day) == short


@pytest.mark.parametrize(
    ("language", "person", "title", "gender", "expected"),
    [
        ("en", "", "", "", "Dear representatives of local and regional governments,"),
        ("en", "Ana Ruiz", "", "", "Dear Ana Ruiz,"),
        ("en", "Ana Ruiz", "", "f", "Dear Ms Ana Ruiz,"),
        ("en", "Ana Ruiz", "Mayor", "f", "Dear Mayor Ana Ruiz,"),
        ("en", "Ana Ruiz", "Mayor of Grigny", "", "Dear Mayor Ana Ruiz,"),
        ("en", "Ana Ruiz", "MAYOR, City of X", "", "Dear Mayor Ana Ruiz,"),
        ("en", "Ana Ruiz", "alcaldesa", "", "Dear Mayor Ana Ruiz,"),
        ("en", "Ian Roe", "Lord Provost", "m", "Dear Lord Provost Ian Roe,"),
        ("en", "Ian Roe", "", "m", "Dear Mr Ian Roe,"),
        ("en", "", "Governor", "", "Dear Governor,"),
        ("en", "", "", "f", "Dear Madam,"),
        ("fr", "", "", "", "Mesdames et Messieurs les représentants des gouvernements locaux et régionaux,"),
        ("fr", "Anne Roy", "Maire", "f", "Madame la Maire,"),
        ("fr", "Jean Roy", "Mayor", "m", "Monsieur le Maire,"),
        ("fr", "Anne Roy", "mairesse", "", "Madame la Maire,"),
        ("fr", "Sam Roy", "Maire", "", "Madame la Maire, Monsieur le Maire,"),
        ("fr", "Anne Roy", "Adjointe au maire de Lyon", "f", "Madame l’Adjointe au Maire,"),
        ("fr", "Anne Roy", "Cheffe de cabinet", "f", "Madame Anne Roy, Cheffe de cabinet,"),
        ("fr", "Anne Roy", "", "", "Madame, Monsieur,"),
        ("fr", "Anne Roy", "", "f", "Madame,"),
        ("es", "Ana Ruiz", "Mayor", "f", "Estimada Sra. Alcaldesa:"),
        ("es", "Luis Ruiz", "Gobernador del Estado", "m", "Estimado Sr. Gobernador:"),
        ("es", "Ana Ruiz", "Jefa de Gabinete", "f", "Estimada Sra. Ana Ruiz, Jefa de Gabinete:"),
        ("es", "Ana Ruiz", "Alcalde", "", "Estimada Sra. Alcaldesa, estimado Sr. Alcalde:"),
        ("es", "Ana Ruiz", "", "", "A la atención de Ana Ruiz:"),
        ("ca", "Ada Puig", "alcaldessa", "", "Benvolguda Sra. Alcaldessa,"),
        ("ca", "Joan Puig", "Tinent d'alcalde", "m", "Benvolgut Sr. Tinent d’Alcaldia,"),
        ("ca", "Joan Puig", "", "m", "Benvolgut Sr. Joan Puig,"),
    ],
)
def test_salutations(language: str, person: str, title: str, gender: str, expected: str) -> None:
    """A person is addressed by what is known; titles take the form of the letter's language."""
    contact = Contact("a@town.example", person=person, title=title, gender=gender)
    assert salutation(WORDINGS[language], contact) == expected


def test_braces_in_a_name_are_no_places() -> None:
    """A name is filled in once and never again."""
    contact = Contact("a@town.example", person="{title}", title="Mayor")
    assert salutation(WORDINGS["en"], contact) == "Dear Mayor {title},"


@pytest.mark.parametrize(("items", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")])
def test_listed(items: list[str], words: str) -> None:
    """Several things as a sentence names them."""
    assert listed(WORDINGS["en"], items) == words


def changed(section: str, key: str, value: object) -> dict[str, object]:
    data = table("en")
    part = data[section] if section else data
    assert isinstance(part, dict)
    part[key] = value
    return data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed("", "dates", None), r"\[dates\] is missing"),
        (changed("dates", "long", "{day} {mounth}"), "unknown place {mounth}"),
        (changed("dates", "locale", "xx_YY"), "locale “xx_YY” is unknown"),
        (changed("dates", "months", ["a"]), "1 names instead of 12"),
        (changed("salutation", "fallback", 3), "“fallback” is missing or not a text"),
        (changed("salutation", "f", ["Dear {name},"]), "unknown place {name}"),
        (changed("", "direction", "up"), "not “up”"),
    ],
)
def test_mistakes_in_a_table(data: dict[str, object], words: str) -> None:
    """A mistake names the file and what is wrong."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        parse_wording("en", data)
    assert str(caught.value).startswith("wording.en.toml: ")


def test_own_month_names() -> None:
    """A language that Babel does not know brings its months."""
    wording = parse_wording("xx", changed("dates", "months", [f"m{number}" for number in range(1, 13)]))
    assert long_date(wording, date(2022, 12, 1)) == "m12 1st 2022"


def test_values_survive_json() -> None:
    """What fills a letter is stored as JSON and filled again later."""
    settings = Settings(
        campaign=CampaignSettings(
            id="c", name="C", deadline=date(2022, 9, 15), target=Target("Congress", date(2022, 10, 10), 100)
        ),
        sender=SenderSettings(name="S", address="s@secretariat.example"),
        smtp=SmtpSettings(host="smtp.example"),
        inbox=InboxSettings(),
    )
    contact = Contact("a@town.example", person="Ana", extra={"twin": "Wien"})
    values = letter_values(
        settings=settings,
        invitee=Invitee("i", "Lyon", "FR", contacts=(contact,)),
        contact=contact,
        wording=WORDINGS["en"],
        reference="R",
        written_on=date(2022, 7, 15),
        deadline=date(2022, 9, 15),
    )
    assert json.loads(json.dumps(values)) == values
    assert values["deadline"] == "15th of September"
    assert values["deadline_long"] == "September 15th 2022"
    assert values["campaign"] == {
        "id": "c",
        "name": "C",
        "committee_url": "",
        "target": {"name": "Congress", "date": "October 10th 2022", "goal": 100},
    }
