"""Finds the day on which somebody is back, or until which they are away, as an automatic reply states it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

from outreach.core.reading.automatic.dates import (
    Calendar,
    Mention,
    Words,
    in_week,
    month_first,
    next_day,
    next_weekday,
    words_of,
)
from outreach.core.reading.automatic.machine_marks import MONTH_FIRST
from outreach.core.reading.phrasebook import Found
from outreach.core.reading.phrases import Sentence
from outreach.languages import Language
from outreach.languages.spelling import plain
from outreach.model import Message

_BARE = re.compile(  # “back on the 22nd”
    r"(?<![\w.,:/-])(\d{1,2})(?:\.|º|°|er|st|nd|rd|th|e|an|日|일)?(?![\w:/%€-]|[.,]\d)"
)
_STOP = re.compile(r"[;\n]|\s[–—-]\s")
AHEAD = 8  # words between “back” and its date
BESIDE = 3  # words between “until” and its date
WEEKS = ("v", "vecka", "uge", "uke", "vk", "viikko", "kw", "woche", "kalenderwoche", "week", "wk", "semaine")
WEEK = re.compile(  # “måndag v. 33”, “Montag, KW 33”
    rf"[\s,(]{{1,3}}(?:i |in |der |de |van )?(?:{'|'.join(WEEKS)})\b\.?\s?(\d{{1,2}})\b", re.IGNORECASE
)
DAY = frozenset(["dia", "giorno", "jour"])  # “el dia 22”
BEHIND = 1  # words between a date and the “until” that some languages put behind it
YEARS = range(1980, 2100)  # in which a mail may have been sent
MOST = 30  # sentences, and cues and dates of a sentence, that are looked at
_UNIT = re.compile(  # what is counted in figures and is no day: “back in 5 days”; beginnings of words
    r"day|dia|dies|giorn|jour|tag|dag|hora|heur|hour|uhr|uur|ore|min|week|seman|setman|semaine|settiman|woche|mes|mois|"
    r"month|monat|maand|person|people|euro|km|gun|saat|dni|godz|jam|hari"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A sentence with what phrases found in it, and the dates that it names."""

    sentence: Sentence
    found: tuple[Found[str], ...]
    dates: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence with its cues: words beside a date that say what it is, by their places."""

    text: str
    spans: tuple[tuple[int, int], ...]
    cues: tuple[Found[str], ...]  # `back`, `until`, and `until_behind` for languages where it follows

    def start(self, cue: Found[str]) -> int:
        return self.spans[cue.first][0]

    def end(self, cue: Found[str]) -> int:
        return self.spans[cue.last][1]

    def between(self, end: int, start: int) -> int:
        """The number of words between two places of the text, negative if the second comes first."""
        first = bisect_left(self.spans, (end, end))
        return bisect_left(self.spans, (start, start)) - first if end <= start else -1

    def word_before(self, place: int) -> str:
        """The word before a place, in plain form."""
        at = bisect_left(self.spans, (place, place)) - 1
        return plain(self.text[slice(*self.spans[at])]) if at >= 0 else ""

    def is_cued(self, start: int, near: int) -> bool:
        """Whether a cue stands before a place, with so many words between them at most."""
        return any(0 <= self.between(self.end(cue), start) <= near for cue in self.cues)


def return_date(heard: Sequence[Dated], calendar: Calendar) -> date | None:
    """The day on which somebody is back, else until which they are away; the latest that is stated.

    Args:
        heard: Sentences; of the phrases that were found in them `back`, `until` and `until_behind` count here.
        calendar: The languages' words for dates, and the day by which a missing year is known.
    """
    back: list[date] = []
    until: list[date] = []
    last: date | None = None
    for one in heard[:MOST]:
        cues = [found for found in one.found if found.name in ("back", "until", "until_behind")]
        line = _Line(one.sentence.text, one.sentence.spans, tuple(cues[:MOST]))
        mentions = _mentions(line, one.dates[:MOST], calendar, last)
        spoken_of = [_spoken_of(cue, mentions, line) for cue in line.cues if cue.name == "back"]
        back += [mention.day for mention in spoken_of if mention is not None]
        until += [mention.day for mention in mentions if mention.ends_period or _is_until(mention, line)]
        last = mentions[-1].day if mentions else last
    return max(back or until, default=None)


def _mentions(line: _Line, dates: tuple[Mention, ...], calendar: Calendar, last: date | None) -> tuple[Mention, ...]:
    """The dates of a sentence; beside “back” or “until” also a day alone, or else a weekday."""
    if not line.cues:
        return dates
    latest = dates[-1].day if dates else last
    days = [*dates, *_bare_days(line, dates, latest or calendar.sent, calendar.words)] or _bare_weekdays(line, calendar)
    return tuple(sorted(days, key=lambda one: one.start))


def _bare_days(line: _Line, dates: Sequence[Mention], since: date | None, words: Words) -> list[Mention]:
    """Days without a month that stand close behind a cue: it is the next such day, on the weekday that is named."""
    found = []
    for match in _BARE.finditer(line.text):
        taken = any(one.start <= match.start() < one.end for one in dates)
        counted = any(_UNIT.match(word) for word in plain(line.text[match.end() : match.end() + 30]).split()[:2])
        before = line.word_before(match.start())
        weekday = words.weekdays.number(before)
        near = AHEAD if weekday or before in DAY else BESIDE
        if since is None or taken or counted or before in WEEKS or not line.is_cued(match.start(), near):
            continue
        day = next_day(int(match.group(1)), since, weekday)
        if day is not None:
            found.append(Mention(match.start(), match.end(), day, ends_period=False))
    return found[:MOST]


def _bare_weekdays(line: _Line, calendar: Calendar) -> list[Mention]:
    """Weekdays without a date, as counted from the mail's own day."""
    found = []
    for start, end in line.spans if calendar.sent else ():
        weekday = calendar.words.weekdays.number(plain(line.text[start:end]))
        if weekday and calendar.sent and line.is_cued(start, BESIDE):
            week = WEEK.match(line.text, end)
            day = in_week(int(week[1]), weekday, calendar.sent) if week else next_weekday(weekday, calendar.sent)
            found += [Mention(start, end, day, ends_period=False)] if day is not None else []
    return found[:MOST]


def _spoken_of(back: Found[str], mentions: Sequence[Mention], line: _Line) -> Mention | None:
    """The date that “back” speaks of: the next behind it, unless a stop lies between, else the last before it."""
    start, end = line.start(back), line.end(back)
    ahead = next((one for one in mentions if one.start >= end or one.start <= start < one.end), None)
    if ahead is not None and line.between(end, ahead.start) <= AHEAD and not _STOP.search(line.text[end : ahead.start]):
        return ahead
    before = [one for one in mentions if one.end <= start]
    return before[-1] if before and line.between(before[-1].end, start) <= AHEAD else None


def _is_until(mention: Mention, line: _Line) -> bool:
    return any(
        (cue.name == "until" and 0 <= line.between(line.end(cue), mention.start) <= BESIDE)
        or (cue.name == "until_behind" and 0 <= line.between(mention.end, line.start(cue)) <= BEHIND)
        for cue in line.cues
    )


# ---------------------------------------------------------------- when it was sent


def calendar_of(message: Message, spoken: Sequence[Language]) -> Calendar:
    """What is known of the dates of a mail in some languages."""
    order = month_first(f"{message.subject}\n{message.text[:5000]}", _custom(message, spoken))
    return Calendar(words_of(tuple(spoken)), order, sent_on(message))


def _custom(message: Message, spoken: Sequence[Language]) -> bool | None:
    """Whether the month comes first, by the sender's country, else by the languages; None: one cannot know."""
    domain = message.from_[0].address.rpartition(".")[2] if message.from_ else ""
    orders = {one.month_first for one in spoken}
    if domain in MONTH_FIRST or True in orders:
        return True
    foreign = re.fullmatch(r"[a-z]{2}", domain) is not None
    return False if foreign or None not in orders else None


def sent_on(message: Message) -> date | None:
    """The day on which a mail was sent: by its own date, else by the first server that noted one."""
    if message.date is not None and message.date.year in YEARS:
        return message.date.date()
    for value in reversed(message.all_headers("received")):
        try:
            day = parsedate_to_datetime(value.rpartition(";")[2].strip()).date()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if day.year in YEARS:
            return day
    return None
