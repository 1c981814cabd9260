"""The charts: well-formed, within their frame, true to their tables, in any language and with any name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from outreach.adapters.store.log.figures import Place
from outreach.core.progress import Answers, Day, Mailing, milestones_by_day
from outreach.entrypoints.web.charts.bars import Share, bars_chart
from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.goals import Flag, goals_chart, place_of
from outreach.entrypoints.web.charts.sheet import looks, sheet
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.timeline import SERIES, Course, time_chart, totals_of
from outreach.entrypoints.web.charts.worldmap import world_map
from outreach.model import State

SVG = "{http://www.w3.org/2000/svg}"
FIRST, DEADLINE = date(2022, 7, 15), date(2022, 9, 15)
ENGLISH = Speech("en")
NAMES = (
    "Ville-d’Avray",
    "مدينة السلام",
    "חיפה",
    "서울특별시",
    "กรุงเทพมหานคร อมรรัตนโกสินทร์",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "a\u202eb\x00\ud800c",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "]]>&amp;<!--",
    "%(number)s {{ 7*7 }}",
)


def days(count: int, each: Day, step: int = 1) -> dict[date, Day]:
    return {FIRST + timedelta(days=n * step): each for n in range(count)}


def course(**changes: object) -> Course:
    given = {
        "days": days(20, Day(confirmed=2, declined=1, open=1)),
        "mailings": (
            Mailing("invitation", 0, FIRST, FIRST, 412),
            Mailing("reminder", 1, date(2022, 8, 15), date(2022, 8, 16), 300),
        ),
        "today": date(2022, 9, 1),
        "deadline": DEADLINE,
        "target": ("World Congress", date(2022, 10, 10)),
        "goals": (10, 100, 1000),
    }
    return Course(**{**given, **changes})  # type: ignore[arg-type]


COURSES = {
    "usual": course(),
    "no data": course(days={}, mailings=(), target=None),
    "launched today": course(
        days={}, mailings=(Mailing("invitation", 0, FIRST, FIRST, 3),), today=FIRST, deadline=FIRST
    ),
    "one day": course(days=days(1, Day(confirmed=1)), today=FIRST),
    "three years": course(days=days(1000, Day(3, 1, 2)), today=FIRST + timedelta(days=1095)),
    "very many": course(days=days(30, Day(8000, 200, 133)), goals=(10, 100, 1000, 300000)),
    "no goals": course(goals=()),
    "an answer from tomorrow": course(days=days(3, Day(1)), today=FIRST - timedelta(days=2)),
    "thirty mailings": course(
        mailings=[Mailing("reminder", n, FIRST + timedelta(days=n), FIRST + timedelta(days=n), n) for n in range(1, 31)]
    ),
    "a wild name": course(target=(NAMES[7] + NAMES[1] * 9, date(2022, 10, 10))),
}
GROUPS = {
    "nobody": (),
    "one": (Share("Kenya", Answers(confirmed=1)),),
    "wild names": tuple(Share(name, Answers(1, 2, 3, 4, 5), "/log?country=KE") for name in NAMES),
    "very many": tuple(Share(f"Country {n}", Answers(250000 // (n + 1), 1, 0, 9)) for n in range(200)),
    "none invited": (Share("Peru", Answers(waiting=7)), Share("Malta", Answers())),
}
WORLDS = {
    "nobody": {},
    "all parts": {
        "KE": Answers(3, 1, 1, 5),
        "FR": Answers(silent=4),
        "MT": Answers(confirmed=1),
        "SG": Answers(declined=2),
        "GF": Answers(open=1),
        "TV": Answers(waiting=1),
    },
    "unknown codes": {"QQ": Answers(2), "AQ": Answers(silent=1), "<b": Answers(1)},
    "everywhere": {
        code: Answers(123456, 1, 1, 1) for code in ("AD", "MC", "VA", "SM", "LI", "LU", "BE", "NL", "DE", "AT")
    },
}
PLACES = (
    Place(NAMES[7], State.CONFIRMED, "-1.29", "36.82"),
    Place("Nadi", State.INVITED, "-17,8", "177.4"),
    Place("Apia", State.INVITED, "-13.8", "-171.8"),
    Place("nowhere", State.INVITED, "north", "west"),
    Place("beyond", State.INVITED, "91", "0"),
    Place("not a number", State.INVITED, "nan", "inf"),
)


def charts(speech: Speech = ENGLISH) -> Iterator[tuple[str, Chart]]:
    for name, one in COURSES.items():
        yield f"time: {name}", time_chart(one, speech)
    for name, group in GROUPS.items():
        yield f"bars: {name}", bars_chart("by-country", "By country", "Country", group, speech)
    for name, by_country in WORLDS.items():
        yield f"map: {name}", world_map(by_country, PLACES, lambda code: f"/log?country={code}", speech)
    for confirmed in (0, 1, 10, 37, 1000, 250000):
        goals = milestones_by_day({FIRST: confirmed} if confirmed else {}, (10, 100, 1000))
        yield f"goals: {confirmed}", goals_chart(confirmed, goals, Flag(100, f"100 · {NAMES[7]}"), speech)
    yield "goals: none", goals_chart(3, (), Flag(100, "100"), speech)


CHARTS = dict(charts())


def drawings(chart: Chart) -> list[ET.Element]:
    markup = [
        str(chart.wide),
        *([str(chart.narrow)] if chart.narrow else []),
        sheet(chart, NAMES[8], NAMES[9]).decode(),
    ]
    return [ET.fromstring(one) for one in markup]  # noqa: S314  our own


@pytest.mark.parametrize("name", CHARTS)
def test_every_drawing_is_well_formed_and_harmless(name: str) -> None:
    """It is XML, nothing in it can run or ask for anything, and no style stands at an element."""
    for root in drawings(CHARTS[name]):
        for element in root.iter():
            assert element.tag.removeprefix(SVG) in (
                *(
                    "svg",
                    "title",
                    "desc",
                    "defs",
                    "pattern",
                    "g",
                    "a",
                    "path",
                    "rect",
                    "circle",
                    "text",
                    "style",
                    "use",
                ),
            ), element.tag
            for key, value in element.attrib.items():
                assert key not in ("style", "src")
                assert not key.lower().startswith("on")
                assert key != "href" or value.startswith("/log?") or value == "#lands-of-others"
                assert "url(" not in value or re.fullmatch(r"url\(#[\w-]+\)", value)


@pytest.mark.parametrize("name", CHARTS)
def test_numbers_are_numbers(name: str) -> None:
    """No place is “nan”, and every rectangle has a size."""
    for root in drawings(CHARTS[name]):
        for element in root.iter():
            for key in ("x", "y", "width", "height", "cx", "cy", "r"):
                if key in element.attrib:
                    assert float(element.attrib[key]) == float(element.attrib[key]), (key, element.attrib)
            assert not re.search(r"nan|inf|e[+-]\d", element.attrib.get("d", ""))
            assert float(element.attrib.get("width", 1)) >= 0


@pytest.mark.parametrize("name", [name for name in CHARTS if not name.startswith("map")])
def test_nothing_lies_outside(name: str) -> None:
    """Lines and words begin within the frame, on wide and on narrow screens."""
    for root in drawings(CHARTS[name])[:-1]:
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for text in root.iter(f"{SVG}text"):
            assert -1 <= float(text.attrib["x"]) <= width + 1, text.text
            assert 0 <= float(text.attrib["y"]) <= height + 1, text.text
        for path in root.iter(f"{SVG}path"):
            x, y = map(float, re.findall(r"-?\d+\.?\d*", path.attrib["d"])[:2])
            assert -8 <= x <= width + 1
            assert -1 <= y <= height + 1


@pytest.mark.parametrize("name", CHARTS)
def test_a_screen_reader_hears_what_it_is(name: str) -> None:
    """Every drawing has a title and a description, and is named by them; the map's links can be reached."""
    root = drawings(CHARTS[name])[0]
    ids = {element.attrib.get("id") for element in root.iter()}
    named = f"{root.attrib['aria-labelledby']} {root.attrib.get('aria-describedby', '')}".split()
    assert set(named) <= ids
    assert root.attrib["role"] == ("group" if name.startswith("map") else "img")
    assert not (root.attrib["role"] == "img" and root.findall(f".//{SVG}a"))


@pytest.mark.parametrize("language", ["en", "fr", "es", "ca"])
def test_every_language_draws_the_same(language: str) -> None:
    """Words may differ, shapes do not."""
    for name, chart in charts(Speech(language)):
        if name.startswith(("bars", "map")):
            shapes = [element.tag for element in drawings(chart)[0].iter() if element.tag != f"{SVG}text"]
            assert shapes == [e.tag for e in drawings(CHARTS[name])[0].iter() if e.tag != f"{SVG}text"], name


# ---------------------------------------------------------------- what is drawn is what the table says


@pytest.mark.parametrize("name", COURSES)
def test_the_lines_end_at_the_last_row_of_the_table(name: str) -> None:
    """For each series the sum that is written at the line is the table's last number."""
    one = COURSES[name]
    chart = time_chart(one, ENGLISH)
    rows = chart.table.rows
    for series, column in zip(SERIES, range(3), strict=True):
        last = rows[-1].cells[column] if rows else 0
        sums = totals_of(one.days, one.today)[series]
        assert (sums[-1][1] if sums else 0) == last
        said = f"{ENGLISH.number(int(last))} {series}"
        for root in drawings(chart)[:2]:
            assert said in [text.text for text in root.iter(f"{SVG}text")], said


@pytest.mark.parametrize("name", COURSES)
def test_no_letter_is_lost_in_the_table(name: str) -> None:
    """The letters of all rows are the letters of all mailings, however the table is shortened."""
    one = COURSES[name]
    for most in (60, 4, None):
        table = time_chart(one, ENGLISH, most).table
        assert sum(int(row.cells[3]) for row in table.rows) == sum(mailing.letters for mailing in one.mailings)


@pytest.mark.parametrize(
    ("most", "heading", "count"), [(None, "Day", 1000), (200, "Week from", 144), (60, "Month from", 34)]
)
def test_a_long_table_is_shortened(most: int | None, heading: str, count: int) -> None:
    """To weeks, else to months; the last sums stay."""
    table = time_chart(course(days=days(1000, Day(3, 1, 2)), mailings=()), ENGLISH, most).table
    assert (table.headings[0], len(table.rows)) == (heading, count)
    assert table.rows[-1].cells == (3000, 1000, 2000, 0)


def test_the_line_is_as_high_as_its_numbers() -> None:
    """The heights of the steps are those of the scale that is written beside them."""
    root = drawings(time_chart(course(goals=()), ENGLISH))[0]
    ticks = [
        text
        for text in root.iter(f"{SVG}text")
        if text.attrib.get("class") == "tick" and text.attrib["text-anchor"] == "end"
    ]
    at = {int(text.text or ""): float(text.attrib["y"]) - 13 * 0.35 for text in ticks}
    unit = (at[0] - at[10]) / 10
    (path,) = (one for one in root.iter(f"{SVG}path") if one.attrib.get("class") == "line confirmed")
    steps = [float(y) for y in re.findall(r"V([\d.]+)", path.attrib["d"])]
    assert [round((at[0] - y) / unit) for y in steps] == list(range(2, 41, 2))


@pytest.mark.parametrize("name", GROUPS)
def test_bars_are_as_long_as_their_numbers(name: str) -> None:
    """Each part of a bar stands to the longest bar as their numbers do, and the table has every row."""
    shares = GROUPS[name]
    chart = bars_chart("by-country", "By country", "Country", shares, ENGLISH)
    assert [row.head for row in chart.table.rows] == [share.said for share in shares]
    assert [row.cells for row in chart.table.rows] == [
        (a.invited, a.confirmed, a.open, a.declined, a.silent, a.waiting) for a in (share.answers for share in shares)
    ]
    few = shares if len(shares) <= 8 else shares[:7]
    most = max((share.answers.total for share in few), default=0) or 1
    drawn = [
        (rect.attrib["class"].removeprefix("part "), float(rect.attrib["width"]))
        for rect in drawings(chart)[0].iter(f"{SVG}rect")
    ]
    wanted = [
        (part, max(1.5, getattr(share.answers, part) * 300 / most - 1.5))
        for share in few
        for part in ("confirmed", "open", "declined", "silent", "waiting")
        if getattr(share.answers, part)
    ]
    assert [part for part, _ in drawn] == [part for part, _ in wanted]
    assert [length for _, length in drawn] == pytest.approx([length for _, length in wanted], abs=0.06)


@pytest.mark.parametrize(
    ("number", "at"), [(0, 0.0), (5, 1 / 6), (10, 1 / 3), (55, 0.5), (100, 2 / 3), (1000, 1.0), (250000, 1.0)]
)
def test_each_goal_is_one_stretch_of_the_way(number: int, at: float) -> None:
    """Ten, a hundred and a thousand lie at equal distances, and between two the way is straight."""
    assert place_of(number, (10, 100, 1000)) == pytest.approx(at)


@pytest.mark.parametrize(("confirmed", "parts"), [(0, []), (10, [1.0]), (55, [1.0, 0.5]), (2000, [1.0, 1.0, 1.0])])
def test_the_way_is_filled_as_far_as_confirmed(confirmed: int, parts: list[float]) -> None:
    """The filled parts of the stretches say where the campaign is."""
    goals = milestones_by_day({FIRST: confirmed} if confirmed else {}, (10, 100, 1000))
    rects = list(drawings(goals_chart(confirmed, goals, None, ENGLISH))[0].iter(f"{SVG}rect"))
    whole = next(float(rect.attrib["width"]) for rect in rects if rect.attrib["class"] == "way")
    done = [float(rect.attrib["width"]) / whole for rect in rects if rect.attrib["class"] == "done confirmed"]
    assert done == pytest.approx(parts, abs=0.001)


# ---------------------------------------------------------------- files that stand alone


def test_a_saved_chart_carries_its_looks() -> None:
    """No token is left open, no colour is missing, and nothing is asked from elsewhere."""
    assert "var(" not in looks()
    assert "light-dark(" not in looks()
    assert "@" not in looks()
    assert "url(" not in looks()
    assert looks().count("{") == looks().count("}") > 50


def test_a_saved_chart_says_what_it_is() -> None:
    """Title, campaign and legend stand within the file."""
    chart = bars_chart("by-country", "By country", "Country", GROUPS["wild names"], ENGLISH)
    root = ET.fromstring(sheet(chart, "Campaign · 1 September 2022", "412 invited"))  # noqa: S314
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert {"By country", "Campaign · 1 September 2022", "412 invited", "confirmed", "silent"} <= set(said)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("language", "say", "said"),
    [
        ("en", lambda speech: speech.day(date(2022, 9, 1)), "1 September 2022"),
        ("fr", lambda speech: speech.day(date(2022, 9, 1)), "1er septembre 2022"),
        ("fr", lambda speech: speech.day(date(2022, 9, 11)), "11 septembre 2022"),
        ("fr", lambda speech: speech.short_day(date(2022, 8, 1)), "1er août"),
        ("es", lambda speech: speech.day(date(2022, 9, 1)), "1 de septiembre de 2022"),
        ("ca", lambda speech: speech.day(date(2022, 9, 15)), "15 de setembre del 2022"),
        ("en", lambda speech: speech.number(1234), "1,234"),
        ("es", lambda speech: speech.number(12345), "12.345"),
        ("ca", lambda speech: speech.number(999), "999"),
        ("fr", lambda speech: speech.country("DE"), "Allemagne"),
        ("fr", lambda speech: speech.country("QQ"), "QQ"),
        ("es", lambda speech: speech.tongue("pt-BR"), "portugués (Brasil)"),
        ("en", lambda speech: speech.tongue("no such tongue"), "no such tongue"),
    ],
)
def test_days_numbers_and_names_are_said_as_in_the_language(
    language: str, say: Callable[[Speech], str], said: str
) -> None:
    """French has a first, not a one; a code that nobody knows stays as it is."""
    assert say(Speech(language)) == said
