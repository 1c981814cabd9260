"""The statistical witnesses: linear models over readable traits, trained by benchmarks/learn.py.

Three vote: on what a single sentence does, on what the mail says by its words, their letters and their meanings, and on
what it says by the meanings alone; a fourth tells its flags. All are logistic regressions (one kind against all others)
over traits such as “run not join”, “fr:en attent” or “~confi”, so that every vote can be explained by words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.traits import Heard, letters, mail_traits, meaning_traits, word_traits
from outreach.languages.scores import Trait, Votes

NOTHING = "none"  # what a sentence does that carries no position


@dataclass(frozen=True, slots=True)
class Ballot:
    """The votes on a mail: the share of each kind, for the mail, by its meanings alone, and for each sentence."""

    mail: Mapping[str, float]
    sentences: tuple[Mapping[str, float], ...]
    meanings: Mapping[str, float]
    flags: Mapping[str, float]  # the chance of each

    @property
    def kind(self) -> str:
        """The kind with the largest share."""
        return max(self.mail, key=lambda kind: self.mail[kind])

    def clearest(self, kind: str) -> int:
        """The sentence that says a kind most clearly; -1 for none."""
        return max(range(len(self.sentences)), key=lambda at: self.sentences[at].get(kind, 0.0), default=-1)


def cast(mail: Sequence[Heard], votes: Votes) -> Ballot:
    """The votes on a mail and on each of its sentences; the same trait in two sentences counts once for the mail."""
    table = votes.sentence.table
    meanings, words = [meaning_traits(one) for one in mail], [word_traits(one) for one in mail]
    each = tuple(
        [
            votes.sentence.shares(table.weigh(one) + table.weigh(two) + table.weigh_words(heard.words, letters))
            for heard, one, two in zip(mail, meanings, words, strict=True)
        ]
    )
    meant = table.weigh(mail_traits(mail).union(*meanings))
    spelled = table.weigh_words(frozenset[str]().union(*[heard.words for heard in mail]), letters)
    whole = meant + table.weigh(frozenset[Trait]().union(*words)) + spelled
    return Ballot(
        votes.mail.shares(whole, summary(votes.sentence.kinds, each)),
        each,
        votes.meanings.shares(meant),
        votes.flags.chances(whole),
    )


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    shares = [[one[kind] for one in each] for kind in kinds]
    any_ = [1 - math.prod([1 - one for one in some]) for some in shares]
    return (*map(max, shares), *[some[-1] for some in shares], *any_)
