"""The campaign's own data: invitees of the whole world, nobody real in it, and a rehearsal that knows them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from outreach.core.enrolment import enrol
from outreach.entrypoints.town_halls import read_script
from outreach.model import ReadingKind

ROOT = Path(__file__).resolve().parents[1]
CONTINENTS = {
    "Africa": "AO CI CM GH KE MA ML MZ NG RW SN TN ZA",
    "Asia": "ID IN JO JP KR LB NP PH PS TH TR TW",
    "Europe": "AT BA BE CH DE ES FR GB GR IE IS IT NL NO PL PT SE SI",
    "North America": "CA CR HN HT MX US",
    "South America": "AR BO BR CL CO EC PE UY",
    "Oceania": "AU FJ NZ VU",
}


def rows() -> list[dict[str, str]]:
    with (ROOT / "contacts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_invitees_of_the_whole_world() -> None:
    """At least 120 invitees in 40 countries on six continents, and of every kind."""
    countries = {row["country"] for row in rows()}
    assert len({row["id"] for row in rows()}) >= 120
    assert len(countries) >= 40
    assert [name for name, codes in CONTINENTS.items() if not countries & set(codes.split())] == []
    assert countries <= set(" ".join(CONTINENTS.values()).split()), "put the new country on its continent"
    assert {row["kind"] for row in rows()} == {"city", "metropolis", "province", "region", "association"}


def test_the_cities_of_the_presidency_are_invited() -> None:
    """The six cities that sign the letter stand in the list."""
    six = {"grigny-fr", "utrecht-nl", "barcelona-es", "gwangju-kr", "ciudad-de-mexico-mx", "wien-at"}
    assert {row["id"] for row in rows() if row["network"] == "co-presidency"} == six


def test_nobody_can_be_written_to() -> None:
    """Every address lies under .example (RFC 2606 §2), and nobody holds two offices."""
    addresses = [address for row in rows() for address in (row["email"], *filter(None, row["cc"].split(";")))]
    assert [address for address in addresses if not address.endswith(".example")] == []
    persons = Counter(row["person"] for row in rows() if row["person"])
    assert [person for person, number in persons.items() if number > 1] == []


def test_the_list_has_what_lists_have() -> None:
    """Invitees with a second contact, without a person, with copies, with a zone of their own, of one name."""
    every = rows()
    ids = Counter(row["id"] for row in every)
    names = Counter(row["name"] for row in every if ids[row["id"]] == 1)
    assert any(number > 1 for number in ids.values())
    assert any(number > 1 for number in names.values())
    for column, filled in (("person", False), ("cc", True), ("timezone", True), ("notes", True)):
        assert any(bool(row[column]) is filled for row in every), column


def test_the_list_enrols_without_a_mistake() -> None:
    """What the import says about it: nothing."""
    with (ROOT / "contacts.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    enrolment = enrol(header, ((number, tuple(line)) for number, line in enumerate(lines, start=2)))
    assert list(enrolment.findings) == []


def test_the_script_knows_its_invitees() -> None:
    """Every answer is an invitee's, some stay silent, and every kind of answer occurs."""
    invitees = {row["id"] for row in rows()}
    answers = read_script()
    assert {answer.invitee for answer in answers} < invitees
    assert set(ReadingKind) - {answer.kind for answer in answers} == {ReadingKind.UNCLEAR}


def test_no_two_town_halls_write_the_same() -> None:
    """Every answer has words of its own."""
    texts = Counter(answer.text for answer in read_script() if answer.text)
    assert [text for text, number in texts.items() if number > 1] == []


def test_the_script_writes_to_nobody_real() -> None:
    """Addresses in the answers lie under .example too."""
    words = [word for answer in read_script() for word in f"{answer.text} {answer.sender}".split() if "@" in word]
    assert [word for word in words if not word.rstrip(".;,").endswith(".example")] == []
