"""Draws the way to 10, 100, 1000: each goal a stretch of the same length, filled as far as the confirmations reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from outreach.core.progress import Milestone
from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import cut, drawing, tag, together, width_of, words
from outreach.entrypoints.web.charts.tables import Row, Table
from outreach.entrypoints.web.words import BETWEEN

NAME = "way-to-the-goals"
GAP = 4.0  # units between two stretches


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a drawing is, in units."""

    name: str
    width: float
    bar: float
    size: float  # of the type


WIDE = Shape("wide", 960, 22, 13)
NARROW = Shape("narrow", 360, 18, 13)


@dataclass(frozen=True, slots=True)
class Flag:
    """A goal with a name and a day on the way."""

    goal: int
    said: str


def goals_chart(confirmed: int, goals: Sequence[Milestone], flag: Flag | None, speech: Speech) -> Chart:
    """The chart with its table."""
    title = speech.say("The way to the goals")
    known = tuple(goal for goal in goals if goal.goal > 0)
    (wide, size), (narrow, _) = (_drawn(confirmed, known, flag, speech, shape) for shape in (WIDE, NARROW))
    return Chart(NAME, title, "", wide, narrow, size, _table(title, known, speech))


def place_of(number: int, goals: Sequence[int]) -> float:
    """Where a number lies on the way, from 0 to 1: every goal is one step, and between two it goes straight."""
    stretches = list(pairwise([0, *goals]))
    for n, (low, high) in enumerate(stretches):
        if number <= high:
            return (n + (number - low) / (high - low)) / len(stretches)
    return 1.0


def _drawn(
    confirmed: int, goals: Sequence[Milestone], flag: Flag | None, speech: Speech, shape: Shape
) -> tuple[Markup, tuple[float, float]]:
    numbers = [goal.goal for goal in goals]
    top = shape.size * 2.2 if flag is not None else 2.0
    size = (shape.width, top + shape.bar + shape.size * 3.4)
    parts = [_stretch(n, confirmed, numbers, top, shape) for n in range(len(numbers))]
    parts += [_words(n, goal, len(goals), top + shape.bar, shape, speech) for n, goal in enumerate(goals)]
    if flag is not None and numbers:
        parts.append(_flag(flag, numbers, top, shape))
    title = speech.say("The way to the goals")
    number = speech.say_number("%(number)s confirmed", "%(number)s confirmed", confirmed)
    said = speech.say(BETWEEN).join([number, *(_said(goal, speech) for goal in goals)])
    return drawing(f"{NAME}-{shape.name}", title, said, size, *parts, class_="goals-chart"), size


def _stretch(n: int, confirmed: int, goals: Sequence[int], top: float, shape: Shape) -> Markup:
    low, high = (goals[n - 1] if n else 0), goals[n]
    length = shape.width / len(goals) - GAP
    x = n * shape.width / len(goals) + (GAP / 2)
    part = max(0.0, min(1.0, (confirmed - low) / (high - low)))
    filled = max(length * part, 3.0) if part else 0.0  # one confirmation of a thousand is seen too
    ground = tag("rect", x=x, y=top, width=length, height=shape.bar, rx=3, class_="way")
    if not filled:
        return ground
    done = tag("rect", x=x, y=top, width=filled, height=shape.bar, rx=3, class_="done confirmed")
    return together(ground, done)


def _words(n: int, goal: Milestone, many: int, y: float, shape: Shape, speech: Speech) -> Markup:
    x = (n + 1) * shape.width / many - GAP / 2
    short = many > 1 and shape is NARROW
    below = _news(goal, speech, short=short)
    return together(
        words(x, y + shape.size * 1.4, speech.number(goal.goal), "goal-number", anchor="end"),
        words(x, y + shape.size * 2.8, below, "goal-news", anchor="end"),
    )


def _news(goal: Milestone, speech: Speech, *, short: bool = False) -> str:
    if goal.reached is not None:
        day = speech.short_day(goal.reached) if short else speech.day(goal.reached)
        return f"✓ {day}" if short else speech.say("✓ reached on %(day)s", day=day)
    return speech.say_number("%(number)s to go", "%(number)s to go", goal.missing)


def _flag(flag: Flag, goals: Sequence[int], top: float, shape: Shape) -> Markup:
    x = max(6.0, min(shape.width - 2, place_of(flag.goal, goals) * shape.width - (GAP / 2)))
    anchor = "end" if x > shape.width / 2 else "start"
    most = int((x if anchor == "end" else shape.width - x) / width_of("n", shape.size * 1.1)) - 1
    said = cut(flag.said, most)
    aside = -7 if anchor == "end" else 7
    return tag(
        "g",
        tag("title", flag.said),
        tag("path", d=f"M{x} {top + shape.bar}V{top - shape.size * 1.6}", class_="mark-line"),
        words(x + aside, top - shape.size * 0.7, said, "mark-word", anchor=anchor),
        class_="mark target",
    )


def _said(goal: Milestone, speech: Speech) -> str:
    return f"{speech.number(goal.goal)}: {_news(goal, speech)}"


def _table(title: str, goals: Sequence[Milestone], speech: Speech) -> Table:
    headings = (speech.say("Goal"), speech.say("Reached on"), speech.say("To go"))
    rows = [
        Row(speech.number(goal.goal), (speech.day(goal.reached) if goal.reached else "–", goal.missing))
        for goal in goals
    ]
    return Table(title, headings, tuple(rows))
