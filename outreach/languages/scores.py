"""The weights of the vote: linear models over readable traits, and the file that keeps them.

The file, gzipped, is one line of JSON that describes each model, then for each the traits, one a line, and their
weights: a number of 32 bits for each kind, in hundredths, raised by `RAISE` so that none is negative.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

    def sums(self, traits: Collection[str]) -> tuple[float, ...]:
        """The weights of traits, added up for each kind; those that are not known count nothing."""
        known = [one for one in map(self.weights.get, traits) if one is not None]
        return self.lanes(sum(known), len(known))

    def lanes(self, added: int, count: int) -> tuple[float, ...]:
        """The sum for each kind, from the sum of as many traits."""
        lanes = struct.unpack(f"<{len(self.kinds)}I", added.to_bytes(LANE * len(self.kinds), "little"))
        return tuple((one - count * RAISE) / UNIT for one in lanes)

    def weight(self, trait: str, kind: str) -> float:
        """The weight of one trait for one kind."""
        return self.sums((trait,))[self.kinds.index(kind)]


@dataclass(frozen=True, slots=True)
class Votes:
    """The models of core/reading/vote.py and tongue.py."""

    sentence: Scores
    mail: Scores
    tongue: Scores


def shares(scores: Scores, sums: Sequence[float], traits: int, more: Sequence[float] = ()) -> dict[str, float]:
    """The share of each kind, adding up to 1: a softmax.

    Args:
        scores: The model.
        sums: For each kind the weights of the traits.
        traits: How many there are, known or not. Each weighs less among many: what is new makes a vote less sure.
        more: The further values.
    """
    scale = 1 / math.sqrt(traits + 1)
    extra = (
        (sum(map(float.__mul__, more, column)) for column in zip(*scores.more, strict=True)) if more else repeat(0.0)
    )
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
