"""Text that somebody struck out: it stays to be seen, between “~~”, and is not said."""

from __future__ import annotations

import re

from outreach.core.reading.meaning.weighing import NEVER, Doubt, Verdict
from outreach.model import Evidence, ReadingKind

_STRUCK = re.compile(r"(?<!~)~~(?![\s~])([^\n]{1,2000}?)(?<![\s~])~~(?!~)")  # as html_text.py marks it
MOST = 120  # characters that are shown
STRUCK_OUT = 2.0  # the lead that it costs where nothing else is doubtful


def said(text: str) -> str:
    """The text without what is struck out."""
    return _STRUCK.sub(" ", text) if "~~" in text else text


def doubting(verdict: Verdict, text: str) -> Verdict:
    """The verdict on what is left of a text; where that is not plain, or a yes, a person sees what was struck out."""
    found = _STRUCK.search(text) if "~~" in text else None
    if found is None:
        return verdict
    cost = NEVER if verdict.doubts or verdict.kind is ReadingKind.CONFIRM else STRUCK_OUT
    return verdict.doubting(Doubt(Evidence("doubt: something is struck out", found.group()[:MOST]), cost))
