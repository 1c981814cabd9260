"""Runs the page on loopback for a test, and asks it as a browser would or as an attacker might."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from outreach.adapters.config import load_settings
from outreach.bootstrap import make_desk
from outreach.campaign.desk import Desk
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.entrypoints.web import server
from outreach.entrypoints.web.access import accounts
from outreach.entrypoints.web.access.sessions import begin_session
from outreach.entrypoints.web.door import Door, open_door
from outreach.entrypoints.web.everybody import MANY
from outreach.entrypoints.web.intake import Patience
from outreach.entrypoints.web.routes import ROUTES, Row
from outreach.entrypoints.web.site import Site

PASSWORD = "quiet river under birches"


@dataclass(frozen=True)
class Answer:
    """What the page answered."""

    status: int
    headers: Mapping[str, str]  # lower-case names
    cookies: Mapping[str, str]
    text: str

    @property
    def words(self) -> str:
        """What a person reads of it."""
        reader = _Words()
        reader.feed(self.text)
        return " ".join(" ".join(reader.words).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Browser:
    """Somebody with a cookie; says of itself what a browser says."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Looks at a page."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Sends a form of our own page."""
        own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields or {}).encode(), {**own, **headers})

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Asks anything."""
        given = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, given)
            response = connection.getresponse()
            endless = response.headers.get_content_type() == "text/event-stream"
            text = (response.readline() if endless else response.read()).decode("utf-8", "replace")
        finally:
            connection.close()
        set_now = [value.partition(";")[0].partition("=") for value in response.headers.get_all("Set-Cookie") or ()]
        fresh = {name: value.strip('"') for name, _, value in set_now}
        self.cookies |= fresh
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, fresh, text)


@dataclass
class Page:
    """The page of a campaign while it runs."""

    site: Site
    desk: Desk
    clock: VirtualClock
    port: int

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def anybody(self) -> Browser:
        """Somebody who is not logged in."""
        return Browser(self.port)

    def token(self, role: str, name: str = "") -> str:
        """The secret of a session of somebody with a role; without a name, the account is called like the role."""
        key = accounts.key_of(name or role)
        if self.desk.store.access.account(key) is None:
            accounts.add_account(self.desk, name or role, role)
        return begin_session(self.desk, key, name or role) or ""

    def someone(self, role: str) -> Browser:
        """Somebody who is logged in with a role."""
        return Browser(self.port, {self.site.cookie: self.token(role)})


@contextlib.contextmanager
def running(
    folder: Path,
    now: datetime,
    patience: Patience | None = None,
    door: Door | None = None,
    rows: tuple[Row, ...] = ROUTES,
    many: int = MANY,
) -> Iterator[Page]:
    """Serves the campaign of a folder on a free port; with more invitees than `many`, nobody waits for all of them."""
    clock = VirtualClock(now)
    desk = make_desk(folder, load_settings(folder / "config.toml"), clock, "anna")
    door = door or Door(port=0)
    with open_door(door) as listening:
        port = listening.getsockname()[1]
        site = replace(server.make_site(desk, door, port), patience=patience or Patience(), many=many)
        uvicorn = server.make_server(site, rows, proxy=door.proxy)
        thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield Page(site, desk, clock, port)
        finally:
            uvicorn.should_exit = True
            thread.join(20)
            desk.store.close()


def copy_of(built: Path, target: Path) -> Path:
    """A campaign of one's own, to change."""
    shutil.copytree(built, target, symlinks=True)
    return target
