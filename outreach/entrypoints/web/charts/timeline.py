"""Draws the answers over time: confirmed, declined and open, with the letters, the goals and the deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from markupsafe import Markup

from outreach.core.progress import Day, Mailing
from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.numbers_in_time import table_of
from outreach.entrypoints.web.charts.room import ASIDE, BOLD, Box, Room, box_of
from outreach.entrypoints.web.charts.scales import Scale, day_ticks, whole_ticks
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import cut, drawing, line, short, tag, together, width_of, words
from outreach.entrypoints.web.words import BETWEEN

NAME = "answers-over-time"
SERIES = ("confirmed", "declined", "open")
LONGEST = 28  # letters of the name of a target
GOAL_SIZE = 12  # of the type of its words
ASIDE_OF_LINE = {"start": 5, "end": -5}  # units from a line to its words, by their anchor
END = 9  # units between the end of a line and its sum


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
    sums: bool  # the last numbers stand at the ends of the lines, where there is room

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
    room = Room([*_drawn_lines(plot, marks, course)])
    sums = _sums(plot, course, speech, room) if layout.sums else None
    height = bottom + layout.size * 2.2
    key = Markup() if sums else _key(plot, speech, height)
    size = (layout.width, height if sums else height + layout.size * 2)
    parts = (
        _grid(plot, course, speech),
        _marks(marks, plot),
        _lines(plot, course.today),
        _goal_words(plot, course, speech, room),
        sums or Markup(),
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
    rows += [line(left, plot.y(goal), right, plot.y(goal), "goal-line") for goal in _goals(plot, course)]
    return together(*rows, *_days(plot, speech))


def _goals(plot: Plot, course: Course) -> list[int]:
    return [goal for goal in course.goals if 0 < goal <= plot.y.high]


def _goal_words(plot: Plot, course: Course, speech: Speech, room: Room) -> Markup:
    """Each beside its line, as far to the right as there is room; shorter or none where there is none."""
    found = []
    ends = sorted({plot.x.end, *(one.left for one in room.lines if one.left == one.right)}, reverse=True)
    for goal in _goals(plot, course):
        whole = speech.say("goal: %(goal)s", goal=speech.number(goal))
        heights = [plot.y(goal) + lower for lower in (-7, plot.layout.size + 2)]
        places = ((said, end - 6, y) for said in (whole, speech.say("goal")) for y in heights for end in ends)
        for said, x, y in places:
            box = box_of(x, y, said, GOAL_SIZE, anchor="end")
            if plot.x.start < box.left and plot.top < box.top and box.bottom < plot.bottom and room.is_free(box):
                room.take(box)
                found.append(words(x, y, said, "goal-word halo", anchor="end"))
                break
    return together(*found)


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
    """Finds a lane for the words of each event, so that they cover no others and no line; and how many lanes there are.

    Words stand to the right of their line. The last event comes first: the line of an earlier one passes to the left
    of its words. Where only the left has room, words come last, above all that they cover.
    """
    room, marks = Room(), []
    inside = [(event, x.day(event.day)) for event in events if x.start <= x.day(event.day) <= x.end]
    to_left = [one for one in inside if _box(*one, "start", layout).right > layout.width + ASIDE]
    to_right = [one for one in reversed(inside) if one not in to_left]
    for some, anchor in ((to_right, "start"), (to_left, "end")):
        marks += [_Mark(event, place, _lane(event, place, anchor, layout, room), anchor) for event, place in some]
    marks.sort(key=lambda mark: mark.x)
    return marks, max((mark.lane + 1 for mark in marks if mark.lane is not None), default=0)


def _box(event: Event, place: float, anchor: str, layout: Layout) -> Box:
    return box_of(place + ASIDE_OF_LINE[anchor], 0, event.said, layout.size, anchor=anchor)


def _lane(event: Event, place: float, anchor: str, layout: Layout, room: Room) -> int | None:
    """The lowest lane with room for the words of an event."""
    wide = _box(event, place, anchor, layout)
    for lane in range(layout.lanes if wide.left >= -ASIDE else 0):
        box, own = wide._replace(top=-lane - 0.9, bottom=-lane - 0.1), Box(place, -lane - 0.5, place, 0)
        if room.is_free(box, [own]):
            room.take(box, [own])
            return lane
    return None


def _marks(marks: Sequence[_Mark], plot: Plot) -> Markup:
    return together(*(_mark(mark, plot) for mark in marks))


def _mark(mark: _Mark, plot: Plot) -> Markup:
    lane, size = plot.layout.lane, plot.layout.size
    top = plot.top - 4 - lane * mark.lane if mark.lane is not None else plot.top + 4
    parts = [tag("title", mark.event.said), line(mark.x, top, mark.x, plot.bottom, "mark-line")]
    if mark.event.sign.startswith("letters"):
        parts.append(_envelope(mark.x, plot.bottom))
    if mark.lane is not None:
        x = mark.x + ASIDE_OF_LINE[mark.anchor]
        parts.append(words(x, top - 2 + size * 0.3, mark.event.said, "mark-word halo", anchor=mark.anchor))
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


def _drawn_lines(plot: Plot, marks: Sequence[_Mark], course: Course) -> Iterator[Box]:
    """Where no words may stand: the lines of the answers, of what happened, and of the goals."""
    for mark in marks:
        yield Box(mark.x, plot.top, mark.x, plot.bottom)
    for goal in _goals(plot, course):
        yield Box(plot.x.start, plot.y(goal), plot.x.end, plot.y(goal))
    for name in SERIES:
        at = [(plot.x.day(day), plot.y(so_far)) for day, so_far in plot.totals[name]]
        below = [plot.bottom, *(y for _, y in at)]
        ends = [*(x for x, _ in at[1:]), _until(plot, course.today)]
        for (x, y), before, end in zip(at, below, ends, strict=False):
            yield Box(x, y, x, before)
            yield Box(x, y, max(x, end), y)


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


def _sums(plot: Plot, course: Course, speech: Speech, room: Room) -> Markup | None:
    """The last numbers at the ends of the lines; None where there is no room for all of them."""
    sums = {name: (plot.totals[name][-1][1] if plot.totals[name] else 0) for name in SERIES}
    x, size = _until(plot, course.today), plot.layout.size
    parts, taken = [], Room([*room.lines])
    for name in sorted(SERIES, key=lambda name: sums[name]):
        said, y = _sum(name, sums[name], speech), min(plot.y(sums[name]) + size * 0.35, plot.bottom - size * 0.4)
        while y > plot.top and not taken.is_free(box := box_of(x + END, y, said, size)):
            y -= 1
        if y <= plot.top or box.right > plot.layout.width + ASIDE:
            return None
        taken.take(box)
        parts.append(tag("circle", cx=x, cy=plot.y(sums[name]), r=3.5, class_=f"end {name}"))
        parts.append(words(x + END, y, said, f"sum {name} halo"))
    room.words += taken.words
    return together(*parts)


def _sum(name: str, number: int, speech: Speech) -> str:
    if name == "confirmed":
        return speech.say_number("%(number)s confirmed", "%(number)s confirmed", number)
    if name == "declined":
        return speech.say_number("%(number)s declined", "%(number)s declined", number)
    return speech.say_number("%(number)s open", "%(number)s open", number)


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
    return speech.say(BETWEEN).join([", ".join(said), deadline, *letters])
