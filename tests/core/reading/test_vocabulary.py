"""Words by their meanings, in every language the same few dozen."""

from __future__ import annotations

import pytest

from outreach.core.reading.meaning.vocabulary import Vocabulary, vocabulary
from outreach.core.reading.phrases import sentences
from outreach.languages import load_languages

WORDS = {
    "join": "join joins adher~ (take part)",
    "not": "not no",
    "noobjection": "(no objection)",
    "list": "(put * list)",
    "yes": "=sí",
}


def names(text: str) -> list[str]:
    """The meanings of a text's first sentence."""
    return [one.name for one in Vocabulary(WORDS).meanings(sentences(text)[0])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We JOIN you", ["join"]),
        ("We joined you", []),
        ("Nous adhérons", ["join"]),
        ("We take part", ["join"]),
        ("We take a part", []),
        ("We do not join", ["not", "join"]),
        ("We have no objection", ["noobjection"]),
        ("Put us on the list", ["list"]),
        ("Put all of us on to the list", []),  # more than four words between
        ("Sí", ["yes"]),
        ("Si", []),
        ("Write to join@town.example", ["address"]),
    ],
)
def test_meanings(text: str, expected: list[str]) -> None:
    """Whole words, beginnings, words that stand together or near, accents that matter, addresses."""
    assert names(text) == expected


def test_a_meaning_knows_its_words() -> None:
    """The places of its words in the sentence."""
    (found,) = Vocabulary(WORDS).meanings(sentences("Please put us on the list")[0])
    assert found.places == (1, 5)


LANGUAGES = [one for one in load_languages().all if one.words]


def test_first_class_languages_have_the_same_meanings() -> None:
    """Eight languages; what is learned from one helps the others."""
    assert {one.code for one in LANGUAGES} == {"ca", "de", "en", "es", "fr", "it", "nl", "pt"}
    assert len({frozenset(one.words) for one in LANGUAGES}) == 1


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_every_listed_word_is_found(language: object) -> None:
    """A list in which a word is misspelt so that it can never be met is a mistake."""
    from outreach.languages import Language  # noqa: PLC0415

    assert isinstance(language, Language)
    for meaning, listed in language.words.items():
        for word in ("".join(c for c in listed if c not in "()*~=")).split()[:50]:
            assert sentences(word)[0].plain, (meaning, word)
        assert vocabulary(language).meanings(sentences(listed)[0])


@pytest.mark.parametrize(
    ("code", "text", "meaning", "found"),
    [
        ("de", "Der Beitritt wurde beschlossen.", "would", False),
        ("de", "Der Rat würde beitreten.", "would", True),
        ("pt", "Informamos que a cidade adere.", "must", False),
        ("pt", "A cidade tem que decidir.", "must", True),
        ("es", "PRIMERO.- Adherirse a la campaña.", "must", False),
        ("es", "Con informe favorable del área.", "would", False),
        ("it", "Ora è chiaro a tutti.", "ask", False),
        ("it", "Potete chiarire i costi?", "ask", True),
        ("it", "Con seguito favorevole della Giunta.", "would", False),
        ("fr", "La Ville s'associe à la campagne.", "refuse", False),
        ("fr", "La ville lutte contre le racisme.", "refuse", False),
        ("fr", "Le conseil a voté contre.", "refuse", True),
        ("fr", "J'ai le plaisir de vous dire que nous adhérons.", "inform", False),
        ("fr", "Nous ne manquerons pas de vous dire.", "inform", True),
        ("nl", "Namens het college bericht ik u dat wij deelnemen.", "inform", False),
        ("nl", "Bedankt voor uw brief.", "refuse", False),
        ("nl", "Noteer ons als deelnemer.", "if", False),
        ("nl", "Wij doen mee als de raad instemt.", "if", True),
        ("ca", "L'alcaldessa vol que hi siguem.", "event", False),
        ("de", "Es bleibt dagegen bei unserer Zusage.", "refuse", False),
        ("de", "Der Rat hat dagegen gestimmt.", "refuse", True),
        ("en", "Resolution No. 45 was passed.", "not", False),
        ("en", "It passed without a vote against.", "refuse", False),
    ],
)
def test_words_of_doubt_that_are_none(code: str, text: str, meaning: str, *, found: bool) -> None:
    """What looks like a condition, a refusal or news to come, and what is."""
    language = next(one for one in LANGUAGES if one.code == code)
    assert (meaning in [one.name for one in vocabulary(language).meanings(sentences(text)[0])]) is found
