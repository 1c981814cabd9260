"""What is known of languages: one TOML file each, read once, beside the weights of the vote that they share."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from outreach.languages.scores import Votes, read_votes
from outreach.languages.spelling import plain_words


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language: the words by their meanings, phrases by what they say, its commonest words, its calendar."""

    code: str
    name: str
    common: frozenset[str]  # words by which it is known, in plain form
    months: Mapping[str, int]  # plain; `word~`: any word that begins so
    weekdays: Mapping[str, int]  # likewise; Monday is 1
    days: Mapping[str, int]  # of a month, where they are written in words
    month_first: bool | None  # 8/29; None: written either way
    phrases: Mapping[str, tuple[str, ...]]  # by what they say, such as "confirm"
    doubts: Mapping[str, tuple[str, ...]]  # phrases that keep a machine from deciding, by what they show
    suggests_only: bool  # a person decides what it says
    words: Mapping[str, str]  # by their meanings; how they are written: core/reading/meaning/vocabulary.py
    automatic: Mapping[str, tuple[str, ...]]  # phrases of automatic replies, by what they show


@dataclass(frozen=True, slots=True, eq=False)
class Languages:
    """Every language that is known."""

    all: tuple[Language, ...]
    votes: Votes
    by_code: Mapping[str, Language]

    def get(self, code: str | None) -> Language | None:
        """The language with a code."""
        return self.by_code.get(code or "")


@lru_cache(maxsize=1)
def load_languages() -> Languages:
    """Reads every file beside this one."""
    found = sorted(
        (one for one in files(__package__).iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    known = tuple(_language(one.name.removesuffix(".toml"), tomllib.loads(one.read_text("utf-8"))) for one in found)
    votes = read_votes((files(__package__) / "votes.gz").read_bytes())
    return Languages(known, votes, {one.code: one for one in known})


def _language(code: str, data: Mapping[str, Any]) -> Language:
    return Language(
        code=code,
        name=data["name"],
        common=frozenset(plain_words(data["common"])),
        months=_numbered(data.get("months", ())),
        weekdays=_numbered(data.get("weekdays", ())),
        days=_numbered(data.get("days", ())),
        month_first=None if data.get("month_first") == "either" else data.get("month_first", False),
        phrases={kind: tuple(phrases) for kind, phrases in data.get("says", {}).items()},
        doubts={what: tuple(phrases) for what, phrases in data.get("doubts", {}).items()},
        suggests_only=data.get("suggests_only", False),
        words=data.get("words", {}),
        automatic={what: tuple(phrases) for what, phrases in data.get("automatic", {}).items()},
    )


def _numbered(rows: Iterable[str]) -> dict[str, int]:
    """Names by their number: one row a number, several names a row, `vingt_deux` being two words."""
    return {
        " ".join(plain_words(name)) + ("~" if name.endswith("~") else ""): number
        for number, names in enumerate(rows, 1)
        for name in names.split()
    }
