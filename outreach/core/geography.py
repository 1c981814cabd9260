"""Countries and their time zones."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from outreach.languages.places import load_regions
from outreach.languages.remembering import Remembered
from outreach.languages.spelling import plain, western_words
from outreach.model import Contact

# Where a country has several zones: the one in which most of its people live.
PRINCIPAL_ZONE = {
    "AQ": "Antarctica/McMurdo", "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago",
    "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil",
    "ES": "Europe/Madrid", "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa", "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "UM": "Pacific/Wake", "US": "America/New_York", "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh", "AX": "Europe/Mariehamn", "IN": "Asia/Kolkata", "MM": "Asia/Yangon",
    "XK": "Europe/Belgrade",
}  # fmt: skip
FALLBACK = "UTC"


@lru_cache(maxsize=512)
def country_zone(country: str) -> str:
    """The time zone in which most people of a country live."""
    if country in PRINCIPAL_ZONE:
        return PRINCIPAL_ZONE[country]
    return next((str(zone) for zone in get_global("territory_zones").get(country, ()) if _is_known(zone)), FALLBACK)


def _is_known(zone: str) -> bool:
    """Whether this machine has the zone: asked of one, for to list them all takes as long as to send fifty letters."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def time_zone(contact: Contact, country: str) -> str:
    """The time zone in which a contact is written to: its own, or its country's."""
    return contact.timezone or country_zone(country)


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """The English name of every country by its ISO 3166 alpha-2 code."""
    names = Locale("en").territories
    return {code: str(name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NOT}  # noqa: PLR2004


_NOT = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "fr", "es", "ca", "pt", "it", "de", "nl"):
        for code, name in Locale(language).territories.items():
            if code in countries():
                found.setdefault(str(name).casefold(), code)
    return found


def code_of(name: str) -> str | None:
    """The code of a country whose name somebody typed, or of the nearest name; None for none."""
    names = _codes_by_name()
    wanted = name.strip().casefold()
    if wanted in names:
        return names[wanted]
    near = get_close_matches(wanted, names, 1, 0.8)
    return names[near[0]] if near else None


# Top-level domains that anybody takes, though they are a country's.
_ANYBODYS = frozenset({"ai", "am", "cc", "co", "fm", "gg", "im", "io", "la", "ly", "me", "nu", "st", "to", "tv", "ws"})


def code_of_domain(address: str) -> str:
    """The country of an address's top-level domain; "" where it tells none."""
    top = address.rpartition(".")[2].upper()
    if top.lower() in _ANYBODYS:
        return ""
    return {"UK": "GB", "GOV": "US"}.get(top, top if top in countries() else "")


@lru_cache(maxsize=2048)
def is_spoken(language: str, country: str) -> bool:
    """Whether a language is an official one of a country, or of a part of it."""
    return language in get_official_languages(country, regional=True, de_facto=True)


@lru_cache(maxsize=1)
def _codes_by_words() -> dict[tuple[str, ...], str]:
    """Names of countries, and of their states and regions, by which towns of one name are told apart."""
    names = {tuple(plain(name).split()): code for name, code in _codes_by_name().items() if len(name) > 3}  # noqa: PLR2004
    return {tuple(plain(name).split()): code for code, some in load_regions().items() for name in some} | names


def is_country(name: str, code: str) -> bool:
    """Whether a name is that of a country, in any of several languages."""
    return _codes_by_name().get(name.casefold()) == code


def country_named(text: str) -> set[str]:
    """The codes of the countries that a text names, in any of several languages."""
    by_words = _codes_by_words()
    firsts = _first_words()
    words = list(chain.from_iterable(map(_words.__getitem__, western_words(text) or text.split())))
    if firsts.isdisjoint(words):
        return set()
    return {
        code
        for at, word in enumerate(words)
        if word in firsts
        for length in (1, 2, 3)
        if (code := by_words.get(tuple(words[at : at + length])))
    }


_words: Remembered[tuple[str, ...]] = Remembered(lambda piece: tuple(plain(piece).split()))


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return frozenset(words[0] for words in _codes_by_words() if words)
