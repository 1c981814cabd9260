"""Makes world.tsv, the outlines of the countries, from Natural Earth's (`make map`).

Natural Earth is in the public domain; the npm package world-atlas (ISC) ships it as TopoJSON. The sheet is centred
on 11° E, so that no country is cut. Borders follow Natural Earth, but for those that `MOVED` names.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

from babel.core import get_global

from outreach.entrypoints.web.charts.world import CENTRE, NOBODYS, project

Point = tuple[float, float]

SOURCE_SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"  # countries-50m.json of 2.0.2
TARGET = Path(__file__).with_name("world.tsv")
HEAD = """\
# Outlines of the countries; made by outlines.py, do not edit. Natural Earth 1:50m (public domain), by way of the npm
# package world-atlas 2.0.2 (ISC licence). Equal Earth projection centred on 11° E. They say nothing on the status of
# any territory. Columns: ISO 3166 alpha-2, x and y of its label, its area in square units, its path (may be empty).
"""
TOLERANCE = 1.8  # square units: a corner that makes a smaller triangle is left out
SMALLEST = 5.0  # square units: smaller islands are left out, but for the largest of each country
LEFT_OUT = frozenset({"AQ"})  # nobody is invited there

# What has no code of its own in the source, and belongs to whom.
NAMED = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO", "Siachen Glacier": NOBODYS,
         "Indian Ocean Ter.": NOBODYS}  # fmt: skip

# Parts that have a code of their own, or that the General Assembly of the United Nations counts elsewhere
# (Crimea: resolution 68/262): from, to, west, east, south, north.
MOVED = (
    ("RU", "UA", 32.2, 36.7, 44.2, 46.3),
    ("FR", "GF", -55, -51, 2, 6),
    ("FR", "GP", -62, -60.9, 15.8, 16.6),
    ("FR", "MQ", -61.3, -60.7, 14.3, 15),
    ("FR", "RE", 55, 56, -22, -20),
    ("FR", "YT", 45, 45.4, -13.1, -12.6),
    ("NO", "SJ", -10, 35, 70.8, 81),
)

# Too small for the source: degrees north and east.
POINTS = {
    "BQ": (12.2, -68.3), "BV": (-54.4, 3.4), "CC": (-12.2, 96.8), "CX": (-10.5, 105.6), "GF": (4.9, -52.3),
    "GI": (36.1, -5.3), "GP": (16.2, -61.5), "MQ": (14.6, -61), "RE": (-21.1, 55.5), "SJ": (78.2, 15.6),
    "TK": (-9.2, -171.8), "TV": (-8.5, 179.2), "UM": (19.3, 166.6), "XK": (42.6, 21), "YT": (-12.8, 45.2),
}  # fmt: skip


def wrapped(line: Iterable[Point]) -> list[Point]:
    """A line in degrees, shifted so that it lies on the sheet and does not jump from edge to edge."""
    points = list(line)
    west = CENTRE - 180
    turn = 360 if points[0][0] < west else 0
    shifted = [(points[0][0] + turn, points[0][1])]
    for lon, lat in points[1:]:
        near = min((lon - 360, lon, lon + 360), key=lambda one: abs(one - shifted[-1][0]))
        shifted.append((near, lat))
    return shifted


def simplified(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Visvalingam's algorithm: corners that make the smallest triangles go first; the ends stay."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    heap = [(_triangle(line[n - 1], line[n], line[n + 1]), n, n - 1, n + 1) for n in range(1, len(line) - 1)]
    heapq.heapify(heap)
    gone = set()
    while heap and heap[0][0] < tolerance:
        area, n, left, right = heapq.heappop(heap)
        if n in gone or (before[n], after[n]) != (left, right):
            continue
        gone.add(n)
        after[left], before[right] = right, left
        for m in (left, right):
            if 0 < m < len(line) - 1:
                new = max(area, _triangle(line[before[m]], line[m], line[after[m]]))
                heapq.heappush(heap, (new, m, before[m], after[m]))
    return [point for n, point in enumerate(line) if n not in gone]


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def area_of(ring: Sequence[Point]) -> float:
    """Square units, signed by direction."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]])) / 2


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees (TopoJSON: differences of whole numbers, then scale and translation)."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        found.append(line)
    return found


def rings_of(geometry: dict[str, Any], arcs: Sequence[Sequence[Point]]) -> Iterator[list[Point]]:
    """Each ring of a geometry, from its arcs; a negative number means an arc backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for ring in (ring for polygon in polygons for ring in polygon):
        points: list[Point] = []
        for number in ring:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points.extend(arc[1:] if points else arc)
        yield points


def dissolved(rings: Iterable[Sequence[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """The rings without the edges that two of them share: parts of one country become one."""
    edges: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for ring in rings:
        for a, b in pairwise(ring):
            if (b, a) in edges:
                edges.remove((b, a))
            elif a != b:
                edges.add((a, b))
    follows: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for a, b in sorted(edges):
        follows[a].append(b)
    return list(_traced(follows))


def _traced(follows: dict[tuple[int, int], list[tuple[int, int]]]) -> Iterator[list[tuple[int, int]]]:
    for start in sorted(follows):
        while follows[start]:
            ring = [start]
            while follows[ring[-1]]:
                ring.append(follows[ring[-1]].pop())
            yield ring


def code_of(geometry: dict[str, Any]) -> str:
    """The alpha-2 code of a geometry; ZZ for what is drawn in nobody's name."""
    number = geometry.get("id")
    if number is None:
        return NAMED[geometry["properties"]["name"]]
    return str(get_global("territory_aliases")[number][0])


def owner(code: str, ring: Sequence[Point]) -> str:
    """Whose a ring (in degrees) is, once parts are moved."""
    lon, lat = (sum(axis) / len(ring) for axis in zip(*ring, strict=True))
    for source, target, west, east, south, north in MOVED:
        if code == source and west <= lon <= east and south <= lat <= north:
            return target
    return code


def path_of(rings: Iterable[Sequence[tuple[int, int]]]) -> str:
    """The shortest SVG path: whole numbers, relative."""
    words = []
    here = (0, 0)
    for ring in rings:
        words.append(f"m{ring[0][0] - here[0]} {ring[0][1] - here[1]}")
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring[:-1])]
        words.append("l" + " ".join(f"{x} {y}" for x, y in steps) + "z")
        here = ring[0]
    return "".join(words).replace(" -", "-")


def label_of(ring: Sequence[Point], steps: int = 24) -> Point:
    """A point well inside a ring: of a grid, the one that is farthest from the border."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    grid = [
        (min(xs) + (max(xs) - min(xs)) * (i + 0.5) / steps, min(ys) + (max(ys) - min(ys)) * (j + 0.5) / steps)
        for i in range(steps)
        for j in range(steps)
    ]
    inside = [point for point in grid if _is_inside(point, ring)]
    middle = (sum(xs) / len(xs), sum(ys) / len(ys))
    return max(inside, key=lambda point: min(_distance(point, a, b) for a, b in pairwise(ring)), default=middle)


def _is_inside(point: Point, ring: Sequence[Point]) -> bool:
    x, y = point
    crossed = [a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in pairwise(ring) if (a[1] > y) != (b[1] > y)]
    return sum(1 for one in crossed if one > x) % 2 == 1


def _distance(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy or 1)
    t = max(0.0, min(1.0, along))
    return sqrt((a[0] + t * dx - point[0]) ** 2 + (a[1] + t * dy - point[1]) ** 2)


def countries_of(topology: dict[str, Any]) -> dict[str, list[list[tuple[int, int]]]]:
    """The rings of each country in units of the drawing, the largest first."""
    raw = arcs_of(topology)
    drawn = [simplified([project(*point) for point in wrapped(arc)], TOLERANCE) for arc in raw]
    whole = [[(round(x), round(y)) for x, y in arc] for arc in drawn]
    exact = [[(round(x), round(y)) for x, y in (project(*point) for point in wrapped(arc))] for arc in raw]
    found: dict[str, list[list[tuple[int, int]]]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = code_of(geometry)
        places = rings_of(geometry, raw)
        for place, ring, full in zip(places, rings_of(geometry, whole), rings_of(geometry, exact), strict=True):
            found[owner(code, place)].append(ring if abs(area_of(ring)) >= 1 else full)  # type: ignore[arg-type]
    return {code: _largest(dissolved(rings)) for code, rings in found.items() if code not in LEFT_OUT}


def centres_of(topology: dict[str, Any]) -> dict[str, Point]:
    """Degrees north and east of the middle of each country, for those that are too small for a shape."""
    arcs = arcs_of(topology)
    found = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        ring = max(rings_of(geometry, arcs), key=lambda one: abs(area_of(one)))
        found[code_of(geometry)] = (sum(lat for _, lat in ring) / len(ring), sum(lon for lon, _ in ring) / len(ring))
    return found


def _largest(rings: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    ordered = sorted(rings, key=lambda ring: -abs(area_of(ring)))
    return ordered[:1] + [ring for ring in ordered[1:] if abs(area_of(ring)) >= SMALLEST]


def rows_of(topology: dict[str, Any]) -> Iterator[str]:
    """The lines of world.tsv."""
    shapes, points = countries_of(topology), {**centres_of(topology), **POINTS}
    for code in sorted({*shapes, *POINTS}):
        rings = [ring for ring in shapes.get(code, ()) if len(ring) > 3]  # noqa: PLR2004  a triangle has four ends
        x, y = label_of(rings[0]) if rings else project(*wrapped([points[code][::-1]])[0])
        size = sum(abs(area_of(ring)) for ring in rings)
        yield f"{code}\t{x:.0f}\t{y:.0f}\t{size:.0f}\t{path_of(rings)}\n"


def main(source: Path) -> None:
    """Writes world.tsv from countries-50m.json.

    Raises:
        SystemExit: The file is another one than this was made for.
    """
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != SOURCE_SHA256:
        message = f"{source} is not countries-50m.json of world-atlas 2.0.2"
        raise SystemExit(message)
    TARGET.write_text(HEAD + "".join(rows_of(json.loads(content))), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
