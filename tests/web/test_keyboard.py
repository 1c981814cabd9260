"""What somebody does who never touches a mouse: what has the focus is seen, and stands where it is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Window

from tests.web.launching import before_launch, enrol
from tests.web.server import Page

Contexts = Callable[..., BrowserContext]
OAKHOLLOW = 28  # a mail that waits, with a suggestion
# What has the focus: nothing, or whether something lies over its middle, and whether it is marked.
FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const open = seen !== null && (one.contains(seen) || seen.contains(one));
  return {name: one.textContent.trim() || one.name, open, marked: getComputedStyle(one).outlineStyle !== "none"};
}"""


def walked(window: Window, most: int = 150) -> list[dict[str, object]]:
    """Everything that has the focus in turn, until the browser's own bar has it."""
    stops: list[dict[str, object]] = []
    for _ in range(most):
        window.keyboard.press("Tab")
        if (stop := window.evaluate(FOCUS)) is None:
            return stops
        stops.append(stop)
    message = "the focus never left the page"
    raise AssertionError(message)


@pytest.mark.parametrize("path", [f"/review/{OAKHOLLOW}", "/log?state=confirmed", "/invitees/1", "/accounts"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_what_has_the_focus_is_seen(looked_at: Page, make_context: Contexts, path: str, *, phone: bool) -> None:
    """It is marked, and neither the answers at the foot nor the navigation lie over it (WCAG 2.2, 2.4.7 and 2.4.11)."""
    window = make_context(looked_at, "admin", phone=phone).new_page()
    window.goto(path)
    stops = walked(window)
    assert len(stops) > 10
    assert [stop for stop in stops if not stop["open"] or not stop["marked"]] == []


def test_the_list_of_keys_is_read_without_deciding(desktop: Window) -> None:
    """It takes the focus, so that its switch comes next; keys decide nothing behind it."""
    desktop.goto(f"/review/{OAKHOLLOW}")
    expect(desktop.locator("body[data-ready]")).to_be_attached()
    desktop.keyboard.press("?")
    expect(desktop.get_by_role("dialog", name="One key each")).to_be_focused()
    desktop.keyboard.press("a")
    desktop.keyboard.press("1")
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_label("Single keys are on")).to_be_focused()
    desktop.keyboard.press("Escape")
    expect(desktop.locator("#keys")).to_be_hidden()
    assert desktop.url.endswith(f"/review/{OAKHOLLOW}")
    desktop.keyboard.press("a")
    expect(desktop.locator(".notice-done")).to_contain_text("Oakhollow")


def test_a_mistake_has_the_focus(make_context: Contexts, tmp_path: Path) -> None:
    """Who typed the wrong number types the right one at once."""
    with before_launch(tmp_path / "campaign") as page:
        enrol(page, 3)
        window = make_context(page, "sender").new_page()
        window.goto("/letters/launch")
        window.get_by_label("Type 3 to send the letters").fill("4")
        window.keyboard.press("Enter")
        expect(window.get_by_label("Type 3 to send the letters")).to_be_focused()
        window.goto("/letters/test")
        window.get_by_label("Your own address").fill("me@office.example")
        window.get_by_label("As for which invitee").fill("Atlantis")
        window.keyboard.press("Enter")
        expect(window.get_by_label("As for which invitee")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_no_word_of_the_navigation_is_cut_on_a_phone(looked_at: Page, make_context: Contexts, language: str) -> None:
    """Wherever one is: the word of the place is bold."""
    context = make_context(looked_at, "admin", phone=True)
    context.add_cookies([{"name": "outreach-language", "value": language, "url": looked_at.address}])
    window = context.new_page()
    for path in ("/", "/log", "/review", "/letters", "/accounts", "/settings"):
        window.goto(path)
        cut = "spans => spans.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
        assert window.locator(".places a > span").evaluate_all(cut) == []
