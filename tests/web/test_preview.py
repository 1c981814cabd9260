"""Letters are shown as they will be sent, and nothing in them can do anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.campaign.letters.gallery import MOST, gallery
from tests.web.server import Page

MakeContext = Callable[..., BrowserContext]


def test_the_letter_shows_its_styles_and_runs_nothing(looked_at: Page, make_context: MakeContext) -> None:
    """In a frame of its own without an origin; a name that holds markup is text in it."""
    window = make_context(looked_at, "reader").new_page()
    faults: list[str] = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    window.goto("/letters/preview?who=markup")
    letter = window.frame_locator("iframe")
    expect(letter.get_by_text("Saint-<b>Gras</b> & “Fils”").first).to_be_visible()
    frame = window.frames[1]
    assert frame.evaluate("() => document.querySelectorAll('[style]').length") > 0
    assert frame.evaluate("() => self.origin") == "null"
    assert faults == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/letters/preview/letter?who=northam", "'unsafe-inline'; img-src data:; sandbox;"),
        ("/letters/preview?who=northam", "script-src 'self'"),
    ],
)
def test_only_the_letter_itself_has_the_softer_policy(looked_at: Page, path: str, told: str) -> None:
    """No other page allows inline styles; the letter allows no script and only our page as its frame."""
    policy = looked_at.someone("reader").get(path).headers["content-security-policy"]
    assert told in policy
    assert ("unsafe-inline" in policy) is ("/letter?" in path)
    assert "frame-ancestors 'self'" in policy or "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/letters/preview/letter?who=nobody", 404),
        ("/letters/preview/letter?who=northam&letter=reminder.9", 404),
        ("/letters/preview/letter?who=northam&letter=../../etc/passwd", 404),
        ("/letters/preview/letter?who=northam&language=../x", 404),
        ("/letters/preview/letter?who=northam&language=ca", 200),
        ("/letters/preview/letter.eml?who=northam&letter=reminder.2", 200),
        ("/letters/preview/attachment/0?who=northam", 404),
        ("/letters/preview?who=nobody&letter=none", 404),
        ("/letters/preview?find=%F0%9F%92%A5", 200),
        ("/letters/preview?strange=yes&who=longname&view=text", 200),
    ],
)
def test_what_can_be_looked_at(looked_at: Page, path: str, status: int) -> None:
    """Letters that there are, in languages that there are."""
    assert looked_at.someone("reader").get(path).status == status


def test_everybody_is_found_by_name(looked_at: Page) -> None:
    """From the first in the order to the last."""
    people = gallery(looked_at.desk)
    for name in people.names:
        assert name in {one.name for one in people.found(looked_at.desk, name, MOST)}


def test_arrows_lead_from_letter_to_letter(looked_at: Page, make_context: MakeContext) -> None:
    """Next and back by key; the strangest are gone through by themselves; a name is found."""
    window = make_context(looked_at, "reader").new_page()
    window.goto("/letters/preview")
    first = window.get_by_role("heading", level=2).first.inner_text()
    window.keyboard.press("ArrowRight")
    expect(window.get_by_role("heading", level=2).first).not_to_have_text(first)
    window.keyboard.press("ArrowLeft")
    expect(window.get_by_role("heading", level=2).first).to_have_text(first)
    window.get_by_role("link", name="the strangest").click()
    expect(window.get_by_text("unusual signs").first).to_be_visible()
    window.get_by_label("Find an invitee").fill("vallbona")
    window.get_by_role("button", name="Find").click()
    window.get_by_role("link", name="Vallbona de la Serra").click()
    expect(window.frame_locator("iframe").get_by_text("Puigdemunt").first).to_be_visible()
    window.get_by_label("In which language").select_option("fr")
    expect(window.frame_locator("iframe").get_by_text("Madame").first).to_be_visible()
