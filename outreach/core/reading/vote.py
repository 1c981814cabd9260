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
from outreach.languages.scores import Votes, weighed

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
    parts = [(meaning_traits(heard), word_traits(heard)) for heard in mail]
    known = [(table.known(meanings), table.known(words)) for meanings, words in parts]
    each = tuple(
        votes.sentence.shares(
            weighed(known_meanings, meanings) + weighed(known_words, words) + table.weigh_words(heard.words, letters)
        )
        for heard, (meanings, words), (known_meanings, known_words) in zip(mail, parts, known, strict=True)
    )
    own = mail_traits(mail)
    meant = weighed(_together([table.known(own), *(one for one, _ in known)]), own.union(*(one for one, _ in parts)))
    words = weighed(_together([one for _, one in known]), frozenset[str]().union(*(one for _, one in parts)))
    spelled = table.weigh_words(frozenset[str]().union(*(heard.words for heard in mail)), letters)
    whole = meant + words + spelled
    return Ballot(
        votes.mail.shares(whole, summary(votes.sentence.kinds, each)),
        each,
        votes.meanings.shares(meant),
        votes.flags.chances(whole),
    )


def _together(some: Sequence[dict[str, int]]) -> dict[str, int]:
    """The known traits of all sentences, each once."""
    return {trait: weights for one in some for trait, weights in one.items()}


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    largest = [max(one[kind] for one in each) for kind in kinds]
    last = [each[-1][kind] for kind in kinds]
    any_ = [1 - math.prod(1 - one[kind] for one in each) for kind in kinds]
    return (*largest, *last, *any_)
