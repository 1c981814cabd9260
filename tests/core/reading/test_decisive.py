"""Decisive words are shown within their sentence: whole where it is short, else as much as there is room for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.reading.decisive import CUT, LONGEST, Quote, quoted

MAIL = (
    "Dear all,\n\nThank you. We will join the campaign, provided that the county\napproves it and that no cost arises "
    "for the town. Who pays?\n\nKind regards"
)


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (
            "will join the campaign, provided that the county approves it",
            MAIL,
            Quote(
                "We ",
                "will join the campaign, provided that the county approves it",
                " and that no cost arises for the town.",
            ),
        ),
        ("Who pays?", MAIL, Quote("", "Who pays?", "")),
        ("Thank you. We will join", MAIL[:38], Quote("", "Thank you. We will join", " the")),
        (
            "確認いたします",
            "拝啓。貴キャンペーンへの参加を確認いたします。敬具",
            Quote("貴キャンペーンへの参加を", "確認いたします", "。"),
        ),
        ("the address does not exist", MAIL, Quote("", "the address does not exist", "")),
        ("", MAIL, Quote("", "", "")),
    ],
)
def test_words_stand_in_their_sentence(words: str, text: str, expected: Quote) -> None:
    """Over line breaks, in scripts without blanks, and alone where they do not stand in the text."""
    assert quoted(words, text) == expected


def test_a_long_sentence_is_cut_at_words_around_them() -> None:
    """Both sides have their share; what one does not need is the other's."""
    many = "one and another " * 20
    middle = quoted("pay a fee", f"{many}pay a fee {many}")
    assert middle.before.startswith(f"{CUT}another one ")
    assert middle.after.endswith(f" and{CUT}")
    assert abs(len(middle.before) - len(middle.after)) < 20
    assert len(quoted("pay a fee", f"We pay a fee {many}").after) > LONGEST - 30
    assert quoted(many, many).text.endswith(CUT)


@given(st.text(max_size=400), st.integers(0, 400), st.integers(0, 60))
def test_nothing_is_invented(text: str, start: int, length: int) -> None:
    """What is shown stands in the text, but for its blanks and the signs of a cut; and it never is much longer."""
    words = " ".join(text[start : start + length].split())
    told = quoted(words, text)
    assert len(told.text) <= LONGEST + 2 * len(CUT)
    if CUT not in text:
        assert "".join(told.text.replace(CUT, "").split()) in "".join(text.split())
