"""The overview: true numbers, charts for eyes and ears, files to take along, and a page that keeps itself up to date."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as BrowserPage

from outreach.campaign.deciding.review import decide
from outreach.campaign.reports.overview import overview
from outreach.campaign.reports.report import status
from tests.web.chromium import assert_accessible
from tests.web.launching import before_launch, launched, receive
from tests.web.server import Page

CHARTS = ("way-to-the-goals", "answers-over-time", "world-map", "by-country", "by-language", "by-kind")
SVG = "{http://www.w3.org/2000/svg}"


def table_of(window: BrowserPage, chart: str) -> list[list[str]]:
    """The rows of a chart's table as a person reads them, headings first."""
    found: list[list[str]] = window.evaluate(
        "name => [...document.querySelectorAll(`.chart-${name} table tr`)]"
        ".map(row => [...row.cells].map(cell => cell.textContent.trim()))",
        chart,
    )
    return found


def test_the_overview_says_what_status_says(looked_at: Page) -> None:
    """The database's counts are those of `outreach status`, number by number."""
    now, counted = overview(looked_at.desk), status(looked_at.desk)
    assert now.states == counted.counts
    assert now.milestones == counted.milestones
    assert now.target is not None
    assert now.target.milestone == counted.target
    assert (now.needs.review, now.needs.without_invitee) == (counted.in_review, counted.without_invitee)
    assert now.needs.owed == counted.owed
    assert now.days_left == counted.days_left
    assert now.total.confirmed == sum(day.confirmed for day in now.days.values())
    for groups in (now.by_country, now.by_language, now.by_kind):
        assert sum(some.total for some in groups.values()) == now.total.total == sum(now.states.values())


def test_the_numbers_are_on_the_page(looked_at: Page, make_context: Callable[..., BrowserContext]) -> None:
    """The large number, what waits, and every table."""
    now = overview(looked_at.desk)
    window = make_context(looked_at, "reader").new_page()
    window.goto("/")
    assert window.locator(".hero-number").inner_text().startswith(str(now.total.confirmed))
    waits = {int(number) for number in window.locator(".need .figure-number").all_inner_texts()}
    needs = now.needs
    numbers = (
        needs.review,
        needs.without_invitee,
        needs.owed,
        needs.in_doubt,
        needs.unreachable,
        needs.acknowledgements,
    )
    assert waits == {number for number in numbers if number}
    rows = table_of(window, "by-country")
    assert rows[0][:3] == ["Country", "Invited", "Confirmed"]
    assert [int(row[2]) for row in rows[1:]] == [some.confirmed for some in now.by_country.values()]
    assert [row[0] for row in table_of(window, "world-map")] == [row[0] for row in rows]
    assert table_of(window, "answers-over-time")[-1][1] == str(now.total.confirmed)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_one_drawing_of_each_chart_is_seen(
    looked_at: Page, make_context: Callable[..., BrowserContext], phone: bool
) -> None:
    """The wide one on a desk, the narrow one on a phone; its words are large enough to be read."""
    window = make_context(looked_at, "reader", phone=phone).new_page()
    window.goto("/")
    for chart in ("way-to-the-goals", "answers-over-time"):
        seen = window.locator(f"svg[aria-labelledby^='{chart}']:visible")
        assert seen.count() == 1
        assert (
            seen.get_attribute("aria-labelledby")
            == f"{chart}-{'narrow' if phone else 'wide'}-title {chart}-{'narrow' if phone else 'wide'}-desc"
        )
    small = window.evaluate(
        "() => [...document.querySelectorAll('svg.drawing text')].filter(text => text.getClientRects().length)"
        ".map(text => text.getBoundingClientRect().height).filter(height => height < 9)"
    )
    assert small == []


def test_the_tables_open_and_are_read_by_everybody(desktop: BrowserPage) -> None:
    """With every table open, nothing keeps anybody out."""
    for summary in desktop.locator(".numbers summary").all():
        summary.click()
    assert desktop.locator("details.numbers[open] table").count() == len(CHARTS)
    assert_accessible(desktop)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_saved_as_a_drawing_and_as_numbers(looked_at: Page, chart: str) -> None:
    """The SVG stands alone, the CSV opens in a sheet; both are downloads."""
    drawn, numbers = (looked_at.someone("reader").get(f"/charts/{chart}.{ending}") for ending in ("svg", "csv"))
    assert (drawn.status, numbers.status) == (200, 200)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.headers["content-disposition"] == f'attachment; filename="{chart}.svg"'
    assert numbers.headers["content-disposition"] == f'attachment; filename="{chart}.csv"'
    root = ET.fromstring(drawn.text)  # noqa: S314  our own
    assert next(root.iter(f"{SVG}style")).text
    rows = list(csv.reader(io.StringIO(numbers.text.removeprefix("\ufeff"))))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(
    "name", ["none.svg", "world-map", "world-map.pdf", "..%2fstyle.css", ".svg", "world-map.svg.csv"]
)
def test_no_other_file_is_given(looked_at: Page, name: str) -> None:
    """Only the charts that there are, in the forms that there are."""
    assert looked_at.someone("reader").get(f"/charts/{name}").status == 404
    assert looked_at.anybody().get("/charts/world-map.svg").status == 401


def test_a_picture_is_made_in_the_browser(desktop: BrowserPage, tmp_path: Path) -> None:
    """The PNG has twice as many pixels as the drawing has units, and comes under the chart's name."""
    with desktop.expect_download() as waiting:
        desktop.get_by_role("button", name="Save “The world” as PNG").click()
    assert waiting.value.suggested_filename == "world-map.png"
    waiting.value.save_as(tmp_path / "map.png")
    content = (tmp_path / "map.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(content[16:20], "big") == 2000


def test_a_country_in_hand_is_told_below_the_map(desktop: BrowserPage) -> None:
    """Its numbers, for eyes that see no title of a pointer; the map can be passed over by keyboard."""
    desktop.locator(".world-map :is(a, g):has(> title:text('Brazil'))").first.hover()
    expect(desktop.locator(".chart-world-map .in-hand")).to_have_text(re.compile(r"^Brazil: \d+ of \d+ confirmed"))
    skip = desktop.get_by_role("link", name="Skip the map")
    skip.focus()
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    assert desktop.evaluate("() => document.activeElement.id") == "world-map-foot"


def test_without_a_script_the_drawings_are_there(looked_at: Page, make_context: Callable[..., BrowserContext]) -> None:
    """No button that does nothing; SVG and CSV can be saved."""
    window = make_context(looked_at, "reader", script=False).new_page()
    window.goto("/")
    assert window.locator("button[data-png]:visible").count() == 0
    with window.expect_download() as waiting:
        window.get_by_role("link", name="Save “By kind” as SVG").click()
    assert waiting.value.suggested_filename == "by-kind.svg"


def test_an_open_page_keeps_itself_up_to_date(desktop: BrowserPage, served: Page) -> None:
    """A new confirmation appears without a reload, and whoever reads on by keyboard stays where they are."""
    served.site.overview.clock = lambda: 0.0  # however busy the machine is
    desktop.clock.install()
    desktop.reload()
    expect(desktop.locator("#live[data-htmx-powered]")).to_be_visible()
    before = int(desktop.locator(".hero-number").inner_text().split()[0])
    number = next(n for n, standing in served.desk.store.journal.standings().items() if standing.state == "invited")
    decide(served.desk, served.desk.store.register.some([number])[number].id, "confirmed", "by phone")
    desktop.locator("#live summary").focus()
    desktop.clock.fast_forward("00:31")
    expect(desktop.locator(".hero-number")).to_have_text(re.compile(rf"^\s*{before + 1}\b"))
    assert desktop.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    assert desktop.locator("button[data-png]:visible").count() == len(CHARTS)


def test_looking_on_keeps_nobody_logged_in(looked_at: Page) -> None:
    """The page asks by itself; that is no act of a person."""
    from outreach.entrypoints.web.routes import ROUTES  # noqa: PLC0415

    assert [row.by_hand for row in ROUTES if row.path == "/overview/live"] == [False]
    assert looked_at.anybody().get("/overview/live").status == 401


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_it_speaks_four_languages(looked_at: Page, language: str) -> None:
    """Title, charts and days are in the language that was asked for."""
    answer = looked_at.someone("reader").get("/", **{"Accept-Language": language})
    words = {
        "en": "15 September 2022",
        "fr": "15 septembre 2022",
        "es": "15 de septiembre de 2022",
        "ca": "15 de setembre del 2022",
    }
    world = {"en": "The world", "fr": "Le monde", "es": "El mundo", "ca": "El món"}
    assert words[language] in answer.words
    assert world[language] in answer.words


def test_answers_of_the_same_day_came_within_a_day(tmp_path: Path) -> None:
    """Not within 0 days."""
    with before_launch(tmp_path / "campaign") as page:
        launched(page, 1)
        receive(page, "mayor@northam.example", "Northam joins the campaign.")
        page.someone("reviewer").post("/mails/look")
        assert "came within 1 day of the invitation." in page.someone("reader").get("/").words


def test_it_is_light(looked_at: Page) -> None:
    """At most 150 kB without the map, with styles and scripts."""
    someone = looked_at.someone("reader")
    page = someone.get("/").text
    files = sum(
        len(someone.get(path).text.encode()) for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    )
    land = re.sub(r'(?s)<svg[^>]*class="drawing world-map".*?</svg>', "", page)
    assert len(page) - len(land) > 40_000
    assert len(land.encode()) + files <= 150_000
