"""Draws the world: each country by what came of its invitees, in colour and pattern, with the number that confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from markupsafe import Markup

from outreach.adapters.store.figures import Place
from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.bars import headings_of, numbers_of
from outreach.entrypoints.web.charts.chart import Chart, Key
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import XMLNS, short, tag, width_of, words
from outreach.entrypoints.web.charts.tables import Row, Table
from outreach.entrypoints.web.charts.world import HEIGHT, WIDTH, Outline, place, world
from outreach.model import State

NAME = "world-map"
SMALL = 90.0  # square units: a smaller country is a ring
RING, DOT, TYPE = 9.0, 4.5, 25.0  # units
PATTERNED = frozenset({"open", "declined", "silent", "waiting"})

Link = Callable[[str], str]  # where more is told of a country; "" = nowhere


@dataclass(frozen=True, slots=True)
class Land:
    """A country of the campaign."""

    outline: Outline
    said: str
    answers: Answers
    link: str

    @property
    def standing(self) -> str:
        """What is shown of it: the first of these that there is."""
        parts = ("confirmed", "open", "silent", "declined")
        return next((part for part in parts if getattr(self.answers, part)), "waiting")

    @property
    def small(self) -> bool:
        """Whether it would not be seen as a shape."""
        return self.outline.area < SMALL


def world_map(by_country: Mapping[str, Answers], places: Sequence[Place], link: Link, speech: Speech) -> Chart:
    """The map with its table, which names those countries too that are not on the sheet."""
    title = speech.say("The world")
    lands = [
        Land(world()[code], speech.country(code), answers, link(code))
        for code, answers in by_country.items()
        if code in world()
    ]
    drawn = _drawn(lands, places, title, _described(by_country, speech), speech)
    shown = {land.standing for land in lands}
    return Chart(
        NAME, title, _missing(by_country, speech), drawn, Markup(), (WIDTH, HEIGHT),
        _table(title, by_country, link, speech), _keys(shown, speech),
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


# ---------------------------------------------------------------- the sheet


def _drawn(lands: Sequence[Land], places: Sequence[Place], title: str, description: str, speech: Speech) -> Markup:
    """Its links can be reached, so it is a group to a screen reader, not one picture."""
    return tag(
        "svg",
        tag("title", title, id=f"{NAME}-title"),
        tag("desc", description, id=f"{NAME}-desc"),
        tag("defs", *(_pattern(standing) for standing in sorted(PATTERNED))),
        _others(frozenset(land.outline.code for land in lands)),
        *(_land(land, speech) for land in sorted(lands, key=lambda land: land.small)),
        *_dots(places),
        *_numbers(lands, speech),
        xmlns=XMLNS,
        viewBox=f"0 0 {short(WIDTH)} {short(HEIGHT)}",
        class_="drawing world-map",
        role="group",
        direction="ltr",
        aria_labelledby=f"{NAME}-title",
        aria_describedby=f"{NAME}-desc",
    )


def _others(named: frozenset[str]) -> Markup:
    """All the land that is not of the campaign, as one shape."""
    paths = (one.path for code, one in world().items() if code not in named and one.path)
    # Each path begins with an m from the corner of the sheet.
    return tag("path", d="".join(path.replace("m", "M", 1) for path in paths), class_="land others")


def _pattern(standing: str) -> Markup:
    """What tells countries apart without colour."""
    ground = tag("rect", width=12, height=12, class_=f"ground {standing}")
    signs = {
        "open": tag("circle", cx=6, cy=6, r=2.6, class_=f"dot {standing}"),
        "silent": tag("path", d="M-3 9 9-3M3 15 15 3", class_=f"stroke {standing}"),
        "declined": tag("path", d="M-3 9 9-3M3 15 15 3M-3 3 9 15M3-3 15 9", class_=f"stroke {standing}"),
        "waiting": Markup(),
    }
    return tag(
        "pattern", ground, signs[standing],
        id=f"land-{standing}", width=12, height=12, patternUnits="userSpaceOnUse",
    )  # fmt: skip


def _land(land: Land, speech: Speech) -> Markup:
    fill = f"url(#land-{land.standing})" if land.standing in PATTERNED else None
    sign = f"land is-{land.standing}"
    shape = (
        tag("circle", cx=land.outline.x, cy=land.outline.y, r=RING, class_=f"{sign} ring", fill=fill)
        if land.small
        else tag("path", d=land.outline.path.replace("m", "M", 1), class_=sign, fill=fill)
    )
    said = _said(land, speech)
    parts = (tag("title", said), shape)
    return tag("a", *parts, href=land.link, aria_label=said) if land.link else tag("g", *parts)


def _said(land: Land, speech: Speech) -> str:
    """Such as “Kenya: 3 of 12 confirmed, 1 open, 8 silent”."""
    answers = land.answers
    numbers = {"confirmed": speech.number(answers.confirmed), "total": speech.number(answers.total)}
    parts = [speech.say("%(confirmed)s of %(total)s confirmed", **numbers)]
    if answers.open:
        parts.append(speech.say_number("%(number)s open", "%(number)s open", answers.open))
    if answers.declined:
        parts.append(speech.say_number("%(number)s declined", "%(number)s declined", answers.declined))
    if answers.silent:
        parts.append(speech.say_number("%(number)s silent", "%(number)s silent", answers.silent))
    return f"{land.said}: {', '.join(parts)}"


def _dots(places: Iterable[Place]) -> list[Markup]:
    """Cities whose coordinates are known; those that confirmed lie above the others."""
    found = []
    for one in sorted(places, key=lambda one: one.state is State.CONFIRMED):
        at = place(one.lat, one.lon)
        if at is not None:
            sign = "confirmed" if one.state is State.CONFIRMED else "other"
            found.append(tag("circle", tag("title", one.name), cx=at[0], cy=at[1], r=DOT, class_=f"city {sign}"))
    return found


def _numbers(lands: Sequence[Land], speech: Speech) -> list[Markup]:
    """How many confirmed, where there is room: the most first, and none over another."""
    found: list[Markup] = []
    taken: list[tuple[float, float, float, float]] = []
    for land in sorted(lands, key=lambda land: -land.answers.confirmed):
        if not land.answers.confirmed:
            break
        said = speech.number(land.answers.confirmed)
        half = width_of(said, TYPE) / 2
        x = land.outline.x + (RING + 4 + half if land.small else 0)
        box = (x - half - 2, land.outline.y - TYPE / 2, x + half + 2, land.outline.y + TYPE / 2)
        if all(box[2] < a or c < box[0] or box[3] < b or d < box[1] for a, b, c, d in taken):
            taken.append(box)
            aside = "beside" if land.small or land.outline.area < 4 * half * TYPE else "within"
            found.append(words(x, land.outline.y + TYPE * 0.36, said, f"count {aside} halo", anchor="middle"))
    return [tag("g", *found, aria_hidden="true", class_="counts")] if found else []
