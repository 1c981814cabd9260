"""Contacts as spreadsheets write them: every separator and encoding, all mistakes at once, exports that run nothing."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
import xlsxwriter
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from outreach.adapters.sheets.sheet import read_rows, write_csv, write_xlsx
from outreach.core.addresses import _PLAIN, address_mistake
from outreach.core.enrolment import Enrolment, bad_rows_sheet, enrol
from outreach.core.geography import countries, country_zone
from outreach.model import ConfigurationError, InviteeKind

HEADER = ("name", "country", "email", "language")
ROW = ("Málaga", "ES", "alcaldia@malaga.example", "es")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_sheet_that_excel_writes(tmp_path: Path, separator: str, encoding: str) -> None:
    """Separator and encoding are found by themselves."""
    path = tmp_path / "contacts.csv"
    text = "\r\n".join(separator.join(row) for row in (HEADER, ROW, ("", "", "", ""))) + "\r\n"
    path.write_bytes(text.encode(encoding))
    sheet = read_rows(path)
    assert (sheet.header, sheet.rows) == (HEADER, ((2, ROW),))


def test_quotes_lines_within_cells_and_sep(tmp_path: Path) -> None:
    """A cell may hold separators and line ends; Excel's first line sep= is understood; line numbers hold."""
    path = tmp_path / "contacts.csv"
    path.write_text('sep=;\nname;notes;email\n"Vic; the city";"two\nlines";a@vic.example\nLund;;b@lund.example\n')
    sheet = read_rows(path)
    assert sheet.rows == ((3, ("Vic; the city", "two\nlines", "a@vic.example")), (5, ("Lund", "", "b@lund.example")))


def test_xlsx(tmp_path: Path) -> None:
    """The first sheet that holds something; numbers as a person sees them."""
    path = tmp_path / "contacts.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()
        sheet = book.add_worksheet()
        for column, (name, cell) in enumerate(zip((*HEADER, "population"), (*ROW, 578460), strict=True)):
            sheet.write(0, column, name)
            sheet.write(1, column, cell)
    read = read_rows(path)
    assert read.rows == ((2, (*ROW, "578460")),)


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0old excel", b"PK\x03\x04broken"])
def test_what_cannot_be_read_says_so(tmp_path: Path, content: bytes) -> None:
    """Empty, old or broken files: one sentence with the cure."""
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_rows(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_rows(tmp_path / "absent.csv")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "\tx", "\rx"]


def test_exports_run_no_formula(tmp_path: Path) -> None:
    """In CSV a quote stands before; in XLSX every such cell is text."""
    rows = [(formula, 3) for formula in FORMULAS]
    write_csv(tmp_path / "log.csv", ("a", "b"), rows)
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == [f"'{formula}" for formula in FORMULAS]
    write_xlsx(tmp_path / "log.xlsx", ("a", "b"), rows)
    read = CalamineWorkbook.from_path(str(tmp_path / "log.xlsx")).get_sheet_by_index(0).to_python()
    assert [str(row[0]).strip() for row in read[1:]] == [formula.strip() for formula in FORMULAS]


# ---------------------------------------------------------------- enrolment


def enrolled(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Enrolment:
    return enrol(header, list(enumerate(rows, 2)))


def mistakes(enrolment: Enrolment) -> list[str]:
    return [finding.what for finding in enrolment.findings if not finding.warning]


def test_ids_are_made_and_stay() -> None:
    """A city and the province of the same name are two; a name in another script has an id too."""
    header = ("name", "country", "kind", "email")
    rows = [
        ("Barcelona", "ES", "", "a@b.example"),
        ("Barcelona", "es", "province", "a@p.example"),
        ("São Paulo", "BR", "city", "a@s.example"),
        ("광주", "KR", "city", "a@g.example"),
    ]
    first, second = enrolled(*rows, header=header), enrolled(*rows, header=header)
    assert [one.id for one in first.invitees][:3] == ["barcelona-es", "barcelona-es-province", "sao-paulo-br"]
    assert [one.id for one in first.invitees] == [one.id for one in second.invitees]
    assert len({one.id for one in first.invitees}) == 4
    assert first.invitees[1].kind is InviteeKind.PROVINCE


def test_several_rows_are_several_contacts() -> None:
    """The first is written to; the same address twice is one contact."""
    done = enrolled(ROW, ("Málaga", "ES", "second@malaga.example", "es"), ROW)
    assert [contact.email for contact in done.invitees[0].contacts] == [
        "alcaldia@malaga.example",
        "second@malaga.example",
    ]
    assert done.findings == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "ES", "a@b.example", ""), "the name is missing"),
        (("X", "Spain", "a@b.example", ""), "no country code"),
        (("X", "ES", "a@b", ""), "no mail address: its end is missing, such as .org"),
        (("X", "ES", "Mayor <a@b.example>", ""), "no mail address: write the address alone, without a name"),
        (("X", "ES", "ab.example", ""), "it has no @"),
        (("X", "ES", "a@b@c.example", ""), "it has more than one @"),
        (("X", "ES", "a b@c.example", ""), "it holds a blank"),
        (("X", "ES", "@c.example", ""), "something is missing before or behind the @"),
        (("X", "ES", "a..b@c.example", ""), "a dot stands where none may be"),
        (("X", "ES", "a(b@c.example", ""), "it holds a character that none may have"),
        (("X", "ES", "", ""), "the address is missing"),
        (("X", "ES", "a@b.example\u202e", ""), "cannot be seen"),
        (("X", "ES", "a@b.example", "spanish!"), "no language"),
        (("X", "ES", "a@b.example", "es", "more"), "more cells than columns"),
    ],
)
def test_mistakes_are_named(row: tuple[str, ...], words: str) -> None:
    """What, in which line, and the cure; the row is kept for correction."""
    done = enrolled(ROW, row)
    assert any(words in what for what in mistakes(done))
    assert done.findings[0].where == "contacts.csv, line 3"
    assert done.bad_rows[0].cells == row
    header, rows = bad_rows_sheet(done)
    assert header[-1] == "mistake"
    assert rows[0][0] == row[0]


def test_all_mistakes_at_once_with_a_near_guess() -> None:
    """Nobody corrects one at a time."""
    done = enrolled(("X", "Spain", "a@b", ""), ("Y", "XX", "a@b.example", ""))
    assert len(mistakes(done)) == 3
    assert "did you mean ES (Spain)?" in [finding.cure for finding in done.findings]


def test_headers_as_people_write_them() -> None:
    """Case, blanks and other words for a column; a missing one is named; unknown ones reach the letters."""
    done = enrol(("City", "Country Code", "E-Mail", "Party size"), [(2, ("Vic", "ES", "a@vic.example", "4"))])
    assert done.invitees[0].contact.extra == {"Party_size": "4"}
    assert "no column email" in enrol(("name", "country", "emial"), []).findings[0].what


def test_further_columns_are_called_as_they_are_written() -> None:
    """A letter says `contact.extra.twin_town`; another word for a column is one of its own beside that column."""
    header = ("name", "country", "email", "twin_town", "Mayor since", "City", "Address", "LAT", "Mistake")
    done = enrol(header, [(2, ("Vic", "ES", "a@vic.example", "Lyon", "2019", "Vic (Osona)", "Plaça 1", "41.9", "x"))])
    assert not done.findings
    assert done.invitees[0].contact.extra == {
        "twin_town": "Lyon", "Mayor_since": "2019", "City": "Vic (Osona)", "Address": "Plaça 1", "lat": "41.9"
    }  # fmt: skip


def test_addresses_in_other_scripts() -> None:
    """A domain is kept in the form that every mail server knows; what stands before the @ has no such form."""
    header = (*HEADER, "cc")
    done = enrol(header, [(2, ("München", "DE", "ob@münchen.example", "de", "мер@київ.example;x@straße.example"))])
    assert done.invitees[0].contact.email == "ob@xn--mnchen-3ya.example"
    assert done.invitees[0].contact.cc == ("мер@київ.example", "x@xn--strae-oqa.example")


def test_one_invitee_or_two() -> None:
    """The same place with other mail domains, and an address of two places, are warned of."""
    done = enrolled(ROW, ("Málaga", "ES", "x@other.example", "es"), ("Vic", "ES", "alcaldia@malaga.example", "ca"))
    assert [finding.warning for finding in done.findings] == [True, True]
    assert "one invitee or two" in done.findings[0].what


@settings(max_examples=300, deadline=None)
@given(st.from_regex(_PLAIN, fullmatch=True))
def test_the_quick_check_accepts_only_what_the_full_one_does(address: str) -> None:
    """Plain addresses need no library; whatever passes there is valid."""
    try:
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        assert address_mistake(address) == "", "the quick check is wider here"
        pytest.fail(f"{address} passed the quick check only")


def test_every_country_has_a_time_zone() -> None:
    """Of all territories only two uninhabited islands have none."""
    assert len(countries()) > 240
    assert {code for code in countries() if country_zone(code) == "UTC"} <= {"BV", "HM"}


def test_an_export_is_added_to_what_the_shell_opened(tmp_path: Path) -> None:
    """`--csv /dev/stdout >> all.csv`: what stood there stays."""
    file = tmp_path / "all.csv"
    file.write_text("before\n", encoding="utf-8")
    opened = os.open(file, os.O_WRONLY | os.O_APPEND)
    try:
        write_csv(Path(f"/dev/fd/{opened}"), ("a",), [("b",)])
    finally:
        os.close(opened)
    assert file.read_text(encoding="utf-8") == "before\n\ufeffa\nb\n"


def test_an_export_never_takes_the_place_of_a_device(tmp_path: Path) -> None:
    """`--csv /dev/stdout`: what is no file is written to; a link stays a link."""
    pipe, link = tmp_path / "pipe", tmp_path / "link.csv"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "real.csv")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_csv(pipe, ("a",), [("b",)])
        assert os.read(reader, 100).decode("utf-8-sig") == "a\r\nb\r\n"
    finally:
        os.close(reader)
    write_csv(link, ("a",), [("b",)])
    assert (pipe.is_fifo(), link.is_symlink(), (tmp_path / "real.csv").is_file()) == (True, True, True)
