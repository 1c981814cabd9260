"""Very many letters are queued aside: the page shows how far it is and what came of it, and it is all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.campaign.deciding.review import decide, stop
from outreach.campaign.desk import Desk
from outreach.campaign.letters.followup import acknowledgements, upcoming
from outreach.campaign.letters.launching import agreement_to, launch_agreed, one_launch, preflight, prospect
from outreach.campaign.letters.mailing import Plan
from outreach.campaign.steps import Step, told
from outreach.core.letters.stationery import Stationery
from outreach.entrypoints.web.pages.mails import STOPPED
from outreach.entrypoints.web.works import Queued, Works
from outreach.model import LetterKind, OutreachError, State
from tests.web.chromium import assert_accessible
from tests.web.launching import before_launch, enrol, list_of, seen, until_nothing_moves
from tests.web.server import Answer, Page

MIDDLE_OF_AUGUST = datetime(2022, 8, 16, 9, tzinfo=UTC)  # the first reminder is due
LAUNCH, REMINDERS, THANKS = "/letters/launch", "/letters/reminders", "/letters/thanks"

MakeContext = Callable[..., BrowserContext]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Page]:
    """The page of a campaign before its launch, for which more than two invitees are very many."""
    with before_launch(tmp_path / "campaign", many=2) as page:
        yield page


def looked_through(page: Page, look: Callable[[Desk], Any]) -> None:
    """Everybody has been looked through for a page, as they stand now, however long that takes."""
    kept = page.site.kept(look)
    kept.aside = lambda work: work()
    kept.soon(page.desk, again=True)


def sent(page: Page, path: str, **fields: str) -> Answer:
    """A form is sent, what it asks for is done aside, and then the person looks."""
    sender = page.someone("sender")
    answer = sender.post(path, fields)
    assert (answer.status, answer.headers["location"]) == (303, path)
    until_done(page, path)
    return sender.get(path)


def until_done(page: Page, path: str) -> None:
    """Waits for what is done aside."""
    while page.site.works.under_way(path):
        page.site.works.join()


def queued(page: Page) -> int:
    """How many letters there are."""
    return sum(page.desk.store.outbox.counts().values())


def test_a_launch_is_followed_and_a_second_click_changes_nothing(fresh: Page) -> None:
    """While it is under way everybody sees it; who began it is told in the end, once."""
    enrol(fresh, 5)
    looked_through(fresh, prospect)
    sender, fields = fresh.someone("sender"), {"number": "5", **seen(fresh, LAUNCH)}
    with one_launch(fresh.desk):  # it waits for another
        for _ in range(2):
            assert sender.post(LAUNCH, fields).headers["location"] == LAUNCH
        assert "in the end all of them are queued, or none" in sender.get(LAUNCH).words
        assert "in the end all of them are queued, or none" in fresh.someone("reader").get(LAUNCH).words
        assert not queued(fresh)
    until_done(fresh, LAUNCH)
    assert fresh.someone("reader").get(LAUNCH).status == 200
    assert sender.get(LAUNCH, HX_Request="true").headers["hx-refresh"] == "true"
    led = sender.get(LAUNCH)
    assert (led.status, led.headers["location"]) == (303, "/letters/sending")
    assert "5 letters are" in sender.get("/letters/sending").words
    assert (sender.get(LAUNCH).status, queued(fresh)) == (200, 5)


def test_what_was_not_agreed_to_is_said_there(fresh: Page) -> None:
    """Another number, other letters, nobody left: nothing is queued, and the page says why."""
    enrol(fresh, 5)
    looked_through(fresh, prospect)
    form = seen(fresh, LAUNCH)
    assert "You typed 4" in sent(fresh, LAUNCH, number="4", **form).words
    stop(fresh.desk, "Northam")
    changed = sent(fresh, LAUNCH, number="5", **form)
    assert (changed.status, "1 letter fewer" in changed.words, queued(fresh)) == (409, True, 0)
    looked_through(fresh, prospect)
    form = seen(fresh, LAUNCH)
    assert sent(fresh, LAUNCH, number="4", **form).headers["location"] == "/letters/sending"
    assert sent(fresh, LAUNCH, number="4", **form).headers["location"] == "/letters/sending"
    assert queued(fresh) == 4


def test_a_list_with_mistakes_is_said_there(fresh: Page) -> None:
    """Even where the last look through everybody, from before, had none."""
    enrol(fresh, 5)
    looked_through(fresh, prospect)
    form = seen(fresh, LAUNCH)
    (fresh.desk.folder / "contacts.csv").write_text(list_of(5).replace("@", " at ", 1), encoding="utf-8")
    answer = sent(fresh, LAUNCH, number="5", **form)
    assert "The launch has to wait" in answer.words
    assert not queued(fresh)


@pytest.mark.parametrize("step", [Step.ENROL, Step.COMPARE, Step.QUEUE])
def test_a_launch_that_ends_in_between_leaves_nothing_half(fresh: Page, step: Step) -> None:
    """Wherever it is: neither contacts nor letters are there."""
    enrol(fresh, 3)
    (fresh.desk.folder / "contacts.csv").write_text(list_of(4), encoding="utf-8")
    before = fresh.desk.store.register.all(), fresh.desk.store.journal.count()

    def tell(at: Step, _done: int, _total: int) -> None:
        if at is step:
            raise OutreachError("the page stops")

    def agree(plan: Plan, stationery: Stationery) -> None:
        agreement_to(desk, stationery, plan)

    desk = replace(fresh.desk, tell=tell)
    with pytest.raises(OutreachError, match="the page stops"):
        launch_agreed(desk, preflight(desk), agree)
    assert (fresh.desk.store.register.all(), fresh.desk.store.journal.count()) == before
    assert not queued(fresh)


def test_work_ends_with_the_page(fresh: Page) -> None:
    """At its next step, with a reason for who looks; what broke has one too."""

    def endless(desk: Desk) -> Queued:
        while True:
            desk.tell(Step.QUEUE, 0, 0)

    def broken(_desk: Desk) -> Queued:
        raise ValueError

    works = Works()
    failed = works.begin("broken", broken, fresh.desk)
    stopped = works.begin("endless", endless, fresh.desk)
    look = works.begin("look", endless, fresh.desk, STOPPED)
    works.stop()
    works.join()
    told = ((failed, "the log of this program says why"), (stopped, "none is queued"), (look, "what was read is kept"))
    for work, why in told:
        with pytest.raises(OutreachError, match=why):
            work.result()


def test_reminders_and_thanks_are_released_aside(fresh: Page) -> None:
    """Whoever is due gets one; what came of it is said where the letters leave."""
    enrol(fresh, 5)
    looked_through(fresh, prospect)
    sent(fresh, LAUNCH, number="5", **seen(fresh, LAUNCH))
    until_nothing_moves(fresh)
    decide(fresh.desk, "Northam", State.CONFIRMED)
    fresh.clock.move_to(MIDDLE_OF_AUGUST)
    looked_through(fresh, upcoming)
    assert "You typed" in sent(fresh, REMINDERS, number="5", **seen(fresh, REMINDERS)).words
    assert sent(fresh, REMINDERS, number="4", **seen(fresh, REMINDERS)).headers["location"] == "/letters/sending"
    looked_through(fresh, acknowledgements)
    assert sent(fresh, THANKS, **seen(fresh, THANKS)).headers["location"] == "/letters/sending"
    kinds = Counter(letter.key.kind for letter in fresh.desk.store.outbox.letters())
    assert kinds == {LetterKind.INVITATION: 5, LetterKind.REMINDER: 4, LetterKind.THANKS: 1}


def test_somebody_looks_while_another_writes_for_long(fresh: Page) -> None:
    """A launch of very many holds the database for long: the pages are there meanwhile, with what is to be said."""
    reviewer = fresh.someone("reviewer")
    reviewer.post("/mails/look")
    fresh.clock.move_to(fresh.clock.now() + timedelta(minutes=2))  # the session's time is to be noted
    with fresh.desk.store.transaction():
        answer = reviewer.get("/log")
    assert (answer.status, "No new mail has come." in answer.words) == (200, True)
    assert "No new mail has come." in reviewer.get("/log").words
    assert "No new mail has come." not in reviewer.get("/log").words


def test_it_is_told_now_and_then() -> None:
    """Each thing comes once; the first is announced."""
    heard: list[tuple[int, int]] = []
    assert [*told(lambda _step, done, total: heard.append((done, total)), Step.QUEUE, range(600))] == [*range(600)]
    assert heard == [(0, 600), (250, 600), (500, 600)]


def test_the_page_follows_a_launch_by_itself(fresh: Page, make_context: MakeContext) -> None:
    """One click, and in the end one sees the letters leave."""
    enrol(fresh, 5)
    looked_through(fresh, prospect)
    window = make_context(fresh, "sender").new_page()
    window.goto(LAUNCH)
    with one_launch(fresh.desk):
        window.get_by_label("Type 5 to send the letters").fill("5")
        window.get_by_role("button", name="Send 5 letters").click()
        expect(window.get_by_text("in the end all of them are queued, or none")).to_be_visible()
        assert_accessible(window)
    expect(window.get_by_role("heading", name="Sending", level=1)).to_be_visible()
    expect(window.get_by_text("5 letters are")).to_be_visible()
