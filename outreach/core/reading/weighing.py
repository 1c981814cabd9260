"""Weighs a mail: what the vote says, and what must not stand against it for a machine to decide.

The vote suggests. It decides only where its share is high, one sentence says the same by itself in words that can be
shown, and no doubt is heard: a condition, a negation, a question, another event, another sentence that speaks otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from outreach.core.reading.traits import Heard
from outreach.core.reading.vote import NOTHING, Ballot
from outreach.languages.scores import Votes
from outreach.model import Evidence, ReadingKind

K = ReadingKind

# The share that a kind needs to be decided; what is recorded wrongly most harmfully needs most.
SURE: Mapping[str, float] = {
    K.CONFIRM: 0.80,
    K.DECLINE: 0.70,
    K.TENTATIVE: 0.70,
    K.QUESTION: 0.75,
    K.REDIRECT: 0.70,
    K.ACKNOWLEDGE: 0.75,
    K.WITHDRAW: 0.75,
    K.UNSUBSCRIBE: 0.75,
    K.UNRELATED: 0.80,
}
ALONE = 0.4  # the share with which the clearest sentence must say it by itself
OTHERWISE = 0.4  # the share with which another sentence speaks against it
# Meanings in the decisive sentence that a machine does not overrule, by kind.
DOUBTS: Mapping[str, frozenset[str]] = {
    K.CONFIRM: frozenset({"if", "refuse", "no", "not", "pending", "withdraw", "stop", "lack"}),
    K.DECLINE: frozenset({"noobjection", "pending"}),
    K.WITHDRAW: frozenset({"noobjection", "if"}),
}
HARMLESS = frozenset({"noobjection"})  # “nothing against it”: a “not” that says yes
AGAINST: Mapping[str, frozenset[str]] = {
    K.CONFIRM: frozenset({K.DECLINE, K.TENTATIVE, K.WITHDRAW, K.QUESTION, K.UNRELATED}),
    K.DECLINE: frozenset({K.CONFIRM, K.TENTATIVE}),
    K.TENTATIVE: frozenset({K.CONFIRM, K.DECLINE}),
    K.ACKNOWLEDGE: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW, K.TENTATIVE}),
    K.QUESTION: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW, K.TENTATIVE}),
    K.REDIRECT: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW}),
    K.WITHDRAW: frozenset({K.CONFIRM}),
    K.UNSUBSCRIBE: frozenset({K.CONFIRM, K.DECLINE}),
    K.UNRELATED: frozenset({K.CONFIRM, K.DECLINE, K.TENTATIVE, K.WITHDRAW}),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text says, how sure that is, the words that say so, and what speaks against deciding."""

    kind: ReadingKind
    share: float
    evidence: tuple[Evidence, ...]
    doubts: tuple[Evidence, ...]

    @property
    def sure(self) -> bool:
        """Whether the text alone is enough to decide."""
        return not self.doubts and self.share >= SURE.get(self.kind, 1.0)


def weigh(mail: Sequence[Heard], ballot: Ballot, votes: Votes) -> Verdict:
    """The verdict on a mail."""
    kind = ReadingKind(ballot.kind)
    at = ballot.clearest(kind)
    return Verdict(
        kind,
        ballot.mail[kind],
        tuple(_evidence(mail, ballot, kind, votes)),
        tuple(_doubts(mail, ballot, kind, at)),
    )


def _doubts(mail: Sequence[Heard], ballot: Ballot, kind: ReadingKind, at: int) -> Iterator[Evidence]:
    decisive = mail[at]
    if ballot.sentences[at].get(kind, 0.0) < ALONE:
        yield Evidence("doubt: no sentence says it alone", decisive.sentence.text.strip())
    names = {one.name for one in decisive.meanings}
    for one in decisive.meanings:
        if one.name in DOUBTS.get(kind, ()) and not names & HARMLESS:
            yield Evidence(f"doubt: {one.name}", decisive.written(one.places))
    if kind is K.CONFIRM and decisive.sentence.asks:
        yield Evidence("doubt: it is asked", decisive.sentence.text.strip())
    for heard, shares in zip(mail, ballot.sentences, strict=True):
        other = max(shares, key=lambda one: shares[one])
        if other in AGAINST.get(kind, ()) and shares[other] >= OTHERWISE:
            yield Evidence(f"doubt: {other}", heard.sentence.text.strip())


def _evidence(mail: Sequence[Heard], ballot: Ballot, kind: ReadingKind, votes: Votes) -> Iterator[Evidence]:
    """The passages that say it, the clearest first."""
    ranked = sorted(range(len(mail)), key=lambda at: -ballot.sentences[at].get(kind, 0.0))
    for at in ranked[:3]:
        shares = ballot.sentences[at]
        if at == ranked[0] or (shares.get(kind, 0.0) >= ALONE and shares.get(NOTHING, 0.0) < ALONE):
            yield Evidence(kind.value, passage(mail[at], kind, votes))


def passage(heard: Heard, kind: str, votes: Votes) -> str:
    """The words of a sentence from the first to the last that speak for a kind; all of a short sentence."""
    if kind not in votes.sentence.kinds or heard.size <= BRIEF:
        return heard.sentence.text.strip()
    places = [
        place
        for one in heard.meanings
        if votes.sentence.weight(one.name, kind) > 0
        for place in one.places
    ]
    return heard.written(range(min(places), max(places) + 1)) if places else heard.sentence.text.strip()


BRIEF = 8  # words of a sentence that is shown whole
