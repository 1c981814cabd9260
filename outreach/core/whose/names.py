"""Names of places in a form in which their spellings compare equal, with and without “City of”."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from outreach.languages.places import Places
from outreach.languages.spelling import plain, without_strokes

Words = tuple[str, ...]

WORD = re.compile(r"[^\W_]+")
_ON_KEYBOARDS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_SAINTS = {"saint": "st", "sankt": "st", "sint": "st", "sainte": "ste"}
_PARTS = re.compile(r"\s*[(),/]\s*|\s+[-–]\s+")
_KEPT = frozenset({"la", "le", "los", "las", "el", "den", "l"})  # they can belong to the name
_ARTICLES = frozenset({"l", "s", "d"})  # L'Hospitalet, 's-Gravenhage
# Articles that a word before them swallows: Le Mans, “Ville du Mans”; L'Aquila, “Comune dell'Aquila”.
MERGED: Mapping[str, Words] = {
    "le": ("du", "au"),
    "les": ("des", "aux"),
    "el": ("del", "al"),
    "il": ("del", "al"),
    "lo": ("dello",),
    "la": ("della", "dalla"),
    "l": ("dell", "dall"),
    "o": ("do", "ao"),
    "a": ("da",),
    "os": ("dos",),
    "as": ("das",),
}
MERGING = frozenset(word for words in MERGED.values() for word in words)
_NONE: frozenset[Words] = frozenset()
SHORTEST = 2  # letters of a name
LONGEST = 8  # words of a name


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """One word without accents and case; “Saint” and “Sankt” as “St”."""
    simple = word.lower() if word.isascii() else plain(without_strokes(word)).replace(" ", "")
    return _SAINTS.get(simple, simple)


def words_of(text: str) -> Words:
    """The words of a text, folded."""
    if text.isascii():
        return tuple([_SAINTS.get(word, word) for word in WORD.findall(text.lower())])
    return tuple(fold(word) for word in WORD.findall(text))


def person_key(name: str) -> str:
    """A person's name, if it has two words at least."""
    words = words_of(name)
    return "".join(words) if len(words) > 1 else ""


@dataclass(frozen=True, slots=True)
class Spellings:
    """The forms of a place's name: those that are its name, and those that are a beginning of it."""

    full: frozenset[Words]
    short: frozenset[Words]


class Namer:
    """Knows the spellings of the cities of the world, and what stands before a place's name."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[str, str], list[Words]] = {}
        for country, names in places.cities:
            forms = [form for name in names for form in _written(name)]
            forms += [form[1:] for form in forms if len(form) > 1 and form[0] in _ARTICLES]
            for form in forms:
                self._known.setdefault((country, "".join(form)), []).extend(forms)

    def spellings(self, name: str, country: str) -> Spellings:
        """Every form under which a place of this name is looked up."""
        full = set(_written(name))
        short: set[Words] = set()
        if _PARTS.search(name):
            full.update(form for part in _PARTS.split(name)[:3] for form in _written(part))
        for form in _several(full):
            bare, connected = self.without_office(form)
            (full if connected else short).add(bare)
        full.update([form[1:] for form in _several(full) if form[0] in _ARTICLES])
        full.update(self._spelled(_written(name), country) or self._spelled(full, country))
        full.update([(word, *form[1:]) for form in _several(full) for word in MERGED.get(form[0], ())])
        for form in _several(full):
            short.update(self._beginnings(form))
        return Spellings(_long_enough(full), _long_enough(short - full) if short else _NONE)

    def _spelled(self, forms: Iterable[Words], country: str) -> set[Words]:
        """The spellings of a city of one of these forms; “Frankfurt (Oder)” is none of those of Frankfurt."""
        return {known for form in tuple(forms) for known in self._known.get((country, "".join(form)), ())}

    def without_office(self, form: Words) -> tuple[Words, bool]:
        """A name without “City of” before it, and whether a word such as “of” stood between."""
        rest = form
        while rest and self._office_length(rest):
            rest = rest[self._office_length(rest) :]
            before = rest
            while rest and rest[0] in self._places.connecting and rest[0] not in _KEPT:
                rest = rest[1:]
        if not rest or rest == form:
            return form, True
        return rest, rest != before or form[0] not in self._places.begins_names

    def _office_length(self, words: Words) -> int:
        offices = self._places.office_before
        return next((length for length in (3, 2, 1) if words[:length] in offices and len(words) > length), 0)

    def _beginnings(self, form: Words) -> Iterator[Words]:
        """“Freiburg” of Freiburg im Breisgau, “Castelló” of Castelló de la Plana, “Quezon” of Quezon City."""
        for at in range(1, len(form)):
            if form[at] in self._places.connecting or form[at] in ("city", "upon", "sur", "sous"):
                if form[:at] not in self._places.office_before:
                    yield form[:at]
                return


def _written(name: str) -> Iterator[Words]:
    words = words_of(name)
    if not words:
        return
    yield words
    if not name.isascii() and (keyboard := words_of(name.translate(_ON_KEYBOARDS))) != words:
        yield keyboard


def _several(forms: Iterable[Words]) -> list[Words]:
    return [form for form in forms if len(form) > 1]


def _long_enough(forms: Iterable[Words]) -> frozenset[Words]:
    return frozenset(
        form for form in forms if len(form) <= LONGEST and (len("".join(form)) >= SHORTEST or not form[0].isascii())
    )
