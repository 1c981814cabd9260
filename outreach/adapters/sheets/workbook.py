"""Writes a workbook piece by piece, so that nobody waits for its last row (ECMA-376-1 §18, a ZIP of unknown sizes)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PIECE = 1 << 16  # characters of a sheet that are packed at once
WIDTH = 18  # characters that a column shows
LONGEST = 32_767  # characters that a cell holds
MOST_ROWS = 1_048_576  # that a sheet holds

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"

# All but the sheet, which comes last: a book of one sheet, and a style for its first row.
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_LINKS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_LINKS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" xfId="0"/><xf numFmtId="0" fontId="1" xfId="0" applyFont="1"/></cellXfs>'
    "</styleSheet>",
}
_SHEET = "xl/worksheets/sheet1.xml"
_BOLD = ' s="1"'
_BEGIN = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="{columns}" width="{width}" customWidth="1"/></cols><sheetData>'
)
_END = "</sheetData></worksheet>"

# What XML cannot hold or would change stands as _xHHHH_, and so does what would be read as such (§22.9.2.19).
_STRANGE = "\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff"
_ESCAPED = re.compile(f"[&<>{_STRANGE}]|_(?=x[0-9A-Fa-f]{{4}}[_{_STRANGE}])")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\ufffe": "\ufffd", "\uffff": "\ufffd"}  # the last two: no characters


def workbook_pieces(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A workbook whose cells are text, numbers and truth values only, while its rows are still being read."""
    packed = _Packed()
    with ZipFile(packed, "w", ZIP_DEFLATED) as book:
        for name, content in _PARTS.items():
            book.writestr(ZipInfo(name), f"{_XML}{content}")
        yield packed.taken()  # at once: who waits sees that it has begun
        with book.open(_deflated(_SHEET), "w") as sheet:
            for piece in _sheet(header, rows):
                sheet.write(piece.encode())
                yield packed.taken()
    yield packed.taken()


class _Packed:
    """Takes the bytes of an archive, and gives them on."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, some: bytes) -> int:
        """More of them."""
        self._bytes += some
        return len(some)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """Those that came since the last time."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


def _deflated(name: str) -> ZipInfo:
    part = ZipInfo(name)
    part.compress_type = ZIP_DEFLATED
    return part


def _sheet(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    letters = [_letters(column) for column in range(len(header))]
    text = [_BEGIN.format(columns=len(header), width=WIDTH), _row(1, letters, header, _BOLD)]
    size = 0
    for number, row in zip(range(2, MOST_ROWS + 1), rows, strict=False):
        text.append(_row(number, letters, row))
        size += len(text[-1])
        if size > PIECE:
            yield "".join(text)
            text.clear()
            size = 0
    yield "".join((*text, _END))


def _letters(column: int) -> str:
    """A column as sheets name it: A … Z, AA …"""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)


def _row(number: int, letters: Sequence[str], cells: Iterable[object], style: str = "") -> str:
    filled = (
        _cell(f"{column}{number}", cell, style)
        for column, cell in zip(letters, cells, strict=True)
        if cell is not None and cell != ""
    )
    return f'<row r="{number}">{"".join(filled)}</row>'


def _cell(place: str, cell: object, style: str) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}"{style} t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, (int, float)):
        return f'<c r="{place}"{style}><v>{cell}</v></c>'
    text = _ESCAPED.sub(_escape, str(cell)[:LONGEST])
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return _NAMED.get(sign) or f"_x{ord(sign):04X}_"
