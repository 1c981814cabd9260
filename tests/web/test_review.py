"""The Review page: whole stories in Chromium, two reviewers at once, and that what is foretold is what happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as BrowserPage

from outreach.adapters.config import load_settings
from outreach.adapters.store.mail.mail_list import Wanted
from outreach.bootstrap import make_desk
from outreach.campaign.deciding import review
from outreach.campaign.deciding.casefile import casefile
from outreach.campaign.deciding.foresight import CHOICES, SETTLE
from outreach.campaign.deciding.meanwhile import OvertakenError, version
from outreach.campaign.deciding.undoing import undo, undo_own
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.finding import find_invitees
from outreach.campaign.letters.followup import waiting_acknowledgements
from outreach.entrypoints.rehearsal import VirtualClock
from outreach.model import State, UsageError
from tests.web.campaign import NOW
from tests.web.server import Answer, Browser, Page, copy_of

RIOSECO, STRANGER, GIVAT, OAKHOLLOW, TOOK_BACK = 10, 15, 23, 28, 30  # mails of the campaign
CONFIRM = "confirmed"


@pytest.fixture
def desk(built: Path, tmp_path: Path) -> Iterator[Desk]:
    """The desk of a copy of the campaign, without a page."""
    folder = copy_of(built, tmp_path / "campaign")
    opened = make_desk(folder, load_settings(folder / "config.toml"), VirtualClock(NOW), "anna")
    yield opened
    opened.store.close()


def seen_of(answer: Answer) -> str:
    """What a mail's page says it was made upon."""
    found = re.search(r'name="seen" value="([^"]*)"', answer.text)
    assert found is not None
    return found[1]


def decide(browser: Browser, mail: int, choice: str, seen: str | None = None, **more: str) -> Answer:
    """Looks at a mail and decides it; gives the page that comes next."""
    known = seen_of(browser.get(f"/review/{mail}")) if seen is None else seen
    sent = browser.post(f"/review/{mail}/decide", {"choice": choice, "seen": known, **more})
    assert sent.status == 303, sent.words
    return browser.get(sent.headers["location"])


def state_of(desk: Desk, town: str) -> tuple[str, bool]:
    """Where a town stands, and whether a mail of it waits."""
    standing = desk.store.journal.standing(desk.invitee(town).number)
    return standing.state.value, standing.needs_review


# ---------------------------------------------------------------- what is foretold happens


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("mail", [RIOSECO, OAKHOLLOW])
def test_what_is_foretold_is_what_happens(desk: Desk, mail: int, choice: str) -> None:
    """State, lateness, next letter and the batch of thanks are after the act what was said before it; undo ends it."""
    opened = casefile(desk, mail)
    assert opened is not None
    assert opened.invitee is not None
    foretold = next(one for one in opened.choices if one.choice == choice)
    before = desk.store.journal.standing(opened.invitee.number)
    if choice == SETTLE:
        review.settle(desk, mail, seen=opened.version)
    else:
        review.decide(desk, opened.invitee.id, choice, mail=mail, seen=opened.version)
    after = desk.store.journal.standing(opened.invitee.number)
    assert (foretold.state, foretold.late) == (after.state, after.late)
    assert foretold.next == desk.next_for(opened.invitee, after, desk.now())
    waits = [due.kind for due in waiting_acknowledgements(desk) if due.invitee.number == opened.invitee.number]
    assert waits == ([] if foretold.acknowledged is None else [foretold.acknowledged])
    undo_own(desk)
    assert desk.store.journal.standing(opened.invitee.number) == before


@pytest.mark.parametrize("town", ["silent-1", "altamura", "northam"])
def test_filing_does_what_was_foretold(desk: Desk, town: str) -> None:
    """A mail of nobody is filed in one act; its sender is remembered until that is taken back."""
    opened = casefile(desk, STRANGER)
    assert opened is not None
    from outreach.campaign.deciding.casefile import found_proposals  # noqa: PLC0415

    (foretold,) = found_proposals(desk, opened.mail, [desk.invitee(town)])
    assert foretold.then is not None
    done = review.file(desk, str(STRANGER), town, seen=opened.version)
    assert state_of(desk, town)[0] == foretold.then.state.value
    assert "tomas.ibarra@webmail.example" in desk.store.register.remembered()
    undo_own(desk, done.act)
    assert "tomas.ibarra@webmail.example" not in desk.store.register.remembered()
    assert desk.store.mail_list.waiting() == (5, 3)


def test_each_doubt_is_told_once(served: Page) -> None:
    """That a sentence, and its words by themselves, may mean something else is one doubt to a person."""
    page = served.someone("reviewer").get(f"/review/{OAKHOLLOW}").text
    told = [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r'<li class="doubt">(.*?)</li>', page)]
    assert told
    assert len(set(told)) == len(told)


# ---------------------------------------------------------------- two at once


def test_who_comes_second_is_told_and_overwrites_nothing(served: Page) -> None:
    """Both look, one decides, the other's decision is not recorded; the page says who decided what."""
    one, other = served.someone("reviewer"), served.someone("sender")
    seen = seen_of(other.get(f"/review/{RIOSECO}"))
    decide(one, RIOSECO, CONFIRM)
    told = decide(other, RIOSECO, "declined", seen)
    assert "reviewer (web) has just decided this: confirmed. Nothing of yours was recorded" in told.words
    assert state_of(served.desk, "rioseco") == (CONFIRM, False)
    decide(other, RIOSECO, "declined")
    assert state_of(served.desk, "rioseco") == ("declined", False)


def test_each_takes_back_only_what_is_their_own(served: Page) -> None:
    """One's own last act, though another acted since; never another's; nothing that something was built upon."""
    one, other = served.someone("reviewer"), served.someone("sender")
    decide(one, RIOSECO, CONFIRM)
    decide(other, OAKHOLLOW, "tentative")
    theirs = served.desk.store.acts.last()
    assert theirs is not None
    refused = one.post("/undo", {"act": theirs.name})
    assert "sender (web) did that, and takes it back" in one.get(refused.headers["location"]).words
    assert one.post("/undo").headers["location"] == f"/review/{RIOSECO}"
    assert (state_of(served.desk, "rioseco"), state_of(served.desk, "conditional")) == (
        ("invited", True),
        ("tentative", False),
    )
    decide(one, RIOSECO, CONFIRM)
    decide(other, RIOSECO, "declined")
    one.cookies["outreach-language"] = "fr"
    refused = one.post("/undo")
    told = one.get(refused.headers["location"]).words
    assert "qui en dépend (Rioseco del Páramo : désormais « refusé »)" in told
    assert state_of(served.desk, "rioseco") == ("declined", False)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda desk: review.decide(desk, "rioseco", "declined"),
        lambda desk: review.decide(desk, "rioseco", "declined", mail=RIOSECO),
        lambda desk: review.settle(desk, RIOSECO),
        lambda desk: review.file(desk, str(RIOSECO), "northam"),
        lambda desk: review.file(desk, str(RIOSECO), "none"),
        lambda desk: review.stop(desk, "rioseco"),
        lambda desk: (review.decide(desk, "rioseco", "declined"), undo(desk)),
    ],
    ids=["by phone", "the same mail", "settled", "filed elsewhere", "filed nowhere", "stopped", "decided and undone"],
)
def test_whatever_is_decided_meanwhile_is_noticed(desk: Desk, meanwhile: Callable[[Desk], object]) -> None:
    """Whichever act comes between looking and deciding: the second is refused, and nothing is noted."""
    seen = version(desk, RIOSECO)
    meanwhile(desk)
    noted, acts = desk.store.journal.count(), desk.store.acts.last()
    with pytest.raises(OvertakenError, match="meanwhile"):
        review.settle(desk, RIOSECO, seen=seen)
    with pytest.raises(OvertakenError, match="meanwhile"):
        review.file(desk, str(RIOSECO), "silent-1", seen=seen)
    understood = desk.store.inbox.understood(RIOSECO)
    assert understood is not None
    if understood.invitee is not None:
        owner = desk.store.register.some([understood.invitee])[understood.invitee]
        with pytest.raises(OvertakenError):
            review.decide(desk, owner.id, CONFIRM, mail=RIOSECO, seen=seen)
    assert (desk.store.journal.count(), desk.store.acts.last()) == (noted, acts)


def test_letters_that_leave_meanwhile_change_no_decision(desk: Desk) -> None:
    """What waits for the relay, a hold, and another city's answer leave what was looked at as it is."""
    seen = version(desk, RIOSECO)
    review.decide(desk, "silent-1", CONFIRM)
    review.decide(desk, "conditional", "tentative", mail=OAKHOLLOW)
    assert version(desk, RIOSECO) == seen


def test_there_is_nothing_of_ones_own_to_take_back(desk: Desk) -> None:
    """Neither twice, nor what nobody did."""
    done = review.decide(desk, "silent-1", CONFIRM)
    undo_own(desk, done.act)
    with pytest.raises(UsageError, match="taken back already"):
        undo_own(desk, done.act)
    with pytest.raises(UsageError, match="nothing"):
        undo_own(desk, "0" * 32)


# ---------------------------------------------------------------- by hand, in a browser


def ready(page: BrowserPage) -> BrowserPage:
    """Keys are listened to a moment after a page has opened, so that one pressed twice decides nothing."""
    expect(page.locator("body[data-ready]")).to_be_attached()
    return page


def at(page: BrowserPage, mail: int) -> BrowserPage:
    """The page of one mail."""
    page.goto(f"/review/{mail}")
    return ready(page)


def test_a_days_answers_by_keyboard(served: Page, desktop: BrowserPage) -> None:
    """Accept, correct, walk, take back, add a note: one key each."""
    page = at(desktop, RIOSECO)
    expect(page.locator("mark.mark-reason")).to_have_text(
        "Les confirmamos que Rioseco del Páramo se suma a la campaña."
    )
    expect(page.locator("#follows")).to_contain_text("A letter of thanks waits to be released.")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile(rf"/review/{GIVAT}$"))
    expect(page.get_by_role("status")).to_contain_text("Rioseco del Páramo: confirmed.")
    assert state_of(served.desk, "rioseco") == (CONFIRM, False)
    ready(page).keyboard.press("u")
    expect(page).to_have_url(re.compile(rf"/review/{RIOSECO}$"))
    assert state_of(served.desk, "rioseco") == ("invited", True)
    ready(page).keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(rf"/review/{GIVAT}$"))
    ready(page).keyboard.press("n")
    page.keyboard.type("2 calls: not before May")
    assert state_of(served.desk, "givat") == ("invited", True)
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.get_by_role("status")).to_contain_text("not decided yet")
    assert state_of(served.desk, "givat") == ("tentative", False)
    story = served.desk.store.journal.story(served.desk.invitee("givat").number)
    assert (story[-1].note, story[-1].entry.by) == ("2 calls: not before May", "person:admin (web)")


def test_the_keys_are_listed_and_can_be_turned_off(served: Page, desktop: BrowserPage) -> None:
    """`?` shows them; without them a key decides nothing (WCAG 2.2, 2.1.4)."""
    page = at(desktop, RIOSECO)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="One key each")).to_be_visible()
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    at(page, RIOSECO).keyboard.press("1")
    page.get_by_role("button", name="Accept: Yes").focus()
    expect(page).to_have_url(re.compile(rf"/review/{RIOSECO}$"))
    assert state_of(served.desk, "rioseco") == ("invited", True)


def test_what_another_answer_would_do_is_told_before(served: Page, desktop: BrowserPage) -> None:
    """Looking at an answer says what would follow from it."""
    page = at(desktop, RIOSECO)
    page.get_by_role("button", name="Only received").focus()
    action = desk_next(served.desk, "rioseco")
    expect(page.locator("#follows")).to_contain_text(action)
    page.get_by_role("button", name="Accept: Yes").focus()
    expect(page.locator("#follows")).to_contain_text("If accepted:")


def desk_next(desk: Desk, town: str) -> str:
    """What would be planned if the mail had only said that the letter came."""
    opened = casefile(desk, RIOSECO)
    assert opened is not None
    one = next(one for one in opened.choices if one.choice == State.INVITED.value)
    return f"Reminder {one.next.step} goes" if one.next.action == "remind" else "Nothing is planned"


def test_a_mail_of_nobody_is_filed_as_one_types(served: Page, desktop: BrowserPage) -> None:
    """The search finds a name without its accents; one act files the mail, and its sender is remembered."""
    page = at(desktop, STRANGER)
    page.keyboard.press("f")
    page.keyboard.type("still bay", delay=5)
    page.get_by_role("button", name="Stillwater Bay").click()
    expect(page.get_by_role("status")).to_contain_text("The mail is of Stillwater Bay; its sender is remembered.")
    assert state_of(served.desk, "silent-1") == (CONFIRM, False)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(rf"/review/{STRANGER}\?without=city$"))
    assert state_of(served.desk, "silent-1") == ("invited", False)


def test_on_a_phone_from_the_list_to_the_answer(served: Page, phone: BrowserPage) -> None:
    """List, mail, a row of acts under the thumb."""
    page = phone
    page.goto("/review")
    expect(page.locator(".mail")).to_be_hidden()
    page.get_by_role("link", name="Oakhollow").tap()
    expect(page.locator(".queue")).to_be_hidden()
    accept = page.get_by_role("button", name="Accept: Undecided")
    expect(accept).to_be_in_viewport()
    page.get_by_text("Another answer").tap()
    page.get_by_role("button", name="Question").tap()
    expect(page.get_by_role("status")).to_contain_text("Oakhollow: in talks.")
    assert state_of(served.desk, "conditional") == ("in_talks", False)


def test_without_a_script_one_reads_and_decides(served: Page, make_context: Callable[..., BrowserContext]) -> None:
    """Search, filing, deciding and undo are plain forms."""
    page = make_context(served, "reviewer", script=False).new_page()
    page.goto(f"/review/{STRANGER}")
    page.get_by_label("Search the city").fill("stillwater")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Stillwater Bay").click()
    expect(page.get_by_role("status")).to_contain_text("its sender is remembered")
    page.get_by_role("button", name="Undo").click()
    page.goto(f"/review/{OAKHOLLOW}")
    page.get_by_text("Another answer").click()
    page.get_by_role("button", name=re.compile(r"\bNo$")).click()  # not “Look now”
    assert state_of(served.desk, "conditional")[1] is False


# ---------------------------------------------------------------- the inbox


@pytest.mark.parametrize(
    ("query", "count", "first"),
    [
        ("", 30, "30"),
        ("waiting=yes", 8, "28"),
        ("whose=nobody", 3, "22"),
        ("kind=bounce", 2, "2"),
        ("words=northam", 1, "6"),
        ("words=%C3%89PETRA", 0, ""),
        ("words=%CE%97%CE%BB%CE%B9%CF%8C%CF%80%CE%B5%CF%84%CF%81%CE%B1", 1, "26"),
        ("words=100%25_", 0, ""),
        ("before=3", 2, "2"),
        ("kind=none&before=x", 30, "30"),
    ],
)
def test_every_mail_is_in_the_inbox_and_found(looked_at: Page, query: str, count: int, first: str) -> None:
    """Automatic ones and bounces too; filters go together."""
    answer = looked_at.someone("reader").get(f"/mails?{query}")
    found = re.findall(r'href="/mails/(\d+)"', answer.text)
    assert (len(found), found[0] if found else "") == (count, first)


def test_a_mail_as_a_file_has_a_fixed_name_and_is_never_shown(looked_at: Page) -> None:
    """By number, as an attachment; what is not kept is not there."""
    reader = looked_at.someone("reader")
    answer = reader.get(f"/mails/{TOOK_BACK}/raw")
    assert answer.headers["content-disposition"] == f'attachment; filename="mail-{TOOK_BACK}.eml"'
    assert answer.headers["content-type"] == "message/rfc822"
    assert "Subject: Re: Invitation" in answer.text
    assert [reader.get(path).status for path in ("/mails/999/raw", "/mails/999", "/review/999", "/review/x")] == [
        404
    ] * 4


def test_a_reader_sees_everything_and_decides_nothing(looked_at: Page) -> None:
    """The page has no acts for who may not act."""
    reader = looked_at.someone("reader")
    page = reader.get(f"/review/{RIOSECO}")
    assert "says yes" in page.words
    assert 'name="choice"' not in page.text
    assert reader.post(f"/review/{RIOSECO}/decide", {"choice": CONFIRM, "seen": ""}).status == 403


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rioseco paramo", ["rioseco"]),
        ("PÁRAMO", ["rioseco"]),
        ("sonnenau mohre", ["sonnenau"]),
        ("Ηλιοπετρα", ["iliopetra"]),
        ("النور", ["noor"]),
        ("青葉台", ["aobadai"]),
        ("silent-3", ["silent-3"]),
        ("mayor@northam.example", ["northam"]),
        ("nobody@northam.example", []),
        ("  ", []),
        ("zzz", []),
    ],
)
def test_a_city_is_found_in_any_script(desk: Desk, typed: str, found: list[str]) -> None:
    """Without accents and case, in the middle of a name, by id, by an address that we know."""
    assert [one.id for one in find_invitees(desk, typed)] == found


def test_the_list_moves_on_with_who_reads_it(desk: Desk) -> None:
    """Mails before and behind one, the oldest first, and never a mail twice."""
    wanted = Wanted(waiting=True)
    every = [row.mail for row in desk.store.mail_list.oldest(wanted, 100)]
    assert every == sorted(every)
    behind = [row.mail for row in desk.store.mail_list.oldest(wanted, 3, after=every[2])]
    before = [row.mail for row in desk.store.mail_list.newest(wanted, 3, before=every[3])]
    assert before[::-1] + behind == every[:6]
