"""The log and an invitee's page: found, filtered, exported, recorded, taken back; with JavaScript and without."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, expect

from outreach.adapters.store.invitees.sought import Sought
from outreach.campaign.reports.confirmations import HEADER, line_json, log_page
from outreach.model import State
from tests.web.server import Page


@pytest.mark.parametrize(
    ("query", "found", "others"),
    [
        ("q=northam", "Northam", "Hillcrest"),
        ("q=RIOSECO+paramo", "Rioseco del Páramo", "Northam"),
        ("state=declined", "Hillcrest", "Northam"),
        ("country=FR", "Beaumont-les-Tilleuls", "Northam"),
        ("by=anna", "Bergwald", "Northam"),
        ("q=mayor@northam.example", "Northam", "Hillcrest"),
        ("as_of=2022-07-19&state=invited", "Northam", "Nobody fits"),
        ("state=nonsense&as_of=nonsense&sort=nonsense&after=x", "Altavilla Nuova", "Nobody fits"),
        ("q=nobody-of-that-name", "Show all invitees", "Northam"),
    ],
)
def test_the_address_is_the_filter(looked_at: Page, query: str, found: str, others: str) -> None:
    """What is asked for is shown, and what is not stays away; what makes no sense is left out."""
    words = looked_at.someone("reader").get(f"/log?{query}").words
    assert found in words
    assert others not in words


def test_decisive_words_are_told_in_their_sentence(looked_at: Page) -> None:
    """In the log and in the story: the bare words “pay a fee” say nothing. Without a mail it is what was noted."""
    reader = looked_at.someone("reader")
    sentence = "Before we answer: does joining the campaign oblige us to pay a fee, and who else has confirmed?"
    for path in ("/log", f"/invitees/{looked_at.desk.invitee('Fairview').number}"):
        told = re.search(r'<q dir="auto">(Before we answer.*?)</q>', reader.get(path).text)
        assert told is not None
        assert re.sub("</?b>", "", told[1]) == sentence
        line = log_page(looked_at.desk, Sought(words="fairview"), "name", 1).lines[0]
        assert line_json(line)["evidence"] == re.sub(".*<b>|</b>.*", "", told[1])
    assert "called, Ms Huber of the mayor" in reader.get("/log?q=bergwald").words


def test_the_states_are_at_hand_with_their_numbers(looked_at: Page) -> None:
    """Each leads to those who stand there, with what else is looked for; where they are not counted, none are shown."""
    reader = looked_at.someone("reader")
    assert re.search(r'href="/log\?state=confirmed">.*?confirmed</span> <b>11</b>', reader.get("/log").text)
    french = reader.get("/log?country=FR&state=invited").text
    assert 'href="/log?country=FR">' in french.replace("&amp;", "&")
    assert re.search(r'aria-current=true><span class="badge badge-invited">', french)
    for uncounted in ("q=north", "as_of=2022-08-01", "review=yes"):
        assert "Where the invitees stand" not in reader.get(f"/log?{uncounted}").text


def test_each_picture_of_a_state_is_drawn_once(looked_at: Page) -> None:
    """However many rows there are: a sheet of two thousand is for the printer."""
    rows = looked_at.someone("reader").get("/log?all=yes").text.partition("<tbody")[2]
    assert rows.count("<use ") > 40
    assert "<path" not in rows.partition("</tbody>")[0]


def test_what_is_shown_is_exported(looked_at: Page) -> None:
    """The sheets hold what the filter shows, and no cell begins a formula."""
    reader = looked_at.someone("reader")
    rows = list(csv.reader(io.StringIO(reader.get("/log.csv?state=confirmed").text.removeprefix("\ufeff"))))
    confirmed = looked_at.desk.store.journal.standings().values()
    assert tuple(rows[0]) == HEADER
    assert len(rows) - 1 == sum(one.state is State.CONFIRMED for one in confirmed)
    assert {row[3] for row in rows[1:]} == {"confirmed"}
    workbook = reader.get("/log.xlsx?q=northam")
    assert workbook.status == 200
    assert workbook.headers["content-disposition"] == 'attachment; filename="log.xlsx"'


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("record", {"state": "declined", "way": "phone", "note": "the mayor herself"}, "by phone: the mayor herself"),
        ("hold", {"until": "2022-09-12"}, "No letters before 12 September 2022"),
        ("stop", {}, "No more letters"),
        ("write", {"address": "cabinet@ashgrove.example"}, "Written again, to another address"),
    ],
)
def test_an_act_is_done_told_and_taken_back(served: Page, act: str, fields: dict[str, str], said: str) -> None:
    """What a person does stands in the story at once, and is taken back by the notice's button."""
    number = served.desk.invitee("ashgrove").number
    sender, before = served.someone("sender"), served.desk.store.journal.standing(number)
    assert sender.post(f"/invitees/{number}/{act}", fields).status == 303
    page = sender.get(f"/invitees/{number}")
    assert said in page.words
    name = page.text.partition('name="act" value="')[2].partition('"')[0]
    assert sender.post("/undo", {"act": name}).status == 303
    assert served.desk.store.journal.standing(number) == before


def test_an_answer_of_ours_that_no_mailbox_shows_is_noted(served: Page) -> None:
    """What was owed is owed no longer, in the story stands who said so, and it is taken back; owing nothing, nothing."""
    standings = served.desk.store.journal.standings()
    number = next(number for number, one in standings.items() if one.we_owe)
    reviewer, here = served.someone("reviewer"), f"/invitees/{number}"
    assert "We have answered" in reviewer.get(here).words
    reviewer.post(f"{here}/answered", {"note": "called, Ms Prats"})
    words = reviewer.get(here).words
    assert not served.desk.store.journal.standing(number).we_owe
    assert "The secretariat answered by hand" in words
    assert "called, Ms Prats" in words
    assert "We have answered" not in words
    reviewer.post(f"{here}/answered")
    assert "nothing was noted" in reviewer.get(here).words
    reviewer.post("/undo")
    assert "Taken back: The secretariat answered by hand" in reviewer.get(here).words
    assert served.desk.store.journal.standing(number) == standings[number]


def test_a_letter_to_the_address_of_another_asks_first(served: Page) -> None:
    """A slip of the hand queues nothing; who says that the address is shared sends the letter there."""
    invitee, other = served.desk.invitee("ashgrove"), served.desk.invitee("northam")
    sender, here = served.someone("sender"), f"/invitees/{invitee.number}"
    address = other.contact.email

    def letters() -> list[str]:
        return [one.to for one in served.desk.store.outbox.letters(invitee=invitee.number)]

    before = letters()
    answer = sender.post(f"{here}/write", {"address": address.upper()})
    assert letters() == before
    assert not served.site.sender.now().here
    asked = sender.get(answer.headers["location"].partition("#")[0])
    assert f"{address.upper()} is an address of {other.name}; nothing was queued" in asked.words
    assert "This address serves this invitee too" in asked.words
    sender.post(f"{here}/write", {"address": address, "shared": "yes"})
    assert letters() == [*before, address]
    assert served.site.sender.now().here


def test_a_mistake_is_said_in_the_language_of_the_page(looked_at: Page) -> None:
    """What a form refuses, too."""
    sender = looked_at.someone("sender")
    sender.cookies["outreach-language"] = "fr"
    sender.post("/invitees/1/write", {"address": "maire@@ville.example"})
    said = "« maire@@ville.example » n’est pas une adresse de courriel : il y a plus d’un @"
    assert said in sender.get("/invitees/1").words


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("record", {"state": "enrolled", "way": "phone"}),
        ("record", {"state": "confirmed", "way": "pigeon"}),
        ("hold", {"until": "soon"}),
        ("hold", {"until": "2020-01-01"}),
        ("write", {"address": "nobody"}),
    ],
)
def test_what_makes_no_sense_changes_nothing(looked_at: Page, act: str, fields: dict[str, str]) -> None:
    """A wrong day, address or state is refused in words."""
    sender, entries = looked_at.someone("sender"), looked_at.desk.store.journal.count()
    answer = sender.post(f"/invitees/1/{act}", fields)
    assert answer.status in (303, 409)
    assert looked_at.desk.store.journal.count() == entries


HIDDEN = """() => {
  const frame = document.querySelector(".found .table-frame");
  return frame.scrollWidth - frame.clientWidth;
}"""
PRINTED = "(one) => getComputedStyle(document.querySelector(one)).display"


def test_the_log_is_printed_for_a_meeting(looked_at: Page, make_context: Callable[..., BrowserContext]) -> None:
    """On paper: what was asked for, as of which day, every column whole, and none of what can be pressed."""
    window = make_context(looked_at, "reader", dark=True).new_page()
    window.set_viewport_size({"width": 720, "height": 1000})  # A4 within its margins, as the browser counts
    window.emulate_media(media="print")
    window.goto("/log?state=confirmed&all=yes")
    expect(window.locator(".found-head")).to_contain_text("11 invitees as of 6 September 2022")
    expect(window.locator("p.only-paper")).to_have_text("State: confirmed")
    for gone in (".log-filter", ".found-acts", ".places", ".self"):
        assert window.evaluate(PRINTED, gone) == "none"
    wide = window.evaluate("() => document.querySelector('.found table').getBoundingClientRect().right")
    assert wide <= 720
    assert window.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_no_column_is_hidden_at_a_desk(
    looked_at: Page, make_context: Callable[..., BrowserContext], language: str
) -> None:
    """The words of every language leave room for what comes next; nobody has to scroll sideways for it."""
    context = make_context(looked_at, "reader")
    context.add_cookies([{"name": "outreach-language", "value": language, "url": looked_at.address}])
    window = context.new_page()
    window.goto("/log")
    assert window.evaluate(HIDDEN) <= 0


@pytest.mark.parametrize("place", ["/invitees/0", "/invitees/99999", f"/invitees/{10**18}"])
def test_who_is_not_there(looked_at: Page, place: str) -> None:
    """A number that nobody has gives no page."""
    assert looked_at.someone("reader").get(place).status == 404


def test_searching_while_typing(served: Page, make_context: Callable[..., BrowserContext]) -> None:
    """Rows change while one types; the address follows, can be shared, and works without JavaScript."""
    window = make_context(served, "reviewer").new_page()
    window.goto("/log")
    window.get_by_role("searchbox").fill("beau")
    expect(window.get_by_role("status").first).to_contain_text("1 invitee")
    expect(window).to_have_url(f"{served.address}/log?q=beau")
    plain = make_context(served, "reader", script=False).new_page()
    plain.goto("/log")
    plain.get_by_role("searchbox").fill("beau")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("link", name="Beaumont-les-Tilleuls")).to_be_visible()
    assert f"q={quote('beau')}" in plain.url


def test_an_answer_by_phone(served: Page, make_context: Callable[..., BrowserContext]) -> None:
    """A reviewer on the phone records a yes, sees it in the story, and undoes it."""
    window = make_context(served, "reviewer", phone=True).new_page()
    window.goto("/log?q=ashgrove")
    window.get_by_role("link", name="Ashgrove").click()
    expect(window.get_by_label("Write again")).to_have_count(0)
    window.get_by_label("It is now").select_option("confirmed")
    window.get_by_label("Note").fill("called back")
    window.get_by_role("button", name="Record").click()
    expect(window.get_by_text("by phone: called back")).to_be_visible()
    window.get_by_role("button", name="Undo").click()
    expect(window.get_by_text("taken back").first).to_be_visible()
    assert served.desk.store.journal.standing(served.desk.invitee("ashgrove").number).state is State.INVITED
