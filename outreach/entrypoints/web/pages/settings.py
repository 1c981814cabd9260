"""What a person sets for themselves: language, light or dark, password."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse, Response

from outreach.entrypoints.web.access.accounts import set_password
from outreach.entrypoints.web.access.login import Refusal, log_in
from outreach.entrypoints.web.access.passwords import password_mistake
from outreach.entrypoints.web.pages.door import MISTAKES
from outreach.entrypoints.web.visit import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Visit
from outreach.entrypoints.web.words import LANGUAGES, mark

INVITATION = re.compile(r"https?://[^/]+(/open/[\w-]{1,100})", re.ASCII)
A_YEAR = 365 * 24 * 3600  # seconds


def settings_page(visit: Visit) -> Response:
    """Shows the person's own settings."""
    return _page(visit)


def _page(visit: Visit, mistake: str = "", *, status: int = 200) -> Response:
    of_campaign = visit.desk.settings
    return visit.page("settings/page.html", status=status, mistake=mistake, themes=THEMES, of_campaign=of_campaign)


def prefer(visit: Visit) -> Response:
    """Keeps the language, or light or dark, in this browser."""
    response = RedirectResponse("/settings" if visit.person else _door(visit), 303)
    for cookie, value, known in (
        (LANGUAGE_COOKIE, visit.field("language"), LANGUAGES),
        (THEME_COOKIE, visit.field("theme"), THEMES),
    ):
        if value in known:
            secure = visit.site.scheme == "https"
            response.set_cookie(
                cookie, value, max_age=A_YEAR, path="/", secure=secure, httponly=True, samesite="strict"
            )
    return response


def _door(visit: Visit) -> str:
    """Where somebody stood who is not in yet: an invitation stays open while its language is chosen."""
    asked = INVITATION.fullmatch(visit.request.headers.get("referer", ""))
    return asked[1] if asked is not None else "/login"


def change_password(visit: Visit) -> Response:
    """Takes a new password from who knows the old one, and ends the person's sessions everywhere."""
    person = visit.person
    if person is None or person.account is None:
        return _page(visit, mark("You came in by the link of this machine and have no password."), status=409)
    address = visit.request.client.host if visit.request.client else ""
    new = visit.field("password")
    mistake = password_mistake(new, person.name)
    if mistake is None and new != visit.field("again"):
        mistake = "not the same"
    if mistake is not None:
        return _page(visit, MISTAKES[mistake], status=422)
    came = log_in(visit.desk, person.account, visit.field("old"), address)
    if isinstance(came, Refusal):
        return _page(visit, mark("The present password is not right, or was wrong too often."), status=422)
    set_password(visit.desk, person.account, new)
    return RedirectResponse("/login", 303)
