"""Places whose article a word before them swallows, and places that are called alike and are others."""

from __future__ import annotations

import pytest

from tests.core.mails import index_of, told

INVITED = (
    "Le Mans|FR", "Le Havre|FR", "Les Sables-d'Olonne|FR", "El Alto|BO", "La Spezia|IT", "L'Aquila|IT", "A Coruña|ES",
    "Den Haag|NL", "'s-Hertogenbosch|NL", "Köln|DE", "Bruxelles|BE", "Ville de Namur|BE", "Frankfurt am Main|DE",
    "Frankfurt (Oder)|DE", "York|GB", "Vic|ES", "Granada|ES", "Athens|GR",
)  # fmt: skip
INDEX = index_of(*INVITED)


def whose(signature: str) -> str:
    """Whose a mail with this signature is."""
    number = told(INDEX, "Yes, we join the campaign.", signature=signature).number
    return INVITED[number - 1].partition("|")[0] if number is not None else ""


@pytest.mark.parametrize(
    ("signature", "town"),
    [
        ("Ville du Mans", "Le Mans"),
        ("Mairie du Havre", "Le Havre"),
        ("Ville du Havre", "Le Havre"),
        ("Mairie des Sables-d'Olonne", "Les Sables-d'Olonne"),
        ("Alcaldía del Alto", "El Alto"),
        ("Comune della Spezia", "La Spezia"),
        ("Comune dell'Aquila", "L'Aquila"),
        ("Concello da Coruña", "A Coruña"),
        ("Gemeente 's-Gravenhage", "Den Haag"),
        ("Municipality of The Hague", "Den Haag"),
        ("Gemeente 's-Hertogenbosch", "'s-Hertogenbosch"),
        ("Gemeente Den Bosch", "'s-Hertogenbosch"),
        ("City of Cologne", "Köln"),
        ("Ville de Bruxelles", "Bruxelles"),
        ("Ville de Namur", "Ville de Namur"),
        ("Stadt Frankfurt am Main", "Frankfurt am Main"),
        ("Stadt Frankfurt (Oder)", "Frankfurt (Oder)"),
        ("City of York, England", "York"),
        ("Ajuntament de Vic, Catalunya", "Vic"),
        ("Ajuntament de Vic, na reunião de ontem", "Vic"),  # no mail from Réunion
    ],
)
def test_a_town_by_its_own_office(signature: str, town: str) -> None:
    """However a language joins the two."""
    assert whose(signature) == town


@pytest.mark.parametrize(
    "signature",
    [
        "City of York, Pennsylvania",
        "Alcaldía de Granada, Nicaragua",
        "City of Athens, Ohio",
        "Mairie de Vic-le-Comte",
        "Mairie de Vic-Fezensac",
        "Ville de Vic-en-Bigorre",
        "Ville du Havre-Saint-Pierre",
        "Stadt Frankfurt",
        "Paul du Mans",
        "Rue du Havre 3",
    ],
)
def test_a_town_that_is_called_alike(signature: str) -> None:
    """Another country, a longer name, a person, a street."""
    assert whose(signature) == ""
