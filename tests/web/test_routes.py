"""Who may ask for what: every row of the table of routes with every role, made from the table itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach.entrypoints.web.access.roles import GIVEN, Role
from outreach.entrypoints.web.routes import ROUTES, Handler, Row
from outreach.entrypoints.web.visit import Visit
from outreach.model import TryAgainLaterError
from tests.web.campaign import NOW
from tests.web.server import Browser, Page, copy_of, running

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
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


ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {},
)


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "POST"], ids=lambda row: row.path)
def test_no_form_of_another_site_is_taken(looked_at: Page, row: Row) -> None:
    """Whoever is logged in: 403, and nothing was looked at."""
    admin = looked_at.someone("admin")
    for headers in ELSEWHERE:
        answer = admin.ask("POST", path_of(row), b"a=b", {**FORM, **headers})
        assert (answer.status, answer.text[:9]) == (403, "This was ")


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


def _break(_visit: Visit) -> Response:
    message = "a secret of the inside"
    raise RuntimeError(message)


def _find_nothing(_visit: Visit) -> Response:
    raise HTTPException(404)


def _wait(_visit: Visit) -> Response:
    message = "somebody else is at it"
    raise TryAgainLaterError(message)


@pytest.mark.parametrize(
    ("handler", "status", "told"),
    [(_break, 500, "Something broke"), (_find_nothing, 404, "no such page"), (_wait, 503, "somebody else is at it")],
)
def test_a_fault_is_told_in_our_own_words(
    built: Path, tmp_path: Path, handler: Handler, status: int, told: str
) -> None:
    """A page with a status; never the inside of the program."""
    rows = (*ROUTES, Row("GET", "/fault", Role.READER, handler))
    with running(copy_of(built, tmp_path / "campaign"), NOW, rows=rows) as page:
        answer = page.someone("reader").get("/fault")
        assert (answer.status, told in answer.words) == (status, True)
        assert "secret of the inside" not in answer.text
        assert ("Log out" in answer.words) is (status != 500)
