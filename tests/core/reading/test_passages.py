"""A mail in passages: what is new, what is signature, what is quoted, and the words a reading relies on."""

from __future__ import annotations

import pytest

from outreach.core.reading.passages import Passage, passages
from outreach.core.reading.text.new_text import new_text
from outreach.model import Evidence

QUOTE = "On Mon, 18 Jul 2022 at 09:00, UCLG <cisdpl@uclg.org> wrote:\n> Dear Mayor,\n> we invite you.\n"


def told(found: tuple[Passage, ...]) -> list[tuple[str, str]]:
    """Each passage with its part, its marked words between signs."""
    signs = {"": "{}", "reason": "[{}]", "doubt": "({})", "sentence": "<{}>"}
    return [(one.part.value, "".join(signs[p.mark].format(p.text) for p in one.pieces)) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We confirm.\n", [("new", "We confirm.")]),
        (f"We confirm.\n\n{QUOTE}", [("new", "We confirm."), ("quoted", QUOTE.rstrip())]),
        (f"{QUOTE}\nWe confirm.\n", [("quoted", QUOTE.rstrip()), ("new", "We confirm.")]),
        ("We confirm.\n\n-- \nAda\nTown Hall\n", [("new", "We confirm."), ("signed", "--\nAda\nTown Hall")]),
        ("We confirm.\r\nIndeed.\r\n", [("new", "We confirm.\nIndeed.")]),
        ("> Will you join?\nYes.\n> And when?\nNow.\n", [("new", "> Will you join?\nYes.\n> And when?\nNow.")]),
        ("", []),
    ],
)
def test_every_line_of_a_mail_is_in_one_passage(text: str, expected: list[tuple[str, str]]) -> None:
    """New text stands bright wherever it stands; nothing of the mail is lost."""
    found = passages(text, new_text(text))
    assert told(found) == expected
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (
            (("confirm", "we confirm that Northam joins"),),
            "<Dear all,\n>[we confirm\nthat Northam joins]< if >(free)<.>",
        ),
        ((("doubt: a condition", "free"),), "Dear all,\nwe confirm\nthat Northam joins if (free)."),
        (
            (("doubt: a no", "confirm that"), ("confirm", "that Northam")),
            "<Dear all,\nwe confirm\n>[that Northam]< joins if free.>",
        ),
        (
            (("form: name", "Northam"), ("attachment: a.pdf", "free"), ("notice", ""), ("x", "nowhere")),
            "Northam joins if",
        ),
    ],
)
def test_the_words_of_the_evidence_are_marked(evidence: tuple[tuple[str, str], ...], expected: str) -> None:
    """Across line breaks; a reason wins over a doubt about the same words; what stands elsewhere is not marked."""
    text = "Dear all,\nwe confirm\nthat Northam joins if free."
    seen = [Evidence(rule, words) for rule, words in evidence]
    if evidence[0][0] == "confirm":
        seen.append(Evidence("doubt: a condition", "free"))
    ((_, shown),) = told(passages(text, text, seen))
    assert expected in shown


def test_new_text_that_stands_nowhere_in_the_mail_comes_first() -> None:
    """As where it was read from a form: it is shown, and the mail below it."""
    assert told(passages("see attached", "We join.")) == [("new", "We join."), ("quoted", "see attached")]
