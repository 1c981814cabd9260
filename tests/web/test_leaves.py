"""Long lists are shown a hundred at a time: nobody is lost between two leaves, what is sent is the whole, no page is heavy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.campaign.deciding.review import decide
from outreach.entrypoints.web.pages.leaves import LEAF
from outreach.model import LetterState, State
from tests.web.chromium import assert_accessible
from tests.web.launching import HEADER, before_launch, launched, seen, send
from tests.web.server import Answer, Browser, Page, copy_of

MANY_ROWS = 230  # two leaves and a part
MIDDLE_OF_AUGUST = datetime(2022, 8, 16, 9, tzinfo=UTC)  # the first reminder is due
LIMIT = 150_000  # bytes of a page with all it loads, without the map
ROW = re.compile(r'<th scope="row"><a [^>]*dir="auto">([^<]+)</a>')
NEXT = re.compile(r'(?:href|formaction)="([^"]+\?after=\d+)">\s*Next')
PLACES = (
    *("/", "/log", "/review", "/mails", "/letters", "/letters/contacts", "/letters/preview", "/letters/check"),
    *("/letters/test", "/letters/launch", "/letters/sending", "/letters/outbox", "/letters/reminders"),
    *("/letters/thanks", "/settings", "/audit", "/accounts"),
)

MakeContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def invited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign in which very many have their letter, made once."""
    folder = tmp_path_factory.mktemp("invited") / "campaign"
    with before_launch(folder) as page:
        launched(page, MANY_ROWS)
    return folder


@pytest.fixture(scope="module")
def agreed(invited: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same when everybody has said yes and waits for thanks."""
    folder = copy_of(invited, tmp_path_factory.mktemp("agreed") / "campaign")
    with opened(folder) as page:
        for one in page.desk.store.register.each():
            decide(page.desk, one.name, State.CONFIRMED)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[Page]:
    """The page of one of them."""
    with before_launch(folder) as page:
        page.clock.move_to(MIDDLE_OF_AUGUST)
        yield page


@pytest.fixture
def silent(invited: Path, tmp_path: Path) -> Iterator[Page]:
    """Very many to remind."""
    with opened(copy_of(invited, tmp_path / "silent")) as page:
        yield page


@pytest.fixture
def glad(agreed: Path, tmp_path: Path) -> Iterator[Page]:
    """Very many to thank."""
    with opened(copy_of(agreed, tmp_path / "glad")) as page:
        yield page


def leaf_by_leaf(someone: Browser, path: str) -> Iterator[list[str]]:
    """Who stands on each leaf, from the first to the last."""
    onward: str | None = path
    while onward:
        text = someone.get(onward).text
        yield ROW.findall(text)
        found = NEXT.search(text)
        onward = found[1] if found else None


def names_of(page: Page) -> list[str]:
    """Everybody, in order."""
    return [one.name for one in page.desk.store.register.each()]


def carried(answer: Answer) -> list[tuple[str, str]]:
    """What the form of thanks would send as it stands: hidden fields, and ticks that are set."""
    form = answer.text.partition('action="/letters/thanks"')[2].partition("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return hidden + [("out", one) for one in re.findall(r'type="checkbox" name="out" value="([^"]*)" checked', form)]


def press(someone: Browser, to: str, fields: list[tuple[str, str]]) -> Answer:
    """Sends a form in which a name stands several times."""
    own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    return someone.ask("POST", to, urlencode(fields).encode(), own)


def weight(someone: Browser, path: str) -> int:
    """Bytes of a page and of all files it loads, without the map."""
    text = someone.get(path).text
    drawn = max(re.findall(r"<svg.*?</svg>", text, re.DOTALL), key=len) if path == "/" else ""
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
    return len(text.encode()) - len(drawn.encode()) + sum(len(someone.get(one).text.encode()) for one in files)


@pytest.mark.parametrize("role", ["sender", "reader"])
def test_everybody_is_on_one_leaf(silent: Page, glad: Page, role: str) -> None:
    """Reminders and thanks, for who may send and for who may only look."""
    for page, path in ((silent, "/letters/reminders"), (glad, "/letters/thanks")):
        leaves = [*leaf_by_leaf(page.someone(role), path)]
        assert [len(one) for one in leaves] == [LEAF, LEAF, MANY_ROWS - 2 * LEAF]
        assert [*chain(*leaves)] == names_of(page)


def test_who_is_taken_out_leaves_the_leaf_and_the_number(silent: Page, make_context: MakeContext) -> None:
    """Without script and by the keyboard: one stays on the leaf one was on; the number is that of all, on each leaf."""
    window = make_context(silent, "sender", script=False).new_page()
    window.goto("/letters/reminders")
    expect(window.get_by_text("1 to 100 of 230")).to_be_visible()
    window.get_by_role("link", name="Next 100").press("Enter")
    first = window.get_by_role("rowheader").first.inner_text()
    window.get_by_role("button", name="Take out for a week").first.press("Enter")
    expect(window.get_by_text("gets no letter before 23 August 2022.")).to_be_visible()
    assert window.get_by_role("rowheader").first.inner_text() != first
    expect(window.get_by_text("101 to 200 of 229")).to_be_visible()
    expect(window.get_by_label("Type 229 to send the reminders")).to_be_visible()
    window.get_by_role("link", name="To the end").or_(window.get_by_role("link", name="Next")).first.press("Enter")
    expect(window.get_by_text("201 to 229 of 229")).to_be_visible()
    window.get_by_role("link", name="From the beginning").press("Enter")
    expect(window.get_by_role("rowheader")).to_have_count(LEAF)


def test_a_leaf_that_is_gone_is_the_first(silent: Page) -> None:
    """An address behind everybody, or one that makes no sense, shows the beginning."""
    for after in ("99999", "x", "-1", "9" * 40, "%C2%B2"):
        answer = silent.someone("reader").get(f"/letters/reminders?after={after}")
        assert "1 to 100 of 230" in answer.words


def test_released_reminders_are_all_of_them(silent: Page) -> None:
    """The number typed is that of the whole, on whichever leaf it is typed."""
    form = seen(silent, "/letters/reminders?after=100")
    sender = silent.someone("sender")
    assert sender.post("/letters/reminders", {"number": str(LEAF), **form}).status == 422
    assert sender.post("/letters/reminders", {"number": str(MANY_ROWS), **form}).status == 303
    assert sum(silent.desk.store.outbox.counts().values()) == 2 * MANY_ROWS


def test_ticks_go_along_from_leaf_to_leaf(glad: Page, make_context: MakeContext) -> None:
    """Without script: who is taken out on the first leaf is named on the last, from which alone the letters leave."""
    names = names_of(glad)
    window = make_context(glad, "sender", script=False).new_page()
    window.goto("/letters/thanks")
    expect(window.get_by_role("button", name="Send these letters")).to_have_count(0)
    window.get_by_role("checkbox").nth(2).check()
    window.get_by_role("button", name="Next 100").press("Enter")
    window.get_by_role("checkbox").nth(3).check()
    window.get_by_role("button", name="From the beginning").click()
    expect(window.get_by_role("checkbox").nth(2)).to_be_checked()
    window.get_by_role("button", name="To the end").click()
    expect(window.get_by_text("Taken out on other pages:")).to_contain_text(f"{names[2]}, {names[LEAF + 3]}")
    window.get_by_role("checkbox").last.check()
    window.get_by_role("button", name="Send these letters").click()
    expect(window.get_by_text(f"{MANY_ROWS - 3} letters are on their way.")).to_be_visible(timeout=20_000)
    assert [*leaf_by_leaf(glad.someone("reader"), "/letters/thanks")] == [[names[2], names[LEAF + 3], names[-1]]]


def test_turning_a_leaf_sends_nothing_and_forgets_no_change(glad: Page) -> None:
    """What changes between two leaves is refused at the end; who was taken out stays so."""
    names = names_of(glad)
    sender = glad.someone("sender")
    fields = [*carried(sender.get("/letters/thanks")), ("out", glad.desk.store.register.all()[1].id)]
    decide(glad.desk, names[-1], State.DECLINED)
    last = press(sender, "/letters/thanks?after=200", fields)
    assert glad.desk.store.outbox.counts()[LetterState.ACCEPTED] == MANY_ROWS
    refused = press(sender, "/letters/thanks", carried(last))
    assert refused.status == 409
    assert "1 more letter, 1 letter fewer" in refused.words
    assert len([one for one in carried(refused) if one[0] == "out"]) == 1


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_leaves_are_for_everybody(silent: Page, glad: Page, make_context: MakeContext, phone: bool) -> None:
    """A leaf in the middle: of reminders on a desk, of thanks on a phone by night."""
    page, path = (glad, "/letters/thanks") if phone else (silent, "/letters/reminders")
    window = make_context(page, "sender", phone=phone, dark=phone).new_page()
    window.goto(f"{path}?after=100")
    assert_accessible(window)


def test_no_page_is_heavy(silent: Page, glad: Page) -> None:
    """With long lists in every state; French says all at more length than English."""
    wrong = (HEADER + "".join(f"Town {n},XX,nobody,,,x,en\n" for n in range(1000))).encode()
    asked = [(page, path) for page in (silent, glad) for path in PLACES]
    weights = {path: weight(someone_french(page), path) for page, path in asked}
    listed = send(silent, wrong).headers["location"]
    (silent.desk.folder / "contacts.csv").write_bytes(wrong)
    weights |= {path: weight(someone_french(silent), path) for path in (listed, "/letters/check", "/letters/launch")}
    assert {path: bytes_ for path, bytes_ in weights.items() if bytes_ > LIMIT} == {}


def someone_french(page: Page) -> Browser:
    """Who may do everything, and so is shown most."""
    admin = page.someone("admin")
    admin.cookies["outreach-language"] = "fr"
    return admin
