"""The weights of the vote: linear models over readable traits, and the file that keeps them.

The file, gzipped, is one line of JSON that describes each model, then for each the traits, one a line, and their
weights: a number of 32 bits for each kind, in hundredths, raised by `RAISE` so that none is negative.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

LANE = 4  # bytes of one weight
RAISE = 1 << 14
UNIT = 100  # of one whole


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A linear model: for each kind a bias, and a weight for each trait and for each further value.

    The weights of a trait stand side by side in one whole number, so that one addition adds those of all kinds.
    """

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, int]
    more: tuple[tuple[float, ...], ...] = ()

    def add(self, traits: Iterable[str]) -> tuple[int, int]:
        """The weights of traits, added up side by side, and of how many; those that are not known count nothing."""
        known = [one for one in map(self.weights.get, traits) if one is not None]
        return sum(known), len(known)

    def lanes(self, added: int, count: int) -> tuple[float, ...]:
        """The sum for each kind, from the sum of as many traits."""
        lanes = struct.unpack(f"<{len(self.kinds)}I", added.to_bytes(LANE * len(self.kinds), "little"))
        raised = count * RAISE
        return tuple([(one - raised) / UNIT for one in lanes])

    def weight(self, trait: str, kind: str) -> float:
        """The weight of one trait for one kind."""
        return self.lanes(*self.add((trait,)))[self.kinds.index(kind)]


@dataclass(frozen=True, slots=True)
class Votes:
    """The models of core/reading/vote.py and tongue.py."""

    sentence: Scores
    mail: Scores
    tongue: Scores


@dataclass(frozen=True, slots=True)
class Sum:
    """Traits weighed together: their weights side by side, how many are known, and how many there are."""

    added: int
    known: int
    traits: int

    def __add__(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(self.added + other.added, self.known + other.known, self.traits + other.traits)


def weigh_traits(scores: Scores, traits: Collection[str]) -> Sum:
    """Traits weighed together."""
    return Sum(*scores.add(traits), len(traits))


def weigh_words(scores: Scores, words: Iterable[str], parts: Callable[[str], tuple[str, ...]]) -> Sum:
    """Words weighed by their parts, each word once; what a word weighs is remembered."""
    weighed = [_weigh_word(word, scores, parts) for word in words]
    return Sum(*map(sum, zip(*weighed, strict=True))) if weighed else Sum(0, 0, 0)


@lru_cache(maxsize=1 << 16)
def _weigh_word(word: str, scores: Scores, parts: Callable[[str], tuple[str, ...]]) -> tuple[int, int, int]:
    traits = parts(word)
    return (*scores.add(traits), len(traits))


def shares(scores: Scores, weighed: Sum, more: Sequence[float] = ()) -> dict[str, float]:
    """The share of each kind, adding up to 1: a softmax.

    Args:
        scores: The model.
        weighed: The traits; each weighs less among many, known or not: what is new makes a vote less sure.
        more: The further values.
    """
    scale = 1 / math.sqrt(weighed.traits + 1)
    extra = [sum(map(float.__mul__, more, column)) for column in zip(*scores.more, strict=True)] if more else repeat(0.0)
    sums = scores.lanes(weighed.added, weighed.known)
    totals = [bias + scale * one + add for bias, one, add in zip(scores.bias, sums, extra, strict=False)]
    top = max(totals)
    powers = [math.exp(one - top) for one in totals]
    whole = sum(powers)
    return {kind: power / whole for kind, power in zip(scores.kinds, powers, strict=True)}


# ---------------------------------------------------------------- the file


def read_votes(packed: bytes) -> Votes:
    """The models as `packed` writes them."""
    header, _, rest = gzip.decompress(packed).partition(b"\n")
    return Votes(*_models(json.loads(header), memoryview(rest)))


def _models(described: Sequence[Mapping[str, Any]], rest: memoryview) -> Iterator[Scores]:
    at = 0
    for one in described:
        traits = str(rest[at : at + one["traits"]], "utf-8").split("\n")
        at += one["traits"]
        width = LANE * len(one["kinds"])
        weights = {
            trait: int.from_bytes(rest[at + place * width : at + (place + 1) * width], "little")
            for place, trait in enumerate(traits)
        }
        at += width * len(traits)
        yield Scores(tuple(one["kinds"]), tuple(one["bias"]), weights, tuple(map(tuple, one["more"])))


def packed(votes: Votes) -> bytes:
    """The file's bytes, the same for the same models."""
    described, parts = [], []
    for scores in (votes.sentence, votes.mail, votes.tongue):
        order = sorted(scores.weights)
        traits = "\n".join(order).encode()
        width = LANE * len(scores.kinds)
        parts += [traits, *(scores.weights[one].to_bytes(width, "little") for one in order)]
        described.append(
            {"kinds": scores.kinds, "bias": scores.bias, "more": scores.more, "traits": len(traits)},
        )
    return gzip.compress(b"\n".join((json.dumps(described).encode(), b"".join(parts))), mtime=0)


def lanes_of(weights: Sequence[float]) -> int:
    """The weights of one trait as one number."""
    raised = [min(max(round(one * UNIT) + RAISE, 0), 2 * RAISE) for one in weights]
    return int.from_bytes(struct.pack(f"<{len(raised)}I", *raised), "little")
