"""What a chart is: its drawings, for wide and for narrow screens, its legend, and its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from outreach.entrypoints.web.charts.tables import Table


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: how it is drawn (a class of charts.css) and what it stands for."""

    sign: str
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. Where there is no narrow drawing, the wide one serves both."""

    name: str  # stands in addresses and file names
    title: str
    note: str  # a sentence that says how to read it; may be empty
    wide: Markup
    narrow: Markup
    size: tuple[float, float]  # of the wide drawing, in units
    table: Table
    keys: tuple[Key, ...] = ()  # what the drawing does not say itself
    near: Markup | None = None  # a part of it, seen from nearer
    near_size: tuple[float, float] = (0.0, 0.0)
