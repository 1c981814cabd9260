"""Reads a form that somebody filled in, PDF or DOCX, in a child process and within limits; it never raises."""

from __future__ import annotations

import logging
import warnings
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from outreach.adapters.guarded import guarded

Fields = tuple[tuple[str, str], ...]  # names and values, in the order of the form; no name: a line of text
MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024  # bytes of a DOCX
MOST_FILES = 1000  # in a DOCX
MOST_PAGES = 30
MOST_FIELDS = 300
MOST_NAME = 200  # characters
MOST_VALUE = 2000
MEMORY = 256 * 1024 * 1024
SECONDS = 3
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
NOT_INSTALLED = "attached forms are read once their readers are installed (docs/reading.md, Forms)"
TOO_LARGE = "it is larger than 10 MB"
TOO_MUCH = "reading it took too much time or memory"


class _NoFormError(Exception):
    """Why a file is no form that can be read, in words for a secretary."""


def read_form(content: bytes) -> Fields | str:
    """The fields of a form, or in words why it could not be read.

    A PDF gives its form fields, a DOCX its content controls and form fields; where there are none, the rows of its
    tables and its lines, each parted at the colon.
    """
    if len(content) > MOST_BYTES:
        return TOO_LARGE
    if not content.startswith((b"%PDF-", b"PK\x03\x04")) and b"%PDF-" not in content[:1024]:
        return "it is neither PDF nor DOCX"
    read = guarded(_read, content, seconds=SECONDS, memory=MEMORY)
    return TOO_MUCH if read is None else read


def _read(content: bytes) -> Fields | str:
    """In the child process: what the libraries say of the file, whatever it does to them."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    try:
        found = _docx(content) if content.startswith(b"PK") else _pdf(content)
        fields = tuple((_kept(name, MOST_NAME), _kept(value, MOST_VALUE)) for name, value in islice(found, MOST_FIELDS))
    except _NoFormError as error:
        return str(error)
    except ImportError:
        return NOT_INSTALLED
    except (MemoryError, RecursionError):
        return TOO_MUCH
    except Exception as error:  # noqa: BLE001  libraries raise this and that over broken files
        return f"it is broken ({type(error).__name__})"
    return fields or "it holds no text; it may be a scan"


def _kept(text: str, most: int) -> str:
    """In one line, and nothing in it that no database keeps."""
    return " ".join(text[: 2 * most].replace("\0", "").encode("utf-8", "replace").decode().split())[:most]


def _parted(line: str) -> tuple[str, str]:
    """A line at its colon; what has none, or a long text before it, has no name."""
    name, colon, value = line.partition(":")
    return (name.strip(), value.strip()) if colon and len(name) <= MOST_NAME else ("", line.strip())


# ---------------------------------------------------------------- PDF


def _pdf(content: bytes) -> Iterator[tuple[str, str]]:
    from pypdf import PdfReader  # noqa: PLC0415  an extra, and only in the child

    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise _NoFormError("it is protected by a password")
    if len(reader.pages) > MOST_PAGES:
        raise _NoFormError(f"it has more than {MOST_PAGES} pages")
    fields = [(name, _pdf_value(field)) for name, field in (reader.get_fields() or {}).items() if "/FT" in field]
    if fields:
        yield from fields
        return
    for page in reader.pages:
        yield from (_parted(line) for line in page.extract_text().splitlines() if line.strip())


def _pdf_value(field: Any) -> str:
    """A text as it is; a button that is on by its name; several choices with commas (ISO 32000-1 §12.7.4)."""
    value = field.get("/V", "")
    if field.get("/FT") == "/Sig":
        return "signed" if value else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if field.get("/FT") == "/Btn":
        return "" if text in ("/Off", "") else text.removeprefix("/")
    return text


# ---------------------------------------------------------------- DOCX


def _docx(content: bytes) -> Iterator[tuple[str, str]]:
    from docx import Document  # noqa: PLC0415  an extra, and only in the child

    _check_archive(content)
    document = Document(BytesIO(content))
    body = document.element.body
    fields = [*_controls(body), *_legacy_fields(body)]
    if fields:
        yield from fields
        return
    for table in document.tables:
        for row in table.rows:
            cells = list(dict.fromkeys(cell.text.strip() for cell in row.cells))
            yield (cells[0].rstrip(": "), " ".join(cells[1:])) if len(cells) > 1 else _parted(cells[0] if cells else "")
    yield from (_parted(paragraph.text) for paragraph in document.paragraphs if paragraph.text.strip())


def _check_archive(content: bytes) -> None:
    """Nothing is unpacked that says that it is too large, or that defines entities, which ECMA-376-2 forbids."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        files = archive.infolist()
        if len(files) > MOST_FILES or sum(file.file_size for file in files) > MOST_UNPACKED:
            raise _NoFormError("unpacked it is too large")
        if "word/document.xml" not in archive.namelist():
            raise _NoFormError("it is neither PDF nor DOCX")
        for file in files:
            if file.filename.endswith((".xml", ".rels")):
                with archive.open(file) as xml:
                    head = xml.read(4000)
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise _NoFormError("it is no DOCX that a word processor writes")


def _controls(body: Any) -> Iterator[tuple[str, str]]:
    """Content controls: the title or tag, and what stands in it unless that is the placeholder."""
    for control in body.iter(f"{W}sdt"):
        properties = control.find(f"{W}sdtPr")
        if properties is None or next(properties.iter(f"{W}docPartObj"), None) is not None:
            continue
        names = (properties.find(f"{W}{tag}") for tag in ("alias", "tag"))
        name = next((found.get(f"{W}val", "") for found in names if found is not None), "")
        checked = next(properties.iter(f"{W14}checked"), None)
        if checked is not None:
            yield name, "yes" if checked.get(f"{W14}val") in ("1", "true") else ""
        elif properties.find(f"{W}showingPlcHdr") is not None:
            yield name, ""
        else:
            yield name, _text(control.find(f"{W}sdtContent"))


def _legacy_fields(body: Any) -> Iterator[tuple[str, str]]:
    """Form fields of old: a name where the field begins, and the text between its middle and its end."""
    name, value, inside = "", "", False
    for element in body.iter(f"{W}fldChar", f"{W}t"):
        if element.tag == f"{W}t":
            value += (element.text or "") if inside else ""
            continue
        step, data = element.get(f"{W}fldCharType"), element.find(f"{W}ffData")
        if step == "begin" and data is not None:
            found = data.find(f"{W}name")
            name, value = found.get(f"{W}val", "") if found is not None else "", _ticked(data)
        elif step == "separate":
            inside = bool(name)
        elif step == "end":
            if name:
                yield name, value.strip("\u2002 ")  # en spaces hold the place of a value
            name, value, inside = "", "", False


def _ticked(data: Any) -> str:
    box = data.find(f"{W}checkBox")
    state = (
        None
        if box is None
        else next((found for tag in ("checked", "default") if (found := box.find(f"{W}{tag}")) is not None), None)
    )
    return "yes" if state is not None and state.get(f"{W}val", "1") in ("1", "true") else ""


def _text(element: Any) -> str:
    return "" if element is None else " ".join(one.text or "" for one in element.iter(f"{W}t"))
