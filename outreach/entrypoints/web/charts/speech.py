"""Says words, numbers and days in the language of whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from gettext import NullTranslations
from typing import TYPE_CHECKING

from outreach.entrypoints.web import words

if TYPE_CHECKING:
    from babel import Locale

MOST_KEPT = 4096  # words for numbers and days


@dataclass(frozen=True)
class Speech:
    """One language of the page."""

    language: str

    @cached_property
    def _catalogue(self) -> NullTranslations:
        return words.catalogue(self.language)

    @cached_property
    def _locale(self) -> Locale:
        from babel import Locale  # noqa: PLC0415  a tenth of a second

        return Locale.parse(words.LOCALES[self.language])

    def say(self, message: str, **values: object) -> str:
        """A message; `%(name)s` stands for a value."""
        said = self._catalogue.gettext(message)
        return said % values if values else said

    def say_number(self, one: str, many: str, number: int, **values: object) -> str:
        """The same for a number of things; `%(number)s` stands for it."""
        said = self._catalogue.ngettext(one, many, number)
        return said % {"number": self.number(number), **values}

    def number(self, value: float) -> str:
        """A number: 1,000 or 1 000 or 1.000."""
        if isinstance(value, int) and 0 <= value < 1000:  # noqa: PLR2004  most are, and all languages write them alike
            return str(value)
        return _number(value, words.LOCALES[self.language])

    def day(self, day: date) -> str:
        """A whole date: “1 September 2022”, “1er septembre 2022”."""
        return self._written(day, "long")

    def short_day(self, day: date) -> str:
        """A date without its year, short: “1 Sept”, “1er sept.”."""
        return self._written(day, str(self._locale.datetime_skeletons["MMMd"].pattern))

    def month(self, day: date) -> str:
        """A month alone: “Sept”."""
        return self._written(day, "LLL")

    def year(self, day: date) -> str:
        """A year alone."""
        return self._written(day, "y")

    def country(self, code: str) -> str:
        """The name of a country; its code where it has none."""
        return str(self._locale.territories.get(code, code))

    def tongue(self, code: str) -> str:
        """The name of a language; its code where it has none."""
        return words.language_name(code, words.LOCALES[self.language])

    def _written(self, day: date, form: str) -> str:
        return written_day(day, form, words.LOCALES[self.language])


# Babel takes a tenth of a millisecond for each, and a page holds hundreds: what was written out is kept.


@lru_cache(MOST_KEPT)
def _number(value: float, locale: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415

    return str(format_decimal(value, locale=locale))


@lru_cache(MOST_KEPT)
def written_day(day: date, form: str, locale: str) -> str:
    """A day in a form of CLDR, which writes “1 septembre” where French says “1er septembre”."""
    from babel.dates import format_date  # noqa: PLC0415

    written = str(format_date(day, form, locale=locale))
    return f"1er {written[2:]}" if locale == "fr" and written.startswith("1 ") else written
