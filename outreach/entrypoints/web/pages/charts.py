"""The charts of the overview: on the page, and as files that stand alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach.adapters.sheets.sheet import csv_content
from outreach.campaign.reports.overview import Overview
from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.bars import Share, bars_chart
from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.goals import Flag, goals_chart
from outreach.entrypoints.web.charts.sheet import sheet
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.timeline import Course, time_chart
from outreach.entrypoints.web.charts.worldmap import world_map
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import mark

KINDS: Mapping[str, str] = {
    "city": mark("city"),
    "metropolis": mark("metropolis"),
    "province": mark("province"),
    "region": mark("region"),
    "association": mark("association"),
}
Link = Callable[[str], str]  # an address of ours, or "" where no such page exists


def goals(now: Overview, speech: Speech) -> Chart:
    """How far it is to 10, 100, 1000 and to the target."""
    target = now.target
    if target is None:
        return goals_chart(now.total.confirmed, now.milestones, None, speech)
    goal = target.milestone.goal
    flag = Flag(goal, f"{speech.number(goal)} · {target.name}")
    return goals_chart(now.total.confirmed, now.milestones, flag, speech)


def over_time(now: Overview, speech: Speech, *, every_day: bool = False) -> Chart:
    """Answers over time; with `every_day` the table is not shortened to weeks or months."""
    target = None if now.target is None else (now.target.name, now.target.day)
    numbers = tuple(one.goal for one in now.milestones)
    course = Course(now.days, now.mailings, now.today, now.deadline, target, numbers)
    return time_chart(course, speech, None if every_day else 60)


def on_the_map(now: Overview, speech: Speech, link: Link) -> Chart:
    """The countries on a map of the world."""
    return world_map(now.by_country, now.places, lambda code: link(f"/log?country={quote(code)}"), speech)


def by_country(now: Overview, speech: Speech, link: Link) -> Chart:
    """Answers by country."""
    shares = [
        Share(speech.country(code), some, link(f"/log?country={quote(code)}")) for code, some in now.by_country.items()
    ]
    return bars_chart("by-country", speech.say("By country"), speech.say("Country"), shares, speech)


def by_language(now: Overview, speech: Speech, link: Link) -> Chart:
    """Answers by the language we write in."""
    shares = _shares(now.by_language.items(), speech.tongue, "language", link)
    return bars_chart("by-language", speech.say("By language"), speech.say("Language"), shares, speech)


def by_kind(now: Overview, speech: Speech, link: Link) -> Chart:
    """Answers by kind of government."""
    shares = _shares(now.by_kind.items(), lambda kind: speech.say(KINDS.get(kind, kind)), "kind", link)
    return bars_chart("by-kind", speech.say("By kind"), speech.say("Kind"), shares, speech)


def _shares(groups: Iterable[tuple[str, Answers]], say: Callable[[str], str], name: str, link: Link) -> list[Share]:
    return [Share(say(key), some, link(f"/log?{name}={quote(key)}")) for key, some in groups]


MAKERS: Mapping[str, Callable[[Overview, Speech], Chart]] = {
    "way-to-the-goals": goals,
    "answers-over-time": lambda now, speech: over_time(now, speech, every_day=True),
    "world-map": lambda now, speech: on_the_map(now, speech, lambda _: ""),
    "by-country": lambda now, speech: by_country(now, speech, lambda _: ""),
    "by-language": lambda now, speech: by_language(now, speech, lambda _: ""),
    "by-kind": lambda now, speech: by_kind(now, speech, lambda _: ""),
}


def saved(visit: Visit) -> Response:
    """One chart as a file: NAME.svg, or its numbers as NAME.csv."""
    name, _, ending = str(visit.place["name"]).rpartition(".")
    if name not in MAKERS or ending not in ("svg", "csv"):
        raise HTTPException(404)
    now, speech = visit.site.overview.now(visit.desk).value, Speech(visit.language)
    chart = MAKERS[name](now, speech)
    if ending == "csv":
        headings, *rows = chart.table.plain()
        return _attached(csv_content([str(cell) for cell in headings], rows), "text/csv; charset=utf-8", f"{name}.csv")
    drawn = sheet(chart, f"{now.name} · {speech.day(now.today)}", _footer(now, speech))
    return _attached(drawn, "image/svg+xml", f"{name}.svg")


def _footer(now: Overview, speech: Speech) -> str:
    """How many are counted."""
    invited = speech.say_number("%(number)s invited", "%(number)s invited", now.total.invited)
    confirmed = speech.say_number("%(number)s confirmed", "%(number)s confirmed", now.total.confirmed)
    return f"{invited} · {confirmed}"


def _attached(content: bytes, content_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=content_type, headers=headers)
