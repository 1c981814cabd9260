"""The weights of the vote: linear models over readable traits, and the file that keeps them.

The file, gzipped, is one line of JSON that describes it, then for each table its traits, one a line, and their weights:
a number of 32 bits for each lane, in hundredths, raised by `RAISE` so that none is negative.
"""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import dist, exp, hypot, sqrt
from operator import mul
from typing import Any

from outreach.languages.remembering import Remembered

LANE = 4  # bytes of one weight
BITS = 8 * LANE
RAISE = 1 << 14
UNIT = 100  # of one whole

# One word, or several parted by blanks, or letters of a word that may begin or end with a blank.
Trait = str
# Traits weighed together: their weights side by side, and behind these how many are known, and how many there are. So
# two of them are added as any two numbers are.
Sum = int


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The weights of traits. Those of one trait stand side by side in one whole number: one addition adds them all."""

    lanes: int  # weights of a trait
    weights: Mapping[Trait, int]

    def weigh(self, traits: Collection[Trait]) -> Sum:
        """Traits weighed together; those that are not known weigh nothing."""
        known = list(filter(None, map(self.weights.get, traits)))
        return sum(known) + ((len(known) + (len(traits) << BITS)) << BITS * self.lanes)

    def of_words(self, parts: Callable[[str], Collection[Trait]]) -> Remembered[Sum]:
        """What words weigh by their parts, of which some come twice in a word, and count twice."""
        return _of_words(self, parts)

    def sums(self, total: Sum, first: int, some: int) -> tuple[int, ...]:
        """The sums as they stand in some lanes, from the first one wanted; how many traits are known; how many all."""
        return _lanes(first, some, self.lanes).unpack(total.to_bytes(LANE * (self.lanes + 2), "little"))


@lru_cache(maxsize=16)
def _lanes(first: int, some: int, lanes: int) -> struct.Struct:
    return struct.Struct(f"<{LANE * first}x{some}I{LANE * (lanes - first - some)}xII")


@lru_cache(maxsize=16)
def _of_words(table: Table, parts: Callable[[str], Collection[Trait]]) -> Remembered[Sum]:
    return Remembered(lambda word: table.weigh(parts(word)))


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A linear model: for each kind a bias, a lane of a table, and a weight for each further value."""

    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    table: Table
    first: int = 0  # the lane of the first kind
    more: tuple[tuple[float, ...], ...] = ()  # for each kind the weight of each further value

    def weight(self, trait: Trait, kind: str) -> float:
        """The weight of one trait for one kind."""
        raised = self.table.weights.get(trait, 0) >> BITS * (self.first + self.kinds.index(kind)) & (1 << BITS) - 1
        return (raised - RAISE) / UNIT if trait in self.table.weights else 0.0

    def shares(self, total: Sum, more: Sequence[float] = ()) -> dict[str, float]:
        """The share of each kind, adding up to 1: a softmax.

        Args:
            total: The traits, weighed. Each weighs less among many, known or not: what is new makes a vote less sure.
            more: The further values.
        """
        *sums, _, traits = self.table.sums(total, self.first, len(self.bias))
        most, scale = max(sums), 1 / (UNIT * sqrt(traits + 1))
        powers = [exp(scale * (one - most) + bias) for bias, one in zip(self.bias, sums)]  # noqa: B905  as many as lanes
        if more:
            powers = list(map(mul, powers, self._raised_by(more)))
        whole = sum(powers)
        return {kind: power / whole for kind, power in zip(self.kinds, powers)}  # noqa: B905  as many as lanes

    def _raised_by(self, more: Sequence[float]) -> list[float]:
        """What further values make of each share, all of them times the same.

        Two rows are multiplied by their distance, for that is measured in one step: (a-b)² = a² + b² - 2ab, where a² is
        the same for all.
        """
        return [exp((hypot(*row) ** 2 - dist(more, row) ** 2) / 2) for row in self.more]

    def chances(self, total: Sum) -> dict[str, float]:
        """The chance of each kind where several may hold."""
        return {kind: 1.0 / (1.0 + exp(-one)) for kind, one in zip(self.kinds, self.totals(total))}  # noqa: B905  likewise

    def totals(self, total: Sum) -> list[float]:
        """What speaks for each kind, as logarithms of which only the differences count."""
        *sums, known, traits = self.table.sums(total, self.first, len(self.bias))
        scale = 1 / (UNIT * sqrt(traits + 1))
        raised = scale * (known * RAISE)
        return [scale * one - raised + bias for bias, one in zip(self.bias, sums)]  # noqa: B905  as many as lanes


@dataclass(frozen=True, slots=True)
class Votes:
    """The models of core/reading/meaning/vote.py, which share a table, and that of tongue.py."""

    sentence: Scores
    mail: Scores
    meanings: Scores
    flags: Scores
    tongue: Scores


# ---------------------------------------------------------------- the file


def read_votes(packed: bytes) -> Votes:
    """The models as `pack` writes them."""
    header, _, rest = gzip.decompress(packed).partition(b"\n")
    described = json.loads(header)
    tables, at, view, once = [], 0, memoryview(rest), dict[int, int]()  # each number is kept once
    for lanes, length in described["tables"]:
        traits = str(view[at : at + length], "utf-8").split("\n") if length else []
        width, at = LANE * lanes, at + length
        end = at + width * len(traits)
        weights = [int.from_bytes(view[place : place + width], "little") for place in range(at, end, width)]
        tables.append(Table(lanes, dict(zip(traits, map(once.setdefault, weights, weights), strict=True))))
        at = end
    return Votes(*(_scores(one, tables) for one in described["models"]))


def _scores(described: Mapping[str, Any], tables: Sequence[Table]) -> Scores:
    return Scores(
        tuple(described["kinds"]),
        tuple(described["bias"]),
        tables[described["table"]],
        described["first"],
        tuple(zip(*described["more"], strict=True)),
    )


def pack(votes: Votes) -> bytes:
    """The file's bytes, the same for the same models."""
    models = (votes.sentence, votes.mail, votes.meanings, votes.flags, votes.tongue)
    tables = list(dict.fromkeys(one.table for one in models))
    parts, sizes = [], []
    for table in tables:
        order = sorted(table.weights)
        traits = "\n".join(order).encode()
        parts += [traits, *(table.weights[one].to_bytes(LANE * table.lanes, "little") for one in order)]
        sizes.append((table.lanes, len(traits)))
    described = [
        {
            "kinds": one.kinds,
            "bias": one.bias,
            "table": tables.index(one.table),
            "first": one.first,
            "more": [*zip(*one.more, strict=True)],
        }
        for one in models
    ]
    header = json.dumps({"tables": sizes, "models": described}).encode()
    return gzip.compress(b"\n".join((header, b"".join(parts))), mtime=0)


def side_by_side(weights: Sequence[float]) -> int:
    """The weights of one trait as one number."""
    raised = [min(max(round(one * UNIT) + RAISE, 0), 2 * RAISE) for one in weights]
    return int.from_bytes(struct.pack(f"<{len(raised)}I", *raised), "little")
