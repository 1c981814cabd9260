"""Pages in the states that nobody plans for: before anything is there, after a mistake, with everything unfolded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Window

from outreach.campaign.sending.posting import pause
from outreach.entrypoints.mailroom import note_mailbox
from tests.web.chromium import assert_accessible
from tests.web.launching import before_launch, enrol, list_of, send
from tests.web.server import Page

MakeContext = Callable[..., BrowserContext]
PLACES = (
    *("/", "/log", "/review", "/review?without=city", "/mails", "/letters", "/letters/contacts", "/letters/preview"),
    *("/letters/check", "/letters/test", "/letters/launch", "/letters/outbox", "/letters/reminders", "/letters/thanks"),
    *("/accounts", "/audit"),
)
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A campaign without contacts, letters or mail."""
    with before_launch(tmp_path_factory.mktemp("states") / "campaign") as page:
        yield page


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Page]:
    """The same, for who changes it."""
    with before_launch(tmp_path / "campaign") as page:
        yield page


@pytest.mark.parametrize("path", PLACES)
def test_before_anything_is_there_every_page_says_what_to_do(fresh: Page, path: str) -> None:
    """No page is a dead end, and none tells where the folder lies on the machine."""
    answer = fresh.someone("admin").get(path)
    assert answer.status == 200
    assert str(fresh.desk.folder) not in answer.text


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_empty_pages_are_for_everybody(fresh: Page, make_context: MakeContext, phone: bool) -> None:
    """Nothing keeps anybody out of them, by day on a desk and at night on a phone."""
    window = make_context(fresh, "admin", phone=phone, dark=phone).new_page()
    for path in PLACES[phone::2]:
        window.goto(path)
        assert_accessible(window)


def test_a_newcomer_is_led_from_the_overview_to_the_launch(fresh: Page, make_context: MakeContext) -> None:
    """First to the contacts, then to the letters; the card goes when letters are there."""
    window = make_context(fresh, "sender").new_page()
    window.goto("/")
    window.get_by_role("link", name="Add contacts").click()
    expect(window.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    enrol(fresh, 3)
    window.goto("/")
    expect(window.get_by_role("heading", name="Begin here")).to_be_visible()
    window.get_by_role("link", name="Look at the letters").click()
    expect(window.get_by_role("heading", name="Look at the letters")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/log", "/letters/preview", "/letters/check", "/letters/launch"])
def test_where_contacts_are_missing_a_button_leads_to_them(untouched: Page, path: str) -> None:
    """Also where the list of the folder is as empty as `init` makes it; no chart shows that there is nothing."""
    someone = untouched.someone("sender")
    for content in (None, "id,name,country,email\n"):
        if content is not None:
            (untouched.desk.folder / "contacts.csv").write_text(content, encoding="utf-8")
        text = someone.get(path).text
        assert re.search(r'class="button button-main" href="/letters/contacts">Add contacts', text)
        assert "No such file" not in text
        assert "chart-foot" not in text


def test_a_list_in_the_folder_is_as_good_as_an_enrolled_one(untouched: Page) -> None:
    """Who filled it with a spreadsheet is led on to the letters."""
    (untouched.desk.folder / "contacts.csv").write_text(list_of(2), encoding="utf-8")
    answer = untouched.someone("sender").get("/")
    assert "The list contacts.csv of the campaign’s folder is enrolled by the launch itself." in answer.words
    assert 'class="button button-main" href="/letters/preview"' in answer.text


def test_the_example_of_a_list_is_one(untouched: Page) -> None:
    """Sent back as it is, every row is right."""
    example = untouched.someone("sender").get("/letters/contacts/example.csv")
    assert "filename=" in example.headers["content-disposition"]
    looked = untouched.someone("sender").get(send(untouched, example.text.encode()).headers["location"])
    assert "Every row is right" in looked.words


def refused_login(window: Window) -> None:
    """A wrong password."""
    window.context.clear_cookies()
    window.goto("/login")
    window.get_by_label("Name").fill("nobody")
    window.locator("[name=password]").fill("not the right words")
    window.keyboard.press("Enter")
    expect(window.locator("[role=alert], .mistake").first).to_be_visible()


def invited_twice(window: Window) -> None:
    """A name that has an account already."""
    window.goto("/accounts")
    window.get_by_label("Name").fill("admin")
    window.get_by_role("button", name="Make an invitation").click()
    expect(window.locator(".mistake")).to_be_visible()


def keys(window: Window) -> None:
    """The list of keys lies open."""
    window.goto("/review/28")
    window.get_by_role("button", name="Keys").click()
    expect(window.get_by_role("heading", name="One key each")).to_be_visible()


def unfolded(path: str) -> Callable[[Window], None]:
    """Everything that can be opened is open."""

    def act(window: Window) -> None:
        window.goto(path)
        window.evaluate(UNFOLD)

    return act


def in_trouble(window: Window) -> None:
    """Paused, and the mailbox cannot be read."""
    window.goto("/")
    expect(window.locator(".notice-warning, .notice-error")).to_have_count(2)


@pytest.mark.parametrize(
    "act",
    [invited_twice, keys, in_trouble, unfolded("/review/28"), unfolded("/review/15?without=city"), refused_login],
)
def test_mistakes_and_open_things_are_for_everybody(
    served: Page, make_context: MakeContext, act: Callable[[Window], None]
) -> None:
    """Nothing keeps anybody out, on a phone too."""
    note_mailbox(served.desk, "The mail server imap.example:993 cannot be read now: timed out.")
    pause(served.desk)
    window = make_context(served, "admin", phone=act is not keys).new_page()
    act(window)
    assert_accessible(window)
