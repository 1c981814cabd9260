"""The page for its tests: a campaign in full swing, a server on loopback, a browser at desktop and phone width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as BrowserPage

from tests.web.campaign import NOW, apart, build_campaign
from tests.web.chromium import DESKTOP, PHONE, chromium
from tests.web.server import Page, copy_of, running


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign as it was played, once for all tests; nobody changes it."""
    folder = tmp_path_factory.mktemp("campaign") / "built"
    apart(build_campaign, folder)
    return folder


@pytest.fixture
def served(built: Path, tmp_path: Path) -> Iterator[Page]:
    """The page of a copy of the campaign, for one test to change."""
    with running(copy_of(built, tmp_path / "campaign"), NOW) as page:
        yield page


@pytest.fixture(scope="module")
def looked_at(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of a copy of the campaign, for tests that change nothing but sessions."""
    with running(copy_of(built, tmp_path_factory.mktemp("served") / "campaign"), NOW) as page:
        yield page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file: while it is there, an event loop runs, in which no other may begin."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def make_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser of somebody's own, at phone width or desktop width, light or dark, logged in with a role."""
    opened: list[BrowserContext] = []

    def make(
        page: Page, role: str = "", *, phone: bool = False, dark: bool = False, script: bool = True
    ) -> BrowserContext:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            base_url=page.address,
            locale="en-GB",
        )
        if role:
            context.add_cookies([{"name": page.site.cookie, "value": page.token(role), "url": page.address}])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def desktop(served: Page, make_context: Callable[..., BrowserContext]) -> BrowserPage:
    """A browser window of an admin on a desk, on the overview."""
    return _at_home(make_context(served, "admin"))


@pytest.fixture
def phone(served: Page, make_context: Callable[..., BrowserContext]) -> BrowserPage:
    """The same on a phone."""
    return _at_home(make_context(served, "admin", phone=True))


def _at_home(context: BrowserContext) -> BrowserPage:
    page = context.new_page()
    page.goto("/")
    return page
