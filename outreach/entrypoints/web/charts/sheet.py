"""Makes of a chart a file that stands alone: its title above, its legend below, its looks within."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

from outreach.entrypoints.web.charts.chart import Chart
from outreach.entrypoints.web.charts.svg import XMLNS, short, tag, width_of, words

STATIC = Path(__file__).parents[1] / "static"
MARGIN = 28.0  # units
NEAR = 440.0  # the width of what is seen from nearer
LARGE, SMALL = 1000.0, 480.0  # what is drawn is set to one of two widths
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\(\s*([^,()]+),")
_FACE = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif"


def sheet(chart: Chart, subtitle: str, footer: str) -> bytes:
    """An SVG file in light colours that every program can show."""
    width = LARGE if chart.size[0] > SMALL else SMALL
    scale = (width - 2 * MARGIN) / chart.size[0]
    height = chart.size[1] * scale
    near = min(width - 2 * MARGIN, NEAR) / chart.near_size[0] * chart.near_size[1] if chart.near else 0.0
    below = MARGIN + 84 + height + near
    legend, rows = _legend(chart, width, below)
    whole = below + rows * 24 + 46
    parts = (
        tag("style", Markup(looks())),  # noqa: S704  our own style sheet
        tag("rect", width=width, height=whole, class_="paper"),
        words(MARGIN, MARGIN + 22, chart.title, "sheet-title"),
        words(MARGIN, MARGIN + 46, subtitle, "sheet-subtitle"),
        _placed(chart.wide, MARGIN + 64, width - 2 * MARGIN, height),
        *([_placed(chart.near, MARGIN + 70 + height, NEAR, near)] if chart.near else []),
        *legend,
        words(MARGIN, whole - 18, footer, "sheet-footer"),
    )
    box = f"0 0 {short(width)} {short(whole)}"
    svg = tag("svg", *parts, xmlns=XMLNS, class_="drawing", width=width, height=whole, viewBox=box)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'.encode()


def _placed(drawn: Markup, y: float, width: float, height: float) -> Markup:
    """A drawing within the file, at the left margin."""
    place = {"x": MARGIN, "y": y, "width": width, "height": height}
    where = " ".join(f'{key}="{short(value)}"' for key, value in place.items())
    return Markup(str(drawn).replace("<svg ", f"<svg {where} ", 1))  # noqa: S704  made of `tag` alone


def _legend(chart: Chart, width: float, y: float) -> tuple[list[Markup], int]:
    """The keys in lines; and how many lines."""
    parts: list[Markup] = []
    x, row = MARGIN, 0
    for key in chart.keys:
        length = 26 + width_of(key.said, 14) + 22
        if x + length > width and x > MARGIN:
            x, row = MARGIN, row + 1
        parts.append(swatch(key.sign, x, y + row * 24))
        parts.append(words(x + 26, y + row * 24 + 12, key.said, "key-word"))
        x += length
    return parts, row + 1 if chart.keys else 0


def swatch(sign: str, x: float = 0, y: float = 0) -> Markup:
    """The small sample before a word of the legend."""
    land = sign.startswith("land-")
    name = sign.removeprefix("land-")
    fill = f"url(#{sign})" if land and name != "confirmed" else None
    return tag(
        "rect", x=x, y=y, width=18, height=14, rx=2, class_=f"land is-{name}" if land else f"part {name}", fill=fill
    )


@cache
def looks() -> str:
    """The style sheet of the charts with the light colours in the places of its tokens."""
    style = (STATIC / "charts.css").read_text("utf-8").partition("/* page */")[0]
    tokens = dict(_TOKEN.findall((STATIC / "style.css").read_text("utf-8") + style))
    style = style.partition("/* drawings */")[2]
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    style = re.sub(r"var\(--([\w-]+)\)", lambda found: tokens[found[1]].strip(), style)
    return re.sub(r"\s+", " ", f"text {{ font-family: {_FACE}; }} {style}").strip()
