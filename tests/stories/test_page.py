"""The page, open in Chromium beside a daemon on one PostgreSQL database: launch, pause, an answer, erasure."""

from __future__ import annotations

import subprocess
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from outreach.adapters.config import load_settings
from outreach.adapters.store import tables
from outreach.bootstrap import make_desk
from outreach.entrypoints.rehearsal import VirtualClock
from tests.servers.postgresql import PostgreSQL
from tests.stories.conftest import Office
from tests.stories.room import START
from tests.stories.test_daemon import running, until
from tests.web.chromium import chromium

MANY = 60
TOWN = ("northam", "Northam", "GB", "en")
TOWNS = [TOWN, *((f"town{n}", f"Town {n}", "GB", "en") for n in range(MANY - 1))]
IN_HAND = 2  # connections, each with a letter: the rate of the settings has them take one at a time
UNSURE = "Thank you for the letter. Our council decides about joining the campaign in September."


@pytest.fixture
def shared(make_office: Callable[..., Office], postgresql: PostgreSQL) -> Office:
    """An office whose campaign lies on PostgreSQL, with a relay that takes ten letters a second."""
    office = make_office(towns=TOWNS)
    path = office.folder / "config.toml"
    database = f'mode = "real"\ndatabase = "{postgresql.new_database()}"'
    config = path.read_text(encoding="utf-8").replace('mode = "real"', database)
    path.write_text(config.replace("per_minute = 0", "per_minute = 600"), encoding="utf-8")
    return office


@contextmanager
def opened(office: Office) -> Iterator[Window]:
    """`outreach web` as a secretary opens it: a process of its own, and its link in a browser."""
    command, log = office.command("web", "--port", "0"), office.folder / "page.log"
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(command, env=office.environment(), stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            link = process.stdout.readline().strip()
            assert link, log.read_text(encoding="utf-8")
            with chromium() as browser:
                window = browser.new_page()
                window.goto(link)
                expect(window.get_by_role("heading", name="Overview")).to_be_visible()
                yield window
        finally:
            process.terminate()
            process.wait(30)


def address_of(window: Window, path: str) -> str:
    """A page of the same server."""
    return "/".join(window.url.split("/")[:3]) + path


def daemon_said(office: Office, words: str) -> bool:
    """Whether it stands in the daemon's log."""
    return words in (office.folder / "daemon.log").read_text(encoding="utf-8")


def test_a_day_with_the_page_and_a_daemon(shared: Office) -> None:
    """Launched in the page, held by its pause in both processes, sent once each; the answer comes into the review."""
    with running(shared), opened(shared) as window:
        window.goto(address_of(window, "/letters/launch"))
        window.get_by_label(f"Type {MANY} to send the letters").fill(str(MANY))
        window.get_by_role("button", name=f"Send {MANY} letters").click()
        until(lambda: len(shared.sink.letters) >= IN_HAND, shared)
        window.get_by_role("button", name="Pause").click()
        expect(window.get_by_role("heading", name="Sending is paused")).to_be_visible()
        seen = len(shared.sink.letters)
        until(lambda: daemon_said(shared, "sending is paused: paused by tester"), shared)
        assert len(shared.sink.letters) <= seen + 2 * IN_HAND < MANY  # what the daemon and the page had in hand

        window.get_by_role("button", name="Go on sending").click()
        expect(window.get_by_role("heading", name="Every letter has left")).to_be_visible(timeout=30_000)
        assert set(Counter(letter.recipients[0] for letter in shared.sink.letters).values()) == {1}
        assert len(shared.sink.letters) == MANY

        shared.answer("northam", UNSURE, "2022-07-15T11:00:00+02:00")
        until(lambda: daemon_said(shared, "1 mails read"), shared)
        window.goto(address_of(window, "/review"))
        expect(window.locator(".mail-text")).to_contain_text("Our council decides about joining")
        expect(window.locator("body")).to_have_attribute("data-ready", "yes")
        window.keyboard.press("3")
        expect(window.locator("#notices")).to_contain_text("Northam: not decided yet.")
        window.goto(address_of(window, "/log?state=tentative"))
        expect(window.get_by_role("link", name="Northam")).to_be_visible()
    assert shared.states()["northam"] == "tentative"


def test_what_is_erased_is_in_no_table_of_postgresql(shared: Office) -> None:
    """By the command, after its question: no address, person or word is left; the answer is, and nothing comes again."""
    shared.write_contacts([TOWN])
    shared.call("launch", "--yes")
    shared.answer("northam", "We confirm that Northam joins the campaign.", "2022-07-15T11:00:00+02:00")
    shared.call("collect")
    assert "northam" in " ".join(told(shared))
    shared.call("erase", "northam", code=2, keys="nortam\n")
    assert shared.states()["northam"] == "confirmed"
    assert "1 address, 1 mail, 1 letter" in shared.call("erase", "northam", keys="northam\n").out
    left = [row for row in told(shared) if "mayor@northam" in row or "joins the campaign" in row]
    assert (left, shared.states()["northam"]) == ([], "confirmed")
    shared.call("launch", "--yes", code=None)  # the list still names it
    assert Counter(letter.recipients[0] for letter in shared.sink.letters)["mayor@northam.example"] == 1


def told(office: Office) -> list[str]:
    """Every row of every table, as text; mails unpacked."""
    desk = make_desk(office.folder, load_settings(office.folder / "config.toml"), VirtualClock(START), "tester")
    try:
        with desk.store.engine.connect() as connection:
            rows = [row for table in tables.metadata.sorted_tables for row in connection.execute(table.select())]
        return [" ".join(map(text_of, row)).lower() for row in rows]
    finally:
        desk.store.close()


def text_of(value: object) -> str:
    """A value as a person would read it."""
    if not isinstance(value, bytes):
        return str(value)
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("utf-8", "replace")
