"""When a vote is enough to decide, and when a person must look."""

from __future__ import annotations

import pytest

from outreach.core.reading.meaning.hearing import hear_in
from outreach.core.reading.meaning.vote import Ballot
from outreach.core.reading.meaning.weighing import NEVER, SURE, Verdict, lead, weigh
from outreach.core.reading.phrases import sentences
from outreach.languages import load_languages
from outreach.model import ReadingKind

K = ReadingKind
LANGUAGES = load_languages()
ENGLISH = next(one for one in LANGUAGES.all if one.code == "en")
KINDS = [kind.value for kind in SURE]


def shares(**known: float) -> dict[str, float]:
    """Shares of every kind; what is not said is spread over the others."""
    rest = (1 - sum(known.values())) / (len(KINDS) + 1 - len(known))
    return {kind: known.get(kind, rest) for kind in [*KINDS, "none"]}


def verdict(text: str, mail: dict[str, float], *each: dict[str, float]) -> Verdict:
    """What a text is worth under a given vote."""
    heard = tuple(hear_in(sentence, ENGLISH) for sentence in sentences(text))
    whole = {kind: share for kind, share in mail.items() if kind != "none"}
    return weigh(heard, Ballot(whole, each, whole, {}), LANGUAGES.votes)


YES = shares(confirm=0.96)
NOTHING = shares(none=0.99)


def test_a_clear_yes_is_decided() -> None:
    """High share, the sentence alone says it, a word testifies, nothing is against it."""
    found = verdict("We join the campaign.", YES, YES)
    assert (found.kind, found.sure, found.doubts) == (K.CONFIRM, True, ())
    assert found.evidence[0].words == "We join the campaign."


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("We join the campaign if you wait.", "a condition"),
        ("If the council votes for it, we join.", "it hangs on a condition"),
        ("We join the congress.", "another event"),
        ("The weather here has been fine.", "no word testifies to it"),
        ("Shall we join?", "it is asked"),
    ],
)
def test_each_doubt_costs(text: str, doubt: str) -> None:
    """The same vote is not enough where the sentence holds words that turn it round."""
    found = verdict(text, YES, YES)
    assert f"doubt: {doubt}" in [one.evidence.rule for one in found.doubts]
    barely = SURE[K.CONFIRM] + sum(one.cost for one in found.doubts)
    assert not Verdict(found.kind, barely - 0.01, found.evidence, found.doubts).sure
    assert Verdict(found.kind, barely, found.evidence, found.doubts).sure


def test_a_short_yes_needs_a_word_that_says_so() -> None:
    """“In Ordnung”, of which we know no word, may say that a letter came."""
    found = verdict("The weather is fine.", YES, YES)
    assert NEVER in [one.cost for one in found.doubts]


def test_nothing_against_it_is_no_negation() -> None:
    """“No objection” says yes."""
    found = verdict("There is no objection to joining the campaign.", YES, YES)
    assert found.sure


@pytest.mark.parametrize("text", ["The council refuses to join.", "We withdraw and no longer join."])
def test_words_that_are_never_outweighed(text: str) -> None:
    """However sure the vote is of a yes."""
    sure = shares(confirm=0.99999)
    assert not verdict(text, sure, sure).sure


def test_another_sentence_speaks_against_it() -> None:
    """A yes beside a no is for a person, who sees both."""
    yes = shares(confirm=0.7)
    found = verdict("We join. The council said no.", yes, YES, shares(decline=0.8))
    assert not found.sure
    assert found.doubts[-1].evidence.words == "The council said no."


def test_no_sentence_says_it_alone() -> None:
    """What only the mail as a whole suggests needs more."""
    found = verdict("We join.", shares(confirm=0.5), shares(confirm=0.3, none=0.6))
    assert "doubt: no sentence says it alone" in [one.evidence.rule for one in found.doubts]
    assert not found.sure


def test_the_lead() -> None:
    """How many times likelier the first is than the second, as a logarithm."""
    assert lead({"confirm": 0.6, "decline": 0.3, "question": 0.1}, "confirm") == pytest.approx(0.693, abs=0.001)
    assert lead({"confirm": 1.0, "decline": 0.0}, "confirm") > 10
    assert lead({"confirm": 0.2, "decline": 0.8}, "confirm") < -1


def test_meanings_alone_must_agree() -> None:
    """Where the meanings of the words say something else than the words themselves, a person looks."""
    heard = tuple(hear_in(sentence, ENGLISH) for sentence in sentences("We join the campaign."))
    unlike = Ballot(YES, (YES,), shares(tentative=0.9), {})
    found = weigh(heard, unlike, LANGUAGES.votes)
    assert not found.sure
    assert "doubt: its words may also mean tentative" in [one.evidence.rule for one in found.doubts]


@pytest.mark.parametrize(
    ("kind", "share", "cost"),
    [
        ("confirm", 0.95, 0.0),
        ("confirm", 0.9, 1.2),
        ("confirm", 0.7, 2.2),
        ("confirm", 0.3, 2.4),
        ("confirm", 0.1, NEVER),
        ("decline", 0.7, 2.0),
        ("tentative", 0.3, 0.0),
        ("redirect", 0.7, 0.0),
        ("redirect", 0.3, 1.5),
    ],
)
def test_how_clearly_a_sentence_says_it(kind: str, share: float, cost: float) -> None:
    """What only the tone of the whole mail says is dear for a yes and a no."""
    found = verdict("We join.", shares(**{kind: 0.99}), shares(**{kind: share}))
    told = ("no sentence says it clearly", "no sentence says it alone")
    assert sum(one.cost for one in found.doubts if one.evidence.rule.removeprefix("doubt: ") in told) == cost


@pytest.mark.parametrize(
    ("beside", "doubt", "cost"),
    [
        ("Now it is not for us to join.", "a no", NEVER),
        ("Its approval in the second reading is due in October.", "something is pending", NEVER),
        ("The letter of May is withdrawn.", "a word of withdrawal", 2.0),
        ("The campaign was refused.", "a short no", NEVER),
        ("Others declined before we had even thought of it.", "a no", 1.0),
        ("The council refused this morning. Thank you for the letter.", "a no", NEVER),
        ("The council approved it in September.", "", 0.0),
        ("There is no objection to joining.", "", 0.0),
    ],
)
def test_what_stands_beside_a_yes(beside: str, doubt: str, cost: float) -> None:
    """A sentence on which the vote is silent may still take the yes back."""
    found = verdict(f"We join the campaign. {beside}", YES, YES, NOTHING, NOTHING)
    assert [(one.evidence.rule, one.cost) for one in found.doubts] == ([(f"doubt: {doubt}", cost)] if doubt else [])


@pytest.mark.parametrize("signed", ["", "\n\nKind regards,\nJane Doe", "\n\nJane Doe\nMayor of Northam"])
@pytest.mark.parametrize(
    "end",
    [
        "On second thought, no.",
        "After a look at the costs, no.",
        "But no.",
        "Finance says no.",
        "The council refused this morning.",
        "The city is not.",
        "Not.",
    ],
)
def test_a_mail_that_ends_in_a_no(end: str, signed: str) -> None:
    """However clear the yes before it is; a signature is no further word."""
    found = verdict(f"We join the campaign. {end}{signed}", YES, YES, NOTHING, NOTHING)
    assert [(one.evidence.rule, one.cost) for one in found.doubts] == [("doubt: a short no", NEVER)]


def test_a_no_that_others_said() -> None:
    """A yes that stands behind it is the last word."""
    found = verdict("The neighbours refused. But we join the campaign.", YES, NOTHING, YES)
    assert NEVER not in [one.cost for one in found.doubts]


def test_a_long_mail_says_to_what() -> None:
    """“Yes” somewhere in a long mail may answer something else."""
    found = verdict(f"Yes, gladly. {'The weather was fine on that day in town. ' * 4}", YES, YES, *[NOTHING] * 4)
    assert "doubt: a yes to what?" in [one.evidence.rule for one in found.doubts]


@pytest.mark.parametrize(("text", "sure"), [("May we keep the poster?", True), ("The mayor waves. May we?", False)])
def test_a_question_beside_what_the_mayor_says(text: str, *, sure: bool) -> None:
    """The question may be the least of it."""
    asks = shares(question=0.96)
    found = verdict(text, asks, *([NOTHING, asks] if text.startswith("The") else [asks]))
    assert found.sure is sure


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("We cannot come to the congress, but we join the campaign.", False),
        ("We cannot come, but join the campaign.", False),
        ("We thank you, but do not join.", True),
        ("We cannot come to the congress.", True),
        ("We do not join the campaign.", True),
    ],
)
def test_what_is_declined_may_be_another_thing(text: str, *, sure: bool) -> None:
    """A sentence that declines to travel may join all the same: then a person reads it."""
    no = shares(decline=0.99)
    assert verdict(text, no, no).sure is sure
