"""Lessons: which sentence a person's decision is about, when it is known again, and what it may change."""

from __future__ import annotations

import pytest

from outreach.core.reading.enclosures import ENCLOSED
from outreach.core.reading.lessons import READ_OTHERWISE, READ_SO, Lessons, heed, lesson_from, plain_sentence
from outreach.core.reading.meaning.weighing import Doubt, Verdict
from outreach.core.reading.phrases import sentences
from outreach.model import Evidence, Reading, ReadingKind, State

K = ReadingKind
YES = "We shall be of the party."
THANKS = "Thank you for the kind letter."


def reading(text: str, kind: ReadingKind, *evidence: tuple[str, str]) -> Reading:
    seen = tuple(Evidence(rule, words) for rule, words in evidence)
    return Reading(kind, decided=False, language="en", new_text=text, evidence=seen)


def verdict(kind: ReadingKind, lead: float, words: str, *doubts: tuple[str, str]) -> Verdict:
    evidence = (Evidence(kind.value, words),) if words else ()
    return Verdict(kind, lead, evidence, tuple(Doubt(Evidence(rule, words), 1.0) for rule, words in doubts))


def doubts_of(verdict: Verdict) -> list[Evidence]:
    return [doubt.evidence for doubt in verdict.doubts]


def known(*taught: tuple[str, *tuple[ReadingKind, ...]]) -> Lessons:
    return {plain_sentence(sentences(text)[0]): frozenset(kinds) for text, *kinds in taught}


# ---------------------------------------------------------------- learning


@pytest.mark.parametrize(
    ("text", "kind", "evidence", "state", "learned"),
    [
        (f"{THANKS} {YES}", K.CONFIRM, [("confirm", "be of the party")], State.CONFIRMED, (YES, K.CONFIRM)),
        (f"{THANKS} {YES}", K.CONFIRM, [("confirm", "be of the party")], State.DECLINED, (YES, K.DECLINE)),
        # Where a doubt names what the person read, its sentence is the one.
        (
            f"{THANKS} {YES} It cannot be this year.",
            K.CONFIRM,
            [("confirm", "of the party"), ("doubt: decline", "It cannot be this year.")],
            State.DECLINED,
            ("It cannot be this year.", K.DECLINE),
        ),
        (f"{THANKS} {YES}", K.CONFIRM, [("confirm", "be of\nthe PARTY")], State.CONFIRMED, (YES, K.CONFIRM)),
        # Without evidence only a sentence that stands alone.
        (YES, K.UNCLEAR, [], State.CONFIRMED, (YES, K.CONFIRM)),
        (f"{THANKS} {YES}", K.UNCLEAR, [], State.CONFIRMED, None),
        # Short words only where nothing else is written.
        ("All right!", K.UNCLEAR, [], State.CONFIRMED, ("All right!", K.CONFIRM)),
        (f"All right! {THANKS} {YES}", K.CONFIRM, [("confirm", "All right!")], State.CONFIRMED, None),
        # What the quoted letter says between the lines is not the sender's.
        (f"> Will you join the campaign?\n{YES}", K.UNCLEAR, [], State.CONFIRMED, (YES, K.CONFIRM)),
        ("Please ask my colleague Ana.", K.REDIRECT, [], State.IN_TALKS, ("Please ask my colleague Ana.", K.REDIRECT)),
        ("Which date is meant?", K.UNCLEAR, [], State.IN_TALKS, ("Which date is meant?", K.QUESTION)),
        (THANKS, K.CONFIRM, [("confirm", THANKS)], State.INVITED, (THANKS, K.ACKNOWLEDGE)),
        (YES, K.CONFIRM, [("confirm", YES)], State.UNREACHABLE, None),
        # What was decided stood in the attachment.
        (THANKS, K.ACKNOWLEDGE, [("acknowledge", THANKS), (ENCLOSED, "form.pdf")], State.CONFIRMED, None),
        ("I am away until Monday.", K.AUTO_REPLY, [("absent", "away until Monday")], State.CONFIRMED, None),
        ("", K.UNCLEAR, [], State.CONFIRMED, None),
    ],
)
def test_what_a_decision_teaches(
    text: str,
    kind: ReadingKind,
    evidence: list[tuple[str, str]],
    state: State,
    learned: tuple[str, ReadingKind] | None,
) -> None:
    """The sentence that holds the evidence, and what the person's decision says of it."""
    lesson = lesson_from(reading(text, kind, *evidence), state)
    assert (lesson and (lesson.words, lesson.kind)) == learned


# ---------------------------------------------------------------- heeding


def test_without_a_lesson_nothing_changes() -> None:
    """No lesson, or one of another sentence."""
    machine = verdict(K.CONFIRM, 1.0, YES)
    assert heed(machine, sentences(YES), {}) is machine
    assert heed(machine, sentences(YES), known((THANKS, K.DECLINE))) == machine


def test_a_lesson_that_agrees_decides_with_the_machine() -> None:
    """What the machine doubted in that sentence is answered; case, accents and points do not matter."""
    machine = verdict(K.CONFIRM, 1.0, YES.upper(), ("doubt: if", "shall"))
    heard = heed(machine, sentences("WE SHALL BE OF THE PÄRTY"), known((YES, K.CONFIRM)))
    assert heard.sure
    assert [one.rule for one in heard.evidence] == ["confirm", READ_SO]


@pytest.mark.parametrize(
    ("lead", "doubts"),
    [
        (0.4, []),  # the machine hardly reads it so
        (2.0, [("doubt: tentative", "The council decides.")]),  # another sentence speaks against it
        (2.0, [("doubt: language", "this language is read by a person")]),
    ],
)
def test_a_lesson_never_decides_alone(lead: float, doubts: list[tuple[str, str]]) -> None:
    """It does not where the machine hardly agrees, nor against another sentence."""
    heard = heed(verdict(K.CONFIRM, lead, YES, *doubts), sentences(YES), known((YES, K.CONFIRM)))
    assert (heard.kind, heard.sure) == (K.CONFIRM, False)


@pytest.mark.parametrize("machine", [K.CONFIRM, K.TENTATIVE, K.ACKNOWLEDGE, K.UNRELATED, K.WITHDRAW])
def test_a_lesson_corrects_what_the_machine_reads_in_its_sentence(machine: ReadingKind) -> None:
    """It is suggested, with both reasons, and a person decides, however sure the machine was."""
    heard = heed(verdict(machine, 9.0, YES), sentences(YES), known((YES, K.DECLINE)))
    assert (heard.kind, heard.sure) == (K.DECLINE, False)
    assert heard.evidence == (Evidence(READ_SO, YES),)
    assert doubts_of(heard) == [Evidence(f"doubt: the machine reads {machine.value}", YES)]


def test_a_lesson_speaks_where_the_machine_is_at_a_loss() -> None:
    """Nothing was understood; a person once did."""
    heard = heed(verdict(K.UNCLEAR, 0.0, ""), sentences(YES), known((YES, K.CONFIRM)))
    assert (heard.kind, heard.sure, heard.evidence) == (K.CONFIRM, False, (Evidence(READ_SO, YES),))


def test_a_lesson_against_what_another_sentence_says_keeps_it_from_being_decided() -> None:
    """The suggestion stays with its own sentence; the lesson is a doubt."""
    no = "We regret that we cannot."
    heard = heed(verdict(K.DECLINE, 9.0, no), sentences(f"{YES} {no}"), known((YES, K.CONFIRM)))
    assert (heard.kind, heard.sure) == (K.DECLINE, False)
    assert doubts_of(heard) == [Evidence("doubt: a person read confirm", YES)]


def test_thanks_beside_a_clear_answer_say_nothing_about_it() -> None:
    """A person once read the thanks as a mere receipt: a no behind them is still a no."""
    no = "We regret that we cannot."
    machine = verdict(K.DECLINE, 9.0, no)
    assert heed(machine, sentences(f"{THANKS} {no}"), known((THANKS, K.ACKNOWLEDGE))) == machine


def test_lessons_that_contradict_each_other() -> None:
    """Two persons, two kinds: no suggestion changes, and nothing is decided; nor by two sentences that differ."""
    heard = heed(verdict(K.CONFIRM, 9.0, YES), sentences(YES), known((YES, K.CONFIRM, K.DECLINE)))
    assert (heard.kind, heard.sure, doubts_of(heard)) == (K.CONFIRM, False, [Evidence(READ_OTHERWISE, YES)])
    other = "It cannot be this year."
    both = heed(verdict(K.CONFIRM, 9.0, YES), sentences(f"{YES} {other}"), known((YES, K.CONFIRM), (other, K.DECLINE)))
    assert (both.kind, both.sure) == (K.CONFIRM, False)


@pytest.mark.parametrize(("text", "sure"), [("All right!", True), (f"All right! {THANKS}", False)])
def test_short_words_count_only_where_they_are_all_that_is_written(text: str, sure: bool) -> None:
    """“All right” before more words may mean anything."""
    heard = heed(verdict(K.CONFIRM, 1.0, "All right!"), sentences(text), known(("All right!", K.CONFIRM)))
    assert heard.sure is sure
