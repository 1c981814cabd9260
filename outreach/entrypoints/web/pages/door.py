"""Coming in and going out: the login, one-time links, invitations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match

from outreach.entrypoints.web.access.login import Link, Refusal, accept_invitation, link_for, log_in, open_with
from outreach.entrypoints.web.access.passwords import password_mistake
from outreach.entrypoints.web.access.sessions import LONGEST
from outreach.entrypoints.web.access.tokens import digest
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark

# Addresses that can be asked for and are no page, or the door itself.
NO_PAGE = re.compile(r"^/(login$|open/)|\.|/(raw|events|live|cities|letter|attachment/\d+)$")
MISTAKES = {
    "too short": mark("Take at least 12 characters; three or four words are easy to remember."),
    "too long": mark("Take at most 200 characters."),
    "too easy": mark("That is guessed too easily; take three or four words that have nothing to do with your name."),
    "not the same": mark("The two passwords are not the same."),
}


def login_page(visit: Visit) -> Response:
    """Asks for name and password."""
    return visit.page("door/login.html", title=mark("Please log in"), name="", refusal="", why="", ended=False)


def login(visit: Visit) -> Response:
    """Lets a person in."""
    address = visit.request.client.host if visit.request.client else ""
    came = log_in(visit.desk, visit.field("name"), visit.field("password"), address)
    if not isinstance(came, Refusal):
        return _come_in(visit, came)
    status = 429 if came is Refusal.TOO_OFTEN else 401
    name = visit.field("name")[:200]
    return visit.page(
        "door/login.html",
        status=status,
        title=mark("Please log in"),
        name=name,
        refusal=came.value,
        why="",
        ended=False,
    )


def link_page(visit: Visit) -> Response:
    """Shows what a one-time link is for; looking at it does not use it up."""
    link = link_for(visit.desk, visit.place["token"])
    if link is None:
        return visit.page("door/over.html", status=410)
    return _ask(visit, link)


def use_link(visit: Visit) -> Response:
    """Lets in who holds a one-time link; by an invitation the person sets a password first."""
    token = visit.place["token"]
    link = link_for(visit.desk, token)
    mistake = _mistake(visit, link) if link is not None and link.account is not None else None
    if link is not None and mistake is not None:
        return _ask(visit, link, mistake)
    if link is None or link.account is None:
        came = open_with(visit.desk, token)
    else:
        came = accept_invitation(visit.desk, token, visit.field("password"))
    return visit.page("door/over.html", status=410) if came is None else _come_in(visit, came)


def _mistake(visit: Visit, link: Link) -> str | None:
    password = visit.field("password")
    found = password_mistake(password, link.name)
    if found is None and password != visit.field("again"):
        found = "not the same"
    return found


def _ask(visit: Visit, link: Link, mistake: str = "") -> Response:
    template = "door/open.html" if link.account is None else "door/invitation.html"
    status = 422 if mistake else 200
    return visit.page(template, status=status, link=link, mistake=MISTAKES.get(mistake, ""))


def logout(visit: Visit) -> Response:
    """Ends the session."""
    if visit.person is not None:
        visit.desk.store.access.end_session(visit.person.session)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(visit.site.cookie, secure=visit.site.scheme == "https", httponly=True, samesite="strict")
    return response


def _asked_for(visit: Visit) -> str:
    """The page in whose place the login stood; instead of the door, of files and of what is no page, the overview."""
    path = visit.back.partition("?")[0]
    if NO_PAGE.search(path):
        return "/"
    asked = {"type": "http", "method": "GET", "path": path, "headers": []}
    routes: Sequence[BaseRoute] = visit.request.app.routes
    return visit.back if any(route.matches(asked)[0] is Match.FULL for route in routes) else "/"


def _come_in(visit: Visit, token: str) -> Response:
    """A session always begins under a new name; an earlier one of this browser ends."""
    earlier = visit.request.cookies.get(visit.site.cookie)
    if earlier:
        visit.desk.store.access.end_session(digest(earlier))
    response = RedirectResponse(_asked_for(visit), 303)
    response.set_cookie(
        visit.site.cookie,
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=visit.site.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response
