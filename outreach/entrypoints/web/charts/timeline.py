"""Draws the answers over time: confirmed, declined and open, with the letters, the goals and the deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from markupsafe import Markup

from outreach.core.progress import Day, Mailing
from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.numbers_in_time import table_of
from outreach.entrypoints.web.charts.scales import Scale, day_ticks, whole_ticks
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import cut, drawing, line, short, tag, together, width_of, words

NAME = "answers-over-time"
SERIES = ("confirmed", "declined", "open")
LONGEST = 28  # letters of the name of a target
BOLD = 1.1  # how much wider bold type is


@dataclass(frozen=True, slots=True)
class Course:
    """What came of a campaign, day by day, and the days that matter."""

    days: Mapping[date, Day]  # in order; only days with answers
    mailings: Sequence[Mailing]
    today: date
    deadline: date
    target: tuple[str, date] | None
    goals: Sequence[int]


@dataclass(frozen=True, slots=True)
class Layout:
    """How large a drawing is and where its plot lies, in units; `lane` is a line of labels above it."""

    width: float
    plot: float  # its height
    left: float
    right: float
    size: float  # of the type
    ticks: int  # at most, on the axis of days
    lanes: int  # at most
    sums: bool  # the last numbers stand at the ends of the lines

    @property
    def lane(self) -> float:
        """The height of a line of labels."""
        return self.size * 1.5


WIDE = Layout(960, 290, 46, 150, 13, 9, 4, sums=True)
NARROW = Layout(360, 230, 34, 10, 13, 4, 6, sums=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is marked above the plot."""

    day: date
    said: str
    sign: str  # its class


@dataclass(frozen=True, slots=True)
class Plot:
    """The scales of one drawing."""

    layout: Layout
    x: Scale
    y: Scale
    totals: Mapping[str, Sequence[tuple[date, int]]]
    top: float
    bottom: float


def time_chart(course: Course, speech: Speech, most: int | None = 60) -> Chart:
    """The chart with its table of at most so many lines: of days, else of weeks or months."""
    title = speech.say("Answers over time")
    description = _described(course, speech)
    wide, size = _drawn(course, speech, WIDE, title, description)
    narrow, _ = _drawn(course, speech, NARROW, title, description)
    table = table_of(course.days, course.mailings, speech, most)
    note = speech.say("Each invitee is counted on the day of the answer that holds today.")
    return Chart(NAME, title, note, wide, narrow, size, table)


def totals_of(days: Mapping[date, Day], today: date) -> dict[str, list[tuple[date, int]]]:
    """For each series the days on which it grew, with the sum so far, up to today."""
    found = {}
    for name in SERIES:
        grown = [(day, getattr(count, name)) for day, count in days.items() if getattr(count, name)]
        sums = accumulate(number for _, number in grown)
        found[name] = [(min(day, today), so_far) for (day, _), so_far in zip(grown, sums, strict=True)]
    return found


def span_of(course: Course) -> tuple[date, date]:
    """The first and the last day that is drawn."""
    known = [*list(course.days)[:1], *(mailing.first for mailing in course.mailings[:1]), course.today, course.deadline]
    first, last = min(known), max(course.today, course.deadline)
    if course.target is not None and last < course.target[1] <= last + (last - first) * 0.6:
        last = course.target[1]
    return first - timedelta(days=1), max(last, first + timedelta(days=7))


def highest(most: int, goals: Sequence[int]) -> float:
    """The upper end of the scale: some room above the lines, and the next goal where it is not far."""
    coming = next((goal for goal in sorted(goals) if goal > most), 0)
    return max(4.0, most * 1.12, coming * 1.06 if coming <= max(10, 3 * most) else 0.0)


def _drawn(
    course: Course, speech: Speech, layout: Layout, title: str, description: str
) -> tuple[Markup, tuple[float, float]]:
    totals = totals_of(course.days, course.today)
    first, last = span_of(course)
    x = Scale(
        first.toordinal(), last.toordinal(), layout.left, layout.width - _margin(course.today, first, last, layout)
    )
    marks, lanes = _laid_out(_events(course, speech), x, layout)
    top = lanes * layout.lane + layout.size
    bottom = top + layout.plot
    y = Scale(0, highest(max((sums[-1][1] for sums in totals.values() if sums), default=0), course.goals), bottom, top)
    plot = Plot(layout, x, y, totals, top, bottom)
    height = bottom + layout.size * 2.2
    key = Markup() if layout.sums else _key(plot, speech, height)
    size = (layout.width, height if layout.sums else height + layout.size * 2)
    parts = (
        _grid(plot, course, speech),
        _marks(marks, plot),
        _lines(plot, course.today),
        _sums(plot, course, speech),
        key,
    )
    name = f"{NAME}-{'wide' if layout.sums else 'narrow'}"
    return drawing(name, title, description, size, *parts, class_="time-chart"), size


def _margin(today: date, first: date, last: date, layout: Layout) -> float:
    """Room for the last numbers, where the lines end near the edge."""
    left = (last - today).days / (last - first).days * layout.width
    return max(layout.size, layout.right - left) if layout.sums else layout.right


# ---------------------------------------------------------------- the ground


def _grid(plot: Plot, course: Course, speech: Speech) -> Markup:
    left, right = plot.x.start, plot.x.end
    rows = [
        together(
            line(left, plot.y(value), right, plot.y(value), "axis" if value == 0 else "grid"),
            words(left - 6, plot.y(value) + plot.layout.size * 0.35, speech.number(value), "tick", anchor="end"),
        )
        for value in whole_ticks(plot.y.high, 5)
    ]
    goals = [goal for goal in course.goals if 0 < goal <= plot.y.high]
    rows += [line(left, plot.y(goal), right, plot.y(goal), "goal-line") for goal in goals]
    for goal in goals:
        said = speech.say("goal: %(goal)s", goal=speech.number(goal))
        rows.append(words(right - 5, plot.y(goal) - 4, said, "goal-word halo", anchor="end"))
    return together(*rows, *_days(plot, speech))


def _days(plot: Plot, speech: Speech) -> list[Markup]:
    first, last = date.fromordinal(int(plot.x.low)), date.fromordinal(int(plot.x.high))
    say = {"day": speech.short_day, "month": speech.month, "year": speech.year}
    found = []
    for tick in day_ticks(first, last, plot.layout.ticks):
        said, x = say[tick.form](tick.day), plot.x.day(tick.day)
        half = width_of(said, plot.layout.size) / 2
        inside = max(half, min(plot.layout.width - half, x))
        found.append(line(x, plot.bottom, x, plot.bottom + 5, "axis"))
        found.append(words(inside, plot.bottom + plot.layout.size * 1.6, said, "tick", anchor="middle"))
    return found


# ---------------------------------------------------------------- what happened when


def _events(course: Course, speech: Speech) -> list[Event]:
    events = [Event(one.first, _mailing(one, speech), f"letters {one.kind}") for one in course.mailings]
    events.append(Event(course.deadline, speech.say("deadline"), "deadline"))
    if course.target is not None:
        name = cut(course.target[0], LONGEST)
        events.append(Event(course.target[1], name, "target"))
    return sorted(events, key=lambda event: event.day)


def _mailing(mailing: Mailing, speech: Speech) -> str:
    if mailing.kind == "invitation":
        return speech.say_number("%(number)s invitation", "%(number)s invitations", mailing.letters)
    number = speech.number(mailing.letters)
    return speech.say("reminder %(step)s: %(number)s", step=mailing.step, number=number)


@dataclass(frozen=True, slots=True)
class _Mark:
    event: Event
    x: float
    lane: int | None  # counted from the plot upward; None: no room for its words
    anchor: str


def _laid_out(events: Sequence[Event], x: Scale, layout: Layout) -> tuple[list[_Mark], int]:
    """Finds a lane for the words of each event, so that none covers another; and how many lanes there are."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(layout.lanes)]
    marks = []
    for event in events:
        place = x.day(event.day)
        if not x.start <= place <= x.end:
            continue
        length = width_of(event.said, layout.size) + 12
        anchor = "start" if place + length <= layout.width else "end"
        box = (place - 3, place + length) if anchor == "start" else (place - length, place + 3)
        lane = next((n for n, boxes in enumerate(taken) if all(box[1] < a or b < box[0] for a, b in boxes)), None)
        if lane is not None:
            taken[lane].append(box)
        marks.append(_Mark(event, place, lane, anchor))
    return marks, max((mark.lane + 1 for mark in marks if mark.lane is not None), default=0)


def _marks(marks: Sequence[_Mark], plot: Plot) -> Markup:
    return together(*(_mark(mark, plot) for mark in marks))


def _mark(mark: _Mark, plot: Plot) -> Markup:
    lane, size = plot.layout.lane, plot.layout.size
    top = plot.top - 4 - (lane * mark.lane if mark.lane is not None else 0)
    parts = [tag("title", mark.event.said), line(mark.x, top, mark.x, plot.bottom, "mark-line")]
    if mark.event.sign.startswith("letters"):
        parts.append(_envelope(mark.x, plot.bottom))
    if mark.lane is not None:
        aside = 5 if mark.anchor == "start" else -5
        parts.append(words(mark.x + aside, top - 2 + size * 0.3, mark.event.said, "mark-word halo", anchor=mark.anchor))
    return tag("g", *parts, class_=f"mark {mark.event.sign}")


def _envelope(x: float, y: float) -> Markup:
    """A letter that lies on the axis."""
    path = f"M{short(x - 7)} {short(y - 5)}h14v10h-14zl7 6 7-6"
    return tag("path", d=path, class_="envelope")


# ---------------------------------------------------------------- the lines


def _lines(plot: Plot, today: date) -> Markup:
    """The lowest first, so that the confirmations lie above all."""
    drawn = [tag("path", d=_steps(plot, name, today), class_=f"line {name}") for name in reversed(SERIES)]
    if plot.totals["confirmed"]:
        start, end = plot.x.day(plot.totals["confirmed"][0][0]), _until(plot, today)
        area = (
            f"{_steps(plot, 'confirmed', today)}L{short(end)} {short(plot.bottom)}L{short(start)} {short(plot.bottom)}z"
        )
        drawn.insert(0, tag("path", d=area, class_="area confirmed"))
    return together(*drawn)


def _until(plot: Plot, today: date) -> float:
    return min(plot.x.end, plot.x.day(today))


def _steps(plot: Plot, name: str, today: date) -> str:
    """A line of steps; of several days on one point of the drawing the last is drawn."""
    at: dict[str, str] = {}
    for day, so_far in plot.totals[name]:
        at[short(plot.x.day(day))] = short(plot.y(so_far))
    if not at:
        return f"M{short(plot.x.start)} {short(plot.bottom)}H{short(_until(plot, today))}"
    first = next(iter(at))
    return (
        f"M{first} {short(plot.bottom)}"
        + "".join(f"H{x}V{y}" for x, y in at.items())
        + f"H{short(_until(plot, today))}"
    )


def _sums(plot: Plot, course: Course, speech: Speech) -> Markup:
    if not plot.layout.sums:
        return Markup()
    sums = {name: (plot.totals[name][-1][1] if plot.totals[name] else 0) for name in SERIES}
    places = _spread([plot.y(sums[name]) for name in SERIES], plot.layout.size * 1.35, plot.bottom)
    x = _until(plot, course.today)
    parts = []
    for name, y in zip(SERIES, places, strict=True):
        parts.append(tag("circle", cx=x, cy=plot.y(sums[name]), r=3.5, class_=f"end {name}"))
        parts.append(words(x + 9, y + plot.layout.size * 0.35, _sum(name, sums[name], speech), f"sum {name} halo"))
    return together(*parts)


def _sum(name: str, number: int, speech: Speech) -> str:
    if name == "confirmed":
        return speech.say_number("%(number)s confirmed", "%(number)s confirmed", number)
    if name == "declined":
        return speech.say_number("%(number)s declined", "%(number)s declined", number)
    return speech.say_number("%(number)s open", "%(number)s open", number)


def _spread(places: Sequence[float], gap: float, bottom: float) -> list[float]:
    """Moves labels upward until none covers another, the lowest first."""
    found: dict[int, float] = {}
    limit = bottom
    for n in sorted(range(len(places)), key=lambda n: -places[n]):
        found[n] = min(places[n], limit)
        limit = found[n] - gap
    return [found[n] for n in range(len(places))]


def _key(plot: Plot, speech: Speech, y: float) -> Markup:
    """A line below that says what the lines are, with their last numbers."""
    x, parts = 4.0, []
    for name in SERIES:
        said = _sum(name, plot.totals[name][-1][1] if plot.totals[name] else 0, speech)
        parts.append(line(x, y + 8, x + 16, y + 8, f"line {name}"))
        parts.append(words(x + 20, y + 12, said, f"sum {name}"))
        x += 20 + width_of(said, plot.layout.size * BOLD) + 8
    return together(*parts)


def _described(course: Course, speech: Speech) -> str:
    totals = totals_of(course.days, course.today)
    said = [_sum(name, totals[name][-1][1] if totals[name] else 0, speech) for name in SERIES]
    deadline = speech.say("deadline: %(day)s", day=speech.day(course.deadline))
    letters = [f"{_mailing(one, speech)} ({speech.day(one.first)})" for one in course.mailings[:12]]
    return "; ".join([", ".join(said), deadline, *letters])
