"""The models of the vote: kept in whole numbers, read as they were written, explained by traits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.reading.meaning.hearing import hear_in
from outreach.core.reading.meaning.tongue import tongue
from outreach.core.reading.meaning.traits import letters, mail_traits, meaning_traits, word_traits
from outreach.core.reading.meaning.vote import NOTHING, cast, summary
from outreach.core.reading.phrases import sentences
from outreach.languages import load_languages
from outreach.languages.scores import RAISE, UNIT, Scores, Table, Votes, pack, read_votes, side_by_side

LANGUAGES = load_languages()
ENGLISH = next(one for one in LANGUAGES.all if one.code == "en")
TABLE = Table(2, {"a": side_by_side((1.5, -2.0)), "b": side_by_side((-0.25, 3.0))})
SMALL = Scores(("no", "yes"), (0.5, -0.25), TABLE, 0, ((1.0,), (2.0,)))


def weighed_in(table: Table, weighed: int, lane: int) -> float:
    """The sum of the weights in a lane."""
    total, known, _all = table.sums(weighed, lane, 1)
    return (total - known * RAISE) / UNIT


@given(st.lists(st.lists(st.floats(-100, 100), min_size=3, max_size=3), max_size=200))
def test_lanes_add_up(rows: list[list[float]]) -> None:
    """Weights side by side in one number add up like the weights themselves."""
    table = Table(3, {str(at): side_by_side(row) for at, row in enumerate(rows)})
    weighed = table.weigh([str(at) for at in range(len(rows) + 3)])
    assert table.sums(weighed, 0, 0) == (len(rows), len(rows) + 3)
    for kind in range(3):
        expected = sum(round(row[kind] * 100) for row in rows) / 100
        assert weighed_in(table, weighed, kind) == pytest.approx(expected, abs=1e-6)


def test_shares_are_a_softmax() -> None:
    """Of bias, weights among all traits, and further values."""
    found = SMALL.shares(TABLE.weigh(["a", "unknown"]), (0.5,))
    no, yes = 0.5 + 1.5 / math.sqrt(3) + 0.5, -0.25 - 2.0 / math.sqrt(3) + 1.0
    assert found["yes"] == pytest.approx(math.exp(yes) / (math.exp(no) + math.exp(yes)))
    assert sum(found.values()) == pytest.approx(1)


def test_chances_of_flags() -> None:
    """Several may hold, so each has a chance of its own."""
    found = SMALL.chances(TABLE.weigh(["b"]))
    assert found["yes"] == pytest.approx(1 / (1 + math.exp(0.25 - 3.0 / math.sqrt(2))))
    assert found["no"] == pytest.approx(1 / (1 + math.exp(-0.5 + 0.25 / math.sqrt(2))))


def test_words_by_their_letters() -> None:
    """A word weighs what its parts weigh; each word is looked up once."""
    table = Table(1, {"~<yes": side_by_side((2.0,)), "~yes>": side_by_side((1.0,))})
    spelled = table.of_words(letters)
    assert weighed_in(table, spelled["yes"] + spelled["no"], 0) == 3.0
    assert list(table.of_words(letters)) == ["yes", "no"]


def test_the_file_keeps_the_models() -> None:
    """What is written is what is read, and the same models make the same bytes."""
    votes = Votes(SMALL, Scores(("x",), (0.0,), TABLE, 1), SMALL, SMALL, Scores(("en",), (1.0,), Table(1, {"the": 5})))
    again = read_votes(pack(votes))
    assert again.sentence.table.weights == again.mail.table.weights == TABLE.weights
    assert again.sentence.table is again.mail.table
    assert (again.sentence.kinds, again.sentence.bias, again.sentence.more) == (SMALL.kinds, SMALL.bias, SMALL.more)
    assert (again.mail.first, again.tongue.table.weights) == (1, {"the": 5})
    assert pack(again) == pack(votes)


def test_every_vote_can_be_explained() -> None:
    """A trait is a word, a meaning, or some that meet; never a number."""
    heard = hear_in(sentences("We cannot join the campaign.")[0], ENGLISH)
    traits = meaning_traits(heard) | word_traits(heard)
    assert {"not", "join", "run not join", "we > campaign", "en:cannot join the"} <= traits
    assert traits & set(LANGUAGES.votes.sentence.table.weights)
    assert mail_traits([heard]) & set(LANGUAGES.votes.mail.table.weights)


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("We are glad to join the campaign.", "en", "confirm"),
        ("Nous ne pouvons malheureusement pas y participer cette année.", "fr", "decline"),
        ("Der Stadtrat entscheidet erst im Oktober darüber.", "de", "tentative"),
        ("Acusamos recibo de su carta.", "es", "acknowledge"),
        ("Voor vragen kunt u terecht bij mijn collega van Internationale Zaken.", "nl", "redirect"),
        ("Pedimos que anulem a confirmação que enviámos em julho.", "pt", "withdraw"),
        ("Potreste dirci quali costi comporta?", "it", "question"),
        ("No ens torneu a escriure, si us plau.", "ca", "unsubscribe"),
    ],
)
def test_the_vote_on_clear_sentences(text: str, language: str, kind: str) -> None:
    """In each language, the language found by its own words."""
    parts = sentences(text)
    spoken = tongue(parts, LANGUAGES)
    assert spoken.language is not None
    assert spoken.language.code == language
    assert cast([hear_in(parts[0], spoken.language)], LANGUAGES.votes).kind == kind


def test_a_mail_in_two_languages() -> None:
    """Each sentence is heard in its own."""
    spoken = tongue(sentences("Thank you very much for your letter. Nous en parlerons au prochain conseil."), LANGUAGES)
    assert [one.code for one in spoken.sentences if one is not None] == ["en", "fr"]


def test_the_summary_of_sentences() -> None:
    """For each kind the largest share, the last, and the chance of at least one."""
    assert summary(["a"], [{"a": 0.5}, {"a": 0.2}]) == pytest.approx((0.5, 0.2, 0.6))
    assert summary(["a", NOTHING], []) == (0.0,) * 6
