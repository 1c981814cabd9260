"""Who did what besides deciding: test letters, which reach no town hall, and accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.adapters.store.log.audit import Deed
from tests.web.launching import HEADER, ROWS, before_launch, enrol, left
from tests.web.server import Page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Two are enrolled, a third stands in the campaign's list only, with a copy to somebody."""
    with before_launch(tmp_path_factory.mktemp("audit") / "campaign") as opened:
        enrol(opened, 2)
        listed = f"{HEADER.strip()},cc\n{ROWS[3].strip()},cabinet@beaumont.example\n"
        (opened.desk.folder / "contacts.csv").write_text(listed, encoding="utf-8")
        yield opened


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("mayor@northam.example", "Northam"),
        ("MAYOR@Northam.Example", "Northam"),
        ("mayor+test@northam.example", "Northam"),
        ("maire@beaumont.example", "Beaumont"),
        ("cabinet@beaumont.example", "Beaumont"),
    ],
)
def test_a_test_letter_never_goes_to_an_invitee(page: Page, address: str, whose: str) -> None:
    """Enrolled or only listed, in any case, as a copy or with a “+word”: refused, and the page says whose it is."""
    before = left(page), len(page.desk.store.audit.latest(100))
    answer = page.someone("sender").post("/letters/test", {"address": address, "letter": "invitation"})
    assert (answer.status, f"is an address of {whose}" in answer.words) == (422, True)
    assert (left(page), len(page.desk.store.audit.latest(100))) == before


def test_who_sent_a_test_letter_to_whom_is_told(page: Page) -> None:
    """On the page of test letters and in the audit trail."""
    form = {"address": "anna@secretariat.example", "letter": "reminder.2", "who": "Northam"}
    assert page.someone("sender").post("/letters/test", form).status == 303
    line = page.desk.store.audit.latest(1)[0]
    assert (line.what, line.by) == (Deed.TEST_LETTER, "person:sender (web)")
    told = "sender (web) sent a test letter (reminder 2) to anna@secretariat.example"
    for path in ("/letters/test", "/audit"):
        assert told in page.someone("sender").get(path).words


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("atlantis", "no invitee is called “atlantis”"),
        ("mayor", "no invitee is called “mayor”"),
        ("l", "several invitees are called “l”: Beaumont-les-Tilleuls, Vallbona de la Serra; write more of the name"),
    ],
)
def test_a_test_letter_as_for_nobody_names_the_field(page: Page, who: str, said: str) -> None:
    """Nothing is sent; the mistake stands under what was typed there, not under the address."""
    before = left(page)
    form = {"address": "anna@secretariat.example", "letter": "invitation", "who": who}
    answer = page.someone("sender").post("/letters/test", form)
    assert (answer.status, said in answer.words) == (422, True)
    assert 'id="mistake-who"' in answer.text
    assert 'id="mistake-address"' not in answer.text
    assert left(page) == before


def test_a_few_letters_of_a_name_are_enough(page: Page) -> None:
    """As in every search: beginnings of words, without case and accents."""
    form = {"address": "anna@secretariat.example", "letter": "invitation", "who": "SERRA vallb"}
    assert page.someone("sender").post("/letters/test", form).status == 303
    invitee = page.desk.invitee("Vallbona de la Serra")
    assert page.desk.store.audit.latest(1)[0].about["invitee"] == invitee.id


def test_accounts_given_and_taken_are_told(page: Page) -> None:
    """Each act with its person; a refused one is none."""
    admin = page.someone("admin")
    admin.post("/accounts", {"name": "Ben Roca", "role": "reader"})
    for act, fields in (("role", {"role": "sender"}), ("invite", {}), ("end", {}), ("remove", {}), ("remove", {})):
        admin.post(f"/accounts/{act}", {"account": "Ben Roca", **fields})
    words = page.someone("reader").get("/audit").words
    for told in (
        "invited Ben Roca as reader",
        "gave Ben Roca the role “sender”",
        "made a new invitation for Ben Roca",
        "logged Ben Roca out everywhere",
        "took the account of Ben Roca away",
    ):
        assert words.count(told) == 1, told


def test_servers_are_asked_by_a_form_only(page: Page) -> None:
    """A link that is opened again, or ahead, logs in nowhere."""
    assert page.someone("sender").get("/letters/check/servers").status == 405
    asked = page.someone("sender").post("/letters/check/servers")
    assert (asked.status, "The mail servers and the name servers were asked." in asked.words) == (200, True)
