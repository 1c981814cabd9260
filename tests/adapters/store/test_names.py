"""The names in memory: whoever is looked for is found as if each name were looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.store.invitees.names import Names

WORD = st.text("abé京", min_size=1, max_size=3).map(lambda word: f" {word}")


@given(
    st.lists(st.lists(WORD, max_size=4).map("".join), max_size=12), st.lists(WORD, min_size=1, max_size=3), st.data()
)
def test_names_are_found_as_if_each_were_looked_at(lines: list[str], words: list[str], data: st.DataObject) -> None:
    """All words, in the order of the rows, of some or but some, behind one of them, no more than asked for."""
    numbers = data.draw(st.permutations(range(len(lines))))
    only = data.draw(st.none() | st.frozensets(st.integers(0, 12)))
    but, after = data.draw(st.frozensets(st.integers(0, 12))), data.draw(st.none() | st.integers(0, 13))
    most = data.draw(st.integers(0, 5))
    rows = list(zip(numbers, lines, strict=True))
    behind = rows[numbers.index(after) + 1 :] if after in numbers else rows
    fit = [n for n, line in behind if all(w in line for w in words) and (only is None or n in only) and n not in but]
    assert Names(rows).found(words, most, only=only, but=but, after=after) == tuple(fit[:most])
