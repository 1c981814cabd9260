"""No word of a drawing covers a line or another word, as a browser sets them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from outreach.core.progress import Day, Mailing
from outreach.entrypoints.web.charts.room import Box, Room, box_of
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.timeline import time_chart
from outreach.entrypoints.web.static import FOLDER
from tests.web.charts.test_drawing import COURSES, FIRST, course

CROWDED = {
    "reminders soon after each other": course(
        days={FIRST.replace(month=8, day=4): Day(11, 1, 5)},
        mailings=[
            Mailing("invitation", 0, FIRST, FIRST, 42),
            Mailing("reminder", 1, FIRST.replace(month=8, day=15), FIRST.replace(month=8, day=15), 16),
            Mailing("reminder", 2, FIRST.replace(month=8, day=29), FIRST.replace(month=8, day=29), 16),
            Mailing("reminder", 1, FIRST.replace(month=9, day=4), FIRST.replace(month=9, day=4), 1),
        ],
        today=FIRST.replace(month=9, day=6),
    ),
    "the last day": course(today=FIRST.replace(month=10, day=9)),
}
# What a text covers of a line or another text, but for the blank above and below its letters; as [what, by what].
COVERED = """() => [...document.querySelectorAll("svg")].flatMap(svg => {
  const inside = 4, found = [];
  const texts = [...svg.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
  const lines = [...svg.querySelectorAll(".mark-line, .goal-line, .line, .axis")].flatMap(path => {
    const at = path.getScreenCTM(), pieces = [];
    let x = 0, y = 0;
    for (const piece of path.getAttribute("d").match(/[MLHV][^MLHVz]*/g)) {
      const to = piece.slice(1).trim().split(/[ ,]+/).map(Number), from = [x, y];
      if (piece[0] === "H") x = to[0]; else if (piece[0] === "V") y = to[0]; else [x, y] = to;
      if (piece[0] === "M") continue;
      pieces.push({left: at.a * Math.min(from[0], x) + at.e, right: at.a * Math.max(from[0], x) + at.e,
        top: at.d * Math.min(from[1], y) + at.f, bottom: at.d * Math.max(from[1], y) + at.f});
    }
    return pieces.map(one => [path.getAttribute("class"), one]);
  });
  const meet = (a, b) => a.left < b.right + 0.5 && b.left - 0.5 < a.right
    && a.top + inside < b.bottom && b.top < a.bottom - inside;
  texts.forEach(([said, box], place) => {
    for (const [other, its] of [...texts.slice(place + 1), ...lines]) if (meet(box, its)) found.push([said, other]);
  });
  return found;
})"""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_words_of_the_timeline_cover_anything(browser: Browser, language: str) -> None:
    """Neither at a desk nor on a phone, in short words or long ones."""
    charts = {name: time_chart(one, Speech(language)) for name, one in {**COURSES, **CROWDED}.items()}
    drawn = [
        f"<div style='width: 920px'>{one.wide}</div><p style='width: 324px'>{one.narrow}" for one in charts.values()
    ]
    assert covered(browser, "".join(drawn)) == []


def test_what_covers_something_is_seen(browser: Browser) -> None:
    """A text on a line, and two on each other."""
    texts = "".join(f"<text x='{x}' y='20'>word {x}</text>" for x in (5, 15, 200))
    assert covered(browser, f"<svg width='300' height='50'>{texts}<path class='axis' d='M220 15H400'/></svg>") == [
        ["word 5", "word 15"],
        ["word 200", "axis"],
    ]


def covered(browser: Browser, drawn: str) -> list[list[str]]:
    """What is covered by what."""
    style = "".join((FOLDER / sheet).read_text(encoding="utf-8") for sheet in ("style.css", "charts.css"))
    window = browser.new_page(viewport={"width": 1280, "height": 900})
    window.set_content(f"<!doctype html><meta charset=utf-8><style>{style}</style><main>{drawn}</main>")
    found: list[list[str]] = window.evaluate(COVERED)
    window.close()
    return found


def test_words_find_room_beside_lines() -> None:
    """A box meets what it touches; own lines may cross no words that stand already."""
    room = Room([Box(100, 0, 100, 50)])
    left, across = box_of(90, 20, "ten letter", 10, anchor="end"), box_of(90, 20, "ten letter", 10)
    assert room.is_free(left)
    assert not room.is_free(across)
    room.take(left)
    assert not room.is_free(left)
    assert not room.is_free(box_of(200, 20, "elsewhere", 10), [Box(60, 0, 60, 50)])
