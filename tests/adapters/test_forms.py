"""Forms that were filled in, PDF and DOCX: their fields are read, bombs are not, and nothing raises."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from docx import Document
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from outreach.adapters.forms import read_form
from outreach.core.reading.forms import attached_forms, filled_in, is_ours

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
VALUES = {"City": "Río Seco", "Mayor": "Ana Núñez", "We join": "/Yes", "By post": "/Off"}


def pdf_form(values: dict[str, str], *, pages: int = 1) -> bytes:
    """A PDF with text fields, and tick boxes where the value is a name."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 200)
    fields = ArrayObject()
    for name, value in values.items():
        button = value.startswith("/")
        field = DictionaryObject(
            {
                NameObject("/FT"): NameObject("/Btn" if button else "/Tx"),
                NameObject("/T"): TextStringObject(name),
                NameObject("/V"): NameObject(value) if button else TextStringObject(value),
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject([FloatObject(0)] * 4),
            }
        )
        fields.append(writer._add_object(field))
    page[NameObject("/Annots")] = fields
    form = DictionaryObject({NameObject("/Fields"): fields, NameObject("/NeedAppearances"): BooleanObject(True)})
    writer._root_object[NameObject("/AcroForm")] = form
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(content: bytes, *, filters: str = "") -> bytes:
    """A PDF of one page with this content stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n" % (len(content), filters.encode()) + content + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)


def docx(*elements: str, table: tuple[tuple[str, str], ...] = (), lines: tuple[str, ...] = ()) -> bytes:
    """A DOCX with these elements of a body, a table and lines."""
    document = Document()
    for element in elements:
        document.element.body.insert(0, parse_xml(element))
    for line in lines:
        document.add_paragraph(line)
    if table:
        rows = document.add_table(rows=0, cols=2)
        for pair in table:
            for cell, text in zip(rows.add_row().cells, pair, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def control(name: str, text: str, more: str = "") -> str:
    return (
        f'<w:p {NS}><w:sdt><w:sdtPr><w:alias w:val="{name}"/>{more}</w:sdtPr>'
        f"<w:sdtContent><w:r><w:t>{text}</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )


def legacy(name: str, text: str) -> str:
    return (
        f'<w:p {NS}><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/></w:ffData></w:fldChar></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{text}</w:t></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def test_the_fields_of_a_pdf_form() -> None:
    """In their order; a box that is ticked by its name, one that is not says nothing."""
    read = read_form(pdf_form(VALUES))
    assert read == (("City", "Río Seco"), ("Mayor", "Ana Núñez"), ("We join", "Yes"), ("By post", ""))


def test_the_lines_of_a_pdf_without_fields() -> None:
    """A form that was filled in with a typewriter, as it were."""
    read = read_form(raw_pdf(b"BT /F1 12 Tf 10 100 Td (City: Rioseco) Tj 0 -20 Td (We join the campaign) Tj ET"))
    assert read == (("City", "Rioseco"), ("", "We join the campaign"))


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (docx(control("City", "Rioseco")), (("City", "Rioseco"),)),
        (docx(control("City", "click here", "<w:showingPlcHdr/>")), (("City", ""),)),
        (
            docx(control("We join", "☒", '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>')),
            (("We join", "yes"),),
        ),
        (docx(control("We join", "☐", '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>')), (("We join", ""),)),
        (docx(legacy("Mayor", "Ana Núñez")), (("Mayor", "Ana Núñez"),)),
        (docx(table=(("City:", "Rioseco"), ("Mayor", "Ana"))), (("City", "Rioseco"), ("Mayor", "Ana"))),
        (docx(lines=("City: Rioseco", "We join")), (("City", "Rioseco"), ("", "We join"))),
    ],
    ids=["control", "placeholder", "ticked", "not ticked", "form field", "table", "lines"],
)
def test_the_fields_of_a_docx(content: bytes, fields: object) -> None:
    """Content controls and form fields; else the rows of tables and lines, parted at the colon."""
    assert read_form(content) == fields


def locked() -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf_form(VALUES))))
    writer.encrypt("secret", algorithm="RC4-128")
    return saved(writer)


def xml_bomb() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "a">{entities}]><w>&a9;</w>'.encode()


NO_FORMS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "neither PDF nor DOCX"),
    "a program": (lambda: b"MZ" + b"\0" * 100, "neither PDF nor DOCX"),
    "a spreadsheet": (lambda: zipped(xl__workbook_xml=b"<a/>"), "neither PDF nor DOCX"),
    "large": (lambda: b"%PDF-" + b"\0" * 11_000_000, "larger than 10 MB"),
    "a broken PDF": (lambda: b"%PDF-1.7\n1 0 obj <<", "broken"),
    "a broken archive": (lambda: b"PK\x03\x04" + b"a" * 50, "broken"),
    "pages": (lambda: pdf_form(VALUES, pages=31), "more than 30 pages"),
    "a scan": (lambda: raw_pdf(b"q Q"), "scan"),
    "locked": (locked, "password"),
    "archive bomb": (lambda: zipped(word__document_xml=b"a" * 60_000_000), "too large"),
    "many files": (lambda: zipped(**{f"a{n}": b"" for n in range(1001)}), "too large"),
    "XML bomb": (lambda: zipped(word__document_xml=xml_bomb()), "no DOCX"),
    "stream bomb": (lambda: raw_pdf(zlib.compress(b"\0" * 100_000_000), filters="/Filter/FlateDecode"), ""),
    "nested arrays": (lambda: raw_pdf(b"[" * 2_000_000), ""),
    "text without an end": (lambda: raw_pdf(b"BT /F1 1 Tf " + b"(a) Tj " * 200_000), ""),
}


@pytest.mark.parametrize("name", NO_FORMS)
def test_what_is_no_form_is_said_in_words(name: str) -> None:
    """Broken files, locked ones and bombs raise nothing and name the reason."""
    make, words = NO_FORMS[name]
    read = read_form(make())
    if words:
        assert isinstance(read, str)
        assert words in read
    else:  # a bomb: either it is harmless or it says what it is
        assert read


def test_a_mails_form_is_found_and_known_as_ours() -> None:
    """The attachment of an answer, under any name, has at least 80 % of the fields that we sent."""
    mail = EmailMessage()
    mail.set_content("See the form.")
    mail.add_attachment(pdf_form(VALUES), maintype="application", subtype="octet-stream", filename="../../form (1).PDF")
    mail.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="logo.gif")
    ((name, content),) = attached_forms(mail.as_bytes())
    assert (name, content) == ("../../form (1).PDF", pdf_form(VALUES))
    form = read_form(content)
    blank = read_form(pdf_form(dict.fromkeys(VALUES, "")))
    assert isinstance(form, tuple)
    assert isinstance(blank, tuple)
    assert is_ours(form, blank)
    assert [name for name, _ in filled_in(form, blank)] == ["City", "Mayor", "We join"]


@pytest.mark.parametrize(
    ("form", "ours"),
    [
        ((("City", "x"), ("Mayor", ""), ("Date", ""), ("We join", "yes"), ("Other", "")), True),
        ((("CITY :", "x"), ("mayor", ""), ("date", ""), ("we  join", "yes")), True),
        ((("City", "x"), ("Mayor", ""), ("Date", "")), False),
        ((("", "City"), ("", "Mayor")), False),
        ((), False),
    ],
)
def test_whose_form_it_is(form: tuple[tuple[str, str], ...], ours: bool) -> None:
    """Four of our five fields are enough, three are not."""
    blank = (("City", ""), ("Mayor", ""), ("Date", ""), ("We join", ""), ("Remarks", ""))
    assert is_ours(form, blank) is ours
    assert not is_ours(form, ())


def test_a_form_in_base64_of_another_program() -> None:
    """Lines of any length, and an end that is missing."""
    coded = base64.b64encode(pdf_form(VALUES)).rstrip(b"=")
    head = b"Content-Type: application/pdf; name=form.pdf\nContent-Transfer-Encoding: base64\n\n"
    ((_, content),) = attached_forms(head + coded)
    assert read_form(content) == read_form(pdf_form(VALUES))
