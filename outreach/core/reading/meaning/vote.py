"""The statistical witnesses: linear models over readable traits, trained by benchmarks/learn.py.

Three vote: on what a single sentence does, on what the mail says by its words, their letters and their meanings, and on
what it says by the meanings alone; a fourth tells its flags. All are logistic regressions (one kind against all others)
over traits such as “run not join”, “fr:en attent” or “~confi”, so that every vote can be explained by words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.meaning.traits import Heard, letters, mail_traits, meaning_traits, word_traits
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
        shares = [one.get(kind, 0.0) for one in self.sentences]
        return shares.index(max(shares)) if shares else -1

    def without(self, kind: str) -> Ballot:
        """The same votes, had nobody voted for a kind."""
        each = tuple(_less(one, kind) for one in self.sentences)
        return Ballot(_less(self.mail, kind), each, _less(self.meanings, kind), self.flags)


def _less(shares: Mapping[str, float], kind: str) -> dict[str, float]:
    rest = 1 - shares.get(kind, 0.0)
    return {one: share / rest if rest else share for one, share in shares.items() if one != kind}


def cast(mail: Sequence[Heard], votes: Votes) -> Ballot:
    """The votes on a mail and on each of its sentences; the same trait in two sentences counts once for the mail."""
    table = votes.sentence.table
    spelled = table.of_words(letters)
    traits, words, meant = set[Trait](), set[str](), set(mail_traits(mail))
    whole, each = table.weigh(meant), []
    for one in mail:
        meanings, said = meaning_traits(one), frozenset(one.sentence.plain)
        own = meanings | word_traits(one)
        total = table.weigh(own) + sum(map(spelled.__getitem__, said))
        each.append(votes.sentence.shares(total))
        whole += total
        if traits:
            whole -= table.weigh(traits & own) + sum(map(spelled.__getitem__, words & said))
        traits |= own
        words |= said
        meant |= meanings
    return Ballot(
        votes.mail.shares(whole, summary(votes.sentence.kinds, each)),
        tuple(each),
        votes.meanings.shares(table.weigh(meant)),
        votes.flags.chances(whole),
    )


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    shares = [[one[kind] for one in each] for kind in kinds]
    any_ = [1 - math.prod([1 - one for one in some]) for some in shares]
    return (*map(max, shares), *[some[-1] for some in shares], *any_)
