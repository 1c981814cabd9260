"""Every page in a real browser: at desk and phone width, light and dark, for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.chromium import assert_accessible
from tests.web.places import PLACES, Place
from tests.web.server import Page


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
