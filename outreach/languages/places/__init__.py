"""What is known of places in all languages: spellings of cities, regions, words of offices, parts of mail domains."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

Phrases = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The two files beside this one; words are in plain form."""

    cities: tuple[tuple[str, tuple[str, ...]], ...]  # (country, spellings)
    connecting: frozenset[str]
    begins_names: frozenset[str]
    belongs: frozenset[str]
    not_of_a_place: Phrases
    extending: frozenset[str]
    before_another: frozenset[str]
    behind_another: frozenset[str]
    office_before: Mapping[tuple[str, ...], str]  # its kind: city, metropolis, province, region, association
    office_behind: Mapping[tuple[str, ...], str]
    town_halls: frozenset[str]  # words of offices, and of those who speak for them
    names_follow: frozenset[str]  # offices behind which a name follows without “of”
    needs_of: Phrases  # those behind which a name follows over “of” only
    genitives: Mapping[str, tuple[str, ...]]  # endings of a name before the word of an office
    other_before: Phrases
    other_behind: frozenset[str]
    passing: frozenset[str]
    directly: frozenset[str]
    near: frozenset[str]
    heard: frozenset[str]
    that: frozenset[str]
    behalf: Phrases
    behalf_seconds: frozenset[str]  # the second word of each
    domain_words: frozenset[str]
    domain_glued: tuple[str, ...]  # longest first
    domain_kinds: Mapping[str, str]


@lru_cache(maxsize=1)
def load_places() -> Places:
    """Reads cities.tsv and offices.toml."""
    folder = files(__package__)
    rows = (folder / "cities.tsv").read_text("utf-8").splitlines()
    cities = tuple(
        (country, tuple(names.split("|")))
        for country, _, names in (row.partition("\t") for row in rows if not row.startswith("#"))
    )
    return _places(cities, tomllib.loads((folder / "offices.toml").read_text("utf-8")))


@lru_cache(maxsize=1)
def load_regions() -> Mapping[str, tuple[str, ...]]:
    """Names of states and regions by their country; a few are a town's or another country's too."""
    rows = (files(__package__) / "regions.tsv").read_text("utf-8").splitlines()
    named = (row.partition("\t") for row in rows if not row.startswith("#"))
    return {country: tuple(names.split("|")) for country, _, names in named}


def _places(cities: tuple[tuple[str, tuple[str, ...]], ...], data: Mapping[str, Any]) -> Places:
    passing, domain, other = data["passing"], data["domain"], data["other"]
    return Places(
        cities=cities,
        connecting=_words(data["connecting"]),
        begins_names=_words(data["begins_names"]),
        belongs=_words(data["belongs"]),
        not_of_a_place=_phrases(data["not_of_a_place"]),
        extending=_words(data["extending"]),
        before_another=_words(data["before_another"]),
        behind_another=_words(data["behind_another"]),
        office_before=_kinds(data["before"]),
        office_behind=_kinds(data["behind"]),
        town_halls=frozenset(
            word for table in (data["before"], data["behind"]) for phrase in _kinds(table) for word in phrase
        )
        - _words(data["connecting"]),
        names_follow=_words(data["names_follow"]),
        needs_of=_phrases(data["needs_of"]),
        genitives={office: tuple(endings.split()) for office, endings in data["genitive"].items()},
        other_before=_phrases(other["before"]),
        other_behind=_words(other["behind"]),
        passing=_words(passing["words"]),
        directly=_words(passing["directly"]),
        near=_words(passing["near"]),
        heard=_words(passing["heard"]),
        that=_words(passing["that"]),
        behalf=_phrases(passing["behalf"]),
        behalf_seconds=frozenset(word for _, word, *_ in filter(lambda one: len(one) > 1, _phrases(passing["behalf"]))),
        domain_words=_words(domain["words"]),
        domain_glued=tuple(sorted(_words(domain["glued"]), key=lambda word: (-len(word), word))),
        domain_kinds={word: kind for kind in ("city", "province", "region") for word in domain[kind].split()},
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> Phrases:
    return frozenset(tuple(word.split("-")) for word in text.split())


def _kinds(table: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    return {phrase: kind for kind, text in table.items() for phrase in _phrases(text)}
