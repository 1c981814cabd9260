"""How fresh the answers are: each page says when the mailbox was looked into, and a person looks at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.adapters.store.locks import only_one
from outreach.entrypoints.mailroom import last_look, read_everything
from outreach.entrypoints.web.intake import Patience
from outreach.model import State
from tests.web.chromium import assert_accessible
from tests.web.launching import before_launch, launched, receive
from tests.web.server import Page

NOT_YET = "The mailbox was not looked into yet."
NOBODY = "This does not happen by itself now"
YES = "Dear all,\n\nNortham gladly confirms that it joins the campaign.\n\nAda Whitcombe\nMayor of Northam\n"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A campaign of which two letters have left, and no answer was looked for; a look may take its time."""
    with before_launch(tmp_path / "campaign", patience=Patience(look=60)) as opened:
        launched(opened, 2)
        yield opened


def test_answers_come_in_by_a_button(page: Page, make_context: Callable[..., BrowserContext]) -> None:
    """On a phone: nobody has looked, one does, the answer is there, and the page says when that was."""
    receive(page, "mayor@northam.example", YES)
    window = make_context(page, "reviewer", phone=True).new_page()
    window.goto("/review")
    expect(window.get_by_text(NOT_YET)).to_be_visible()
    window.get_by_role("button", name="Look now").click()
    expect(window.get_by_text("1 new mail was read.")).to_be_visible(timeout=60_000)
    expect(window.get_by_text("The mailbox was looked into at")).to_be_visible()
    assert_accessible(window)
    standing = page.desk.store.journal.standing(page.desk.invitee("Northam").number)
    assert standing.needs_review or standing.state is State.CONFIRMED


def test_a_look_leads_back_and_says_what_came(page: Page) -> None:
    """To the page where it was asked for, in the person's language."""
    reviewer = page.someone("reviewer")
    reviewer.cookies["outreach-language"] = "fr"
    answer = reviewer.post("/mails/look", Referer=f"{page.address}/mails")
    assert (answer.status, answer.headers["location"]) == (303, "/mails")
    assert "Aucun nouveau courriel n’est arrivé." in reviewer.get("/mails").words


def test_nobody_waits_for_a_long_look(tmp_path: Path) -> None:
    """The page is there while mails are read; who asks again finds the same look, and hears what came of it."""
    with before_launch(tmp_path / "campaign", patience=Patience(look=0.2)) as page:
        launched(page, 2)
        receive(page, "mayor@northam.example", YES)
        reviewer = page.someone("reviewer")
        with only_one(page.desk.store.engine, "reader", "a long one reads"):
            assert reviewer.post("/mails/look", Referer=f"{page.address}/mails").headers["location"] == "/mails"
            assert "The mailbox is still being looked into" in reviewer.get("/mails").words
            first = page.site.works.under_way("/mails/look")
            reviewer.post("/mails/look", Referer=f"{page.address}/mails")
            assert page.site.works.under_way("/mails/look") is first
            assert first is not None
        assert first.is_over_within(60)
        assert first.result().number == 1
        assert "Northam" in reviewer.get("/mails").words


def test_an_answer_begins_in_the_mail_program(page: Page) -> None:
    """To whom the mail asks for answers, else to its author; never to ourselves."""
    asked = {"": "mayor", "Cabinet <cabinet@northam.example>": "cabinet", "cisdpl@uclg.org": "mayor"}
    for number, reply_to in enumerate(asked):
        receive(page, "mayor@northam.example", f"What would it cost{'?' * (number + 1)}\n", reply_to=reply_to)
    read_everything(page.desk)
    shown = [page.someone("reader").get(f"/mails/{one.mail}").text for one in page.desk.store.inbox.every()]
    links = [found[1] for text in shown if (found := re.search(r'href="mailto:([^"?]*)\?subject=Re%3A%20Inv', text))]
    assert sorted(links) == sorted(f"{name}@northam.example" for name in asked.values())


def test_what_cannot_be_looked_into_is_told(served: Page) -> None:
    """The page that asked says why; nothing was looked into."""
    (served.desk.folder / "mailbox").rename(served.desk.folder / "elsewhere")
    reviewer = served.someone("reviewer")
    assert reviewer.post("/mails/look", Referer=f"{served.address}/review").headers["location"] == "/review"
    assert 'class="notice notice-error"' in reviewer.get("/review").text
    assert last_look(served.desk) is None


def test_only_who_decides_looks(page: Page) -> None:
    """A reader sees how fresh the answers are, and nothing to press."""
    words = page.someone("reader").get("/mails").words
    assert NOT_YET in words
    assert "Look now" not in words


def test_a_daemon_is_known_to_look_by_itself(page: Page) -> None:
    """Only where none runs is it said that nobody looks."""
    reader = page.someone("reader")
    for path in ("/", "/review", "/mails"):
        assert NOBODY in reader.get(path).words, path
    with only_one(page.desk.store.engine, "daemon", "busy"):
        assert NOBODY not in reader.get("/mails").words


def test_a_look_that_brings_nothing_makes_nothing_anew(page: Page) -> None:
    """The figures of the overview stay kept: only the moment of the look changes."""
    read_everything(page.desk)
    before, counted = last_look(page.desk), page.desk.store.figures.stamp()
    read_everything(page.desk)
    after = last_look(page.desk)
    assert before is not None
    assert after is not None
    assert after >= before
    assert page.desk.store.figures.stamp() == counted


def test_a_mail_is_read_as_it_came(looked_at: Page) -> None:
    """Its headers and its source are text, whatever they hold; of a long one the beginning."""
    reader = looked_at.someone("reader")
    hostile = next(one.mail for one in looked_at.desk.store.inbox.every() if "<img" in one.from_name)
    answer = reader.get(f"/mails/{hostile}/source")
    assert "Authentication-Results: mx.example.org" in answer.words
    assert "Headers and source" in reader.get(f"/mails/{hostile}").words
    assert "<img" not in answer.text
    assert reader.get("/mails/99999/source").status == 404


def test_a_mails_source_hides_nothing(page: Page) -> None:
    """Signs that are not seen, that turn what follows, or that begin a line of their own in a browser, are spelled out."""
    raw = (
        b"From: a@b.example\r\nSubject: a\xe2\x80\xaecba\rX-Forged: yes\r\n\r\n\xd7\x90 d\xe9j\xe0\x00 \xe2\x80\x8b"
        + b"\xc3\xa9" * 40_000
    )
    number = page.desk.store.inbox.keep(raw, source="INBOX", received_at=page.clock.now(), now=page.clock.now())
    answer = page.someone("reader").get(f"/mails/{number}/source")
    assert "a⟨U+202E⟩cba⟨U+000D⟩X-Forged: yes" in answer.text
    assert "א d�j�⟨U+0000⟩ ⟨U+200B⟩é" in answer.text
    assert "Only the beginning is shown" in answer.words
    assert len(answer.text) < 40_000
