"""Dates and salutations in the language of a letter, as its wording table says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, localedata

from outreach.model import ConfigurationError, Contact, Invitee
from outreach.settings import Settings, Target

MONTHS = 12
GENDERS = ("f", "m", "any")
DATE_PLACES = frozenset({"day", "month", "year"})
SALUTATION_PLACES = frozenset({"person", "title", "office", "office_f", "office_m"})
_PLACE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Office:
    """An office as it is said of a woman and of a man."""

    f: str
    m: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a letter has to know of its language: a parsed wording.<language>.toml."""

    language: str
    direction: str  # ltr or rtl
    own_months: tuple[str, ...]  # none: as everybody names them
    locale: str
    days: Mapping[int, str]  # days that are not written as the others
    other_days: str
    long_date: str
    day_and_month: str
    fallback: str  # the salutation where nothing is known of the person
    salutations: Mapping[str, tuple[str, ...]]  # patterns by gender, the best first
    offices: Mapping[str, Office]  # by the title as contacts.csv may have it, in lower case
    women: frozenset[str]  # titles that only a woman has
    office_end: re.Pattern[str]  # what may follow an office: a comma, "of", "de la"
    comma: str
    last_comma: str  # before the last of a list

    @property
    def months(self) -> tuple[str, ...]:
        """The names of the months; Babel reads half a megabyte for them, which is left until a date is written."""
        return self.own_months or _babel_months(self.locale)


# ---------------------------------------------------------------- reading the table


def parse_wording(language: str, data: Mapping[str, Any]) -> Wording:
    """The wording of a language from its table.

    Raises:
        ConfigurationError: Something in the table is missing or unknown; the message names it.
    """
    dates, salutation, lists = (_table(data, language, name) for name in ("dates", "salutation", "lists"))
    offices = [_office_names(language, entry) for entry in data.get("offices", ())]
    direction = data.get("direction", "ltr")
    if direction not in ("ltr", "rtl"):
        raise _complaint(language, f"the direction is “ltr” or “rtl”, not “{direction}”")
    return Wording(
        language=language,
        direction=direction,
        own_months=_own_months(language, dates),
        locale=str(dates.get("locale", language)).replace("-", "_"),
        days={int(day): str(words) for day, words in dates.get("days", {}).items() if day.isdecimal()},
        other_days=str(dates.get("days", {}).get("other", "{day}")),
        long_date=_pattern(language, dates, "long", DATE_PLACES),
        day_and_month=_pattern(language, dates, "day_and_month", DATE_PLACES),
        fallback=_pattern(language, salutation, "fallback", frozenset()),
        salutations={gender: _salutations(language, salutation, gender) for gender in GENDERS},
        offices={name: office for office, names, women in offices for name in (*names, *women)},
        women=frozenset(name for _, _, women in offices for name in women),
        office_end=_office_end(data.get("office_ends", ())),
        comma=str(lists.get("comma", ", ")),
        last_comma=_pattern(language, lists, "and", frozenset()),
    )


def _complaint(language: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"wording.{language}.toml: {why}")


def _table(data: Mapping[str, Any], language: str, name: str) -> Mapping[str, Any]:
    table = data.get(name)
    if not isinstance(table, Mapping):
        raise _complaint(language, f"the table [{name}] is missing; wording.en.toml shows what belongs in it")
    return table


def _pattern(language: str, table: Mapping[str, Any], key: str, places: frozenset[str]) -> str:
    if not isinstance(table.get(key), str):
        raise _complaint(language, f"“{key}” is missing or not a text in quotes")
    return _checked(language, table[key], places)


def _checked(language: str, pattern: str, places: frozenset[str]) -> str:
    for place in _PLACE.findall(pattern):
        if place not in places:
            known = ", ".join(f"{{{name}}}" for name in sorted(places)) or "none"
            raise _complaint(language, f"“{pattern}” has the unknown place {{{place}}}; there are: {known}")
    return pattern


def _salutations(language: str, table: Mapping[str, Any], gender: str) -> tuple[str, ...]:
    return tuple(_checked(language, str(pattern), SALUTATION_PLACES) for pattern in table.get(gender, ()))


def _own_months(language: str, dates: Mapping[str, Any]) -> tuple[str, ...]:
    months = tuple(str(month) for month in dates.get("months", ()))
    name = str(dates.get("locale", language))
    if months and len(months) != MONTHS:
        raise _complaint(language, f"“months” has {len(months)} names instead of {MONTHS}")
    if not months and not localedata.exists(name.replace("-", "_")):
        raise _complaint(language, f"the locale “{name}” is unknown; list the twelve “months” instead")
    return months


@cache
def _babel_months(locale: str) -> tuple[str, ...]:
    names = Locale.parse(locale).months["format"]["wide"]
    return tuple(str(names[month]) for month in range(1, MONTHS + 1))


def _office_names(language: str, entry: Mapping[str, Any]) -> tuple[Office, list[str], list[str]]:
    office = Office(_pattern(language, entry, "f", frozenset()), _pattern(language, entry, "m", frozenset()))
    return office, [_plain(name) for name in entry.get("given", ())], [_plain(name) for name in entry.get("women", ())]


def _office_end(words: Sequence[str]) -> re.Pattern[str]:
    after = "|".join(re.escape(_plain(str(word))) for word in words)
    return re.compile(rf",|\s(?:{after})(?:\s|(?<='))" if after else ",")


def _plain(title: str) -> str:
    return " ".join(title.casefold().replace("’", "'").split())


# ---------------------------------------------------------------- dates, lists


def long_date(wording: Wording, day: date) -> str:
    """A whole date: “July 15th 2022”, “1er septembre 2022”, “15 de juliol de 2022”."""
    return _fill(wording.long_date, _date_places(wording, day))


def day_and_month(wording: Wording, day: date) -> str:
    """A date without its year: “15th of September”, “1er septembre”."""
    return _fill(wording.day_and_month, _date_places(wording, day))


def listed(wording: Wording, items: Sequence[object]) -> str:
    """Several things as a sentence names them: “Lyon, Wien and Dakar”."""
    words = [str(item) for item in items]
    return wording.last_comma.join([part for part in (wording.comma.join(words[:-1]), *words[-1:]) if part])


def _date_places(wording: Wording, day: date) -> dict[str, str]:
    number = wording.days.get(day.day, wording.other_days).replace("{day}", str(day.day))
    return {"day": number, "month": wording.months[day.month - 1], "year": str(day.year)}


def _fill(pattern: str, places: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: places[match[1]], pattern)


# ---------------------------------------------------------------- salutations


def salutation(wording: Wording, contact: Contact) -> str:
    """How a letter to this person begins: the first pattern of the person's gender whose places can all be filled."""
    if not (contact.person.strip() or contact.title.strip() or contact.gender):
        return wording.fallback
    places = _salutation_places(wording, contact)
    for pattern in wording.salutations[_gender(wording, contact)]:
        if all(places.get(place) for place in _PLACE.findall(pattern)):
            return _fill(pattern, places)
    return wording.fallback


def _gender(wording: Wording, contact: Contact) -> str:
    if contact.gender in ("f", "m"):
        return contact.gender
    woman = any(name in wording.women for name in _readings(wording, contact.title))
    return "f" if woman else "any"


def _salutation_places(wording: Wording, contact: Contact) -> dict[str, str]:
    person, title = contact.person.strip(), contact.title.strip()
    office = next((wording.offices[name] for name in _readings(wording, title) if name in wording.offices), None)
    if office is None:
        return {"person": person, "title": title}
    common = office.f if office.f == office.m else ""
    own = {"f": office.f, "m": office.m, "any": common}[_gender(wording, contact)]
    return {"person": person, "office": own, "office_f": office.f, "office_m": office.m}


def _readings(wording: Wording, title: str) -> Iterator[str]:
    """A title as it stands, then without what follows the office: “Mayor of Grigny” is a mayor."""
    plain = _plain(title)
    yield plain
    for end in reversed([match.start() for match in wording.office_end.finditer(plain)]):
        yield plain[:end]


# ---------------------------------------------------------------- what fills a template


def letter_values(
    *,
    settings: Settings,
    invitee: Invitee,
    contact: Contact,
    wording: Wording,
    reference: str,
    written_on: date,
    deadline: date,
) -> dict[str, object]:
    """The values that fill the places of a letter; JSON keeps them, so a queued letter can be made again."""
    return {
        "salutation": salutation(wording, contact),
        "date": long_date(wording, written_on),
        "deadline": day_and_month(wording, deadline),
        "deadline_long": long_date(wording, deadline),
        "invitee": {
            "id": invitee.id,
            "name": invitee.name,
            "country": invitee.country,
            "kind": invitee.kind.value,
        },
        "contact": _contact_values(contact),
        "campaign": _campaign_values(settings, wording),
        "sender": {"name": settings.sender.name, "address": settings.sender.address},
        "reference": reference,
    }


def _contact_values(contact: Contact) -> dict[str, object]:
    return {
        "person": contact.person,
        "title": contact.title,
        "gender": contact.gender,
        "email": contact.email,
        "language": contact.language,
        "notes": contact.notes,
        "extra": dict(contact.extra),
    }


def _campaign_values(settings: Settings, wording: Wording) -> dict[str, object]:
    campaign = settings.campaign
    return {
        "id": campaign.id,
        "name": campaign.name,
        "committee_url": campaign.committee_url,
        "target": None if campaign.target is None else _target_values(campaign.target, wording),
    }


def _target_values(target: Target, wording: Wording) -> dict[str, object]:
    return {"name": target.name, "date": long_date(wording, target.date), "goal": target.goal}
