"""Fills the page's templates: escaped, strict, and in a person's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from outreach.entrypoints.web import words
from outreach.entrypoints.web.charts.sheet import swatch
from outreach.entrypoints.web.charts.speech import written_day
from outreach.entrypoints.web.sayings import failure_words, reply_words, said
from outreach.entrypoints.web.static import address_of
from outreach.model import LetterKind, LetterState, ReadingKind, State

MOST_KEPT = 4096  # days and numbers that are written out once: Babel takes a tenth of a millisecond for each


class Templates:
    """The templates in every language of the page; dates are those of the secretariat's time zone."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.environment = cache(self._environment)

    def render(self, language: str, name: str, values: Mapping[str, Any], part: str = "") -> str:
        """A whole template, or one of its blocks."""
        template = self.environment(language).get_template(name)
        if not part:
            return template.render(values)
        return "".join(template.blocks[part](template.new_context(dict(values))))

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader("outreach.entrypoints.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        )
        translations = words.catalogue(language)
        environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        say = translations.gettext
        dates = _dates(words.LOCALES[language], self._zone)
        environment.globals["ngettext"] = _counting(environment.globals["ngettext"], dates["number"])
        environment.globals |= {
            "static": address_of,
            "swatch": swatch,
            "language": language,
            "languages": words.LANGUAGES,
            "STATES": [*State],
        }
        environment.filters |= dates
        environment.filters |= {
            "state_word": lambda state: say(words.STATES[State(state)]),
            "reading_word": lambda kind: say(words.READINGS[ReadingKind(kind)]),
            "letter_word": lambda kind: say(words.LETTERS[LetterKind(kind)]),
            "letter_state_word": lambda state: say(words.LETTER_STATES[LetterState(state)]),
            "next_word": lambda action: say(words.NEXT.get(action, action)),
            "language_name": lambda code: words.language_name(code, words.LOCALES[language]),
            "size": lambda number: _size(number, words.LOCALES[language]),
            "role_word": lambda role: say(words.ROLES[role]),
            "choice_word": lambda choice: say(words.CHOICES[choice]),
            "failure": lambda words: say(failure_words(words)),
            "reply": lambda words: (plain := reply_words(words)) and say(plain),
            "said": lambda sentence: said(say, sentence),
            "person": lambda by: say("the machine") if by == "machine" else (by or "").removeprefix("person:"),
        }
        return environment


def _counting(ngettext: Any, number: Callable[[int], str]) -> Callable[..., Any]:
    """Writes the number that is said as a language does, as the filter `number` writes all others."""

    @pass_context
    def counting(context: Context, one: str, many: str, num: int, **values: object) -> Any:
        return ngettext(context, one, many, num, **{"num": number(num), **values})

    return counting


def _size(number: int, locale: str) -> str:
    """Bytes as people say them."""
    from babel.numbers import format_decimal  # noqa: PLC0415

    return f"{format_decimal(max(1, round(number / 1000)), locale=locale)} kB"


def _dates(locale: str, zone: ZoneInfo) -> dict[str, Any]:
    """Filters for days, moments and numbers as they are written in a language."""
    from babel import Locale  # noqa: PLC0415
    from babel.dates import format_time  # noqa: PLC0415  a tenth of a second
    from babel.numbers import format_decimal, format_percent  # noqa: PLC0415

    def local(value: date | datetime) -> date:
        return value.astimezone(zone).date() if isinstance(value, datetime) else value

    def day(value: date | datetime, form: str = "long") -> str:
        return written_day(local(value), form, locale)

    def time(value: datetime) -> str:
        return str(format_time(value, "HH:mm", tzinfo=zone, locale=locale))

    @lru_cache(MOST_KEPT)
    def number(value: float) -> str:
        return format_decimal(value, locale=locale)

    return {
        "day": day,
        "moment": lambda value: f"{day(value, 'd MMM y')}, {time(value)}",
        "time": time,
        "iso": lambda value: (value.astimezone(zone) if isinstance(value, datetime) else value).isoformat(),
        "number": number,
        "country_word": lru_cache(MOST_KEPT)(lambda code: Locale.parse(locale).territories.get(code, code)),
        "percent": lambda value: format_percent(value, locale=locale),
    }
