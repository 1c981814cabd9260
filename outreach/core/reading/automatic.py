"""Automatic replies by headers (RFC 3834), subjects and words; when somebody is back, and who stands in."""

from __future__ import annotations

import re
from datetime import date, timedelta

from outreach.core.places import plain
from outreach.core.reading.phrases import Sentence, find
from outreach.languages import Language, Languages
from outreach.model import Evidence, Message

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_ISO = re.compile(r"\b(20\d\d)-(\d{1,2})-(\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?\b")
_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply-from",
    "x-autoresponder",
    "x-ms-exchange-generated-message-source",
)
MONTHS = 12
NEXT_YEAR = timedelta(days=120)  # a date so long ago means next year


def headers_say_so(message: Message) -> Evidence | None:
    """A header by which a robot makes itself known."""
    value = message.header("auto-submitted").lower()
    if value.startswith(("auto-replied", "auto-generated")):
        return Evidence("header", f"Auto-Submitted: {value[:60]}")
    for name in _HEADERS:
        if message.header(name) and message.header(name).lower() not in ("no", "false"):
            return Evidence("header", f"{name}: {message.header(name)[:60]}")
    if "vacation" in message.header("x-mailer").lower() or message.header("precedence").lower() == "auto_reply":
        return Evidence("header", "vacation")
    return None


def words_say_so(message: Message, sentences: tuple[Sentence, ...], languages: Languages) -> Evidence | None:
    """A subject or a sentence as automatic replies have them."""
    subject = f" {plain(message.subject)} "
    for language in languages.all:
        for phrase in language.phrases.get("automatic_subject", ()):
            if subject.startswith(f" {plain(phrase)} ") or subject.removeprefix(" re").startswith(f" {plain(phrase)} "):
                return Evidence("subject", message.subject[:120])
    for sentence in sentences[:12]:
        for language in languages.all:
            for words in find(language.phrases.get("absent", ()), sentence):
                return Evidence("absence", words)
    return None


def return_date(sentences: tuple[Sentence, ...], languages: Languages, sent: date) -> date | None:
    """The day on which somebody is back, or until which they are away; the last that is named."""
    best: date | None = None
    for sentence in sentences[:12]:
        for language in languages.all:
            hit = any(find((*language.phrases.get("absent", ()), *language.phrases.get("back", ())), sentence))
            days = dates_in(sentence.text, language, sent) if hit else []
            later = [day for day in days if day >= sent]
            if later:
                best = max(later) if best is None else max(best, *later)
    return best


def dates_in(text: str, language: Language, sent: date) -> list[date]:
    """Every date in a text, in the language's own forms; a year that is not named is inferred."""
    found = [_made(int(y), int(m), int(d)) for y, m, d in _ISO.findall(text)]
    rest = _ISO.sub(" ", text)
    for first, second, year in _NUMBERS.findall(rest):
        swapped = int(second) > MONTHS or (language.month_first and int(first) <= MONTHS)
        day, month = (int(second), int(first)) if swapped else (int(first), int(second))
        found.append(_in_year(day, month, year, sent))
    words = plain(rest).split()
    for index, word in enumerate(words):
        number = language.months.get(word)
        if number is None:
            continue
        year = next((w for w in words[index + 1 : index + 4] if re.fullmatch(r"20\d\d", w)), "")
        near = [*reversed(words[max(0, index - 2) : index]), *words[index + 1 : index + 2]]
        day = next((_number(w) for w in near if _number(w)), 0)
        if day:
            found.append(_in_year(day, number, year, sent))
    return [day for day in found if day is not None]


def _number(word: str) -> int:
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|er|e|o|a)?", word)
    return int(match.group(1)) if match and 0 < int(match.group(1)) < 32 else 0  # noqa: PLR2004  days of a month


def _in_year(day: int, month: int, year: str, sent: date) -> date | None:
    if year:
        return _made(int(year) if len(year) == 4 else 2000 + int(year), month, day)  # noqa: PLR2004
    this = _made(sent.year, month, day)
    return _made(sent.year + 1, month, day) if this is not None and sent - this > NEXT_YEAR else this


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def stand_in(text: str, own: frozenset[str]) -> str | None:
    """The first address that is named in a text and is not ours."""
    return next((a.lower() for a in _ADDRESS.findall(text) if a.lower() not in own), None)
