"""Letters leave only as the person saw them: whatever changed meanwhile is said, and asked anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.campaign.deciding.review import decide, stop
from outreach.campaign.deciding.writing_again import write_again
from outreach.campaign.letters.launching import agreement_to, launch_agreed, plan_of, preflight
from outreach.campaign.letters.mailing import Plan
from outreach.campaign.sending.posting import pause
from outreach.core.letters.stationery import Stationery
from outreach.model import State
from tests.web.chromium import assert_accessible
from tests.web.launching import HEADER, ROWS, before_launch, enrol, launched, seen, send
from tests.web.server import Page

MIDDLE_OF_AUGUST = datetime(2022, 8, 16, 9, tzinfo=UTC)  # the first reminder is due

MakeContext = Callable[..., BrowserContext]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Page]:
    """The page of a campaign before its launch."""
    with before_launch(tmp_path / "campaign") as page:
        yield page


def enrol_rows(page: Page, *rows: str) -> None:
    """A colleague enrols a list meanwhile."""
    answer = send(page, (HEADER + "".join(rows)).encode())
    page.someone("admin").post(f"{answer.headers['location']}/enrol", {"version": "0"})


def rewrite_letter(page: Page) -> None:
    """A colleague corrects the French letter meanwhile."""
    templates = page.desk.folder / "templates"
    whole = templates.resolve()
    templates.unlink()
    shutil.copytree(whole, templates)
    letter = templates / "invitation.fr.md"
    letter.write_text(letter.read_text(encoding="utf-8").replace("campagne", "initiative"), encoding="utf-8")


def exchange(page: Page) -> None:
    """One is stopped and another is enrolled: the number stays."""
    stop(page.desk, "Northam")
    enrol_rows(page, "Tarn,GB,a@tarn.example,,,,en\n")


MOVED = "Northam,GB,office@northam.example,Ada Whitcombe,Mayor,f,en\n"
MEANWHILE: dict[str, tuple[Callable[[Page], object], str]] = {
    "two more": (
        lambda page: enrol_rows(page, "Tarn,GB,a@tarn.example,,,,en\n", "Esk,GB,a@esk.example,,,,en\n"),
        "2 more",
    ),
    "one fewer": (lambda page: stop(page.desk, "Northam"), "1 letter fewer"),
    "another address": (lambda page: enrol_rows(page, MOVED), "1 letter changed"),
    "other words": (rewrite_letter, "1 letter changed"),
    "one for another": (
        exchange,
        "1 more letter, 1 letter fewer",
    ),
}


@pytest.mark.parametrize("change", MEANWHILE)
def test_a_launch_says_what_changed_and_asks_anew(fresh: Page, change: str) -> None:
    """The number may be the same: other letters are other letters; nothing is queued until they were seen."""
    meanwhile, said = MEANWHILE[change]
    enrol(fresh, 5)
    form = seen(fresh, "/letters/launch")
    meanwhile(fresh)
    number = {"two more": "7", "one fewer": "4"}.get(change, "5")
    refused = fresh.someone("sender").post("/letters/launch", {"number": number, **form})
    assert refused.status == 409
    assert said in refused.words
    assert not sum(fresh.desk.store.outbox.counts().values())
    form = seen(fresh, "/letters/launch")
    assert fresh.someone("sender").post("/letters/launch", {"number": number, **form}).status == 303
    assert sum(fresh.desk.store.outbox.counts().values()) == int(number)


@pytest.mark.parametrize("given", ["", "nonsense", "a.b", "0" * 64, "0" * 64 + ".é", "0" * 64 + ".AAAAAAAAAAA="])
def test_what_was_not_seen_is_not_agreed_to(fresh: Page, given: str) -> None:
    """The right number alone queues nothing."""
    enrol(fresh, 3)
    assert fresh.someone("sender").post("/letters/launch", {"number": "3", "seen": given}).status == 409
    assert not sum(fresh.desk.store.outbox.counts().values())


def test_a_wrong_number_changes_nothing_at_all(fresh: Page) -> None:
    """The list of the folder is enrolled with the launch, not before it."""
    enrol(fresh, 2)
    (fresh.desk.folder / "contacts.csv").write_text(HEADER + MOVED + ROWS[3], encoding="utf-8")
    before = fresh.desk.store.register.all(), fresh.desk.store.journal.count()
    form = seen(fresh, "/letters/launch")
    assert fresh.someone("sender").post("/letters/launch", {"number": "4", **form}).status == 422
    assert (fresh.desk.store.register.all(), fresh.desk.store.journal.count()) == before
    assert fresh.someone("sender").post("/letters/launch", {"number": "3", **form}).status == 303
    assert {letter.to for letter in fresh.desk.store.outbox.letters()} == {
        *("office@northam.example", "alcaldia@vallbona.example", "maire@beaumont.example")
    }


def test_what_is_shown_is_what_enrolling_gives(fresh: Page) -> None:
    """New, corrected, with a contact that a person took up, with a letter that waits: the plan is that of the launch."""
    launched(fresh, 2)
    write_again(fresh.desk, "Northam", "desk@northam.example")
    pause(fresh.desk)
    rows = [MOVED, ROWS[1].replace("Alcaldessa", "Batllessa"), *ROWS[2:]]
    for listed in (rows[:4], [row.replace(",es\n", ",ca\n") for row in rows]):  # the second finds letters that wait
        (fresh.desk.folder / "contacts.csv").write_text(HEADER + "".join(listed), encoding="utf-8")
        checked, stationery = preflight(fresh.desk), fresh.desk.load_stationery()
        shown = agreement_to(fresh.desk, stationery, plan_of(fresh.desk, checked, stationery))
        assert shown.letters
        launch_agreed(fresh.desk, checked, _expecting(fresh, shown.spelled))


def _expecting(page: Page, seen_before: str) -> Callable[[Plan, Stationery], None]:
    return lambda plan, stationery: agreement_to(page.desk, stationery, plan).refuse_unless(seen_before)


def test_reminders_are_those_that_were_seen(fresh: Page) -> None:
    """Who is taken out for another leaves the number alone; the page says so."""
    launched(fresh, 3)
    fresh.clock.move_to(MIDDLE_OF_AUGUST)
    form = seen(fresh, "/letters/reminders")
    write_again(fresh.desk, "Northam", "desk@northam.example")
    decide(fresh.desk, "Vallbona de la Serra", State.DECLINED)
    refused = fresh.someone("sender").post("/letters/reminders", {"number": "3", **form})
    assert refused.status == 409
    assert "Since you looked: " in refused.words
    assert "fewer" in refused.words


def test_thanks_are_those_that_were_seen(fresh: Page) -> None:
    """A yes that became a no meanwhile is not thanked."""
    launched(fresh, 3)
    decide(fresh.desk, "Northam", State.CONFIRMED)
    form = seen(fresh, "/letters/thanks")
    decide(fresh.desk, "Northam", State.DECLINED)
    refused = fresh.someone("sender").post("/letters/thanks", form)
    assert refused.status == 409
    assert "1 more letter, 1 letter fewer" in refused.words


def test_the_page_asks_anew_and_says_what_holds_the_letters(fresh: Page, make_context: MakeContext) -> None:
    """Somebody else enrols between look and launch; sending is paused: no letter is said to be on its way."""
    enrol(fresh, 4)
    pause(fresh.desk)
    window = make_context(fresh, "sender").new_page()
    window.goto("/letters/launch")
    enrol_rows(fresh, ROWS[4])
    window.get_by_label("Type 4 to send the letters").fill("4")
    window.get_by_role("button", name="Send 4 letters").click()
    expect(window.get_by_text("Since you looked: 1 more letter. Nothing was queued")).to_be_visible()
    assert_accessible(window)
    window.get_by_label("Type 5 to send the letters").fill("5")
    window.get_by_role("button", name="Send 5 letters").click()
    expect(window.get_by_text("5 letters are queued. Sending is paused (paused by anna)")).to_be_visible()
    expect(window.get_by_text("on their way")).to_have_count(0)
    assert_accessible(window)
