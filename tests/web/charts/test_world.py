"""The map of the world: every country has its place, small ones too, and its links and marks say what is true."""

from __future__ import annotations

import re
from itertools import pairwise
from math import dist
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from outreach.adapters.store.log.figures import Place
from outreach.core.geography import countries
from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.outlines import dissolved, owner, simplified, wrapped
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.world import HEIGHT, NOBODYS, WIDTH, place, project, world
from outreach.entrypoints.web.charts.worldmap import world_map
from outreach.model import State

SVG = "{http://www.w3.org/2000/svg}"
DATA = Path(__file__).parents[3] / "outreach/entrypoints/web/charts/world.tsv"


def drawn(by_country: dict[str, Answers], *places: Place) -> ET.Element:
    chart = world_map(by_country, places, lambda code: f"/log?country={code}", Speech("en"))
    return ET.fromstring(str(chart.wide))  # noqa: S314  our own


def corners(path: str) -> list[tuple[float, float]]:
    """The corners of a path of relative moves and lines."""
    found, here, start = [], (0, 0), (0, 0)
    for letter, numbers in re.findall(r"([mlz])([^mlz]*)", path):
        values = [int(one) for one in re.findall(r"-?\d+", numbers)]
        here = start if letter == "z" else here
        for dx, dy in zip(values[::2], values[1::2], strict=True):
            here = (here[0] + dx, here[1] + dy)
            start = here if letter == "m" else start
            found.append(here)
    return [(float(x), float(y)) for x, y in found]


def test_every_country_has_a_place_on_the_sheet() -> None:
    """All that contacts.csv may name, Antarctica aside; its label lies within the frame, and so does its shape."""
    assert set(countries()) - set(world()) == {"AQ"}
    assert set(world()) - set(countries()) == {NOBODYS}
    for one in world().values():
        for x, y in [(one.x, one.y), *corners(one.path)]:
            assert 0 <= x <= WIDTH, one.code
            assert 0 <= y <= HEIGHT, one.code


def test_the_file_is_small_and_names_its_source() -> None:
    """At most 60 kB; source and licence stand in it."""
    text = DATA.read_text(encoding="utf-8")
    assert len(text.encode()) <= 60_000
    assert "Natural Earth" in text
    assert "public domain" in text
    assert "ISC" in text


@pytest.mark.parametrize(
    ("code", "north", "east"),
    [("KE", -1.29, 36.82), ("BR", -15.8, -47.9), ("NZ", -41.3, 174.8), ("FJ", -18.1, 178.4), ("RU", 55.8, 37.6)],
)
def test_a_capital_lies_in_its_country(code: str, north: float, east: float) -> None:
    """The projection of a place fits the outlines, east of the date line too."""
    found = place(str(north), str(east))
    assert found is not None
    xs, ys = zip(*corners(world()[code].path), strict=True)
    assert min(xs) - 2 <= found[0] <= max(xs) + 2
    assert min(ys) - 2 <= found[1] <= max(ys) + 2


def test_no_country_is_cut_in_two() -> None:
    """Russia reaches over the date line and is one shape: no border runs along it."""
    line = [project(180, 60 + quarter / 4) for quarter in range(60)]
    border = corners(world()["RU"].path)
    on_line = [any(abs(x - east) < 1.5 and abs(y - north) < 2 for east, north in line) for x, y in border]
    along = [dist(a, b) for (a, b), at in zip(pairwise(border), pairwise(on_line), strict=True) if all(at)]
    assert max(along, default=0) < 8  # the line itself would be thirty
    assert max(x for x, _ in border) > project(180, 66)[0] + 10  # the cape lies behind it


@pytest.mark.parametrize(
    ("lat", "lon", "there"),
    [
        ("41.4", "2.2", True),
        ("41,4", "2,2", True),
        ("", "", False),
        ("x", "1", False),
        ("91", "0", False),
        ("nan", "1", False),
    ],
)
def test_coordinates_are_taken_where_they_make_sense(lat: str, lon: str, there: bool) -> None:
    """As spreadsheets write them, with point or comma."""
    assert (place(lat, lon) is not None) == there


def test_a_small_country_is_a_ring_and_a_large_one_a_shape() -> None:
    """Malta, Singapore and Tuvalu are found; France has its outline."""
    root = drawn({code: Answers(confirmed=1) for code in ("MT", "SG", "TV", "FR")})
    shapes = {link.attrib["href"][-2:]: link[1].tag.removeprefix(SVG) for link in root.iter(f"{SVG}a")}
    assert shapes == {"MT": "circle", "SG": "circle", "TV": "circle", "FR": "path"}


@pytest.mark.parametrize(
    ("answers", "sign", "pattern"),
    [
        (Answers(1, 1, 1, 1, 1), "is-confirmed", None),
        (Answers(0, 1, 1, 1, 1), "is-open", "url(#land-open)"),
        (Answers(0, 1, 0, 1, 1), "is-silent", "url(#land-silent)"),
        (Answers(0, 1, 0, 0, 1), "is-declined", "url(#land-declined)"),
        (Answers(0, 0, 0, 0, 1), "is-waiting", "url(#land-waiting)"),
    ],
)
def test_each_state_has_its_own_look_besides_colour(answers: Answers, sign: str, pattern: str | None) -> None:
    """A pattern that is defined tells it; the words say the same."""
    root = drawn({"KE": answers})
    (link,) = root.iter(f"{SVG}a")
    assert sign in link[1].attrib["class"].split()
    assert link[1].attrib.get("fill") == pattern
    defined = {f"url(#{one.attrib['id']})" for one in root.iter(f"{SVG}pattern")}
    assert pattern is None or pattern in defined
    assert link.attrib["aria-label"].startswith(f"Kenya: {answers.confirmed} of {answers.total} confirmed")


def test_numbers_do_not_cover_each_other() -> None:
    """Where a dozen countries lie close together, some numbers are left to the table."""
    crowd = {
        code: Answers(confirmed=1000) for code in ("BE", "NL", "LU", "DE", "CH", "LI", "AT", "SI", "HR", "CZ", "SK")
    }
    boxes = [(float(t.attrib["x"]), float(t.attrib["y"])) for t in drawn(crowd).iter(f"{SVG}text")]
    assert 2 <= len(boxes) < len(crowd)
    apart = [abs(a[0] - b[0]) >= 25 * 0.56 * 5 or abs(a[1] - b[1]) >= 25 for a in boxes for b in boxes if a is not b]
    assert all(apart)


def test_cities_are_dots_and_bad_coordinates_are_none() -> None:
    """A city that confirmed lies above the others; what cannot be placed is left out."""
    cities = [
        Place("Nairobi", State.CONFIRMED, "-1.29", "36.82"),
        Place("Suva", State.INVITED, "-18.1", "178.4"),
        Place("nowhere", State.CONFIRMED, "far", "away"),
    ]
    root = drawn({"KE": Answers(1)}, *cities)
    dots = [one for one in root.iter(f"{SVG}circle") if "city" in one.attrib["class"]]
    assert [(one[0].text, one.attrib["class"]) for one in dots] == [
        ("Suva", "city other"),
        ("Nairobi", "city confirmed"),
    ]


def test_what_is_not_on_the_sheet_is_named_below_it_and_in_the_table() -> None:
    """Nobody is lost because the map does not know a code."""
    chart = world_map({"AQ": Answers(silent=2), "KE": Answers(1)}, (), lambda _: "", Speech("en"))
    assert "Antarctica" in chart.note
    assert [(row.head, row.cells[0]) for row in chart.table.rows] == [("Antarctica", 2), ("Kenya", 1)]


@pytest.mark.parametrize(
    ("codes", "near"),
    [(("FR", "ES", "MT"), True), (("FR", "ES", "KE"), False), (("KE", "TZ", "UG", "RW"), False)],
)
def test_where_countries_lie_close_they_are_seen_from_nearer(codes: tuple[str, ...], near: bool) -> None:
    """Europe, as soon as three of its countries are of the campaign; one picture, with the same numbers."""
    by_country = {code: Answers(confirmed=n + 2) for n, code in enumerate(codes)}
    chart = world_map(by_country, (), lambda _: "/log", Speech("en"))
    assert (chart.near is not None) == near
    if chart.near is not None:
        root = ET.fromstring(str(chart.near))  # noqa: S314  our own
        assert root.attrib["role"] == "img"
        assert not list(root.iter(f"{SVG}a"))
        assert sorted(text.text or "" for text in root.iter(f"{SVG}text")) == ["2", "3", "4"]


# ---------------------------------------------------------------- how the outlines are made


def test_a_line_does_not_jump_over_the_sheet() -> None:
    """What goes over the date line goes on behind it; the west of Alaska stays in the west."""
    assert wrapped([(179, 0), (-179, 1)]) == [(179, 0), (181, 1)]
    assert wrapped([(-168, 0), (-170, 1)]) == [(-168, 0), (-170, 1)]
    assert wrapped([(-172, 0), (-168, 1)]) == [(188, 0), (192, 1)]


def test_small_corners_go_and_ends_stay() -> None:
    """Visvalingam: the flat corner goes, the high one stays."""
    line = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (15.0, 9.0), (20.0, 0.0)]
    assert simplified(line, 2.0) == [(0.0, 0.0), (10.0, 0.0), (15.0, 9.0), (20.0, 0.0)]
    assert simplified(line[:2], 99) == line[:2]


def test_parts_of_a_country_become_one() -> None:
    """Two squares that share an edge are one rectangle; a square apart stays."""
    left = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    right = [(1, 0), (2, 0), (2, 1), (1, 1), (1, 0)]
    apart = [(5, 5), (6, 5), (6, 6), (5, 5)]
    rings = dissolved([left, right, apart])
    assert sorted(len(set(ring)) for ring in rings) == [3, 6]


def test_crimea_is_counted_as_the_general_assembly_does() -> None:
    """Resolution 68/262; and what has a code of its own has its own shape."""
    assert owner("RU", [(33, 45), (35, 45), (34, 46)]) == "UA"
    assert owner("RU", [(37, 55), (38, 56), (37, 56)]) == "RU"
    assert owner("FR", [(-53, 4), (-52, 5), (-53, 5)]) == "GF"
