"""The way to a launch, as the secretariat goes it: a list is sent, looked at, launched; letters leave, pause, go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, expect
from playwright.sync_api import Page as BrowserPage

from outreach.model import LetterState
from tests.web.chromium import assert_accessible
from tests.web.launching import HEADER, ROWS, before_launch, left, list_of
from tests.web.server import Page

MakeContext = Callable[..., BrowserContext]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Page]:
    """The page of a campaign before its launch."""
    with before_launch(tmp_path / "campaign") as page:
        yield page


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Page]:
    """The same with a relay that takes ten letters a second."""
    with before_launch(tmp_path / "campaign", per_minute=600) as page:
        yield page


def send_list(window: BrowserPage, text: str, name: str = "towns.csv") -> None:
    """Chooses a list and has it looked at."""
    window.goto("/letters/contacts")
    file = FilePayload(name=name, mimeType="text/csv", buffer=text.encode())
    window.get_by_label("The list").set_input_files(file)
    window.get_by_role("button", name="Look at the list").click()


def enrol(page: Page, number: int) -> None:
    """Enrols so many invitees by forms alone."""
    browser = page.someone("sender")
    body = f'--x\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\n{list_of(number)}\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Sec-Fetch-Site": "same-origin"}
    sent = browser.ask("POST", "/letters/contacts", body.encode(), headers)
    assert sent.status == 303
    assert browser.post(f"{sent.headers['location']}/enrol").headers["location"] == "/letters/contacts"


def until_nothing_moves(page: Page) -> str:
    """The stream of events ends when no letter is leaving; gives what it said."""
    return page.someone("reader").get("/letters/sending/events").text


def test_from_a_list_with_mistakes_to_letters_that_left(fresh: Page, make_context: MakeContext) -> None:
    """Upload, correct in place, preview, check, test letter, launch; each step leads to the next."""
    window = make_context(fresh, "sender").new_page()
    send_list(window, HEADER + "".join(ROWS) + "Hillcrest,XX,mayor@hillcrest,,,,en\n")
    expect(window.get_by_role("heading", name="1 row has a mistake")).to_be_visible()
    assert_accessible(window)
    row = window.get_by_role("group", name="Line 7")
    row.get_by_label("country").fill("ZA")
    row.get_by_label("email").fill("mayor@hillcrest.example")
    window.get_by_role("button", name="Check these rows again").click()
    assert_accessible(window)
    window.get_by_role("button", name="Enrol 6 invitees").click()
    expect(window.get_by_text("Enrolled: 6 new, 0 changed, 0 as they were.")).to_be_visible()
    window.get_by_role("link", name="Next: look at the letters").click()
    expect(window.frame_locator("iframe").get_by_text("Northam").first).to_be_visible()
    window.get_by_role("link", name="Next: check everything").click()
    expect(window.get_by_text("Nothing stands in the way of a launch.")).to_be_visible()
    window.get_by_role("link", name="Next: a test letter").click()
    window.get_by_label("Your own address").fill("anna@secretariat.example")
    window.get_by_role("button", name="Send the test letter").click()
    expect(window.get_by_text("The test letter to anna@secretariat.example left")).to_be_visible()
    window.get_by_role("link", name="Next: the launch").click()
    expect(window.get_by_role("heading", name="Send 6 letters in 4 languages")).to_be_visible()
    assert_accessible(window)
    window.get_by_label("Type 6 to send the letters").fill("6")
    window.get_by_role("button", name="Send 6 letters").click()
    expect(window.get_by_role("heading", name="Every letter has left")).to_be_visible(timeout=20_000)
    assert left(fresh) == {**dict.fromkeys(map(address, (*ROWS, "Hillcrest,ZA,mayor@hillcrest.example")), 1), **TEST}


TEST = {"anna@secretariat.example": 1}


def address(row: str) -> str:
    """Where a row's contact is written to."""
    return row.split(",")[2]


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("5 letters", 422), ("4", 422), ("6", 422), ("5", 303)])
def test_only_the_right_number_lets_letters_leave(fresh: Page, typed: str, status: int) -> None:
    """Anything else queues nothing and says what would leave."""
    enrol(fresh, 5)
    answer = fresh.someone("sender").post("/letters/launch", {"number": typed})
    assert answer.status == status
    queued = sum(fresh.desk.store.outbox.counts().values())
    assert queued == (5 if status == 303 else 0)


def test_two_people_and_a_double_click_launch_once(slow: Page) -> None:
    """Eight launches at once: each letter leaves once, and nobody is shown a broken page."""
    enrol(slow, 12)
    people = [slow.someone(role) for role in ("sender", "admin") * 4]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one.post("/letters/launch", {"number": "12"}), people))
    assert {(one.status, one.headers.get("location")) for one in answers} <= {(303, "/letters/sending"), (422, None)}
    until_nothing_moves(slow)
    assert slow.desk.store.outbox.counts()[LetterState.ACCEPTED] == 12
    assert set(left(slow).values()) == {1}
    assert len(left(slow)) == 12
