"""The way to a launch, as the secretariat goes it: a list is sent, looked at, launched; letters leave, pause, go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, expect
from playwright.sync_api import Page as BrowserPage

from outreach.adapters.maildir import make_maildir
from outreach.campaign.deciding.review import decide
from outreach.entrypoints.web.pages import sending
from outreach.model import LetterState
from tests.web.chromium import PHONE, assert_accessible
from tests.web.launching import (
    HEADER,
    ROWS,
    before_launch,
    enrol,
    launched,
    left,
    lines_of_events,
    receive,
    seen,
    until_nothing_moves,
)
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
    answer = fresh.someone("sender").post("/letters/launch", {"number": typed, **seen(fresh, "/letters/launch")})
    assert answer.status == status
    queued = sum(fresh.desk.store.outbox.counts().values())
    assert queued == (5 if status == 303 else 0)


def test_the_way_back_leads_over_no_form(fresh: Page, make_context: MakeContext) -> None:
    """A number was wrong, the next one right: “back” and “reload” show pages, and the browser offers to send nothing."""
    enrol(fresh, 3)
    window = make_context(fresh, "sender").new_page()
    window.goto("/letters/launch")
    for number, shown in (("2", "You typed 2"), ("3", "3 letters are on their way")):
        window.get_by_label("Type 3 to send the letters").fill(number)
        window.get_by_role("button", name="Send 3 letters").click()
        expect(window.get_by_text(shown)).to_be_visible()
    window.go_back()
    expect(window.get_by_role("heading", name="Nobody is left to invite")).to_be_visible()
    window.goto("/letters/check")
    window.get_by_role("button", name="Ask the mail servers too").click()
    expect(window.get_by_role("button", name="Ask the mail servers again")).to_be_visible()
    window.reload()
    assert window.url == f"{fresh.address}/letters/check"


def test_two_people_and_a_double_click_launch_once(slow: Page) -> None:
    """Eight launches at once: each letter leaves once, and nobody is shown a broken page."""
    enrol(slow, 12)
    people = [slow.someone(role) for role in ("sender", "admin") * 4]
    form = {"number": "12", **seen(slow, "/letters/launch")}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one.post("/letters/launch", form), people))
    assert {(one.status, one.headers.get("location")) for one in answers} <= {(303, "/letters/sending"), (422, None)}
    until_nothing_moves(slow)
    assert slow.desk.store.outbox.counts()[LetterState.ACCEPTED] == 12
    assert set(left(slow).values()) == {1}
    assert len(left(slow)) == 12


def test_pause_holds_the_rest_and_nothing_is_lost(slow: Page, make_context: MakeContext) -> None:
    """The page follows by itself; what left before the pause is not sent again after it."""
    enrol(slow, 30)
    window = make_context(slow, "sender").new_page()
    window.goto("/letters/launch")
    window.get_by_label("Type 30 to send the letters").fill("30")
    window.get_by_role("button", name="Send 30 letters").click()
    window.get_by_role("button", name="Pause").click()
    expect(window.get_by_role("heading", name="Sending is paused")).to_be_visible()
    assert_accessible(window)
    until_nothing_moves(slow)
    assert sum(left(slow).values()) < 30
    window.get_by_role("button", name="Go on sending").click()
    expect(window.get_by_role("heading", name="Every letter has left")).to_be_visible(timeout=30_000)
    assert sorted(left(slow).values()) == [1] * 30


@pytest.mark.parametrize("way", ["mouse", "space"])
def test_a_button_that_is_held_down_is_not_taken_away(slow: Page, make_context: MakeContext, way: str) -> None:
    """Letters leave while somebody presses “Pause”: the press counts."""
    enrol(slow, 40)
    window = make_context(slow, "sender").new_page()
    window.goto("/letters/launch")
    window.get_by_label("Type 40 to send the letters").fill("40")
    window.get_by_role("button", name="Send 40 letters").click()
    pause = window.locator("#sending-pause")
    pause.hover(force=True)
    pause.focus()
    letters = len(left(slow))
    window.mouse.down() if way == "mouse" else window.keyboard.down("Space")
    while len(left(slow)) < letters + 12:  # the page is told twice at least
        window.wait_for_timeout(100)
    window.mouse.up() if way == "mouse" else window.keyboard.up("Space")
    expect(window.get_by_role("heading", name="Sending is paused")).to_be_visible()


def test_the_stream_lives_while_nothing_happens_and_ends_with_the_session(
    fresh: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks again and again; who has logged out is told nothing more."""
    monkeypatch.setattr(sending, "LOOK", 0.05)
    monkeypatch.setattr(sending, "STILL_HERE", 0.1)
    someone = fresh.someone("reader")
    lines = lines_of_events(fresh, someone)
    assert any("No letter has been queued yet" in line for line in lines)
    assert any(line == ":" for line in lines)  # a comment: it lives
    assert someone.post("/logout").status == 303
    assert not any(line.startswith("data:") for line in lines)  # and here it has ended
    assert someone.get("/letters/sending/events").status == 401


def test_without_a_script_each_look_says_how_far_it_is(fresh: Page, make_context: MakeContext) -> None:
    """Forms and links alone lead from the number to the last letter."""
    enrol(fresh, 3)
    window = make_context(fresh, "sender", script=False).new_page()
    window.goto("/letters/launch")
    window.get_by_label("Type 3 to send the letters").fill("3")
    window.get_by_role("button", name="Send 3 letters").click()
    until_nothing_moves(fresh)
    window.get_by_role("link", name="Look again").click()
    expect(window.get_by_role("heading", name="Every letter has left")).to_be_visible()
    expect(window.get_by_text("of 3 letters handed over")).to_be_visible()


def test_a_page_that_ends_finishes_the_letter_in_hand(tmp_path: Path) -> None:
    """No letter is lost, left in doubt or doubled by a page that is stopped in the middle of a mailing."""
    with before_launch(tmp_path / "campaign", per_minute=600) as page:
        enrol(page, 40)
        page.someone("sender").post("/letters/launch", {"number": "40", **seen(page, "/letters/launch")})
    assert page.site.sender.now().here is False
    with before_launch(tmp_path / "campaign", per_minute=0) as again:
        counts = again.desk.store.outbox.counts()
        assert counts[LetterState.READY] + counts[LetterState.ACCEPTED] == 40
        again.someone("sender").post("/letters/sending", {"act": "go"})
        until_nothing_moves(again)
        assert sorted(left(again).values()) == [1] * 40


MIDDLE_OF_AUGUST = datetime(2022, 8, 16, 9, tzinfo=UTC)  # the first reminder is due


def test_reminders_are_looked_through_and_released(fresh: Page, make_context: MakeContext) -> None:
    """One is taken out, one has answered meanwhile in the mailbox; the others are reminded once."""
    launched(fresh, 5)
    fresh.clock.move_to(MIDDLE_OF_AUGUST)
    window = make_context(fresh, "sender").new_page()
    window.goto("/letters/reminders")
    expect(window.get_by_role("heading", name="5 reminders are due")).to_be_visible()
    window.get_by_role("button", name="Take out for a week Northam").click()
    expect(window.get_by_text("Northam gets no letter before 23 August 2022.")).to_be_visible()
    expect(window.get_by_role("button", name="Undo")).to_be_visible()
    assert_accessible(window)
    receive(fresh, "maire@beaumont.example", "Nous confirmons notre participation.")
    window.get_by_label("Type 4 to send the reminders").fill("4")
    window.get_by_role("button", name="Send 4 reminders").click()
    expect(window.get_by_text("3 letters are on their way. 1 is no longer due")).to_be_visible(timeout=20_000)
    until_nothing_moves(fresh)
    reminded = {to for to, number in left(fresh).items() if number == 2}
    assert reminded == {address(row) for row in (ROWS[1], ROWS[2], ROWS[4])}
    assert fresh.someone("sender").post("/letters/reminders", {"number": "4"}).status == 422


@pytest.mark.parametrize("typed", ["", "4", "0", "all"])
def test_only_the_right_number_reminds(fresh: Page, typed: str) -> None:
    """Anything else queues nothing."""
    launched(fresh, 3)
    fresh.clock.move_to(MIDDLE_OF_AUGUST)
    form = {"number": typed, **seen(fresh, "/letters/reminders")}
    assert fresh.someone("sender").post("/letters/reminders", form).status == 422
    assert sum(fresh.desk.store.outbox.counts().values()) == 3


def test_a_very_long_word_makes_no_list_wide(served: Page, make_context: MakeContext) -> None:
    """A name without a blank scrolls in the frame of its table, also where that stands in a form."""
    decide(served.desk, "silent-1", "confirmed")
    window = make_context(served, "sender").new_page()
    window.goto("/letters/thanks")
    window.evaluate("() => { document.querySelector('tbody [dir=auto]').textContent = 'W'.repeat(200); }")
    width = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert window.evaluate(width) <= 0


def test_thanks_are_released_together_and_once(served: Page, make_context: MakeContext) -> None:
    """Who is taken out stays on the list; a mail server that is away is said, and the letters wait."""
    make_maildir(served.desk.folder / "mailbox")
    for town, state in (("silent-1", "confirmed"), ("silent-2", "declined"), ("silent-3", "confirmed")):
        decide(served.desk, town, state)
    window = make_context(served, "sender").new_page()
    window.goto("/letters/thanks")
    assert_accessible(window)
    window.set_viewport_size(PHONE)
    assert_accessible(window)
    rows = window.get_by_role("row").count() - 1
    window.get_by_role("checkbox").first.check()
    window.get_by_role("button", name="Send these letters").click()
    expect(window.get_by_text(f"{rows - 1} letters are on their way.")).to_be_visible(timeout=20_000)
    expect(window.get_by_role("alert")).to_contain_text("127.0.0.1", timeout=20_000)
    assert served.desk.store.outbox.counts()[LetterState.READY] == rows - 1
    window.goto("/letters/thanks")
    assert window.get_by_role("row").count() - 1 == 1
    assert served.someone("sender").post("/letters/thanks", {"seen": "those of before"}).status == 409


def test_a_letter_in_doubt_is_settled_by_who_knows(fresh: Page, make_context: MakeContext) -> None:
    """It is listed with its reason; “it arrived” counts it as sent."""
    launched(fresh, 2)
    doubtful = fresh.desk.store.outbox.letters()[0]
    now, taken = fresh.clock.now(), (LetterState.ACCEPTED,)
    fresh.desk.store.outbox.settle(
        doubtful.id, LetterState.IN_DOUBT, now, stage="payload", reply="the connection broke", expected=taken
    )
    window = make_context(fresh, "sender").new_page()
    window.goto("/letters/outbox?state=in_doubt")
    assert_accessible(window)
    window.get_by_role("button", name="It arrived").click()
    expect(window.get_by_text("counts as sent")).to_be_visible()
    settled = fresh.desk.store.outbox.letter(doubtful.id)
    assert settled is not None
    assert settled.state is LetterState.ACCEPTED
