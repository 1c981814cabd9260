"""What people do with the page in a real browser: by keyboard, in their language, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Response, expect
from playwright.sync_api import Page as Window

from outreach.entrypoints.web.access import accounts
from outreach.entrypoints.web.door import one_time_address
from outreach.entrypoints.web.words import LANGUAGES
from tests.web.server import PASSWORD, Page

Contexts = Callable[..., BrowserContext]
WEIGHT = 150_000  # bytes of a page with all that it needs


def test_the_link_of_the_own_machine_opens_the_page(served: Page, make_context: Contexts) -> None:
    """In a browser one step leads from the link to the overview."""
    page = make_context(served).new_page()
    page.goto(one_time_address(served.desk, served.port))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert page.url == f"{served.address}/"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_colleague_accepts_an_invitation_and_comes_back(
    served: Page, make_context: Contexts, *, script: bool
) -> None:
    """Sets a password, logs out, logs in: by keyboard alone."""
    page = make_context(served, script=script).new_page()
    page.goto(f"/open/{accounts.add_account(served.desk, 'Anna Vila', 'reviewer')}")
    expect(page.locator("[name=password]")).to_be_focused()  # already
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_role("button", name="Log out").press("Enter")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type("anna vila")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_first_key_leads_past_the_navigation(desktop: Window) -> None:
    """Tab, Enter: the content has the focus (WCAG 2.4.1)."""
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("link", name="Skip to the content")).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("main")).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_the_languages_of_the_secretariat(served: Page, make_context: Contexts, language: str) -> None:
    """Chosen once, kept; words, dates and the page's own language."""
    page = make_context(served, "reader").new_page()
    page.goto("/settings")
    page.get_by_role("button", name=LANGUAGES[language]).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("button", name=LANGUAGES[language])).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    deadline = {"en": "15 September 2022", "fr": "15 septembre 2022", "es": "15 de septiembre de 2022"}
    expect(page.locator("main")).to_contain_text(deadline.get(language, "15 de setembre del 2022"))


def test_light_or_dark_is_chosen(desktop: Window) -> None:
    """Whatever the machine is set to."""
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = desktop.evaluate(ground)
    desktop.goto("/settings")
    desktop.get_by_role("button", name="dark", exact=True).click()
    expect(desktop.locator("html")).to_have_attribute("data-theme", "dark")
    assert desktop.evaluate(ground) != light
    desktop.get_by_role("button", name="light", exact=True).click()
    expect(desktop.locator("html")).to_have_attribute("data-theme", "light")
    assert desktop.evaluate(ground) == light


def test_an_admin_invites_somebody_on_a_phone(phone: Window) -> None:
    """The link is shown once, to be copied whole."""
    phone.get_by_role("link", name="People").tap()
    phone.get_by_label("Name").fill("Núria Serra")
    phone.get_by_label("Role", exact=True).select_option("sender")
    phone.get_by_role("button", name="Make an invitation").tap()
    expect(phone.locator(".secret")).to_contain_text("/open/")
    expect(phone.get_by_role("heading", name="Núria Serra", exact=True)).to_be_visible()
    phone.goto("/accounts")
    expect(phone.locator(".secret")).to_have_count(0)


def test_what_a_thumb_presses_is_large_enough(phone: Window) -> None:
    """44 px, as the house wants it; WCAG 2.5.8 wants 24."""
    for path in ("/", "/accounts", "/settings"):
        phone.goto(path)
        for control in phone.locator("main :is(button, select, input:not([type=hidden])), nav a").all():
            box = control.bounding_box()
            assert box is None or min(box["width"], box["height"]) >= 44, f"{path}: {control.inner_text()} {box}"


def test_the_page_is_light(served: Page, make_context: Contexts) -> None:
    """The overview with everything it loads, the first time; its map is counted apart."""
    page = make_context(served, "reader").new_page()
    came: list[Response] = []
    page.on("response", lambda response: came.append(response))  # noqa: PLW0108  playwright marks its listeners
    page.goto("/", wait_until="networkidle")
    sizes = [len(response.body()) for response in came]
    assert len(sizes) >= 4
    drawn = page.evaluate(
        "() => [...document.querySelectorAll('.chart-world-map svg')].map(one => one.outerHTML).join('')"
    )
    assert sum(sizes) - len(drawn.encode()) <= WEIGHT
