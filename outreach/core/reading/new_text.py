"""Parts what was newly written from the quoted letter, the signature and the rest; when in doubt the text is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from outreach.core.reading.quote_marks import FORWARDED, HEADER, LONG, WROTE, Mark, above, inside_line, marks
from outreach.core.reading.sign_off import without_sign_off

MOST_MARKS = 20


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines that somebody wrote among quoted ones."""

    start: int
    end: int


def new_text(text: str) -> str:
    """What the sender newly wrote. Answers between quoted lines keep the lines that they answer."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return _tidy(_new(_parted(lines)))


def own_words(new: str) -> str:
    """The new text without the quoted lines that answers between them keep."""
    return "\n".join(line for line in new.split("\n") if not line.startswith(">"))


def _parted(lines: list[str]) -> list[str]:
    """A mark that stands behind other words of its line gets a line of its own."""
    for number, line in enumerate(lines):
        at = inside_line(line) if line.endswith(":") else None
        if at is not None:
            return [*lines[:number], line[:at], line[at:], *lines[number + 1 :]]
    return lines


def _new(lines: list[str]) -> list[str]:
    before, found, following = _first(lines)
    top = lines[: above(lines, found)] if found is not None else lines
    quoted = _first_quoted(lines, found)
    if quoted is None:
        return _without_quote(lines, before, top, found, following)
    runs = _runs(lines, quoted)
    last = max((number for number, line in enumerate(lines) if line.startswith(">")), default=-1)
    own = [run for run in runs if run.start < last]
    behind = _behind(lines, last)
    if own or (behind and found is None):
        return _answers_between(lines, runs, top, found, behind, last)
    start = quoted if found is None else above(lines, found)
    return _joined(_signed(before, lines[:start]), behind)


def _first(lines: list[str]) -> tuple[list[int], Mark | None, Mark | None]:
    """The mark of the quoted letter, and the starts of mails between colleagues above it, which are new to us."""
    found = []
    for mark in marks(lines):
        found.append(mark)
        if mark.kind == WROTE or len(found) > MOST_MARKS:
            break
    passed_on: list[int] = []
    while len(found) > 1 and _between_colleagues(found[0], found[1:]):
        passed_on.append(found.pop(0).start)
    if found and found[0].kind == HEADER and not found[0].sure:
        found.pop(0)  # a memorandum has such lines as well
    return passed_on, found[0] if found else None, found[1] if len(found) > 1 else None


def _between_colleagues(mark: Mark, deeper: Sequence[Mark]) -> bool:
    """Whether a mail went from one to another of them, and the writer of the quoted letter never saw it."""
    if mark.kind == WROTE:
        return False
    last = next((one for one in reversed(deeper) if one.domains), None)
    if last is None or not mark.words:
        return False
    if not mark.domains:
        return not mark.sure or not _shares_words(mark.words, last.words)
    return len(mark.domains) == 1 and len(mark.addresses) > 1 and not mark.domains & last.domains


def _shares_words(one: str, other: str) -> bool:
    """Whether a name of one stands in the other as well."""
    names = {word.lower() for word in re.findall(r"\w{3,}", one) if word[0].isupper()}
    return bool(names & {word.lower() for word in re.findall(r"\w{3,}", other.partition("\n")[0])})


def _without_quote(
    lines: list[str], passed_on: list[int], top: list[str], found: Mark | None, following: Mark | None
) -> list[str]:
    """Nothing is quoted with “>”: what stands above the mark is new, or what was passed on without a word."""
    own = _signed(passed_on, top)
    if found is None or found.kind != FORWARDED or any(line.strip() for line in own):
        return own
    end = following.start if following is not None else len(lines)
    return without_sign_off(lines[found.start : end])


def _signed(starts: Sequence[int], lines: list[str]) -> list[str]:
    """Each of the mails that follow each other, without its signature."""
    if not starts:
        return without_sign_off(lines)
    edges = [0, *starts, len(lines)]
    parts = [without_sign_off(lines[one:two]) for one, two in zip(edges, edges[1:], strict=False) if one < two]
    return [line for part in parts for line in (*part, "")]


# ---------------------------------------------------------------- lines quoted with “>”


def _first_quoted(lines: Sequence[str], found: Mark | None) -> int | None:
    """The first quoted line: right below the mark, or anywhere above or without one."""
    for number, line in enumerate(lines):
        if line.startswith(">"):
            if found is not None and number >= found.end and not _is_near(lines, found.end, number):
                return _answered_below(lines, found)
            return number
    return None


def _is_near(lines: Sequence[str], end: int, number: int) -> bool:
    """Whether only empty lines part a mark from the quote."""
    return number - end < 8 and not any(line.strip() for line in lines[end:number])  # noqa: PLR2004


def _answered_below(lines: Sequence[str], found: Mark) -> int | None:
    """A mark without a quote at the very top, and answers between quoted lines below: none of it is left out."""
    if any(line.strip() for line in lines[: found.start]):
        return None
    first = next(number for number, line in enumerate(lines) if line.startswith(">") and number >= found.end)
    last = max(number for number, line in enumerate(lines) if line.startswith(">"))
    runs = [run for run in _runs(lines, first) if run.start < last or run.start > last]
    return first if runs and found.kind == WROTE else None


def _runs(lines: Sequence[str], quoted: int) -> list[_Run]:
    """What stands unquoted behind the first quoted line."""
    runs, number = [], quoted
    while number < len(lines):
        if not lines[number] or lines[number].startswith(">"):
            number += 1
            continue
        end = number
        while end < len(lines) and not lines[end].startswith(">"):
            end += 1
        if not _goes_on(lines, number, end) and not _is_mark(lines[number:end]):
            runs.append(_Run(number, end))
        number = end
    return runs


def _goes_on(lines: Sequence[str], start: int, end: int) -> bool:
    """A piece of a quoted line that a mail program broke: one line, right between two quoted ones."""
    if end - start != 1 or end >= len(lines) or not lines[start - 1].startswith(">"):
        return False
    line = lines[start].strip()
    if line.startswith(("(", "<", "[", "http")):
        return True
    before = lines[start - 1]
    return len(before) >= LONG and not before.endswith(("?", ":")) and (line[:1].islower() or not line[:1].isalpha())


def _is_mark(lines: Sequence[str]) -> bool:
    """Whether nothing but “On … wrote:” stands there."""
    found = next(marks(lines), None)
    if found is None:
        return False
    return not any(line.strip() for line in (*lines[: found.start], *lines[found.end :]))


def _behind(lines: list[str], last: int) -> list[str]:
    """What stands below the last quoted line, without a further quoted mail and a signature."""
    rest = lines[last + 1 :]
    if not any(line.strip() for line in rest):
        return []
    mark = next(marks(rest), None)
    own = without_sign_off(rest[: mark.start] if mark is not None else rest)
    return own if any(line.strip() for line in own) else []


def _answers_between(
    lines: list[str], runs: Sequence[_Run], top: list[str], found: Mark | None, behind: list[str], last: int
) -> list[str]:
    """Everything down to the last answer, with the quoted lines between."""
    start = 0
    if found is not None and not any(line.strip() for line in top):
        start = found.end if not lines[found.end : found.end + 2][-1:] else found.start
    if behind:
        return [*lines[start : last + 1], *behind]
    end = max((run.end for run in runs if run.start < last), default=len(lines))
    return without_sign_off(lines[start:end])


def _joined(one: list[str], other: list[str]) -> list[str]:
    return [*one, "", *other] if other else one


def _tidy(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
