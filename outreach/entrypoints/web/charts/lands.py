"""Draws countries, their numbers and their cities, on the whole sheet or on a part of it seen from nearer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from outreach.adapters.store.log.figures import Place
from outreach.core.progress import Answers
from outreach.entrypoints.web.charts.speech import Speech
from outreach.entrypoints.web.charts.svg import short, tag, width_of, words
from outreach.entrypoints.web.charts.world import HEIGHT, WIDTH, Outline, place, world
from outreach.model import State

PATTERNED = ("declined", "open", "silent", "waiting")
OTHERS = "lands-of-others"


@dataclass(frozen=True, slots=True)
class View:
    """A part of the sheet, and how large things are drawn in it, in units of the sheet."""

    name: str  # stands before the names of its patterns
    left: float
    top: float
    width: float
    height: float
    small: float  # square units: a smaller country is a ring
    ring: float
    dot: float
    size: float  # of the type

    @property
    def box(self) -> str:
        """Its viewBox."""
        return " ".join(short(one) for one in (self.left, self.top, self.width, self.height))

    def shows(self, outline: Outline, around: float = 0) -> bool:
        """Whether the label of a country lies in it, or so many units around it."""
        x, y = outline.x - self.left, outline.y - self.top
        return -around <= x <= self.width + around and -around <= y <= self.height + around


SHEET = View("land", 0, 0, WIDTH, HEIGHT, small=90, ring=9, dot=4.5, size=25)
EUROPE = View("near", 880, 44, 272, 196, small=14, ring=2.8, dot=1.5, size=9)


@dataclass(frozen=True, slots=True)
class Land:
    """A country of the campaign."""

    outline: Outline
    said: str  # such as “Kenya: 3 of 12 confirmed, 1 open, 8 silent”
    answers: Answers
    link: str

    @property
    def standing(self) -> str:
        """What is shown of it: the first of these that there is."""
        parts = ("confirmed", "open", "silent", "declined")
        return next((part for part in parts if getattr(self.answers, part)), "waiting")


def drawn_lands(lands: Sequence[Land], places: Sequence[Place], view: View, speech: Speech) -> tuple[Markup, ...]:
    """Patterns, lands, cities and numbers, one over the other; small countries lie above large ones."""
    ordered = sorted(lands, key=lambda land: land.outline.area < view.small)
    return (
        tag("defs", *(_pattern(standing, view) for standing in PATTERNED)),
        *(_land(land, view) for land in ordered),
        *_dots(places, view),
        *_numbers(lands, view, speech),
    )


def other_lands(named: frozenset[str]) -> Markup:
    """All the land that is not of the campaign, as one shape."""
    paths = (one.path for code, one in world().items() if code not in named and one.path)
    return tag("path", d="".join(map(_absolute, paths)), class_="land others", id=OTHERS)


def _absolute(path: str) -> str:
    """A path of world.tsv begins with an m from the corner of the sheet."""
    return path.replace("m", "M", 1)


def _pattern(standing: str, view: View) -> Markup:
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
        id=f"{view.name}-{standing}", width=12, height=12, patternUnits="userSpaceOnUse",
        patternTransform=None if view is SHEET else f"scale({view.size / SHEET.size:.2f})",
    )  # fmt: skip


def _land(land: Land, view: View) -> Markup:
    fill = f"url(#{view.name}-{land.standing})" if land.standing in PATTERNED else None
    sign = f"land is-{land.standing}"
    shape = (
        tag("circle", cx=land.outline.x, cy=land.outline.y, r=view.ring, class_=f"{sign} ring", fill=fill)
        if land.outline.area < view.small
        else tag("path", d=_absolute(land.outline.path), class_=sign, fill=fill)
    )
    parts = (tag("title", land.said), shape)
    # From nearer it is one picture: its links can be reached on the sheet.
    linked = land.link and view is SHEET
    return tag("a", *parts, href=land.link, aria_label=land.said) if linked else tag("g", *parts)


def _dots(places: Iterable[Place], view: View) -> list[Markup]:
    """Cities whose coordinates are known; those that confirmed lie above the others."""
    found = []
    for one in sorted(places, key=lambda one: one.state is State.CONFIRMED):
        at = place(one.lat, one.lon)
        if at is not None:
            sign = "confirmed" if one.state is State.CONFIRMED else "other"
            found.append(tag("circle", tag("title", one.name), cx=at[0], cy=at[1], r=view.dot, class_=f"city {sign}"))
    return found


def _numbers(lands: Sequence[Land], view: View, speech: Speech) -> list[Markup]:
    """How many confirmed, where there is room: the most first, and none over another."""
    found: list[Markup] = []
    taken: list[tuple[float, float, float, float]] = []
    size = view.size
    for land in sorted(lands, key=lambda land: -land.answers.confirmed):
        if not land.answers.confirmed:
            break
        said, area = speech.number(land.answers.confirmed), land.outline.area
        half = width_of(said, size) / 2
        x, y = land.outline.x + (view.ring * 1.5 + half if area < view.small else 0), land.outline.y
        box = (x - half - size / 12, y - size / 2, x + half + size / 12, y + size / 2)
        if all(box[2] < a or c < box[0] or box[3] < b or d < box[1] for a, b, c, d in taken):
            taken.append(box)
            aside = "beside" if area < max(view.small, 4 * half * size) else "within"
            found.append(words(x, y + size * 0.36, said, f"count {aside} halo", anchor="middle"))
    return [tag("g", *found, aria_hidden="true", class_="counts")] if found else []
