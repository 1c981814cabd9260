"""Parts what was newly written from the quoted letter, the signature and the rest; when in doubt the text is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from outreach.core.reading.text.quote_marks import FORWARDED, HEADER, LONG, WROTE, Mark, above, marks, own_lines
from outreach.core.reading.text.sign_off import above_delimiter, without_sign_off

MOST_MARKS = 20
MOST_MARK_LINES = 8
SHORT = 250  # characters; no letter is so short
_MANY_EMPTY = re.compile(r"\n(?:[ \t]*\n){4,}")
_FIVE_ENDS = "\n" * 5


def new_text(text: str) -> str:
    """What the sender newly wrote. Answers between quoted lines keep the lines that they answer."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = list(map(str.rstrip, text.split("\n")))
    if _FIVE_ENDS in "\n".join(lines):
        lines = list(map(str.rstrip, _MANY_EMPTY.sub("\n\n\n\n", text).split("\n")))
    return _tidy(_new(own_lines(lines)))


def own_words(new: str) -> str:
    """The new text without the quoted lines that answers between them keep."""
    return "\n".join(line for line in new.split("\n") if not line.startswith(">"))


def _new(lines: list[str]) -> list[str]:
    passed_on, found, following = _first(lines)
    if found is None:
        return _among_quoted(lines)
    top, body = lines[: above(lines, found)], lines[found.end :]
    if _begins_quoted(body):
        return _answered(passed_on, top, body)
    if _has_words(top):
        return _signed(passed_on, top)
    if found.kind == FORWARDED:
        return without_sign_off(lines[found.start : following.start if following is not None else len(lines)])
    quoted = next((number for number, line in enumerate(body) if line.startswith(">")), None)
    if found.kind == WROTE and quoted is not None and _is_answered(body, quoted):
        return _among_quoted(body)  # the mark is the rest of a quote, and answers follow
    if found.kind == WROTE and sum(map(len, body)) < SHORT:
        return without_sign_off(body)  # too short for a letter: an answer below a quote that was taken out
    return []


def _has_words(lines: Sequence[str]) -> bool:
    return any(not line.isspace() for line in lines if line)


def _begins_quoted(lines: Sequence[str]) -> bool:
    return next((line.startswith(">") for line in lines if line), False)


def _last_quoted(lines: Sequence[str]) -> int:
    return next(number for number in range(len(lines) - 1, -1, -1) if lines[number].startswith(">"))


def _answered(passed_on: Sequence[int], top: list[str], body: list[str]) -> list[str]:
    """What stands above a quote and what stands below it; or all of it, where answers stand between quoted lines."""
    last = _last_quoted(body)
    behind = _behind(body, last)
    between = _last_answer(body, 0, last)
    if between is not None:
        return [*top, *_without_marks(_to_the_last(body, between, last, behind))]
    over = _signed(passed_on, top)
    return [*over, "", *behind] if behind else over


def _is_answered(lines: list[str], quoted: int) -> bool:
    last = _last_quoted(lines)
    return _last_answer(lines, quoted, last) is not None or bool(_behind(lines, last))


def _to_the_last(lines: list[str], end: int, last: int, behind: list[str]) -> list[str]:
    """Everything down to the last answer; what is quoted below it answers nothing."""
    return [*lines[: last + 1], *behind] if behind else above_delimiter(lines[:end])


def _without_marks(lines: list[str]) -> list[str]:
    """Nobody wrote “On … wrote:” above what is answered."""
    kept, start = [], 0
    for mark in marks(lines):
        if mark.kind == WROTE and _begins_quoted(lines[mark.end : mark.end + 4]):
            kept += lines[start : mark.start]
            start = mark.end
    return kept + lines[start:]


def _among_quoted(lines: list[str]) -> list[str]:
    """A text without a mark: quoted lines stay if answers stand below them."""
    quoted = next((number for number, line in enumerate(lines) if line.startswith(">")), None)
    if quoted is None:
        return without_sign_off(lines)
    last = _last_quoted(lines)
    behind = _behind(lines, last)
    between = _last_answer(lines, quoted, last)
    if between is not None or behind:
        return _without_marks(_to_the_last(lines, between or quoted, last, behind))
    return without_sign_off(lines[:quoted])


def _first(lines: list[str]) -> tuple[list[int], Mark | None, Mark | None]:
    """Where mails between colleagues begin, which are new to us; the mark of the quoted letter; the one below it."""
    waiting = marks(lines)
    found = list(islice(waiting, 1))
    if found and (found[0].kind == FORWARDED or _may_be_between_colleagues(found[0])):
        found += islice(waiting, MOST_MARKS)
    passed_on: list[int] = []
    while len(found) > 1 and _between_colleagues(found[0], found[1:]):
        passed_on.append(found.pop(0).start)
    if found and found[0].kind == HEADER and not found[0].sure:
        found.pop(0)  # a memorandum has such lines as well
    return passed_on, found[0] if found else None, found[1] if len(found) > 1 else None


def _may_be_between_colleagues(mark: Mark) -> bool:
    """Whether it names nobody's address, or several of one domain."""
    return mark.kind != WROTE and (not mark.domains or (len(mark.domains) == 1 and len(mark.addresses) > 1))


def _between_colleagues(mark: Mark, deeper: Sequence[Mark]) -> bool:
    """Whether a mail went from one to another of them, and the writer of the quoted letter never saw it."""
    last = next((one for one in reversed(deeper) if one.domains), None)
    if last is None or not mark.words or not _may_be_between_colleagues(mark):
        return False
    if mark.domains:
        return not mark.domains & last.domains
    return not mark.sure or not _shares_words(mark.words, last.words)


def _shares_words(one: str, other: str) -> bool:
    """Whether a name of one stands in the other as well."""
    names = {word.lower() for word in re.findall(r"\w{3,}", one) if word[0].isupper()}
    return bool(names & {word.lower() for word in re.findall(r"\w{3,}", other.partition("\n")[0])})


def _signed(starts: Sequence[int], lines: list[str]) -> list[str]:
    """Each of the mails that follow each other, without its signature."""
    if not starts:
        return without_sign_off(lines)
    edges = [0, *starts, len(lines)]
    parts = [without_sign_off(lines[one:two]) for one, two in pairwise(edges) if one < two]
    return [line for part in parts for line in (*part, "")]


# ---------------------------------------------------------------- lines quoted with “>”


def _last_answer(lines: list[str], first: int, last: int) -> int | None:
    """The end of what was written last between two quoted lines."""
    number = last
    while number > first:
        if not lines[number] or lines[number].startswith(">"):
            number -= 1
            continue
        end = number + 1
        while number >= first and not lines[number].startswith(">"):
            number -= 1
        if not _goes_on(lines, number + 1, end) and not _is_mark(lines[number + 1 : end]):
            return end
    return None


def _goes_on(lines: Sequence[str], start: int, end: int) -> bool:
    """A piece of a quoted line that a mail program broke: one line, right between two quoted ones."""
    if end - start != 1 or not lines[end]:
        return False
    line = lines[start].strip()
    if line.startswith(("(", "<", "[", "http")):
        return True
    before = lines[start - 1]
    return len(before) >= LONG and not before.endswith(("?", ":")) and (line[:1].islower() or not line[:1].isalpha())


def _is_mark(lines: Sequence[str]) -> bool:
    """Whether nothing but “On … wrote:” stands there."""
    if len(lines) > MOST_MARK_LINES or lines[-1][-1] not in ":：-—>":
        return False
    found = next(marks(lines), None)
    return found is not None and not _has_words(lines[: found.start]) and not _has_words(lines[found.end :])


def _behind(lines: list[str], last: int) -> list[str]:
    """What stands below the last quoted line, without a further quoted mail and a footer."""
    rest = lines[last + 1 :]
    if not _has_words(rest):
        return []
    mark = next(marks(rest), None)
    own = without_sign_off(rest[: mark.start] if mark is not None else rest)
    return own if _has_words(own) else []


def _tidy(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    return (re.sub(r"\n{3,}", "\n\n", text) if "\n\n\n" in text else text).strip()
