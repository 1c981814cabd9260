"""Who is said to join, in the very words that say it: the invitee, or another town or office that is called alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach.core.whose.clues import clues
from outreach.core.whose.colleague import may_be_another
from outreach.model import Evidence
from tests.core.mails import OURS, index_of, mail, reading

INDEX = index_of("Rio de Janeiro|BR", "Utrecht|NL", "La Spezia|IT", "Córdoba|AR", "Loures|PT")
RIO, UTRECHT, SPEZIA, CORDOBA, LOURES = range(1, 6)


def another(number: int, text: str, words: str = "") -> str:
    """Why a mail of a known contact may be another's."""
    sent = mail("mayor@town.example", text=text)
    said = replace(reading(text=text), evidence=(Evidence("confirm", words or text),))
    return may_be_another(sent, said, clues(sent, said, OURS, INDEX), number, INDEX, OURS, known=True)


@pytest.mark.parametrize(
    ("number", "text", "words"),
    [
        (RIO, "A cidade de Niterói adere à campanha.", ""),
        (RIO, "Em nome da cidade de São Bernardo do Campo, aderimos à campanha.", "aderimos à campanha"),
        (UTRECHT, "Provincie Utrecht doet mee aan de campagne.", ""),
        (SPEZIA, "La Regione Liguria aderisce alla campagna.", ""),
        (CORDOBA, "La ciudad de Rosario se suma a la campaña.", ""),
    ],
)
def test_another_joins(number: int, text: str, words: str) -> None:
    """From the address that we wrote to, in our thread."""
    assert another(number, text, words).startswith("names the office of another place")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (RIO, "A cidade do Rio de Janeiro adere à campanha."),
        (RIO, "Aderimos à campanha, como cidade de Direitos Humanos."),
        (UTRECHT, "Gemeente Utrecht doet mee aan de campagne."),
        (SPEZIA, "Il Comune della Spezia aderisce alla campagna."),
        (CORDOBA, "La ciudad de Córdoba se suma a la campaña."),
        (LOURES, "A Câmara Municipal de Loures, na sua 19.ª reunião ordinária, aprovou a adesão."),
    ],
)
def test_the_invitee_joins(number: int, text: str) -> None:
    """By its own name, or by none."""
    assert another(number, text) == ""
