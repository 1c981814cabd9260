"""Boxes to tick that somebody put into a text: what stands at an empty one is not said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.core.reading.weighing import NEVER, Doubt
from outreach.model import Evidence

_BOX = re.compile(r"(?<!\S)(?:(?P<empty>[☐□▢◻]|\[[ _]{0,3}\]|\([ _]{1,3}\))|[☑☒✅🗹🗷]|\[[xX✓✔]\]|\([xX✓✔]\))(?=\s)")
MOST = 60  # boxes that are looked at


def ticked(text: str) -> str:
    """The text without what stands behind empty boxes; as it is where boxes do not stand before their words."""
    return "\n".join(_said(line) for line in text.split("\n")) if _are_boxes(text) else text


def doubts(text: str) -> tuple[Doubt, ...]:
    """A person looks at boxes: which of them is the answer, a text alone does not show surely."""
    shown = " ".join(found.group() for found in _BOX.finditer(text))[: 2 * MOST]
    return (Doubt(Evidence("doubt: boxes to tick", shown), NEVER),) if _are_boxes(text) else ()


def _are_boxes(text: str) -> bool:
    """Several, or an empty one; a ticked one alone adorns."""
    found = [box.group("empty") for box, _ in zip(_BOX.finditer(text), range(MOST), strict=False)]
    return len(found) > 1 or any(found)


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
