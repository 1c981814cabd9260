"""Nobody is offered what their role may not do: every form and link of every page leads to something they may ask for."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.routes import ROUTES
from tests.web.places import PLACES
from tests.web.server import Page

ORDER = [*Role]
PATHS = {place.path for place in PLACES if place.role} | {"/review/15?without=city", "/letters/outbox?state=in_doubt"}


class Offers(HTMLParser):
    """What a page offers: method and path."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A form, a button with an address of its own, a link."""
        given = dict(attributes)
        if tag == "form":
            self._offer(given.get("method") or "get", given.get("action") or self._path)
        if tag == "button" and given.get("formaction"):
            self._offer("post", given["formaction"] or "")
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self._offer("get", given["href"] or "")

    def _offer(self, method: str, path: str) -> None:
        self.found.add((method.upper(), re.split(r"[?#]", path)[0]))


def least(method: str, path: str) -> Role:
    """The least role that may ask for something."""
    for row in ROUTES:
        pattern = re.sub(r"\{\w+:int\}", r"\\d+", row.path)
        if row.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return row.role
    message = f"{method} {path} is offered, and does not exist"
    raise AssertionError(message)


@pytest.mark.parametrize("role", ["reader", "reviewer", "sender", "admin"])
def test_nothing_is_offered_that_ends_in_a_refusal(looked_at: Page, role: str) -> None:
    """Not by a button, a link, or a form behind a single key."""
    browser, most = looked_at.someone(role), ORDER.index(Role[role.upper()])
    refused = set()
    for path in PATHS:
        answer = browser.get(path)
        if answer.status != 200:
            continue
        page = Offers(path)
        page.feed(answer.text)
        refused |= {(path, *one) for one in page.found if ORDER.index(least(*one)) > most}
    assert refused == set()
