"""Forms that were filled in, PDF and DOCX: their fields are read, bombs are not, and nothing raises."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from outreach.adapters.forms import read_form
from outreach.core.reading.forms import attached_forms, filled_in, filled_into_ours, is_ours
from tests.papers import control, docx, legacy, locked, pdf_form, raw_pdf, zipped

VALUES = {"City": "Río Seco", "Mayor": "Ana Núñez", "We join": "/Yes", "By post": "/Off"}


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
    "locked": (lambda: locked(pdf_form(VALUES)), "password"),
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
    assert content is not None
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


def test_a_letterhead_makes_no_form() -> None:
    """Two names before a colon stand in many a document."""
    head = (("Telephone", "1"), ("https", "//town.example"), ("", "Dear Madam"))
    assert not is_ours(head, head)


def test_a_form_in_base64_of_another_program() -> None:
    """Lines of any length, and an end that is missing."""
    coded = base64.b64encode(pdf_form(VALUES)).rstrip(b"=")
    head = b"Content-Type: application/pdf; name=form.pdf\nContent-Transfer-Encoding: base64\n\n"
    ((_, content),) = attached_forms(head + coded)
    assert content is not None
    assert read_form(content) == read_form(pdf_form(VALUES))


def test_attachments_that_are_too_many_or_too_large() -> None:
    """Five are looked at; one above 10 MB is named, without its bytes; one without a name by its type."""
    mail = EmailMessage()
    mail.set_content("See the forms.")
    for number in range(7):
        content = b"%PDF-" + b"a" * (11_000_000 if number == 1 else 10)
        name = None if number == 2 else f"{number}.pdf"
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    found = attached_forms(mail.as_bytes())
    assert [name for name, _ in found] == ["0.pdf", "1.pdf", "application/pdf", "3.pdf", "4.pdf"]
    assert [name for name, content in found if content is None] == ["1.pdf"]


def test_the_language_whose_form_it_is() -> None:
    """Forms of several languages may share the names of their fields; what a language prints was not filled in."""
    english, spanish = ((("City", ""), ("Date", ""), ("Country", one)) for one in ("Ireland", "España"))
    form = (("City", "Rioseco"), ("Date", ""), ("Country", "España"))
    assert filled_into_ours(form, [english, spanish]) == (("City", "Rioseco"),)
    assert filled_into_ours(spanish, [english, spanish]) == ()
    assert filled_into_ours(form[:2], [english, spanish]) is None
    assert filled_into_ours(form, []) is None
