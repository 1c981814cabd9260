"""Workbooks that are written piece by piece: what stands in a cell is read again as it was."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from outreach.adapters.sheets.workbook import LONGEST, workbook_pieces

SIGN = st.characters(codec="utf-8", exclude_characters="\ufffe\uffff")
TEXT = st.lists(st.one_of(SIGN, st.sampled_from([*"&<>_\r\n\t\x00\x1f", "_x0041"])), min_size=1).map("".join)
CELL = st.one_of(TEXT, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))


def read(content: bytes) -> list[list[Any]]:
    """The rows of a workbook's only sheet, with its empty corners."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


@given(st.lists(st.tuples(CELL, CELL), max_size=4))
def test_what_is_written_is_read(rows: list[tuple[object, object]]) -> None:
    """Texts with what XML cannot hold, numbers, truth values."""
    assert read(b"".join(workbook_pieces(("one", "two"), rows))) == [["one", "two"], *map(list, rows)]


def test_it_begins_before_the_first_row_is_known() -> None:
    """Who waits sees at once that it comes; thousands of rows come in many pieces, and none is missing."""
    asked: list[int] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(3000):
            asked.append(number)
            yield (number, "", None, f"=A{number}")

    pieces = workbook_pieces(("number", "nothing", "nothing", "formula"), rows())
    first = next(pieces)
    assert (first[:2], asked) == (b"PK", [])
    rest = list(pieces)
    assert len(rest) > 3
    found = read(first + b"".join(rest))
    assert found[1:] == [[number, "", "", f"=A{number}"] for number in range(3000)]


def test_what_is_no_character_is_replaced() -> None:
    """XML cannot hold it, and not every program reads its escape."""
    assert read(b"".join(workbook_pieces(["a"], [["x\ufffey\uffff"]])))[1:] == [["x\ufffdy\ufffd"]]


def test_a_cell_holds_no_more_than_a_sheet_allows() -> None:
    """Excel would call the whole workbook broken; columns go on behind Z."""
    header = [f"column {number}" for number in range(30)]
    (_, row) = read(b"".join(workbook_pieces(header, [["x" * (LONGEST + 1)] * 30])))
    assert [len(str(cell)) for cell in row] == [LONGEST] * 30
