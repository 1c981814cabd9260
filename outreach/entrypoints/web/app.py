"""Assembles the page: the guard before it, the table of routes, and for each the role, the form and the handler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.access.sessions import Person, who_is
from outreach.entrypoints.web.intake import within
from outreach.entrypoints.web.routes import ROUTES, Row, check_routes
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.security import Guard
from outreach.entrypoints.web.site import Site
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark
from outreach.model import OutreachError, TryAgainLaterError

logger = logging.getLogger(__name__)

MOST_FIELDS = 1000  # of one form
MOST_FILES = 1
UNKNOWN, BROKEN = 401, 500  # the status where nobody is logged in, and where we are at fault

TITLES = {
    400: mark("That cannot be read"),
    401: mark("Please log in"),
    403: mark("That is for others"),
    404: mark("There is no such page"),
    405: mark("That cannot be done here"),
    408: mark("That took too long"),
    409: mark("That could not be done"),
    413: mark("That is too large"),
    500: mark("Something broke"),
    503: mark("Please try again in a moment"),
}


def make_app(site: Site, rows: tuple[Row, ...] = ROUTES) -> Starlette:
    """The page as an ASGI application."""
    check_routes(rows)

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else BROKEN
        return await run_in_threadpool(_failed, site, request, status)

    app = Starlette(
        routes=[Route(row.path, _endpoint(site, row), methods=[row.method]) for row in rows],
        middleware=[Middleware(Guard, hosts=site.hosts, scheme=site.scheme)],
        exception_handlers={HTTPException: failed, 500: failed},
    )
    app.router.redirect_slashes = False
    return app


def _failed(site: Site, request: Request, status: int) -> Response:
    person = None if status == BROKEN else _who(site, request, by_hand=False)  # what broke may be needed for that
    form = getattr(request.state, "form", FormData())
    return sorry(Visit(site, site.desk, request, person, form), status)


def _endpoint(site: Site, row: Row) -> Callable[[Request], Awaitable[Response]]:
    async def answer(asked: Request) -> Response:
        receive = within(asked.scope, asked.receive, row.limit, site.patience)
        return await _answer(site, row, Request(asked.scope, receive))

    return answer


async def _answer(site: Site, row: Row, request: Request) -> Response:
    """Who is it, may they, what did they send; then the handler, in a thread of its own."""
    person = await run_in_threadpool(_who, site, request, by_hand=row.by_hand)
    visit = Visit(site, site.desk, request, person)
    if row.role is not Role.ANYONE and (person is None or not person.may(row.role)):
        if person is None and row.method == "POST" and _has_ended(site, request):
            visit = replace(visit, form=await _words(request))
        return await run_in_threadpool(sorry, visit, UNKNOWN if person is None else 403)
    if person is not None:
        visit = replace(visit, desk=replace(site.desk, by=person.signature))
    if row.method == "POST":
        visit = replace(visit, form=await _form(request))
        request.state.form = visit.form  # what was written is given back where something breaks
    try:
        return await run_in_threadpool(_handle, row, visit)
    finally:
        await visit.form.close()


def _who(site: Site, request: Request, *, by_hand: bool) -> Person | None:
    token = request.cookies.get(site.cookie)
    return who_is(site.desk, token, by_hand=by_hand) if token else None


def _has_ended(site: Site, request: Request) -> bool:
    """Whether somebody was logged in here, and is no longer."""
    return site.cookie in request.cookies


async def _words(request: Request) -> FormData:
    """What was written into a form whose session has ended, to be shown again; files are not taken."""
    words = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return await _form(request) if words else FormData()


async def _form(request: Request) -> FormData:
    """A form; it may name any charset that Python knows, such as one that makes halves of characters."""
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except (MultiPartException, UnicodeError) as error:
        raise HTTPException(400) from error
    if not all(_is_text(name) and _is_text(value) for name, value in form.multi_items()):
        await form.close()
        raise HTTPException(400)
    return form


def _is_text(given: str | UploadFile) -> bool:
    """Whether a field, or the name of a file, can be kept and shown."""
    text = given if isinstance(given, str) else given.filename or ""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _handle(row: Row, visit: Visit) -> Response:
    try:
        return row.handler(visit)
    except HTTPException as error:
        return sorry(visit, error.status_code)
    except TryAgainLaterError as error:
        return sorry(visit, 503, error_words(visit.say, error))
    except OutreachError as error:
        return sorry(visit, 409, error_words(visit.say, error))


def sorry(visit: Visit, status: int, why: str = "") -> Response:
    """A page that says what could not be done, and why."""
    unknown = status == UNKNOWN
    if unknown and visit.wants_part:
        return HTMLResponse("", status, {"HX-Refresh": "true"})  # the whole page asks to log in
    template = "door/login.html" if unknown else "sorry.html"
    title = TITLES.get(status, TITLES[BROKEN])
    ended = unknown and _has_ended(visit.site, visit.request)
    return visit.page(template, status=status, title=title, why=why, name="", refusal="", ended=ended, back=visit.back)
