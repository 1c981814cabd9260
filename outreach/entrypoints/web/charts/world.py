"""The outlines of the countries, as world.tsv has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

WIDTH, HEIGHT = 2000.0, 910.0  # units of the drawing
CENTRE = 11.0  # degrees east, in the middle of the sheet
NOBODYS = "ZZ"  # land that is drawn in nobody's name

_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = sqrt(3) / 2
_EDGE = radians(180) / (_M * _A[0])  # x at the edge of the equator
_TOP = 1.3090  # y where the land ends, at 83.6° N


@dataclass(frozen=True, slots=True)
class Outline:
    """One country on the sheet."""

    code: str  # ISO 3166 alpha-2
    x: float  # where its label stands
    y: float
    area: float  # square units
    path: str  # may be empty: too small for a shape


def project(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to units of the drawing, y downward.

    Equal Earth (Šavrič, Patterson, Jenny 2018, equations 7 to 9), in which every country has the size that it has.
    """
    theta = asin(_M * sin(radians(lat)))
    t2 = theta * theta
    t6 = t2**3
    x = cos(theta) * radians(lon - CENTRE) / (_M * (_A[0] + 3 * _A[1] * t2 + t6 * (7 * _A[2] + 9 * _A[3] * t2)))
    y = theta * (_A[0] + _A[1] * t2 + t6 * (_A[2] + _A[3] * t2))
    scale = WIDTH / (2 * _EDGE)
    return (x + _EDGE) * scale, (_TOP - y) * scale


def place(lat: str, lon: str) -> tuple[float, float] | None:
    """Where a place of a list lies on the sheet; None where its coordinates make no sense."""
    try:
        north, east = (float(text.replace(",", ".")) for text in (lat, lon))
    except ValueError:
        return None
    if not (-90 <= north <= 90 and -180 <= east <= 180):  # noqa: PLR2004  degrees
        return None
    return project(east + 360 if east < CENTRE - 180 else east, north)


@cache
def world() -> dict[str, Outline]:
    """Every country by its code."""
    text = (files(__package__) / "world.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return {code: Outline(code, float(x), float(y), float(area), path) for code, x, y, area, path in rows}
