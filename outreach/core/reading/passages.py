"""Parts a mail for a reader's eye: what is new, what is signature, what is quoted, which words a reading relies on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from outreach.core.reading.decisive import where
from outreach.core.reading.phrases import sentence_around
from outreach.core.reading.text.quote_marks import marks
from outreach.model import Evidence

MOST_LINES = 3000  # that are parted; the rest is only shown
LOOK_AHEAD = 8  # lines of the new text that may not stand in the mail as they are
LABELS = ("form", "attachment")  # rules whose words do not stand in the text


class Part(StrEnum):
    """What a passage is to its reader."""

    NEW = "new"
    SIGNED = "signed"  # the sender's, but nothing that was said: a signature, a footer
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a passage's text; `mark` says what a reading takes it for: "reason", "doubt" or "".

    "sentence" is what stands beside a reason in its sentence.
    """

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that follow each other and are of one part."""

    part: Part
    pieces: tuple[Piece, ...]
    lines: int

    @property
    def text(self) -> str:
        """The passage as it stands in the mail."""
        return "".join(piece.text for piece in self.pieces)


def passages(text: str, new: str, evidence: Sequence[Evidence] = ()) -> tuple[Passage, ...]:
    """A mail's text from its first line to its last, in passages.

    Args:
        text: The text as its sender wrote it.
        new: What is new in it (new_text.new_text).
        evidence: What the reading relies on; its words are marked where they stand in what is new.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    fresh = new.split("\n") if new else []
    parts = _parts(lines, fresh)
    if Part.NEW not in parts and new:  # it was taken from elsewhere: a form, a mail that was passed on
        shown = [_passage(Part.NEW, fresh, evidence)]
        return (*shown, *((_passage(Part.QUOTED, lines, ()),) if any(lines) else ()))
    return tuple(_passages(lines, parts, evidence))


def _passages(lines: Sequence[str], parts: Sequence[Part], evidence: Sequence[Evidence]) -> Iterator[Passage]:
    start = 0
    for part, run in groupby(parts):
        end = start + len(list(run))
        if any(lines[start:end]):
            yield _passage(part, lines[start:end], evidence if part is Part.NEW else ())
        start = end


def _passage(part: Part, lines: Sequence[str], evidence: Sequence[Evidence]) -> Passage:
    text = "\n".join(lines).strip("\n")
    return Passage(part, tuple(marked(text, evidence)), text.count("\n") + 1)


def _parts(lines: Sequence[str], fresh: Sequence[str]) -> list[Part]:
    """Of each line what it is; an empty line belongs to what stands before it."""
    mark = next(marks(list(lines[:MOST_LINES])), None)
    quoted = len(lines) if mark is None else mark.start
    found: list[Part] = []
    place = 0
    for number, line in enumerate(lines):
        ahead = fresh[place : place + LOOK_AHEAD]
        if not line:
            found.append(found[-1] if found else Part.NEW)
        elif line in ahead:
            found.append(Part.NEW)
            place += ahead.index(line) + 1
        else:
            found.append(Part.QUOTED if number >= quoted or line.startswith(">") else Part.SIGNED)
    return found


def marked(text: str, evidence: Sequence[Evidence]) -> Iterator[Piece]:
    """A text in pieces: the words of each piece of evidence, wherever its lines break, and what stands between."""
    end = 0
    spans = sorted(_spans(text, evidence))
    sentences = [sentence_around(text, start, stop) for start, stop, mark in spans if mark == "reason"]
    for start, stop, mark in (*spans, (len(text), len(text), "")):
        yield from _between(text, end, start, sentences)
        if mark:
            yield Piece(text[start:stop], mark)
        end = stop


def _between(text: str, start: int, stop: int, sentences: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """What stands between two marks: of it, what belongs to the sentence of a reason."""
    edges = {edge for one in sentences for edge in one if start < edge < stop}
    for begin, end in pairwise((start, *sorted(edges), stop)):
        if begin < end:
            within = any(first <= begin and end <= last for first, last in sentences)
            yield Piece(text[begin:end], "sentence" if within else "")


def _spans(text: str, evidence: Sequence[Evidence]) -> Iterator[tuple[int, int, str]]:
    """Where evidence stands. Reasons come first: a doubt about the very words is told beside the text."""
    taken: list[tuple[int, int]] = []
    for one in sorted(evidence, key=lambda one: (one.is_doubt, -len(one.words))):
        if one.rule.partition(":")[0] in LABELS:
            continue
        found = where(one.words, text)
        if found is not None and all(found[1] <= start or found[0] >= stop for start, stop in taken):
            taken.append(found)
            yield (*found, "doubt" if one.is_doubt else "reason")
