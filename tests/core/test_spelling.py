"""How words are made plain: by a table where a text has Latin-1 only, else sign by sign, and the same in both ways."""

from __future__ import annotations

import re

import pytest

from outreach.languages.spelling import plain, western_words

LATIN = [chr(number) for number in range(1, 256)]


@pytest.mark.parametrize("sign", LATIN)
def test_both_ways_are_one(sign: str) -> None:
    """A Cyrillic letter further on lets no table be used; what stands before it becomes the same."""
    for text in (sign, f"é{sign}b", f"Ñ {sign} x"):
        assert plain(f"{text} Ж") == f"{plain(text)} ж".strip()


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("São Paulo", "sao paulo"),
        ("L’Hospitalet de l'Infant", "l hospitalet de l infant"),
        ("Groß-Gerau", "gross gerau"),
        ("Øster ½ ª", "øster 1 2 a"),
        ("Łódź?", "łodz"),
        ("é?", "e"),
    ],
)
def test_made_plain(text: str, made: str) -> None:
    """Accents, case and punctuation go; letters that have no accent to lose stay."""
    assert plain(text) == made


def test_words_as_they_are_written() -> None:
    """One pass over bytes finds the same words as a pattern; other scripts are left to it."""
    text = "“L’Ajuntament” d’Olot_x, 3ª; œuvre – señor…\x01fin\n"
    assert western_words(text) == re.findall(r"[^\W_]+", text)
    assert western_words("Вік") is None
