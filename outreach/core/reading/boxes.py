"""Boxes to tick that somebody put into a text: what stands at an empty one is not said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from outreach.core.reading.meaning.weighing import NEVER, Doubt
from outreach.model import Evidence

_BOX = re.compile(r"(?<!\S)(?:(?P<empty>[☐□▢◻]|\[[ _]{0,3}\]|\([ _]{1,3}\))|[☑☒✅🗹🗷]|\[[xX✓✔]\]|\([xX✓✔]\))(?=\s)")
_SIGNS = "[(☐□▢◻☑☒✅🗹🗷"  # with one of these a box begins
_CROSSES = frozenset("xX✓✔✗✘")  # alone in its line, one ticks a box whose frame is not seen
MOST = 60  # boxes that are looked at


def read_boxes(text: str) -> tuple[str, tuple[Doubt, ...]]:
    """The text without what stands behind empty boxes; as it is where boxes do not stand before their words.

    A person looks at boxes: which of them is the answer, a text alone does not show surely.
    """
    found = list(islice(_BOX.finditer(text), MOST)) if _may_hold(text) else []
    if crosses := [line for line in map(str.strip, text.split("\n")) if line in _CROSSES]:
        return text, (Doubt(Evidence("doubt: boxes to tick", crosses[0]), NEVER),)
    if len(found) < 2 and not any(box.group("empty") for box in found):  # noqa: PLR2004  a ticked one alone adorns
        return text, ()
    shown = " ".join(box.group() for box in found)[: 2 * MOST]
    return "\n".join(map(_said, text.split("\n"))), (Doubt(Evidence("doubt: boxes to tick", shown), NEVER),)


def _may_hold(text: str) -> bool:
    return any(map(text.__contains__, _SIGNS[:2] if text.isascii() else _SIGNS))


def _said(line: str) -> str:
    boxes = list(_BOX.finditer(line))[:MOST]
    if not boxes or line[: boxes[0].start()].strip(" \t*•>-"):
        return line
    return "".join(_parts(line, boxes)).strip()


def _parts(line: str, boxes: list[re.Match[str]]) -> Iterator[str]:
    ends = [*(box.start() for box in boxes[1:]), len(line)]
    for box, end in zip(boxes, ends, strict=True):
        if not box.group("empty"):
            yield line[box.end() : end]
