"""The statistical witnesses: linear models over readable traits, trained by benchmarks/learn.py.

Three vote: on what a single sentence does, on what the mail says by its words, their letters and their meanings, and on
what it says by the meanings alone; a fourth tells its flags. All are logistic regressions (one kind against all others)
over traits such as “run not join”, “fr:en attent” or “~confi”, so that every vote can be explained by words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from outreach.core.reading.meaning.traits import Heard, letters, mail_traits, meaning_traits, word_traits
from outreach.frozen import made_often
from outreach.languages.scores import Sum, Table, Trait, Votes

NOTHING = "none"  # what a sentence does that carries no position


@made_often(frozen=True, slots=True)
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
    meant, used, words = set(mail_traits(mail)), set[Trait](), set[str]()
    meaning, wording, each = table.weigh(meant), 0, []
    for one in mail:
        meanings, phrases, said = meaning_traits(one), word_traits(one), frozenset(one.sentence.plain)
        own, spoken = _weighed(table, meanings), table.weigh(phrases) + sum(map(spelled.__getitem__, said))
        each.append(votes.sentence.shares(own + spoken))
        meaning += own - table.weigh(meanings & meant)
        wording += spoken
        if words:
            wording -= table.weigh(phrases & used) + sum(map(spelled.__getitem__, said & words))
        meant |= meanings
        used |= phrases
        words |= said
    return Ballot(
        votes.mail.shares(meaning + wording, summary(votes.sentence.kinds, each)),
        tuple(each),
        votes.meanings.shares(meaning),
        votes.flags.chances(meaning + wording),
    )


@lru_cache(maxsize=1 << 9)
def _weighed(table: Table, meanings: frozenset[Trait]) -> Sum:
    return table.weigh(meanings)


def summary(kinds: Sequence[str], each: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """What the sentences say together: for each kind the largest share, the last, and the chance of at least one."""
    if not each:
        return (0.0,) * (3 * len(kinds))
    shares = [tuple(one.values()) for one in each]
    none = [1.0 - share for share in shares[0]]
    for some in shares[1:]:
        none = [chance * (1.0 - share) for chance, share in zip(none, some, strict=True)]
    return (*map(max, zip(*shares, strict=True)), *shares[-1], *[1.0 - chance for chance in none])
