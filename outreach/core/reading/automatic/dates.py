"""Finds the dates that a sentence names, in figures and words, and which of them end a period."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from outreach.languages import Language
from outreach.languages.beginnings import Beginnings
from outreach.languages.remembering import Remembered
from outreach.languages.spelling import plain

_ISO = re.compile(r"(?<!\d)(20\d\d)\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)")
_SIGNS = re.compile(  # 2022年8月29日, 8월 29일, 8月1日至5日
    r"(?:(20\d\d)\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]?"
    r"(?:\s?(?:[~～〜–—-]|から|至|到|부터)\s?(\d{1,2})\s?[日일号號])?"
)
_POINTED = re.compile(r"(?<![\w.,/])(\d{1,2})\.\s?(\d{1,2})(?:\.\s?((?:20)?\d\d))?(?!\d)")
_SLASHED = re.compile(r"(?<![\w.,/])(\d{1,2})\s?/\s?(\d{1,2})(?:\s?/\s?((?:20)?\d\d))?(?!\d)")
_STROKE = re.compile(r"/(?:(?<=\d/)|(?<=\d\s/))\s?\d")  # of each of these; it is found quickly
_DASHED = re.compile(r"(?<![\w.,/-])(?:(\d{1,2})-(\d{1,2})-((?:20)?\d\d)|(\d{1,2})-(0[1-9]|1[0-2]))(?!\d)")
_SIGN_RANGE = re.compile(r"[\d日일号).](?:\s?\(\w\)|요일|曜日)?\s?(?:[~～〜–—-]|から|より|至|到|부터)\s?$")
_FIGURE = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_plain = lru_cache(maxsize=1 << 14)(plain)  # of single words, which come again and again
MARKS = frozenset(".,º°ª'’-–‑/")
OF = frozenset(
    ["of", "de", "del", "d", "di", "do", "da", "dels", "van", "den"]
)  # may stand between a day, a month and a year
END = frozenset(["end", "fin", "final", "finales", "finals", "fim", "fine", "ende", "eind", "einde", "slutet"])
MONTHS = 12
MOST_DAYS = 31
PAST = timedelta(days=120)  # a date without a year that is longer ago means the next year
SOON = 185  # days within which a day without a month is looked for
PLAUSIBLE = timedelta(days=3)  # before the mail's date: which of two orders of day and month is meant
NEAR = 5  # tokens between the beginning and the end of a period
WORDS_OF_A_DAY = 4  # “treinta y uno de”


class Names:
    """Names by their numbers; of some only the beginning is known."""

    def __init__(self, named: Iterable[tuple[str, int]]) -> None:
        self._named = dict(named)
        self._begins = Beginnings(name[:-1] for name in self._named if name.endswith("~"))
        self._numbers = Remembered(self._number)
        self.number = self._numbers.__getitem__  # of the name that a word is; 0: it is none
        self._written = Remembered(lambda word: self._number(plain(word)))

    def stands_in(self, text: str) -> bool:
        """Whether a word of a text is one of them."""
        return any(map(self._written.__getitem__, _LETTERS.findall(text)))

    def _number(self, word: str) -> int:
        """Of several beginnings the longest counts."""
        begun = self._begins.of(word) if word and word not in self._named else []
        return self._named[f"{begun[-1]}~"] if begun else self._named.get(word, 0)


@dataclass(frozen=True, slots=True)
class Words:
    """The words for dates in some languages, in plain form."""

    months: Names
    weekdays: Names  # Monday is 1
    days: Mapping[str, int]  # of a month, written in words
    to: frozenset[str]  # words between the two ends of a period
    between: frozenset[tuple[str, str]]  # “between” and the “and” that it makes such a word


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the dates of a text."""

    words: Words
    month_first: bool | None  # 8/29; None: either
    sent: date | None  # the day by which a missing year is known


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text, and where it stands there."""

    start: int
    end: int
    day: date
    ends_period: bool


@dataclass(frozen=True, slots=True)
class _Raw:
    start: int
    end: int
    year: int  # 0: not named
    month: int
    day: int
    ends_period: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def number(self) -> int:
        """The day of a month that it may be, else 0."""
        return int(self.text) if self.text.isdecimal() and len(self.text) <= 2 and int(self.text) <= MOST_DAYS else 0  # noqa: PLR2004

    @property
    def year(self) -> int:
        """The year of our time that it may be, else 0."""
        return int(self.text) if re.fullmatch(r"20\d\d", self.text) else 0


@lru_cache(maxsize=256)
def words_of(languages: tuple[Language, ...]) -> Words:
    """The words for dates in some languages together."""

    def words(what: str) -> frozenset[str]:
        return frozenset(_plain(word) for one in languages for word in one.automatic.get(what, ()))

    return Words(
        months=_names(one.months for one in languages),
        weekdays=_names(one.weekdays for one in languages),
        days={name: number for one in languages for name, number in one.days.items()},
        to=words("to"),
        between=frozenset((one.split()[0], one.split()[1]) for one in words("between")),
    )


def _names(tables: Iterable[Mapping[str, int]]) -> Names:
    return Names(pair for table in tables for pair in table.items())


def _around_strokes(text: str) -> Iterator[re.Match[str]]:
    """As `_SLASHED.finditer`: around each stroke that is not part of the date before."""
    end = 0
    for stroke in _STROKE.finditer(text):
        if stroke.start() >= end:
            found = _SLASHED.search(text, max(end, stroke.start() - 3), stroke.end() + 12)
            if found is not None and found.start() < stroke.start():  # one behind may be cut off
                end = found.end()
                yield found


def month_first(text: str, custom: bool | None) -> bool | None:  # noqa: FBT001 - an order, no switch
    """Whether 8/9 is a ninth of August: by a date of the text that can be read in one way only, else by custom."""
    pairs = [(int(one.group(1)), int(one.group(2))) for one in _around_strokes(text)]
    if any(second > MONTHS >= first for first, second in pairs):
        return True
    return False if any(first > MONTHS >= second for first, second in pairs) else custom


def dates_in(text: str, calendar: Calendar) -> tuple[Mention, ...]:
    """Every date of a sentence, in its order."""
    found = sorted(_raw_dates(text, calendar), key=lambda one: one.start)
    stated = next((one.year for one in found if one.year), 0)
    mentions = []
    for raw in found:
        day = _in_year(raw, stated, calendar.sent)
        if day is not None:
            ends = raw.ends_period or _ends_period(text[: raw.start], calendar)
            mentions.append(Mention(raw.start, raw.end, day, ends))
    return tuple(mentions)


def _raw_dates(text: str, calendar: Calendar) -> Iterator[_Raw]:
    """The dates as written; what one form has read is hidden from the next."""
    forms = (_ISO, _iso), (_SIGNS, _signs), (_DASHED, _dashed), (_POINTED, _pointed), (_SLASHED, _slashed)
    for form, read in forms if _FIGURE.search(text) else ():
        for match in form.finditer(text):
            raw = read(match, calendar)
            if raw is not None:
                yield raw
                text = text[: raw.start] + "\0" * (raw.end - raw.start) + text[raw.end :]
    yield from _by_name(text, calendar)


def _iso(match: re.Match[str], _calendar: Calendar) -> _Raw | None:
    year, month, day = map(int, match.groups())
    return _checked(match, year, month, day)


def _signs(match: re.Match[str], _calendar: Calendar) -> _Raw | None:
    year, month, day, last = (int(part or 0) for part in match.groups())
    return _checked(match, year, month, last or day, ends_period=bool(last))


def _dashed(match: re.Match[str], calendar: Calendar) -> _Raw | None:
    """18-08-2022 or 18-08; but in “1-12 August” a month follows."""
    first, second, year, day, month = match.groups()
    follows = _TOKEN.search(match.string, match.end())
    if not year and follows and calendar.words.months.number(_plain(follows.group())):
        return None
    return _checked(match, _full(year), int(month or second), int(day or first))


def _pointed(match: re.Match[str], calendar: Calendar) -> _Raw | None:
    first, second, year = int(match.group(1)), int(match.group(2)), _full(match.group(3))
    month, day = (first, second) if calendar.month_first and second > 0 else (second, first)
    return _checked(match, year, month, day) or _checked(match, year, day, month if calendar.month_first else 0)


def _slashed(match: re.Match[str], calendar: Calendar) -> _Raw | None:
    first, second, year = int(match.group(1)), int(match.group(2)), _full(match.group(3))
    ways = [_checked(match, year, second, first), _checked(match, year, first, second)]
    if calendar.month_first:
        ways.reverse()
    possible = [way for way in ways if way is not None]
    if calendar.month_first is None and calendar.sent is not None:
        earliest = calendar.sent - PLAUSIBLE
        days = [(_in_year(way, 0, calendar.sent), way) for way in possible]
        possible = [way for day, way in days if day is not None and day >= earliest] or possible
    return possible[0] if possible else None


def _checked(match: re.Match[str], year: int, month: int, day: int, *, ends_period: bool = False) -> _Raw | None:
    if not (0 < month <= MONTHS and 0 < day <= MOST_DAYS):
        return None
    return _Raw(match.start(), match.end(), year, month, day, ends_period)


def _full(year: str | None) -> int:
    return 0 if year is None else int(year) % 2000 + 2000


def _by_name(text: str, calendar: Calendar) -> Iterator[_Raw]:
    """Dates with the name of a month, the day before or behind it."""
    months = calendar.words.months.number
    if not calendar.words.months.stands_in(text):
        return
    tokens = _tokens(text)
    for at, token in enumerate(tokens):
        month = months(_plain(token.text)) if token.text[0].isalpha() else 0
        if not month:
            continue
        before = _day_before(tokens, at, calendar)
        if before is not None:
            first, day = before
            year, last = _year_behind(tokens, at)
            yield _Raw(tokens[first].start, tokens[last].end, year, month, day)
            continue
        behind = _day_behind(tokens, at, calendar)
        if behind is not None:
            last, day, ends_period = behind
            year, last = _year_behind(tokens, last)
            yield _Raw(token.start, tokens[last].end, year, month, day, ends_period)
        elif (whole := _whole_month(tokens, at, month)) is not None:
            yield whole


def _tokens(text: str) -> list[_Token]:
    return [_Token(one.group(), *one.span()) for one in _TOKEN.finditer(text)]


def _day_before(tokens: Sequence[_Token], month: int, calendar: Calendar) -> tuple[int, int] | None:
    """Where the day before a month stands, and which it is: 29 August, 29th of August, twenty-ninth of August."""
    at = month - 1
    while at >= 0 and (tokens[at].text in MARKS or tokens[at].text.lower() in OF):
        at -= 1
    if at >= 1 and tokens[at].text.isalpha() and tokens[at - 1].end == tokens[at].start and tokens[at - 1].number:
        at -= 1  # the ending of 29th
    if at < 0:
        return None
    if tokens[at].number and month - at <= WORDS_OF_A_DAY:
        return at, tokens[at].number
    return _day_in_words(tokens, at, calendar)


def _whole_month(tokens: Sequence[_Token], at: int, month: int) -> _Raw | None:
    """A month and its year without a day: “in April 2023” is its first day, “the end of April 2023” its last."""
    year, last = _year_behind(tokens, at)
    if not year:
        return None
    to_its_end = any(_plain(token.text) in END for token in tokens[max(0, at - 3) : at])
    return _Raw(tokens[at].start, tokens[last].end, year, month, monthrange(year, month)[1] if to_its_end else 1)


def _day_in_words(tokens: Sequence[_Token], last: int, calendar: Calendar) -> tuple[int, int] | None:
    """The day that ends at a token, written in up to four words; the longest counts."""
    for first in range(max(0, last - WORDS_OF_A_DAY), last + 1):
        words = plain(" ".join(token.text for token in tokens[first : last + 1]))
        if calendar.words.days.get(words):
            return first, calendar.words.days[words]
    return None


def _day_behind(tokens: Sequence[_Token], month: int, calendar: Calendar) -> tuple[int, int, bool] | None:
    """Where the day behind a month stands, which it is, and whether it ends a period: August 29, August 5–20."""
    at = month + 1
    while at < len(tokens) and at - month <= 2 and (tokens[at].text in MARKS or tokens[at].text.lower() == "the"):  # noqa: PLR2004
        at += 1
    if at >= len(tokens) or not tokens[at].number or _is_time(tokens, at):
        return None
    last = at + 1
    while last < len(tokens) and last - at <= 2 and tokens[last].text in MARKS | {"st", "nd", "rd", "th"}:  # noqa: PLR2004
        last += 1
    if last < len(tokens) and _plain(tokens[last].text) in calendar.words.to:
        last += 1
    between = tokens[at + 1 : last]
    joined = any(one.text in "-–—" or _plain(one.text) in calendar.words.to for one in between)
    if joined and last < len(tokens) and tokens[last].number and not _is_time(tokens, last):
        return last, tokens[last].number, True
    return at, tokens[at].number, False


def _is_time(tokens: Sequence[_Token], at: int) -> bool:
    behind = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
    return behind in (":", "h", "am", "pm", "uhr", "uur", "heures", "horas", "ore")


def _year_behind(tokens: Sequence[_Token], last: int) -> tuple[int, int]:
    """The year that follows a date, and where it ends; 0 where none does."""
    for at in range(last + 1, min(last + 4, len(tokens))):
        if tokens[at].year:
            return tokens[at].year, at
        if tokens[at].text in "-'’" and at + 1 < len(tokens) and re.fullmatch(r"2\d", tokens[at + 1].text):
            return 2000 + int(tokens[at + 1].text), at + 1
        attached = tokens[at].start == tokens[at - 1].end
        if not (attached or tokens[at].text in MARKS or tokens[at].text.lower() in OF):
            break
    return 0, last


def _ends_period(before: str, calendar: Calendar) -> bool:
    """Whether what stands before a date leads from another one to it: “from 5 to …”, “1.–…”."""
    if _SIGN_RANGE.search(before[-20:]):
        return True
    tokens = [token.text for token in _tokens(before[-120:])]
    words = [_plain(token) for token in tokens]
    joined = False
    for at in range(len(tokens) - 1, max(-1, len(tokens) - 1 - NEAR), -1):
        token = _Token(tokens[at], 0, 0)
        if joined and (token.number or token.year or calendar.words.months.number(words[at])):
            return True
        linked = words[at] in calendar.words.to or tokens[at] in "-–—" or _is_between(words[at], words[:at], calendar)
        joined = joined or linked
        if not (linked or tokens[at] in MARKS or len(words[at]) <= 3 or calendar.words.weekdays.number(words[at])):  # noqa: PLR2004
            return False
    return False


def _is_between(word: str, before: Sequence[str], calendar: Calendar) -> bool:
    return any(word == end and begin in before for begin, end in calendar.words.between)


def _in_year(raw: _Raw, stated: int, sent: date | None) -> date | None:
    """The date in its own year, the year stated beside it, or the one near the mail's date."""
    if raw.year or stated:
        return _made(raw.year or stated, raw.month, raw.day)
    if sent is None:
        return None
    days = (_made(year, raw.month, raw.day) for year in (sent.year - 1, sent.year, sent.year + 1))
    return next((day for day in days if day is not None and day >= sent - PAST), None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_day(number: int, since: date, weekday: int = 0) -> date | None:
    """The first day with a number in its month on or after a date; one on the weekday that is named, if it is soon."""
    days = [day for later in range(SOON) if (day := since + timedelta(days=later)).day == number]
    return next((day for day in days if day.isoweekday() == weekday), days[0] if days else None)


def next_weekday(weekday: int, since: date) -> date:
    """The first such weekday after a date; Monday is 1."""
    return since + timedelta(days=(weekday - since.isoweekday() - 1) % 7 + 1)


def in_week(week: int, weekday: int, since: date) -> date | None:
    """The next such weekday in a week of the year by its number (ISO 8601); None where no year has such a week."""
    for year in (since.year, since.year + 1):
        try:
            day = date.fromisocalendar(year, week, weekday)
        except ValueError:
            continue
        if day >= since:
            return day
    return None
