"""What is known of languages: one TOML file each, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """One language: the phrases by what they say, its commonest words, its months."""

    code: str
    name: str
    common: frozenset[str]  # words by which it is known, without accents
    months: Mapping[str, int]  # without accents
    month_first: bool
    phrases: Mapping[str, tuple[str, ...]]  # by what they say, such as "confirm"
    suggests_only: bool  # a person decides what it says


@dataclass(frozen=True, slots=True)
class Languages:
    """Every language that is known."""

    all: tuple[Language, ...]

    def get(self, code: str | None) -> Language | None:
        """The language with a code."""
        return next((one for one in self.all if one.code == code), None)


@lru_cache(maxsize=1)
def load_languages() -> Languages:
    """Reads every file beside this one."""
    found = sorted(
        (one for one in files(__package__).iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    return Languages(
        tuple(_language(one.name.removesuffix(".toml"), tomllib.loads(one.read_text("utf-8"))) for one in found)
    )


def _language(code: str, data: Mapping[str, Any]) -> Language:
    return Language(
        code=code,
        name=data["name"],
        common=frozenset(data["common"].split()),
        months={name: number for number, names in enumerate(data.get("months", ()), 1) for name in names.split()},
        month_first=data.get("month_first", False),
        phrases={kind: tuple(phrases) for kind, phrases in data.get("says", {}).items()},
        suggests_only=data.get("suggests_only", False),
    )
