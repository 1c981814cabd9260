"""One visit of a person to one page: who it is, what was asked, and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from outreach.campaign.desk import Desk
from outreach.entrypoints.web import words
from outreach.entrypoints.web.access.sessions import Person, who_is
from outreach.entrypoints.web.kept import Look, Value
from outreach.entrypoints.web.navigation import items_for
from outreach.entrypoints.web.site import Site

LANGUAGE_COOKIE, THEME_COOKIE = "outreach-language", "outreach-theme"
WRITTEN = ("note", "address", "until", "who", "name")  # fields of forms, beside the cells of a list; no password
MOST_WRITTEN = 20_000  # characters that are given back
THEMES = ("auto", "light", "dark")
Tone = Literal["done", "warning", "error"]


@dataclass(frozen=True)
class Visit:
    """What a handler gets. Its desk acts in the name of the person."""

    site: Site
    desk: Desk
    request: Request
    person: Person | None  # None only on pages that are open to anyone
    form: FormData = field(default_factory=FormData)

    # ------------------------------------------------------------ what was asked

    @property
    def query(self) -> QueryParams:
        """What stands behind the “?” of the address."""
        return self.request.query_params

    @property
    def place(self) -> Mapping[str, Any]:
        """What stands in the {places} of the route's path."""
        return self.request.path_params

    def field(self, name: str, default: str = "") -> str:
        """A field of the form as text, without NUL, which PostgreSQL keeps in no text."""
        value = self.form.get(name, default)
        return value.replace("\0", "") if isinstance(value, str) else default

    def upload(self, name: str) -> UploadFile | None:
        """A file of the form; None where none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    @property
    def written(self) -> str:
        """What the person wrote into the form in words of their own, to be given back where nothing came of it."""
        given = ((name, value) for name, value in self.form.multi_items() if isinstance(value, str) and value.strip())
        words = (value for name, value in given if name in WRITTEN or name.startswith("cell-"))
        return "\n".join(words).replace("\0", "")[:MOST_WRITTEN]

    @property
    def back(self) -> str:
        """The page of ours on which it was asked."""
        asked = self.request.headers.get("referer", "").partition("//")[2]
        host, _, path = asked.partition("/")
        ours = host == self.request.headers.get("host") and not path.startswith(("/", "\\"))
        return f"/{path}" if ours else "/"

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks for a part of the page only."""
        return self.request.headers.get("hx-request-type") == "partial"

    @property
    def by_script(self) -> bool:
        """Whether htmx asks, for a part of the page or the whole."""
        return self.request.headers.get("hx-request") == "true"

    def is_still_in(self) -> bool:
        """Whether the session is not over yet, for an answer that lasts."""
        token = self.request.cookies.get(self.site.cookie)
        return token is not None and who_is(self.desk, token, by_hand=False) is not None

    # ------------------------------------------------------------ in whose words

    @cached_property
    def language(self) -> str:
        """The language of the page."""
        chosen = self.request.cookies.get(LANGUAGE_COOKIE, "")
        return words.choose_language(chosen, self.request.headers.get("accept-language", ""))

    @property
    def theme(self) -> str:
        """Light, dark, or as the machine is set."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "auto"

    def say(self, message: str, **values: object) -> str:
        """A message in the person's language; `%(name)s` stands for a value."""
        said = words.catalogue(self.language).gettext(message)
        return said % _isolated(values) if values else said

    def say_number(self, one: str, many: str, number: int, **values: object) -> str:
        """The same for a number of things; `%(num)s` stands for it."""
        said = words.catalogue(self.language).ngettext(one, many, number)
        written = self.site.templates.environment(self.language).filters["number"](number)
        return said % {"num": written, **_isolated(values)}

    def day(self, day: date) -> str:
        """A day as it is written in the person's language."""
        return str(self.site.templates.environment(self.language).filters["day"](day))

    def moment(self, moment: datetime) -> str:
        """A moment, likewise, in the secretariat's time zone."""
        return str(self.site.templates.environment(self.language).filters["moment"](moment))

    # ------------------------------------------------------------ the ways to answer

    def page(self, template: str, *, part: str = "", status: int = 200, **values: Any) -> Response:
        """A page. With `part`, htmx gets only that block of the template, everybody else the whole page."""
        name = part if part and self.wants_part else ""
        html = self.site.templates.render(self.language, template, self._known() | values, name)
        return HTMLResponse(html, status, {"Vary": "HX-Request-Type"} if part else None)

    def look(self, make: Callable[[Desk], Value]) -> Look[Value] | None:
        """What a look through everybody found; a new one where the person asks for it. None: it is under way."""
        return self.site.look(make, again=self.query.get("again") == "yes")

    def looking(self, make: Callable[[Desk], Any], title: str) -> Response:
        """The page that waits for the first look through everybody, and then becomes the one that was asked for."""
        return self.page("letters/looking.html", title=title, begun=self.site.kept(make).begun)

    def part(self, template: str, block: str, **values: Any) -> Response:
        """One block of a template, whoever asks."""
        return HTMLResponse(self.site.templates.render(self.language, template, self._known() | values, block))

    def go(self, path: str, notice: str = "", *, tone: Tone = "done", undo: str = "", written: str = "") -> Response:
        """After a form: leads to a page of ours that says what was done; `undo` is the act to be taken back there.

        Where nothing was done, `written` is given back there.
        """
        if not path.startswith("/") or path.startswith(("//", "/\\")):
            message = f"“{path}” is no page of ours"
            raise ValueError(message)
        if notice and self.person is not None:
            said = {"words": notice, "tone": tone, "undo": undo, "written": written}
            self.desk.store.access.leave_notice(self.person.session, said)
        return RedirectResponse(path, 303)

    def _known(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            "visit": self,
            "person": self.person,
            "campaign": self.desk.settings.campaign,
            "theme": self.theme,
            "path": self.request.url.path,
            "navigation": items_for(self.desk, self.person),
            "take_notice": self._take_notice,
        }

    def _take_notice(self) -> dict[str, Any] | None:
        return None if self.person is None else self.desk.store.access.take_notice(self.person.session)


def _isolated(values: Mapping[str, object]) -> dict[str, object]:
    return {name: words.isolated(value) for name, value in values.items()}
