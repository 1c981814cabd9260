"""The statistical witness: linear models over readable traits, trained by benchmarks/learn.py.

The first says what a single sentence does, the second what the mail as a whole says. Both are multinomial logistic
regressions over traits such as “run not join” or “fr:en attent”, so that every vote can be explained by words.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.traits import Heard, mail_traits, sentence_traits
from outreach.languages import Scores, Votes

NOTHING = "none"  # what a sentence does that carries no position


@dataclass(frozen=True, slots=True)
class Ballot:
    """The vote on a mail: the share of each kind, and the shares for each sentence; each adds up to 1."""

    mail: Mapping[str, float]
    sentences: tuple[Mapping[str, float], ...]

    @property
    def kind(self) -> str:
        """The kind with the largest share."""
        return max(self.mail, key=lambda kind: self.mail[kind])

    def clearest(self, kind: str) -> int:
        """The sentence that says a kind most clearly; -1 for none."""
        return max(range(len(self.sentences)), key=lambda at: self.sentences[at].get(kind, 0.0), default=-1)


def cast(mail: Sequence[Heard], votes: Votes) -> Ballot:
    """The vote on a mail."""
    each = tuple(shares(votes.sentence, sentence_traits(heard)) for heard in mail)
    return Ballot(shares(votes.mail, mail_traits(mail), summary(votes.sentence.kinds, each)), each)


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    largest = [max(one[kind] for one in each) for kind in kinds]
    last = [each[-1][kind] for kind in kinds]
    any_ = [1 - math.prod(1 - one[kind] for one in each) for kind in kinds]
    return (*largest, *last, *any_)


def shares(scores: Scores, traits: Collection[str], more: Sequence[float] = ()) -> dict[str, float]:
    """Softmax over the kinds. A trait weighs less among many, known or not: what is new makes the vote less sure."""
    known = [weights for trait in traits if (weights := scores.weights.get(trait)) is not None]
    scale = 1 / math.sqrt(len(traits) + 1)
    columns = map(sum, zip(*known, strict=True)) if known else (0.0 for _ in scores.kinds)
    extra = _extra(more, scores)
    sums = [bias + scale * column + add for bias, column, add in zip(scores.bias, columns, extra, strict=True)]
    top = max(sums)
    powers = [math.exp(one - top) for one in sums]
    whole = sum(powers)
    return {kind: power / whole for kind, power in zip(scores.kinds, powers, strict=True)}


def _extra(more: Sequence[float], scores: Scores) -> list[float]:
    if not more:
        return [0.0] * len(scores.kinds)
    return [
        sum(value * weight for value, weight in zip(more, column, strict=True))
        for column in zip(*scores.more, strict=True)
    ]
