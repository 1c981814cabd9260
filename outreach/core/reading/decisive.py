"""The sentence in which decisive words stand, shortened around them: what they mean is seen in it alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from outreach.core.reading.phrases import sentence_around

LONGEST = 160  # characters of a sentence that are shown
CUT = "…"


@dataclass(frozen=True, slots=True)
class Quote:
    """Decisive words, with what stands before and behind them in their sentence."""

    before: str
    words: str
    after: str

    @property
    def text(self) -> str:
        """All of it, in one line."""
        return f"{self.before}{self.words}{self.after}"


def where(words: str, text: str) -> tuple[int, int] | None:
    """Where words stand in a text, wherever its lines break; None: nowhere."""
    parts = words.split()
    found = re.search(r"\s+".join(map(re.escape, parts)), text) if parts else None
    return None if found is None else found.span()


def quoted(words: str, text: str, longest: int = LONGEST) -> Quote:
    """Words in their sentence, which is cut at words where it is longer; alone where they do not stand in the text."""
    span = where(words, text)
    shown = _beginning(_in_line(words), longest)
    if span is None or shown.endswith(CUT):
        return Quote("", shown, "")
    start, end = sentence_around(text, *span)
    before, after = _in_line(text[start : span[0]]).lstrip(), _in_line(text[span[1] : end]).rstrip()
    room = longest - len(shown)
    ahead = max(room // 2, room - len(after))
    before = _end(before, ahead)
    return Quote(before, shown, _beginning(after, room - len(before)))


def _in_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _beginning(text: str, room: int) -> str:
    """As much of a text's beginning as there is room for."""
    if len(text) <= room:
        return text
    cut = text[: max(room, 0)]
    return (cut[: cut.rfind(" ")] if " " in cut.strip() else cut).rstrip() + CUT


def _end(text: str, room: int) -> str:
    """As much of its end."""
    if len(text) <= room:
        return text
    cut = text[len(text) - max(room, 0) :]
    return CUT + (cut[cut.find(" ") :] if " " in cut.strip() else cut).lstrip()
