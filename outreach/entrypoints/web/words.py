"""The page's words in the languages of the secretariat: catalogues, and the words for what the log knows."""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from unicodedata import bidirectional

from outreach.model import LetterKind, LetterState, ReadingKind, State

FOLDER = Path(__file__).parent / "locale"
LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français", "es": "Español", "ca": "Català"}
LOCALES: Mapping[str, str] = {"en": "en_GB", "fr": "fr", "es": "es", "ca": "ca"}  # dates and numbers


def mark(message: str) -> str:
    """Marks a message for the catalogues, where it is not said yet."""
    return message


OWN_LOCALE = mark("en_GB")  # every catalogue names its own, for words that Babel knows
BETWEEN = mark("; ")  # parts of a sentence; French has a space before it


STATES: Mapping[State, str] = {
    State.ENROLLED: mark("enrolled"),
    State.INVITED: mark("invited"),
    State.CONFIRMED: mark("confirmed"),
    State.DECLINED: mark("declined"),
    State.TENTATIVE: mark("not decided yet"),
    State.IN_TALKS: mark("in talks"),
    State.WITHDRAWN: mark("withdrawn"),
    State.UNREACHABLE: mark("unreachable"),
    State.UNSUBSCRIBED: mark("wants no letters"),
}
READINGS: Mapping[ReadingKind, str] = {
    ReadingKind.CONFIRM: mark("says yes"),
    ReadingKind.DECLINE: mark("says no"),
    ReadingKind.TENTATIVE: mark("has not decided yet"),
    ReadingKind.QUESTION: mark("asks something"),
    ReadingKind.REDIRECT: mark("names another person"),
    ReadingKind.ACKNOWLEDGE: mark("has received it"),
    ReadingKind.AUTO_REPLY: mark("automatic reply"),
    ReadingKind.BOUNCE: mark("could not be delivered"),
    ReadingKind.WITHDRAW: mark("takes back its yes"),
    ReadingKind.UNSUBSCRIBE: mark("wants no more letters"),
    ReadingKind.UNRELATED: mark("is about something else"),
    ReadingKind.UNCLEAR: mark("is not clear"),
}
LETTERS: Mapping[LetterKind, str] = {
    LetterKind.INVITATION: mark("invitation"),
    LetterKind.REMINDER: mark("reminder"),
    LetterKind.THANKS: mark("thanks"),
    LetterKind.REGRETS: mark("reply to a no"),
}
LETTER_STATES: Mapping[LetterState, str] = {
    LetterState.READY: mark("ready"),
    LetterState.CLAIMED: mark("about to leave"),
    LetterState.HANDING_OVER: mark("leaving"),
    LetterState.ACCEPTED: mark("sent"),
    LetterState.DEFERRED: mark("tried again later"),
    LetterState.REFUSED: mark("refused"),
    LetterState.IN_DOUBT: mark("in doubt"),
    LetterState.WITHHELD: mark("not sent"),
}
# What a person can say of a mail, as short as a button.
CHOICES: Mapping[str, str] = {
    State.CONFIRMED: mark("Yes"),
    State.DECLINED: mark("No"),
    State.TENTATIVE: mark("Undecided"),
    State.IN_TALKS: mark("Question"),
    State.INVITED: mark("Only received"),
    State.WITHDRAWN: mark("Withdraws"),
    State.UNSUBSCRIBED: mark("No letters"),
    State.UNREACHABLE: mark("Unreachable"),
    "settle": mark("Nothing to decide"),
}

# The log: what comes next for an invitee.
NEXT: Mapping[str, str] = {
    "invite": mark("invitation"),
    "remind": mark("reminder"),
    "acknowledge": mark("thanks"),
    "wait": mark("wait for the new letter"),
    "review": mark("review its answer"),
    "answer": mark("answer its question"),
    "find_address": mark("find another address"),
    "none": mark("nothing"),
}

ROLES: Mapping[str, str] = {
    "reader": mark("reader"),
    "reviewer": mark("reviewer"),
    "sender": mark("sender"),
    "admin": mark("admin"),
}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The words of a language; compiled from the .po file when first asked for."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415  only where a language is asked for
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with (FOLDER / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(4096)
def language_name(code: str, locale: str) -> str:
    """A language as one that is spoken calls it, such as “French”; a code that nobody knows stays."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(locale) or code
    except (UnknownLocaleError, ValueError):
        return code


def isolated(value: object) -> object:
    """A name that is written from the right; a sentence around it keeps its order (UAX 9, FSI and PDI)."""
    from_right = isinstance(value, str) and any(bidirectional(sign) in ("R", "AL") for sign in value)
    return f"\u2068{value}\u2069" if from_right else value


def choose_language(chosen: str, accepted: str) -> str:
    """The language that a person chose, else the first of Accept-Language that we speak, else English."""
    if chosen in LANGUAGES:
        return chosen
    return next((short for short in _by_wish(accepted) if short in LANGUAGES), "en")


def _by_wish(accepted: str) -> Iterable[str]:
    """The languages of an Accept-Language header, best first (RFC 9110 §12.5.4)."""
    wishes = []
    for part in accepted[:500].split(","):
        tag, _, parameters = part.partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        plain = weight.replace(".", "", 1).isdecimal()
        wishes.append((-float(weight) if plain else 0.0, tag.strip().lower().partition("-")[0]))
    return (short for weight, short in sorted(wishes, key=lambda wish: wish[0]) if weight)
