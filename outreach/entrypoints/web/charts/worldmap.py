"""Draws the world: each country by what came of its invitees, in colour and pattern, with the number that confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from markupsafe import Markup

from outreach.adapters.store.log.figures import Place
from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.bars import headings_of, numbers_of
from outreach.entrypoints.web.charts.chart import Chart, Key
from outreach.entrypoints.web.charts.lands import EUROPE, OTHERS, SHEET, Land, View, drawn_lands, other_lands
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import XMLNS, tag
from outreach.entrypoints.web.charts.tables import Row, Table
from outreach.entrypoints.web.charts.world import HEIGHT, WIDTH, world

NAME = "world-map"
CLOSE = 3  # countries of the campaign in a part of the sheet that make it worth to be seen from nearer
EDGE = 300.0  # units around it: countries whose label lies there may reach into it

Link = Callable[[str], str]  # where more is told of a country; "" = nowhere


def world_map(by_country: Mapping[str, Answers], places: Sequence[Place], link: Link, speech: Speech) -> Chart:
    """The map with its table, which names those countries too that are not on the sheet."""
    title = speech.say("The world")
    lands = [
        Land(world()[code], _said(code, answers, speech), answers, link(code))
        for code, answers in by_country.items()
        if code in world()
    ]
    drawn = _drawn(lands, places, title, _described(by_country, speech), speech)
    shown = {land.standing for land in lands}
    return Chart(
        NAME, title, _missing(by_country, speech), drawn, Markup(), (WIDTH, HEIGHT),
        _table(title, by_country, link, speech), _keys(shown, speech),
        _nearer(lands, places, EUROPE, speech.say("Europe"), speech), (EUROPE.width, EUROPE.height),
    )  # fmt: skip


def _keys(shown: AbstractSet[str], speech: Speech) -> tuple[Key, ...]:
    said = {
        "confirmed": speech.say("has confirmed (with how many)"),
        "open": speech.say("has answered, still open"),
        "silent": speech.say("silent"),
        "declined": speech.say("declined"),
        "waiting": speech.say("not invited yet"),
    }
    return tuple(Key(f"land-{standing}", words) for standing, words in said.items() if standing in shown)


def _missing(by_country: Mapping[str, Answers], speech: Speech) -> str:
    missing = [speech.country(code) for code in by_country if code not in world()]
    return speech.say("Not on the sheet: %(names)s", names=", ".join(missing)) if missing else ""


def _described(by_country: Mapping[str, Answers], speech: Speech) -> str:
    countries = speech.say_number("%(number)s country", "%(number)s countries", len(by_country))
    joined = sum(1 for answers in by_country.values() if answers.confirmed)
    return speech.say(
        "%(countries)s, %(joined)s of them with a confirmation", countries=countries, joined=speech.number(joined)
    )


def _table(title: str, by_country: Mapping[str, Answers], link: Link, speech: Speech) -> Table:
    rows = [Row(speech.country(code), numbers_of(answers), link(code)) for code, answers in by_country.items()]
    return Table(title, headings_of(speech.say("Country"), speech), tuple(rows))


def _drawn(lands: Sequence[Land], places: Sequence[Place], title: str, description: str, speech: Speech) -> Markup:
    """Its links can be reached, so it is a group to a screen reader, not one picture."""
    return tag(
        "svg",
        tag("title", title, id=f"{NAME}-title"),
        tag("desc", description, id=f"{NAME}-desc"),
        other_lands(frozenset(land.outline.code for land in lands)),
        *drawn_lands(lands, places, SHEET, speech),
        xmlns=XMLNS,
        viewBox=SHEET.box,
        class_="drawing world-map",
        role="group",
        direction="ltr",
        aria_labelledby=f"{NAME}-title",
        aria_describedby=f"{NAME}-desc",
    )


def _nearer(lands: Sequence[Land], places: Sequence[Place], view: View, title: str, speech: Speech) -> Markup | None:
    """A part of the sheet where countries lie close together; nothing, where few of them are of the campaign."""
    if sum(view.shows(land.outline) for land in lands) < CLOSE:
        return None
    reaching = [land for land in lands if view.shows(land.outline, EDGE)]
    return tag(
        "svg",
        tag("title", title, id=f"{view.name}-title"),
        tag("use", href=f"#{OTHERS}"),
        *drawn_lands(reaching, places, view, speech),
        xmlns=XMLNS,
        viewBox=view.box,
        class_="drawing close-up",
        role="img",
        direction="ltr",
        aria_labelledby=f"{view.name}-title",
    )


def _said(code: str, answers: Answers, speech: Speech) -> str:
    """Such as “Kenya: 3 of 12 confirmed, 1 open, 8 silent”."""
    numbers = {"confirmed": speech.number(answers.confirmed), "total": speech.number(answers.total)}
    parts = [speech.say("%(confirmed)s of %(total)s confirmed", **numbers)]
    if answers.open:
        parts.append(speech.say_number("%(number)s open", "%(number)s open", answers.open))
    if answers.declined:
        parts.append(speech.say_number("%(number)s declined", "%(number)s declined", answers.declined))
    if answers.silent:
        parts.append(speech.say_number("%(number)s silent", "%(number)s silent", answers.silent))
    return f"{speech.country(code)}: {', '.join(parts)}"
