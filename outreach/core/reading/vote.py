"""The statistical witness: linear models over readable traits, trained by benchmarks/learn.py.

The first says what a single sentence does, the second what the mail as a whole says. Both are logistic
regressions (one kind against all others) over traits such as “run not join”, “fr:en attent” or “~confi”, so that every
vote can be explained by words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.traits import Heard, both_traits, letters, mail_alone, sentence_alone
from outreach.languages.scores import Scores, Votes, shares, weigh_traits, weigh_words

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
    common = [both_traits(heard) for heard in mail]
    words = [frozenset(heard.sentence.words.split()) for heard in mail]
    each = tuple(
        _shares(votes.sentence, sentence_alone(heard).union(shared), own)
        for heard, shared, own in zip(mail, common, words, strict=True)
    )
    whole, all_words = mail_alone(mail).union(*common), frozenset().union(*words)
    return Ballot(_shares(votes.mail, whole, all_words, summary(votes.sentence.kinds, each)), each)


def _shares(
    scores: Scores, traits: frozenset[str], words: frozenset[str], more: Sequence[float] = ()
) -> dict[str, float]:
    return shares(scores, weigh_traits(scores, traits) + weigh_words(scores, words, letters), more)


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    largest = [max(one[kind] for one in each) for kind in kinds]
    last = [each[-1][kind] for kind in kinds]
    any_ = [1 - math.prod(1 - one[kind] for one in each) for kind in kinds]
    return (*largest, *last, *any_)
