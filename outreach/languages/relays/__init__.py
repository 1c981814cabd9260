"""What relays answer when they refuse a letter, and whose fault it is, as the table beside this file says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class RelayAnswer:
    """One row of relays.toml; an empty pattern fits everything."""

    who: str
    stage: re.Pattern[str]
    codes: re.Pattern[str]
    status: re.Pattern[str]
    words: re.Pattern[str]
    means: str  # account, letter, contact, passing
    said: tuple[str, ...]  # the verb, the code, and real words


@lru_cache(maxsize=1)
def load_relay_answers() -> tuple[RelayAnswer, ...]:
    """Reads the file beside this one, in its order."""
    data = tomllib.loads((files(__package__) / "relays.toml").read_text("utf-8"))
    return tuple(map(_answer, data["answer"]))


def _answer(row: Mapping[str, Any]) -> RelayAnswer:
    stage, codes, status = (re.compile(row.get(name, ".*")) for name in ("stage", "codes", "status"))
    words = re.compile("|".join(row.get("words", ())), re.IGNORECASE)
    return RelayAnswer(row["who"], stage, codes, status, words, row["means"], tuple(row["said"]))
