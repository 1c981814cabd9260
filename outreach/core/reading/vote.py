"""The statistical witness: two linear models over traits that all languages share, trained by benchmarks/learn.py.

The first says what a single sentence does, the second what the mail as a whole says; both are multinomial logistic
regressions over few thousand readable traits such as “run not join”, so that every vote can be explained by words.
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
    each = tuple(_shares(votes.sentence, sentence_traits(heard), ()) for heard in mail)
    return Ballot(_shares(votes.mail, mail_traits(mail), summary(votes.sentence.kinds, each)), each)


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    largest = [max(one[kind] for one in each) for kind in kinds]
    last = [each[-1][kind] for kind in kinds]
    any_ = [1 - math.prod(1 - one[kind] for one in each) for kind in kinds]
    return (*largest, *last, *any_)


def _shares(scores: Scores, traits: Collection[str], more: Sequence[float]) -> dict[str, float]:
    """Softmax over the kinds; traits are scaled to length 1, as in training."""
    known = [weights for trait in traits if (weights := scores.weights.get(trait)) is not None]
    scale = 1 / math.sqrt(len(known)) if known else 0.0
    sums = []
    for at, bias in enumerate(scores.bias):
        extra = sum(value * weights[at] for value, weights in zip(more, scores.more, strict=True)) if more else 0.0
        sums.append(bias + scale * sum(weights[at] for weights in known) + extra)
    top = max(sums)
    powers = [math.exp(one - top) for one in sums]
    whole = sum(powers)
    return {kind: power / whole for kind, power in zip(scores.kinds, powers, strict=True)}


def witnesses(heard: Heard, kind: str, votes: Votes, most: int = 3) -> tuple[str, ...]:
    """The words of a sentence that speak most for a kind, as they stand there."""
    at = votes.sentence.kinds.index(kind) if kind in votes.sentence.kinds else -1
    if at < 0:
        return ()
    weighed = []
    for meaning in heard.meanings:
        weights = votes.sentence.weights.get(meaning.name)
        if weights is not None and weights[at] > 0:
            weighed.append((weights[at], meaning))
    weighed.sort(key=lambda pair: -pair[0])
    return tuple(dict.fromkeys(f"{one.name}: {written(heard, one.places)}" for _, one in weighed))[:most]


def written(heard: Heard, places: Sequence[int]) -> str:
    """Words of a sentence as they stand in the mail."""
    text, spans = heard.sentence.text, heard.sentence.spans
    return " ".join(text[slice(*spans[place])] for place in places)
