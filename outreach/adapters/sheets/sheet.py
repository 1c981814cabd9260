"""Reads sheets as spreadsheets write them, CSV in any locale or XLSX, and writes exports that run no formula."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from outreach.adapters.plain_files import open_plain, opened_already
from outreach.adapters.sheets.workbook import workbook_pieces
from outreach.adapters.sheets.workbook_size import too_large
from outreach.model import ConfigurationError, OutreachError, Sentence

SHORT = 12  # characters of a cell that likely stands in many rows
SEPARATORS = ";\t,"
# OWASP, CSV Injection: what a spreadsheet would run at the beginning of a cell, in full width too. Those of other
# countries part cells at every ; or tab, and then lines also at those within: behind them a cell may begin as well.
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
_BEGINS = r"""^{}(?='*[=+\-@\t\r\n＝＋－＠])|(?<=[;\t\r\n]){}(?=['"]*[=+\-@＝＋－＠])"""
RUNS = re.compile(_BEGINS.format("", ""))
MADE_HARMLESS = re.compile(_BEGINS.format("'", "'"))
PIECE = 1 << 16  # characters of a CSV that are sent at once
LARGEST = 512 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its header; each row with the number of its line."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_rows(path: Path) -> Sheet:
    """The rows of a CSV or XLSX file.

    Raises:
        ConfigurationError: The file is absent, no sheet, or empty.
    """
    try:
        with open_plain(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(
            _fault(path, error.strerror or str(error), Sentence("check its name and place"))
        ) from error
    if len(content) > LARGEST:
        raise ConfigurationError(
            _fault(path, Sentence("it is larger than 512 MB"), Sentence("part it into several files"))
        )
    return rows_of(content, path)


def rows_of(content: bytes, path: Path) -> Sheet:
    """The rows of a CSV or XLSX file whose content is known; its path stands in messages alone.

    Raises:
        ConfigurationError: It is no sheet, or empty.
    """
    if content.startswith(b"PK\x03\x04"):
        lines = _xlsx_lines(content, path)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ConfigurationError(
            _fault(path, Sentence("it is an old Excel file (.xls)"), Sentence("save it as .xlsx or CSV"))
        )
    else:
        lines = _csv_lines(_decoded(content), path)
    return _sheet(lines, path)


def _fault(path: Path, why: str, cure: str) -> str:
    return Sentence("%(path)s cannot be read: %(why)s; %(cure)s", path=path, why=why, cure=cure)


def _sheet(lines: Iterable[tuple[int, list[str]]], path: Path) -> Sheet:
    filled = [(number, tuple(map(_stripped, cells))) for number, cells in lines if any(map(str.strip, cells))]
    if not filled:
        raise ConfigurationError(_fault(path, Sentence("it is empty"), Sentence("its first row must name the columns")))
    return Sheet(filled[0][1], tuple(filled[1:]))


def _stripped(cell: str) -> str:
    """A cell without blanks around it; short ones, such as a country, are kept once for all rows."""
    text = cell.strip()
    return sys.intern(text) if len(text) <= SHORT else text


def _decoded(content: bytes) -> str:
    """As spreadsheets write: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _csv_lines(text: str, path: Path) -> Iterable[tuple[int, list[str]]]:
    first, _, rest = text.partition("\n")
    named = first.strip().lower().startswith("sep=") and first.strip()[4:5]
    skipped = 1 if named else 0
    separator = str(named) if named else _separator(first)
    reader = csv.reader(io.StringIO((rest if named else text).replace("\0", ""), newline=""), delimiter=separator)
    begins = skipped + 1
    try:
        for cells in reader:
            yield begins, [_meant(cell) for cell in cells]
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        raise ConfigurationError(
            _fault(
                path, Sentence("line %(line)s: %(why)s", line=begins, why=error), Sentence("save it again as CSV UTF-8")
            )
        ) from error


def _separator(header: str) -> str:
    """The separator that parts the header; quoted text does not count."""
    bare = "".join(part for number, part in enumerate(header.split('"')) if number % 2 == 0)
    return max(SEPARATORS, key=lambda one: (bare.count(one), one == ","))


def _xlsx_lines(content: bytes, path: Path) -> Iterable[tuple[int, list[str]]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  only for XLSX

    if why := too_large(content):  # one stray cell at the end of a sheet would end the whole process
        raise ConfigurationError(_fault(path, why, Sentence("save only the rows of the list, as XLSX or CSV")))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(any(cell not in ("", None) for cell in row) for row in rows):
                return [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    except Exception as error:
        raise ConfigurationError(
            _fault(path, Sentence("it is no workbook (%(why)s)", why=error), Sentence("save it again as XLSX or CSV"))
        ) from error
    return []


def _cell(value: Any) -> str:
    """What a person sees in a cell: whole numbers without a point, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


# ---------------------------------------------------------------- exports


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, safe: bool = True) -> None:
    """Writes a CSV that Excel opens rightly and that runs no formula; the file appears whole."""
    _replace(path, csv_content(header, rows, safe=safe))


def csv_content(header: Sequence[str], rows: Iterable[Sequence[object]], *, safe: bool = True) -> bytes:
    """The bytes of such a CSV: UTF-8 with a mark."""
    return b"".join(csv_pieces(header, rows, safe=safe))


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[object]], *, safe: bool = True) -> Iterator[bytes]:
    """The same piece by piece, while the rows are still being read."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(cell) if safe else cell for cell in header])
    yield codecs.BOM_UTF8 + _emptied(text)  # at once: who waits sees that it has begun
    for row in rows:
        writer.writerow([_harmless(cell) if safe else cell for cell in row])
        if text.tell() > PIECE:
            yield _emptied(text)
    yield _emptied(text)


def _emptied(text: io.StringIO) -> bytes:
    """What was written so far, taken out."""
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe, and one that reads like that another."""
    return RUNS.sub("'", cell) if isinstance(cell, str) and _may_run(cell) else cell


def _may_run(cell: str) -> bool:
    """Whether it is worth a closer look; most cells are not, and there are millions."""
    return cell.lstrip("'").startswith(DANGEROUS) or ";" in cell or "\n" in cell or "\t" in cell or "\r" in cell


def _meant(cell: str) -> str:
    """The reverse: a cell of a CSV as it was before it was made harmless."""
    return MADE_HARMLESS.sub("", cell) if "'" in cell else cell


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a workbook whose cells are text, numbers and truth values only; the file appears whole."""
    _replace(path, b"".join(workbook_pieces(header, rows)))


def _replace(path: Path, content: bytes) -> None:
    try:
        if (opened := opened_already(path)) is not None:  # what stands in that file already stays: `>> all.csv`
            with os.fdopen(os.dup(opened), "wb") as file:
                file.write(content)
        elif path.exists() and not path.is_file():  # a pipe or a device is written to and never replaced
            path.write_bytes(content)
        else:
            _write_whole(path.resolve(), content)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; check the folder and the disk's space"
        raise OutreachError(message) from error


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
