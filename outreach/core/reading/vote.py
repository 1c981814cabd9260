"""The statistical witness: linear models over readable traits, trained by benchmarks/learn.py.

The first says what a single sentence does, the second what the mail as a whole says. Both are logistic
regressions (one kind against all others) over traits such as “run not join”, “fr:en attent” or “~confi”, so that every
vote can be explained by words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.traits import Heard, letters, mail_traits, sentence_traits
from outreach.languages.scores import Votes, weighed

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
    """The vote on a mail and on each of its sentences; the same trait in two sentences counts once for the mail."""
    table = votes.sentence.table
    traits = [sentence_traits(heard) for heard in mail]
    known = [table.known(some) for some in traits]
    each = tuple(
        votes.sentence.shares(weighed(one, some) + table.weigh_words(heard.words, letters))
        for heard, some, one in zip(mail, traits, known, strict=True)
    )
    own = mail_traits(mail)
    together = table.known(own)
    for one in known:
        together |= one
    words = frozenset[str]().union(*(heard.words for heard in mail))
    whole = weighed(together, own.union(*traits)) + table.weigh_words(words, letters)
    return Ballot(votes.mail.shares(whole, summary(votes.sentence.kinds, each)), each)


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    largest = [max(one[kind] for one in each) for kind in kinds]
    last = [each[-1][kind] for kind in kinds]
    any_ = [1 - math.prod(1 - one[kind] for one in each) for kind in kinds]
    return (*largest, *last, *any_)
