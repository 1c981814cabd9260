"""Says of a workbook, before it is opened, whether it would fill the memory: it takes room up to its last cell."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

LARGEST = 512 * 1024 * 1024  # bytes of all that is packed in it
MOST_CELLS = 16_000_000  # of the rectangle from A1 to the last one: a list of 250,000 rows has two or three millions
PIECE = 1024 * 1024  # bytes
# A row or a cell that holds something (ECMA-376 part 1, §18.3.1.4 and §18.3.1.73); what is only formatted is <c …/>.
PLACE = re.compile(
    rb"""<(?:\w{1,20}:)?(?:c|row)\s[^<>]{0,1000}?\br\s{0,9}=\s{0,9}["']([A-Z]{0,3})([0-9]{1,7})["'](?![^<>]{0,1000}/>)"""
)


def too_large(content: bytes) -> str:
    """Why a workbook is not opened; "" if it may be. One of another kind than XLSX is not opened either."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _too_large(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error) as error:
        return f"it is no workbook ({error})"


def _too_large(packed: zipfile.ZipFile) -> str:
    if {"mimetype", "xl/workbook.bin"} & {*packed.namelist()}:
        return "it is a workbook of another kind (.ods or .xlsb)"
    if sum(one.file_size for one in packed.infolist()) > LARGEST:
        return "it is larger than 512 MB when it is unpacked"
    for name in packed.namelist():
        rows, columns = _last(packed, name) if name.endswith(".xml") else (0, 0)
        if rows * columns > MOST_CELLS:
            return f"its last cell is in row {rows}, column {columns}, which is too far away"
    return ""


def _last(packed: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last row and the last column in which something stands, from 1."""
    row = column = 0
    for piece in _pieces(packed, name):
        found = PLACE.findall(piece)
        row = max((row, *map(int, {one for _, one in found})))
        column = max((column, *map(_number, {letters for letters, _ in found})))
    return row, column


def _pieces(packed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """What is packed under a name, piece by piece, each up to the end of a tag."""
    with packed.open(name) as stream:
        rest = b""
        while piece := stream.read(PIECE):
            text = rest[-PIECE:] + piece
            end = text.rfind(b">") + 1
            rest = text[end:]
            yield text[:end]


def _number(letters: bytes) -> int:
    """The number of a column: A is 1, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
