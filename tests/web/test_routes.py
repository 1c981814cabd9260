"""Who may ask for what: every row of the table of routes with every role, made from the table itself."""

from __future__ import annotations

import re

import pytest

from outreach.entrypoints.web.access.roles import GIVEN, Role
from outreach.entrypoints.web.routes import ROUTES, Row
from tests.web.server import Browser, Page

EVERY = [pytest.param(row, role, id=f"{row.method} {row.path} {role}") for row in ROUTES for role in Role]


def path_of(row: Row) -> str:
    """A path that the row answers; nothing has the number or the name that it asks for."""
    return re.sub(r"\{[^}]*int\}", "999999", re.sub(r"\{[^}:]*\}", "nothing", row.path))


def somebody(page: Page, role: Role) -> Browser:
    return page.anybody() if role is Role.ANYONE else page.someone(role)


@pytest.mark.parametrize(("row", "role"), EVERY)
def test_every_route_lets_in_its_role_and_nobody_below(looked_at: Page, row: Row, role: Role) -> None:
    """Nobody: 401. Too small a role: 403. Else the handler answers, be it that it finds nothing."""
    asked = somebody(looked_at, role)
    answer = asked.get(path_of(row)) if row.method == "GET" else asked.post(path_of(row))
    if role.may_act_as(row.role):
        assert answer.status < 500
        if row.path != "/login":
            assert answer.status not in (401, 403)
    else:
        assert answer.status == (401 if role is Role.ANYONE else 403)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "POST"], ids=lambda row: row.path)
def test_what_changes_something_is_no_get(looked_at: Page, row: Row) -> None:
    """A path that only takes forms is not there for a link; a page that has both does not change by looking."""
    both = any(other.method == "GET" and other.path == row.path for other in ROUTES)
    status = looked_at.someone("admin").get(path_of(row)).status
    assert status == 405 if not both else status in (200, 404, 410)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_not_known(looked_at: Page, method: str) -> None:
    """Only looking and sending forms."""
    answer = looked_at.someone("admin").ask(method, "/settings", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status in (400, 405)


def test_head_is_a_look_without_words(looked_at: Page) -> None:
    """As RFC 9110 §9.3.2 has it."""
    answer = looked_at.someone("reader").ask("HEAD", "/")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("role", GIVEN)
def test_places_on_every_page_are_those_one_may_go_to(looked_at: Page, role: Role) -> None:
    """A reader is not shown what is for admins."""
    text = looked_at.someone(role).get("/").text
    assert ('href="/accounts"' in text) is (role is Role.ADMIN)
