"""Workbooks that would fill the memory are refused before they are opened; lists as people have them are read."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from outreach.adapters.sheets.sheet import csv_content, rows_of
from outreach.model import ConfigurationError

LIST = Path("towns.xlsx")


def workbook(row: int, column: int, text: str | None = "stray") -> bytes:
    """A workbook with a header and one cell somewhere; without a text that cell is only formatted."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as made:
        sheet = made.add_worksheet()
        sheet.write_string(0, 0, "name")
        sheet.write_string(1, 0, "Northam")
        bold = made.add_format({"bold": True})
        sheet.write_blank(row, column, None, bold) if text is None else sheet.write_string(row, column, text)
    return content.getvalue()


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (20_000, 2_000), (1_048_575, 20)])
def test_a_stray_cell_far_away_is_said_and_not_read(row: int, column: int) -> None:
    """Read, its five kilobytes would take gigabytes, and end the process in which letters leave."""
    with pytest.raises(ConfigurationError, match=f"row {row + 1}, column {column + 1}"):
        rows_of(workbook(row, column), LIST)


@pytest.mark.parametrize(("row", "column", "text"), [(1_048_575, 16_383, None), (3, 12, "stray"), (40_000, 3, "x")])
def test_what_is_only_formatted_or_near_does_no_harm(row: int, column: int, text: str | None) -> None:
    """Spreadsheets format whole columns; that is no reason to refuse a list."""
    assert rows_of(workbook(row, column, text), LIST).rows[0] == (2, ("Northam", *[""] * (column if text else 0)))


@pytest.mark.parametrize("name", ["mimetype", "xl/workbook.bin"])
def test_workbooks_of_other_kinds_are_told_to_be_saved_anew(name: str) -> None:
    """A cell of an .ods file may say that it stands there a billion times."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(name, "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(ConfigurationError, match="another kind"):
        rows_of(content.getvalue(), LIST)


def test_what_claims_to_be_huge_when_unpacked_is_not_unpacked() -> None:
    """600 MB of blanks are packed in 600 kB."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/sharedStrings.xml", "w", force_zip64=True) as stream,
    ):
        for _ in range(600):
            stream.write(b" " * 1_000_000)
    with pytest.raises(ConfigurationError, match="512 MB"):
        rows_of(content.getvalue(), LIST)


def test_the_first_row_of_an_export_runs_no_formula_either() -> None:
    """Its columns may be those of a list that somebody sent."""
    assert csv_content(["=1+1", "name"], [["@x", "y"]]).decode("utf-8-sig").splitlines() == ["'=1+1,name", "'@x,y"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("\n=1+1", "'\n'=1+1"),
        ("Vila;=1+1;x", "Vila;'=1+1;x"),
        ("yes\n=1+1", "yes\n'=1+1"),
        ("a\t@SUM(1)", "a\t'@SUM(1)"),
        ("a;'=1", "a;''=1"),
        ('a;"=1";b', 'a;\'"=1";b'),
        ("said\r\nby phone", "said\r\nby phone"),
        ("one\n\ntwo;\tthree", "one\n\ntwo;\tthree"),
        ("a@b.example;c@d.example", "a@b.example;c@d.example"),
        ("1-2 = 3", "1-2 = 3"),
        ("l'hospitalet", "l'hospitalet"),
    ],
)
def test_no_cell_of_an_export_begins_a_formula(cell: str, written: str) -> None:
    """Nor where a spreadsheet parts at semicolons and tabs what stands between commas; read again, it is what it was."""
    content = csv_content(["name"], [[cell]])
    (row,) = [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    assert row == [written]
    assert rows_of(csv_content(["name"], [[f"{cell}."]]), Path("x.csv")).rows[0][1] == (f"{cell}.".strip(),)
