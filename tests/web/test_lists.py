"""Lists of contacts that people send to the page: of every make, with mistakes, and made to harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.sheets.sheet import csv_content, rows_of, write_xlsx
from outreach.adapters.sheets.uploads import MOST
from outreach.bootstrap import uploads
from tests.web.launching import HEADER, ROWS, before_launch, enrol, launched, list_of, send
from tests.web.server import Page

COLUMNS = tuple(HEADER.strip().split(","))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for all of these: nothing is enrolled by looking."""
    with before_launch(tmp_path_factory.mktemp("lists") / "campaign") as opened:
        yield opened


def looked_at(page: Page, content: bytes, name: str = "towns.csv") -> str:
    """What the page says of a list."""
    sent = send(page, content, name)
    assert sent.status == 303, sent.words
    return page.someone("sender").get(sent.headers["location"]).words


@pytest.mark.parametrize(
    "content",
    [
        list_of(5).encode(),
        list_of(5).encode("utf-8-sig"),
        list_of(5).encode("utf-16"),
        list_of(5).replace(",", ";").encode(),
        list_of(5).replace(",", "\t").encode(),
        list_of(4).encode("cp1252"),
    ],
    ids=["utf-8", "mark", "utf-16", "semicolon", "tab", "windows"],
)
def test_lists_as_spreadsheets_write_them(page: Page, content: bytes) -> None:
    """Each is read, and would enrol everybody."""
    assert "Every row is right" in looked_at(page, content)


def test_a_workbook_is_read(page: Page, tmp_path: Path) -> None:
    """XLSX as Excel writes it."""
    write_xlsx(tmp_path / "l.xlsx", COLUMNS, [row.strip().split(",") for row in ROWS])
    assert "Enrol 5 invitees" in looked_at(page, (tmp_path / "l.xlsx").read_bytes(), "l.xlsx")


def test_the_name_of_a_list_is_what_it_seems(page: Page) -> None:
    """A sign that turns what follows would show “townsvsc.exe” as “townsexe.csv”."""
    told = looked_at(page, list_of(1).encode(), "towns\u202evsc.exe")
    assert "townsvsc.exe" in told
    assert "\u202e" not in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"PK\x03\x04 no workbook", "it is no workbook"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel file"),
    ],
)
def test_what_is_no_list_is_refused_with_its_cure(page: Page, content: bytes, said: str) -> None:
    """The page says why, and what to do."""
    answer = send(page, content)
    assert answer.status == 422
    assert said in answer.words


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Oakham,XX,a@oakham.example,,,,", "“XX” is no country code"),
        ("Oakham,GB,not an address,,,,", "is no mail address"),
        (",GB,a@oakham.example,,,,", "the name is missing"),
        ("Oakham,GB,a@oakham.example,,,x,", "“x” is no gender here"),
        ("Oakham,GB,a@oakham.example,,,,no language", "is no language"),
        ("<script>alert(1)</script>,GB,a@,,,,", "is no mail address"),
    ],
)
def test_a_mistake_stands_beside_its_row(page: Page, row: str, said: str) -> None:
    """With the line, in the row itself; markup is text."""
    sent = send(page, (HEADER + ROWS[0] + row + "\n").encode())
    answer = page.someone("sender").get(sent.headers["location"])
    assert "Line 3" in answer.words
    assert said in answer.words
    assert "<script>alert" not in answer.text


def test_the_cell_that_is_wrong_is_marked(page: Page) -> None:
    """Each of them, and no other; what is wrong with it is read out with it."""
    row = "Oakham,XX,mayor@@oakham.example,,,x,en\n"
    sent = send(page, (HEADER + ROWS[0] + row).encode())
    text = page.someone("sender").get(sent.headers["location"]).text
    marked = re.findall(r'name="cell-3-(\d+)"[^>]*aria-invalid="true" aria-describedby="mistakes-3"', text)
    assert [COLUMNS[int(one)] for one in marked] == ["country", "email", "gender"]
    assert text.count("aria-invalid") == len(marked)


def test_a_missing_column_is_said_of_the_whole_list(page: Page) -> None:
    """There is no row to correct."""
    words = looked_at(page, b"name,land\nOakham,GB\n")
    assert "there is no column country" in words
    assert "The list cannot be used as it is" in words


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "a\u202egpj.csv", "x" * 300, "<b>.csv"])
def test_a_hostile_name_is_only_shown(page: Page, name: str) -> None:
    """No file is called as its sender says."""
    assert "Every row is right" in looked_at(page, list_of(2).encode(), name)
    folder = page.desk.folder / "rehearsal" / "uploads"
    assert {len(path.stem) for path in folder.iterdir()} == {32}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_bad_rows_are_a_file_that_runs_no_formula(page: Page) -> None:
    """They can be corrected and sent again."""
    sent = send(page, (HEADER + ROWS[0] + '"=HYPERLINK(1)",XX,a@oakham.example,,,,\n').encode())
    answer = page.someone("sender").get(f"{sent.headers['location']}/bad-rows.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="bad-rows.csv"'
    assert "'=HYPERLINK(1),XX" in answer.text
    assert "is no country code" in answer.text


def test_good_rows_are_enrolled_and_bad_ones_wait(tmp_path: Path) -> None:
    """Nothing changes before somebody says so; what is left out stays to be corrected."""
    with before_launch(tmp_path / "campaign") as page:
        sent = send(page, (HEADER + "".join(ROWS) + "Oakham,XX,a@oakham.example,,,,\n").encode())
        here, sender = sent.headers["location"], page.someone("sender")
        assert sender.post(f"{here}/enrol", {"version": "0"}).status == 409
        assert page.desk.store.register.count() == 0
        assert sender.post(f"{here}/enrol", {"skip_bad": "yes", "version": "0"}).headers["location"] == here
        assert page.desk.store.register.count() == 5
        assert "1 row has a mistake" in sender.get(here).words
        sender.post(f"{here}/correct", {"cell-7-1": "GB", "version": "1"})
        assert sender.post(f"{here}/enrol", {"version": "2"}).headers["location"] == "/letters/contacts"
        assert page.desk.store.register.count() == 6
        assert sender.get(here).status == 409
        assert uploads(page.desk).find(here.rpartition("/")[2]) is None


def test_two_people_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Who looked at a list before somebody else corrected, enrolled or dropped it, changes nothing and is told."""
    with before_launch(tmp_path / "campaign") as page:
        here = send(page, (HEADER + ROWS[0] + "Oakham,XX,a@oakham.example,,,,\n").encode()).headers["location"]
        one, other = page.someone("sender"), page.someone("admin")
        assert one.post(f"{here}/correct", {"cell-3-1": "GB", "version": "0"}).status == 303
        for act, fields in (
            ("correct", {"cell-3-1": "FR"}),
            ("enrol", {"skip_bad": "yes"}),
            ("drop", {}),
        ):
            late = other.post(f"{here}/{act}", {**fields, "version": "0"})
            assert (late.status, "somebody else changed this list" in late.words) == (409, True)
        assert page.desk.store.register.count() == 0
        assert 'value="GB"' not in other.get(here).text
        assert "Every row is right" in other.get(here).words
        assert "towns.csv" in other.get("/letters/contacts").words
        assert other.post(f"{here}/drop", {"version": "1"}).headers["location"] == "/letters/contacts"
        assert one.get(here).status == 409


def test_no_more_lists_are_kept_than_anybody_looks_through(tmp_path: Path) -> None:
    """The fifty-first is refused with its cure; none of the others is lost."""
    with before_launch(tmp_path / "campaign") as page:
        for _ in range(MOST):
            assert send(page, list_of(1).encode()).status == 303
        refused = send(page, list_of(1).encode())
        assert (refused.status, "lists wait already" in refused.words) == (422, True)
        assert len(uploads(page.desk).waiting()) == MOST


@pytest.mark.parametrize(("columns", "said"), [(900, "Every row is right"), (901, "there are 901 columns")])
def test_a_list_with_too_many_columns_is_refused(page: Page, columns: int, said: str) -> None:
    """With its cure; the widest that is taken can be corrected in one form."""
    more = columns - HEADER.count(",") - 1
    header = HEADER.strip() + "".join(f",extra {number}" for number in range(more))
    assert said in looked_at(page, f"{header}\n{ROWS[0].strip()}{',x' * more}\n".encode())


def test_a_corrected_list_reads_back_as_it_was_meant(page: Page) -> None:
    """The apostrophes that keep a spreadsheet from running a cell are gone when the file comes back."""
    odd = HEADER + "+Oakham,XX,a@oakham.example,=Ada,-,f,\n" + "'s-Hertogenbosch,XX,b@den-bosch.example,'@Bram,,m,\n"
    sent = send(page, odd.encode())
    bad = page.someone("sender").get(f"{sent.headers['location']}/bad-rows.csv").text
    assert "'+Oakham" in bad
    again = send(page, bad.replace("XX", "NL").encode())
    rows = uploads(page.desk).find(again.headers["location"].rpartition("/")[2])
    assert rows is not None
    assert [cells[:5] for _, cells in rows.rows] == [
        ("+Oakham", "NL", "a@oakham.example", "=Ada", "-"),
        ("'s-Hertogenbosch", "NL", "b@den-bosch.example", "@Bram", ""),
    ]


def test_the_same_list_twice_changes_nothing(tmp_path: Path) -> None:
    """Two people who enrol it at once leave one list."""
    with before_launch(tmp_path / "campaign") as page:
        enrol(page, 7)
        enrol(page, 7)
        assert page.desk.store.register.count() == 7
        assert page.desk.store.journal.standings().keys() == page.desk.store.register.all().keys()


def test_a_name_that_is_corrected_after_the_launch_is_noticed(tmp_path: Path) -> None:
    """The list is held against the one that was sent before: without ids the same mayor would be invited again."""
    with before_launch(tmp_path / "campaign") as page:
        launched(page, 2)
        again = looked_at(page, list_of(2).replace("Northam,", "Northham,").encode())
        assert "northham-gb has the address of Northam (GB, city), which is known as northam-gb" in again


def test_a_list_is_not_for_readers(page: Page) -> None:
    """They neither send one nor see one that waits: it holds addresses that nobody has agreed to yet."""
    here = send(page, list_of(2).encode()).headers["location"]
    assert send(page, list_of(2).encode(), role="reader").status == 403
    assert page.someone("reader").get(here).status == 403


def test_too_large_a_list_is_refused(page: Page) -> None:
    """More than sixteen megabytes."""
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
    headers["Content-Length"] = str(16 * 1024 * 1024 + 1)
    assert page.someone("sender").ask("POST", "/letters/contacts", headers=headers).status == 413


@given(cell=st.text(st.sampled_from("'=+-@ a\t"), max_size=6).map(str.strip))
def test_a_cell_comes_back_as_it_left(cell: str) -> None:
    """Whatever apostrophes it has itself."""
    content = csv_content(("name", "other"), [(cell, "x")])
    assert rows_of(content, Path("list.csv")).rows == ((2, (cell, "x")),)
