"""How figures are printed: shares beside their limits, tables, and errors one a line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LONGEST = 400  # characters of an error


@dataclass(frozen=True)
class Limit:
    """What a share must keep, and how that is told."""

    told: str
    keeps: Callable[[float], bool]


def at_least(share: float) -> Limit:
    """A share that is the least."""
    return Limit(f"≥ {100 * share:g} %", lambda found: found >= share)


def at_most(share: float) -> Limit:
    """A share that is the most."""
    return Limit(f"≤ {100 * share:.3g} %", lambda found: found <= share)


def above(share: float) -> Limit:
    """A share that must be surpassed."""
    return Limit(f"> {100 * share:g} %", lambda found: found > share)


def below(share: float) -> Limit:
    """A share that must not be reached."""
    return Limit(f"< {100 * share:g} %", lambda found: found < share)


NONE = Limit("none", lambda found: found == 0)


def percent(part: int, whole: int) -> str:
    """A share in percent; “–” of none."""
    if not whole:
        return "–"
    share = 100 * part / whole
    return f"{share:.{2 if 0 < share < 1 else 1}f} %"


def figure(name: str, part: int, whole: int, limit: Limit | None = None) -> None:
    """Prints how many of some there are, beside the limit."""
    held = "" if limit is None else f"   limit: {limit.told}"
    if limit is not None and whole and not limit.keeps(part / whole):
        held += "  MISSED"
    print(f"  {name:34}{part:6} of {whole:<6}{percent(part, whole):>8}{held}")


def processor_seconds() -> float:
    """The processor time that this process and its children have taken, which other processes do not lengthen."""
    return time.process_time() + os.times().children_user + os.times().children_system


def pace(many: int, seconds: float) -> str:
    """How many are done in a second of processor time."""
    return f"{many / seconds:,.0f} a second" if seconds else "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints columns as wide as they must be, the first one to the left."""
    cells = [list(heads), *(list(map(str, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *others in cells:
        print(f"  {first:{widths[0]}}" + "".join(f"  {one:>{w}}" for one, w in zip(others, widths[1:], strict=True)))


def list_errors(errors: Iterable[str]) -> None:
    """Prints each error on one line."""
    for error in errors:
        print(f"  ✗ {' '.join(error.split())[:LONGEST]}")
