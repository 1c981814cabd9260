"""Every page in a real browser: at desk and phone width, light and dark, for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.chromium import assert_accessible
from tests.web.places import PLACES, Place
from tests.web.server import Page
from tests.web.test_review import GIVAT, OAKHOLLOW, RIOSECO, STRANGER, decide


@pytest.mark.parametrize("look", ["desktop dark", "phone light"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_page_is_for_everybody(
    looked_at: Page, make_context: Callable[..., BrowserContext], place: Place, look: str
) -> None:
    """axe-core finds nothing, the page is not wider than its window, and nothing is written to the console."""
    page = make_context(looked_at, place.role, phone="phone" in look, dark="dark" in look).new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(place.path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    assert faults == []


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_the_reasons_stand_above_the_answers(
    looked_at: Page, make_context: Callable[..., BrowserContext], language: str
) -> None:
    """In a window of 1280 × 900, in the longest words: what it says and why is read before it is accepted."""
    context = make_context(looked_at, "reviewer")
    context.add_cookies([{"name": "outreach-language", "value": language, "url": looked_at.address}])
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/review/{RIOSECO}")
    acts, reasons = page.locator(".acts").bounding_box(), page.locator(".whys").bounding_box()
    assert acts is not None
    assert reasons is not None
    assert acts["height"] < 200
    assert acts["y"] - reasons["y"] > 200


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_the_answers_of_a_narrow_window_leave_room(
    looked_at: Page, make_context: Callable[..., BrowserContext], language: str
) -> None:
    """At 1100 × 800 what follows stands beside the button, above three rows at most; they cover nothing to be pressed."""
    context = make_context(looked_at, "reviewer")
    context.add_cookies([{"name": "outreach-language", "value": language, "url": looked_at.address}])
    page = context.new_page()
    page.set_viewport_size({"width": 1100, "height": 800})
    for mail in (OAKHOLLOW, RIOSECO):
        page.goto(f"/review/{mail}")
        acts = page.locator(".acts").bounding_box()
        assert acts is not None
        assert acts["height"] < 210
        assert_accessible(page)


def test_what_the_answers_would_cover_stands_behind_them(
    looked_at: Page, make_context: Callable[..., BrowserContext]
) -> None:
    """In Spanish, at 1280 × 800, a link was half below them (WCAG 2.5.8)."""
    context = make_context(looked_at, "reviewer")
    context.add_cookies([{"name": "outreach-language", "value": "es", "url": looked_at.address}])
    page = context.new_page()
    page.goto(f"/review/{RIOSECO}")
    assert_accessible(page)


def test_words_are_quoted_as_the_page_quotes(looked_at: Page, make_context: Callable[..., BrowserContext]) -> None:
    """Browsers would quote Spanish as English."""
    context = make_context(looked_at, "reader")
    context.add_cookies([{"name": "outreach-language", "value": "es", "url": looked_at.address}])
    page = context.new_page()
    for path, quote in ((f"/review/{RIOSECO}", ".reasons q"), ("/log?state=confirmed", ".log-words q")):
        page.goto(path)
        assert page.locator(quote).first.evaluate("one => getComputedStyle(one).quotes") == '"«" "»" "“" "”"'


def test_a_mail_is_known_by_its_title(served: Page) -> None:
    """In tabs, in the browser's history, and for who hears the page."""
    reader = served.someone("reader")
    assert "<title>Oakhollow · Review · " in reader.get(f"/review/{OAKHOLLOW}").text
    assert "<title>Tomás Ibarra · Review · " in reader.get(f"/review/{STRANGER}?without=city").text
    assert "<title>Review · " in reader.get("/review").text


def test_a_name_from_the_right_leaves_the_sentence_in_order(served: Page) -> None:
    """“NAME: declined.” stays so where the name is Hebrew."""
    told = decide(served.someone("reviewer"), GIVAT, "declined")
    assert "<p>\u2068גבעת השחר החדשה\u2069: declined.</p>" in told.text


def test_the_log_is_printed_for_a_meeting(looked_at: Page, make_context: Callable[..., BrowserContext]) -> None:
    """The table begins below its title, names keep their words whole, and nothing of the window is on paper."""
    page = make_context(looked_at, "reader").new_page()
    page.goto("/log")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", margin={"left": "12mm", "right": "12mm"}))
    assert len(sheets) <= 3  # 44 invitees
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 between its margins
    for hidden in (".places", ".self", ".log-filter", ".found-acts"):
        expect(page.locator(hidden)).to_be_hidden()
    name = page.get_by_role("rowheader", name="Beaumont-les-Tilleuls").bounding_box()
    assert name is not None
    assert name["width"] > 120
