"""Two hundred payloads in names, titles, notes, subjects, senders, texts and file names: none is run on any page."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import BrowserContext
from starlette.routing import compile_path

from outreach.adapters.config import load_settings
from outreach.bootstrap import make_desk
from outreach.campaign.answers.replies import read_new
from outreach.campaign.deciding import review
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import import_contacts
from outreach.campaign.letters.mailing import queue_invitations
from outreach.campaign.sending.posting import post
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.entrypoints.web.routes import ROUTES
from tests.web.campaign import COLUMNS, LAUNCH, NOW, KindPostman, apart, keep, mail, write_folder
from tests.web.payloads import PAYLOADS, RAN
from tests.web.server import Browser, Page, running

BY_LENGTH = sorted(PAYLOADS, key=len)
PAIRS = tuple(f"{BY_LENGTH[n]} {BY_LENGTH[-1 - n]}" for n in range(len(PAYLOADS) // 2))  # names have 200 characters
DANGEROUS = ("iframe", "object", "embed", "base", "style", "math", "animate")  # elements; ours has none of them
IN_BROWSER = 3  # pages of each route that are opened in Chromium
MOST = 15  # pages of each route that are read


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A campaign in which every word that somebody else wrote is a payload."""
    folder = tmp_path_factory.mktemp("hostile") / "campaign"
    apart(lambda at: build(at, PAIRS), folder)
    with running(folder, NOW) as page:
        yield page


def build(folder: Path, texts: Sequence[str]) -> None:
    """A campaign of as many invitees, each with a text wherever somebody else writes."""
    write_folder(folder, [])
    with (folder / "contacts.csv").open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, payload in enumerate(texts):
            words = "".join(one for one in payload.replace("\t", " ") if one.isprintable())  # others are not enrolled
            told = {"id": f"t{number}", "name": words, "country": "GB", "kind": "city", "language": "en"}
            told |= {"person": words, "title": words, "notes": words, "email": f"mayor@t{number}.example"}
            writer.writerow([told.get(name, "") for name in COLUMNS])
    desk = make_desk(folder, load_settings(folder / "config.toml"), VirtualClock(LAUNCH), "anna")
    assert len(import_contacts(desk).enrolled.new) == len(texts)
    queue_invitations(desk, desk.load_stationery(), tuple(desk.store.register.all().values()))
    post(desk, KindPostman)
    for number, payload in enumerate(texts):
        _answer(desk, number, payload)
    read_new(desk)
    for number, payload in enumerate(texts[:10]):
        review.decide(desk, f"t{number}", "confirmed", payload)
    desk.store.close()


def _answer(desk: Desk, number: int, payload: str) -> None:
    """A mail of a town hall, or of nobody, with the payload wherever words can stand."""
    at = LAUNCH + timedelta(days=2, minutes=number)
    line = " ".join(payload.split())
    address = f"mayor@t{number}.example" if number % 4 else f"x{number}@attack.example"
    made = mail(address, line, f"{payload}\n\nWe have received your letter. {payload}\n\nDoes it cost {payload}?", at)
    del made["From"]
    made["From"] = Address(line, addr_spec=address)
    made.add_attachment(b"x", maintype="text", subtype="plain", filename=f"{line}.txt")
    keep(desk, made, at)


# ---------------------------------------------------------------- every page that links lead to


class Markup(HTMLParser):
    """What a page links to, and what in it a browser would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.runs: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src") if tag in ("a", "iframe") and name in given]
        bad = [name for name in given if name.startswith(("on", "hx-on")) or name in ("style", "srcdoc", "xlink:href")]
        bad += [name for name in ("href", "src", "action", "formaction") if _is_script(given.get(name, ""))]
        caged = tag == "iframe" and given.get("sandbox") == "" and given.get("src", "").startswith("/")  # our letters
        if (tag in DANGEROUS and not caged) or (tag == "script" and "src" not in given):
            bad.append(tag)
        if given.get("http-equiv"):
            bad.append("http-equiv")
        self.runs += [f"{tag} {name}: {given.get(name, '')[:80]}" for name in bad]


def _is_script(address: str) -> bool:
    plain = "".join(address.split()).lower()
    return plain.startswith(("javascript:", "data:", "//", "vbscript:"))


PATTERNS = [(compile_path(row.path)[0], row.path) for row in ROUTES if row.method == "GET"]


def route_of(path: str) -> str:
    """The row of the table that answers a path."""
    return next((row for pattern, row in PATTERNS if pattern.match(urlsplit(path).path)), path)


@dataclass(frozen=True)
class Came:
    """A page as it came."""

    path: str
    text: str
    caged: bool  # its policy lets it do nothing: a letter as its readers see it

    @property
    def runs(self) -> list[str]:
        """What in it would be run; a letter has styles of its own."""
        return [one for one in Markup(self.text).runs if not (self.caged and one.split(":")[0].endswith("style"))]


def every_page(browser: Browser, begin: Sequence[str]) -> Mapping[str, Sequence[Came]]:
    """The pages that links lead to, by route."""
    found: dict[str, list[Came]] = defaultdict(list)
    asked: Counter[str] = Counter()
    waiting, known = [*begin], {*begin}
    while waiting:
        path = waiting.pop(0)
        answer = browser.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html") or answer.status != 200:
            continue
        caged = "sandbox" in answer.headers["content-security-policy"]
        found[route_of(path)].append(Came(path, answer.text, caged))
        for link in Markup(answer.text).links:
            target = urlsplit(urljoin(f"http://here{path}", link))
            address = target.path + (f"?{target.query}" if target.query else "")
            if target.netloc == "here" and address not in known and asked[route_of(address)] < MOST:
                asked[route_of(address)] += 1
                known.add(address)
                waiting.append(address)
    return found


@pytest.fixture(scope="module")
def pages(hostile: Page) -> Mapping[str, Sequence[Came]]:
    """What an admin finds from the overview on, and a list of contacts that was sent with every mistake."""
    admin = hostile.someone("admin")
    line = " ".join(PAIRS[0].split()).replace('"', "%22")
    head = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{line}.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    rows = io.StringIO()
    csv.writer(rows).writerows([COLUMNS, *([payload] * len(COLUMNS) for payload in PAYLOADS)])
    form = {"Sec-Fetch-Site": "same-origin", "Content-Type": "multipart/form-data; boundary=x"}
    sent = admin.ask("POST", "/letters/contacts", f"{head}{rows.getvalue()}\r\n--x--\r\n".encode(), form)
    assert sent.status == 303
    return every_page(admin, ["/", sent.headers["location"]])


def test_no_word_of_others_becomes_markup(pages: Mapping[str, Sequence[Came]]) -> None:
    """On every page that links lead to: nothing in it would be run, and the words stand there as words."""
    assert len(pages) >= 10
    for came in chain.from_iterable(pages.values()):
        assert came.runs == [], came.path
        assert "49$" not in came.text, f"{came.path}: a template ran"


def test_nothing_runs_in_a_browser(
    hostile: Page, pages: Mapping[str, Sequence[Came]], make_context: Callable[..., BrowserContext]
) -> None:
    """In Chromium: no script of theirs ran, none was even stopped by the policy, nothing else was fetched."""
    faults: list[str] = []
    page = make_context(hostile, "admin").new_page()
    page.on("dialog", lambda dialog: faults.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda said: faults.extend([f"{page.url}: {said.text}"] * (said.type == "error")))
    page.on("request", lambda asked: faults.extend([asked.url] * (not asked.url.startswith(hostile.address))))
    for of_route in pages.values():
        for came in of_route[:IN_BROWSER]:
            page.goto(came.path)
            page.wait_for_load_state("load")
            assert page.title() != RAN, came.path
    assert faults == []
