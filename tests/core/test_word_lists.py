"""Lists of many words are searched quickly, and find what a look at each word would find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.languages.anywhere import Anywhere
from outreach.languages.beginnings import Beginnings

FEW_LETTERS = st.text("abö.", max_size=12)
WORDS = st.sets(st.text("abö.", min_size=1, max_size=5), min_size=1, max_size=12)


@given(WORDS, FEW_LETTERS)
def test_a_word_anywhere_in_a_text(words: set[str], text: str) -> None:
    """Words that begin alike, stand within each other, or have signs that mean something in patterns."""
    assert Anywhere(words).found_in(text) == any(word in text for word in words)


@pytest.mark.parametrize(
    ("text", "found"), [("oberbürgermeister", True), ("burg", False), ("mayo", False), ("", False)]
)
def test_words_of_offices(text: str, found: bool) -> None:
    """The shorter of two words is enough, and stands within a longer one."""
    assert Anywhere(["mayor", "mayoress", "bürgermeister"]).found_in(text) is found


@given(WORDS, FEW_LETTERS)
def test_words_with_which_a_text_begins(words: set[str], text: str) -> None:
    """All of them, the shortest first."""
    beginnings = Beginnings(words)
    found = sorted((word for word in words if text.startswith(word)), key=len)
    assert beginnings.of(text) == found
    assert beginnings.begin(text) == bool(found)
    assert set(beginnings) == words
