"""Weighs a mail: what the vote says, how far it leads, and what speaks against letting a machine decide.

The vote suggests a kind and by how much that leads over the next (the logarithm of how many times likelier it is). A
kind needs a lead of its own to be decided. Each doubt raises it: words in the decisive sentence that often turn it
round, a sentence that says something else, no sentence that says it by itself, no word that testifies to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from outreach.core.reading.meaning.traits import Heard
from outreach.core.reading.meaning.vote import NOTHING, Ballot
from outreach.languages.scores import Scores, Votes
from outreach.model import Evidence, ReadingKind

K = ReadingKind
NEVER = math.inf  # a doubt that no lead outweighs
CLEARLY, PLAINLY, ALONE = 0.95, 0.8, 0.4  # shares with which the clearest sentence may say it by itself
HARDLY = 0.2  # the share below which no sentence says a yes
OTHERWISE = 0.35  # the share with which another sentence speaks against it
SHORT = 4  # words of a sentence that denies and says no more, or says yes by no word that we know
BRIEF = 8  # words of a sentence that is shown whole
CLAUSE_END = re.compile(r"[,;:](?=\s)|[()«»„“”\"¡¿—]|\s[–-]\s")  # within a sentence
MOST_LEAD = 12.0  # where the second has no share at all

# The lead that each kind needs; what is recorded wrongly most harmfully also has most doubts below. These and the next
# are measured on authors who were left out of the training: docs/reading.md, “How it is measured”.
SURE: Mapping[ReadingKind, float] = {
    K.CONFIRM: 5.3,
    K.DECLINE: 3.0,
    K.TENTATIVE: 4.5,
    K.QUESTION: 3.0,
    K.REDIRECT: 1.5,
    K.ACKNOWLEDGE: 1.5,
    K.WITHDRAW: 2.5,
    K.UNSUBSCRIBE: 3.0,
    K.UNRELATED: 3.5,
}
# What it costs where the clearest sentence says it less than clearly, less than plainly, not alone. A mail may sound
# like a yes or a no by its tone alone; the other kinds are often said in several sentences.
UNCLEAR: Mapping[ReadingKind, tuple[float, float, float]] = {
    K.CONFIRM: (1.2, 2.2, 2.4),
    K.DECLINE: (0.5, 2.0, 2.5),
    K.TENTATIVE: (0.0, 0.0, 0.0),
    K.QUESTION: (0.0, 0.5, 1.0),
    K.ACKNOWLEDGE: (0.0, 1.0, 1.0),
}
SELDOM_CLEAR = (0.0, 0.0, 1.5)  # of the others


@dataclass(frozen=True, slots=True)
class Turn:
    """What a meaning in the decisive sentence may turn round: how much lead that costs, and how it is told."""

    cost: float
    told: str


CONDITION, NEGATION = "a condition", "a negation"
TURNS: Mapping[ReadingKind, Mapping[str, Turn]] = {
    K.CONFIRM: {
        "refuse": Turn(NEVER, "a word of refusal"),
        "withdraw": Turn(NEVER, "a word of withdrawal"),
        "no": Turn(1.5, "a no"),
        "stop": Turn(1.5, "a wish to end something"),
        "event": Turn(1.5, "another event"),
        "genuine": Turn(1.0, "is it genuine?"),
        "business": Turn(1.0, "other business"),
        "pending": Turn(1.0, "something is pending"),
        "if": Turn(0.7, CONDITION),
        "lack": Turn(0.7, "something is lacking"),
        "not": Turn(1.5, NEGATION),
        "would": Turn(0.5, "would"),
        "must": Turn(0.5, "must"),
        "ask": Turn(0.3, "something is asked for"),
        "cost": Turn(0.3, "costs or duties"),
        "inform": Turn(0.3, "news to come"),
        "before": Turn(0.3, "something comes before"),
    },
    K.DECLINE: {"pending": Turn(1.0, "something is pending"), "event": Turn(1.0, "another event")},
    K.WITHDRAW: {"if": Turn(1.0, CONDITION), "noobjection": Turn(1.0, "no objection")},
    K.UNSUBSCRIBE: {"contact": Turn(0.5, "another contact")},
    K.TENTATIVE: {"ask": Turn(0.5, "something is asked for")},
    K.UNRELATED: {"campaign": Turn(1.0, "the campaign"), "join": Turn(1.0, "joining")},
}
WHO = frozenset({"we", "campaign", "mayor", "council", "but"})  # what may stand before a condition that comes first
STILL_OPEN = "pending"  # “if the list is still open” is no condition of theirs
HARMLESS = "noobjection"  # “nothing against it”: a “not” that says yes
DENIALS = frozenset({"not", "no"})
REGRETTING = frozenset({"we", "but", "regret"})  # what may stand beside a no that says no more
SIGNING = frozenset({"we", "mayor", "council", "responsible"})  # “Kind regards, Jane Doe, Mayor”: no more than these
JOINING = frozenset({"join", "list", "confirm"})
TO_JOIN = JOINING | {"campaign"}  # a no beside them is no “others declined”
STOPS = frozenset({"stop", "withdraw"})
DECIDING = frozenset({"council", "mayor"})  # what they refuse in a few words
OPEN, DECIDED = frozenset({"must", "pending"}), frozenset({"decide", "accept"})
WITHDRAWN_BESIDE, DENIED_BESIDE, TO_NOTHING = 2.0, 1.0, 0.3  # what words in other sentences cost a yes
TO_WHAT = frozenset({"join", "list", "confirm", "accept", "campaign"})
LONG = 25  # words of a mail in which a yes should say to what
OF_THE_MAYOR = 3.0  # what a sentence of the mayor costs beside a question
STOPPING = frozenset({K.WITHDRAW, K.UNSUBSCRIBE})
# Of kinds that differ by one word, the words: where one stands there and the vote passes over it, a person reads it.
ONE_WORD_APART: Mapping[tuple[ReadingKind, ReadingKind], frozenset[str]] = {
    (K.CONFIRM, K.DECLINE): DENIALS,
    (K.UNSUBSCRIBE, K.REDIRECT): frozenset({"contact"}),
    (K.WITHDRAW, K.CONFIRM): frozenset({"join"}),
}
# A yes needs a word for it.
TESTIFY: Mapping[ReadingKind, frozenset[str]] = {
    K.CONFIRM: frozenset({"join", "accept", "confirm", "list", "yes", "done", "campaign", "want"}),
}
NOBODY_TESTIFIES, HANGS_ON, DENIED = 0.3, 6.0, 3.0  # what these doubts cost
ASKED: Mapping[ReadingKind, float] = {K.CONFIRM: 3.0, K.WITHDRAW: NEVER}  # “may we withdraw later?”
CLEAR, UNLIKE = 1.0, 0.25  # the lead that it should have by its meanings alone; what it costs for each that is missing
AGAINST: Mapping[ReadingKind, frozenset[ReadingKind]] = {
    K.CONFIRM: frozenset({K.DECLINE, K.TENTATIVE, K.WITHDRAW, K.QUESTION, K.UNRELATED, K.UNSUBSCRIBE, K.REDIRECT}),
    K.DECLINE: frozenset({K.CONFIRM, K.TENTATIVE, K.WITHDRAW}),
    K.TENTATIVE: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW}),
    K.ACKNOWLEDGE: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW, K.TENTATIVE, K.REDIRECT, K.QUESTION, K.UNRELATED}),
    K.QUESTION: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW, K.TENTATIVE, K.UNRELATED}),
    K.REDIRECT: frozenset({K.CONFIRM, K.DECLINE, K.WITHDRAW, K.UNSUBSCRIBE}),
    K.WITHDRAW: frozenset({K.CONFIRM}),
    K.UNSUBSCRIBE: frozenset({K.CONFIRM, K.DECLINE, K.REDIRECT}),
    K.UNRELATED: frozenset(set(SURE) - {K.UNRELATED}),
}
SURELY = 0.6  # the share with which a yes beside a wish to stop, or such a wish beside a yes, is for a person
FAINTLY = 0.1  # the share of a no in a sentence that denies joining and says yes all the same
CONTRADICTED = 0.5  # what a sentence costs that surely speaks against it


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against deciding, the words that show it, and the lead that it costs."""

    evidence: Evidence
    cost: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text says, how far that leads, the words that say so, and what speaks against deciding."""

    kind: ReadingKind
    lead: float
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...]
    decisive: Heard | None = None  # the sentence that says it most clearly

    @property
    def sure(self) -> bool:
        """Whether the text alone is enough to decide."""
        return self.lead >= SURE.get(self.kind, math.inf) + sum(doubt.cost for doubt in self.doubts)

    def doubting(self, *doubts: Doubt) -> Verdict:
        """The same verdict with further doubts."""
        return replace(self, doubts=(*self.doubts, *doubts)) if doubts else self


def weigh(mail: Sequence[Heard], ballot: Ballot, votes: Votes) -> Verdict:
    """The verdict on a mail."""
    kind = ReadingKind(ballot.kind)
    decisive = ballot.clearest(kind)
    return Verdict(
        kind,
        lead(ballot.mail, kind),
        tuple(_evidence(mail, ballot, kind, votes)),
        (
            *_doubts_within(mail[decisive], ballot.sentences[decisive], kind),
            *_doubts_elsewhere(mail, ballot, kind),
            *_doubts_of_meanings(mail[decisive], ballot.meanings, kind),
        ),
        mail[decisive],
    )


def lead(shares: Mapping[str, float], kind: str) -> float:
    """The logarithm of how many times likelier a kind is than the likeliest of the others; negative if it is less."""
    best = max(share for other, share in shares.items() if other != kind)
    if not best:
        return MOST_LEAD
    return max(min(math.log(shares[kind] / best), MOST_LEAD), -MOST_LEAD) if shares[kind] else -MOST_LEAD


def _doubts_within(decisive: Heard, shares: Mapping[str, float], kind: ReadingKind) -> Iterator[Doubt]:
    """What the decisive sentence itself holds against it."""
    said = decisive.sentence.text.strip()
    names = {one.name for one in decisive.meanings}
    turns = TURNS.get(kind, {})
    for name in sorted(names & set(turns)):
        if not (name in DENIALS and HARMLESS in names):
            words = next(decisive.written(one.places) for one in decisive.meanings if one.name == name)
            yield _doubt(turns[name].told, words, turns[name].cost)
    if kind in TESTIFY and not names & TESTIFY[kind]:
        yield _doubt("no word testifies to it", said, NEVER if decisive.size <= SHORT else NOBODY_TESTIFIES)
    if cost := _unclear(kind, shares.get(kind, 0.0)):
        alone = "no sentence says it alone" if shares.get(kind, 0.0) < ALONE else "no sentence says it clearly"
        yield _doubt(alone, said, cost)
    if kind is K.CONFIRM and _hangs_on(decisive):
        yield _doubt("it hangs on a condition", said, HANGS_ON)
    if kind is K.CONFIRM and _denies_joining(decisive) and shares.get(K.DECLINE, 0.0) >= FAINTLY:
        yield _doubt("joining is denied", said, DENIED)
    if kind is K.DECLINE and _declines_another_thing(decisive):
        yield _doubt("joining", said, NEVER)
    if kind in STOPPING and _keeps_on(decisive):
        yield _doubt(NEGATION, said, NEVER)
    if kind in ASKED and decisive.sentence.asks:
        yield _doubt("it is asked", said, ASKED[kind])


def _unclear(kind: ReadingKind, share: float) -> float:
    """What it costs that the clearest sentence says a kind with this share alone."""
    if kind is K.CONFIRM and share < HARDLY:
        return NEVER
    costs = UNCLEAR.get(kind, SELDOM_CLEAR)
    return next((costs[at] for at, most in ((2, ALONE), (1, PLAINLY), (0, CLEARLY)) if share < most), 0.0)


def _hangs_on(decisive: Heard) -> bool:
    """Whether a sentence begins with a condition: “if the council approves it, we shall join”."""
    names = [name for name in decisive.names if name not in WHO]
    return names[:1] == ["if"] and STILL_OPEN not in names


def _denies_joining(heard: Heard) -> bool:
    """Whether a denial stands right before the last word for joining: “it is not thought fit that the city join”."""
    names = [name for name in heard.names if name not in WHO]
    last = max((at for at, name in enumerate(names) if name in JOINING), default=0)
    return last > 0 and names[last - 1] in DENIALS and HARMLESS not in names


def _declines_another_thing(decisive: Heard) -> bool:
    """“We cannot come to the congress, but we join the campaign”, “we cannot come, but join”."""
    names = decisive.names
    both = "event" in names and not TO_JOIN.isdisjoint(names)
    behind = names[len(names) - names[::-1].index("but") :] if "but" in names else ()
    otherwise = not JOINING.isdisjoint(behind) and (DENIALS | {"refuse"}).isdisjoint(behind)
    return both or otherwise


def _keeps_on(decisive: Heard) -> bool:
    """Whether stopping itself is denied: “please do not remove us”, “we never asked to be removed”."""
    names = decisive.names
    return any(name in DENIALS and STOPS & set(names[at + 1 : at + 3]) for at, name in enumerate(names))


def _doubts_of_meanings(decisive: Heard, shares: Mapping[str, float], kind: ReadingKind) -> Iterator[Doubt]:
    """Where the meanings of the words, without the words themselves, do not say the same clearly."""
    ahead = lead(shares, kind)
    if ahead < CLEAR:
        other = max((one for one in shares if one != kind), key=lambda one: shares[one])
        apart = _holds(decisive, ONE_WORD_APART.get((kind, K(other)), frozenset())) and not _takes_back(decisive, kind)
        cost = NEVER if apart else UNLIKE * (CLEAR - ahead)
        yield _doubt(f"its words may also mean {other.replace('_', ' ')}", decisive.sentence.text.strip(), cost)


def _takes_back(heard: Heard, kind: ReadingKind) -> bool:
    """Whether a withdrawal says so in a word of its own: “we withdraw our adhesion”."""
    return kind is K.WITHDRAW and "withdraw" in heard.names


def _holds(heard: Heard, names: frozenset[str]) -> bool:
    return not names.isdisjoint(heard.names) and HARMLESS not in heard.names


def _doubts_elsewhere(mail: Sequence[Heard], ballot: Ballot, kind: ReadingKind) -> Iterator[Doubt]:
    """The sentences that say something else most clearly, one for each other kind."""
    for other in sorted(AGAINST.get(kind, ())):
        at = ballot.clearest(other)
        share = ballot.sentences[at].get(other, 0.0)
        if share >= OTHERWISE:
            yes_or_stop = {kind, other} & {K.CONFIRM} and {kind, other} & STOPPING and share >= SURELY
            said_no = kind is K.CONFIRM and other is K.DECLINE and "no" in mail[at].names
            cost = NEVER if yes_or_stop or said_no else CONTRADICTED * share
            yield _doubt(other.value.replace("_", " "), mail[at].sentence.text.strip(), cost)
    if kind is K.CONFIRM:
        yield from _doubts_beside_a_yes(mail, mail[ballot.clearest(kind)])
    if kind is K.UNSUBSCRIBE:
        gone = [one for one in mail if "left" in one.names]  # “she has retired; delete her and write to me”
        yield from (_doubt("somebody has left", one.sentence.text.strip(), NEVER) for one in gone[:1])
    if kind is K.QUESTION:
        done = [one for one in mail if _is_of_the_mayor(one)]
        yield from (_doubt("what the mayor says", one.sentence.text.strip(), OF_THE_MAYOR) for one in done[:1])


def _doubts_beside_a_yes(mail: Sequence[Heard], decisive: Heard) -> Iterator[Doubt]:
    """What other sentences than the decisive one hold against a yes."""
    last = next((one for one in reversed(mail) if not SIGNING.issuperset(one.names)), mail[-1])
    for one in mail:
        said = one.sentence.text.strip()
        if _is_short_no(one) or (one is last and _ends_in_a_no(one)):
            yield _doubt("a short no", said, NEVER)
        elif one is not decisive:
            yield from (_doubt(told, said, cost) for told, cost in _against_a_yes(one))
    if TO_WHAT.isdisjoint(decisive.names) and sum(one.size for one in mail) > LONG:
        yield _doubt("a yes to what?", decisive.sentence.text.strip(), TO_NOTHING)


def _against_a_yes(heard: Heard) -> Iterator[tuple[str, float]]:
    """“So Northam does not join”; “what is left is its approval in the second reading, on the 28th”."""
    names = frozenset(heard.names)
    if names & OPEN and names & DECIDED and "later" in names:
        yield "something is pending", NEVER
    if "withdraw" in names:
        yield "a word of withdrawal", WITHDRAWN_BESIDE
    if HARMLESS not in names and names & {"no", "refuse"}:
        ours = not names.isdisjoint(TO_JOIN) or (heard.size <= BRIEF and "refuse" in names and names & DECIDING)
        yield "a no", NEVER if ours else DENIED_BESIDE


def _is_of_the_mayor(heard: Heard) -> bool:
    """“The mayor said that he passes. May we keep the poster?” says more than it asks."""
    return "mayor" in heard.names and "ask" not in heard.names and not heard.sentence.asks


def _is_short_no(heard: Heard) -> bool:
    """“The neighbours have joined. We have not.”: too few words for the vote, and the answer all the same."""
    return (
        heard.size <= BRIEF
        and _holds(heard, DENIALS)
        and "we" in heard.names
        and set(heard.names) <= DENIALS | DECIDING | {"we", "but"}
    )


def _ends_in_a_no(heard: Heard) -> bool:
    """“Sign us up. Not.”, “Count us in. On second thought, no.”, “We join. The council refused this morning.”."""
    names = frozenset(heard.names)
    if heard.sentence.asks or HARMLESS in names:
        return False
    alone = not names.isdisjoint(DENIALS) and names <= DENIALS | REGRETTING
    at_the_end = not DENIALS.isdisjoint(heard.names[-1:])  # “After a look at the budget, no.”
    return heard.size <= BRIEF and (alone or at_the_end or "refuse" in names)


def _doubt(told: str, words: str, cost: float) -> Doubt:
    return Doubt(Evidence(f"doubt: {told}", words), cost)


def _evidence(mail: Sequence[Heard], ballot: Ballot, kind: ReadingKind, votes: Votes) -> Iterator[Evidence]:
    """The passages that say it, the clearest first."""
    ranked = sorted(range(len(mail)), key=lambda at: -ballot.sentences[at].get(kind, 0.0))
    for at in ranked[:3]:
        shares = ballot.sentences[at]
        if at == ranked[0] or (shares.get(kind, 0.0) >= ALONE and shares.get(NOTHING, 0.0) < ALONE):
            yield Evidence(kind.value, passage(mail[at], kind, votes))


def passage(heard: Heard, kind: str, votes: Votes) -> str:
    """The clauses of a sentence from the first to the last that speaks for a kind, or denies; all of a short one."""
    if kind not in votes.sentence.kinds or heard.size <= BRIEF:
        return heard.sentence.text.strip()
    before = ("", *(one.name for one in heard.meanings))
    places = [
        place
        for last, one in zip(before, heard.meanings, strict=False)
        if _speaks(votes.sentence, one.name, kind) or (last in DENIALS and one.name in JOINING)
        for place in one.places
    ]
    return _clauses(heard, places) if places else heard.sentence.text.strip()


def _clauses(heard: Heard, places: Sequence[int]) -> str:
    """The clauses in which words stand, whole and as they are written: “cannot promise” alone does not say who."""
    text, spans = heard.sentence.text, heard.sentence.spans
    first, last = spans[min(places)][0], spans[max(places)][1]
    start = max((one.end() for one in CLAUSE_END.finditer(text, 0, first)), default=0)
    end = CLAUSE_END.search(text, last)
    return " ".join(text[start : end.start() if end else len(text)].split())


@lru_cache(maxsize=1 << 10)
def _speaks(scores: Scores, name: str, kind: str) -> bool:
    """Whether a meaning speaks for a kind by itself."""
    return scores.weight(name, kind) > 0
