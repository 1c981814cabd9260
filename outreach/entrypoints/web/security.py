"""What every request and answer must pass: the name it asked for, where it comes from, and what a browser may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})
LONGEST_HEAD = 32 * 1024  # bytes of a request's headers
LONGEST_NUMBER = 15  # digits in a path; databases know no longer ones
OWN_PAGES = frozenset({"same-origin", "none"})  # of Sec-Fetch-Site; none: typed or chosen by the person

# Nothing but our own files; no script or style within a page, so that words of a mail never become either.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send “Origin: null” from our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Stands before everything else: a request that fails here reaches no page."""

    app: ASGIApp
    hosts: frozenset[str]  # exactly as browsers send them, lower-case
    scheme: str  # of the page as browsers see it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets through, or answers 400 and 403."""
        if scope["type"] != "http":
            return
        guarded = _with_headers(send, secure=self.scheme == "https")
        refused = self.refusal(scope)
        if refused is not None:
            await PlainTextResponse(refused[1], refused[0])(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is not let through: a status and a sentence; None if it is."""
        headers = Headers(scope=scope)
        if sum(len(name) + len(value) for name, value in headers.raw) > LONGEST_HEAD:
            return 431, "The headers of this request are too long.\n"
        host = headers.getlist("host")
        if len(host) != 1 or host[0].lower() not in self.hosts or not _is_plain(scope):
            return 400, "This page is not reached by that name.\n"
        if any(part.isdecimal() and len(part) > LONGEST_NUMBER for part in scope["path"].split("/")):
            return 404, "There is no such page.\n"
        if scope["method"] not in SAFE_METHODS and not self.is_from_own_page(headers, host[0].lower()):
            return 403, "This was asked for by a page of somebody else; nothing was done.\n"
        return None

    def is_from_own_page(self, headers: Headers, host: str) -> bool:
        """Whether a browser says that our own page asks.

        The rule of Go 1.25's CrossOriginProtection: Sec-Fetch-Site, else Origin; who says nothing is refused here.
        """
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        own = origin is not None and origin.lower() == f"{self.scheme}://{host}"
        if site is None:
            return own
        return site in OWN_PAGES and (own or origin is None)


def _is_plain(scope: Scope) -> bool:
    """A path of this server: no address of another one, nothing that leads out of a folder."""
    path: str = scope["path"]
    if b"%00" in scope.get("query_string", b""):  # no text holds it, and PostgreSQL breaks on it
        return False
    return path.startswith("/") and not path.startswith("//") and "\0" not in path and "\\" not in path


def _with_headers(send: Send, *, secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if secure:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sending
