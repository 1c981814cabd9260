"""Weighs what the phrases testify: one small place that knows negation, conditions, questions and other events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from outreach.core.reading.phrases import Sentence, find
from outreach.languages import Language
from outreach.model import Evidence, ReadingKind

K = ReadingKind
# The kinds that phrases speak of, the weightiest first: what is listed earlier wins a suggestion.
KINDS = (
    K.WITHDRAW,
    K.UNSUBSCRIBE,
    K.DECLINE,
    K.TENTATIVE,
    K.CONFIRM,
    K.REDIRECT,
    K.QUESTION,
    K.ACKNOWLEDGE,
    K.UNRELATED,
)
SHORT = 40  # words
BRIEF = 25  # words that need not say what they answer
BARE = 6  # words of a sentence in which one word is the answer
POSITIONS = frozenset({K.CONFIRM, K.DECLINE, K.TENTATIVE, K.WITHDRAW, K.UNSUBSCRIBE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a text says, whether that is sure, and the words that say so."""

    kind: ReadingKind
    decided: bool
    evidence: tuple[Evidence, ...]
    asks: bool
    conditional: bool
    other_event: bool


@dataclass(frozen=True, slots=True)
class _Testimony:
    kind: ReadingKind
    words: str
    doubtful: bool  # negated, conditional, reversed, or of another event: it cannot decide


def weigh(sentences: tuple[Sentence, ...], languages: tuple[Language, ...]) -> Verdict:
    """The verdict over all sentences, heard in each of the languages."""
    heard = [testimony for sentence in sentences for language in languages for testimony in _hear(sentence, language)]
    by_kind: dict[ReadingKind, list[_Testimony]] = defaultdict(list)
    for testimony in heard:
        by_kind[testimony.kind].append(testimony)
    asks = any(sentence.asks for sentence in sentences)
    reversed_ = any(_says("reversal", s, languages) for s in sentences)
    events = any(_says("other_event", s, languages) for s in sentences)
    about_campaign = any(_says("campaign", s, languages) for s in sentences)
    kind, sure = _judge(by_kind, asks=asks, reversed_=reversed_, elsewhere=events and not about_campaign)
    words = sum(len(sentence.starts) for sentence in sentences)
    if kind is K.CONFIRM and words > BRIEF and not about_campaign:
        sure = False  # a yes, but to what?
    if kind not in POSITIONS and words > SHORT:
        sure = False  # in a longer text a position may be hidden that no phrase knows
    unique = tuple(dict.fromkeys(Evidence(kind.value, one.words) for one in by_kind[kind]))[:5]
    conditional = any(one.doubtful for one in by_kind[kind])
    return Verdict(kind, sure, unique, asks, conditional, events)


def _says(what: str, sentence: Sentence, languages: tuple[Language, ...]) -> bool:
    return any(True for language in languages for _ in find(language.phrases.get(what, ()), sentence))


def _hear(sentence: Sentence, language: Language) -> list[_Testimony]:
    one = (language,)
    negated = _says("negation", sentence, one)
    conditional = _says("condition", sentence, one) or sentence.asks
    reversed_ = _says("reversal", sentence, one)
    found = []
    for kind in KINDS:
        words = max(find(language.phrases.get(kind.value, ()), sentence), key=len, default="")
        if not words:
            continue
        doubtful = conditional or reversed_
        if kind is K.CONFIRM:
            doubtful = doubtful or negated or _is_something_else(words, sentence, one)
        found.append(_Testimony(kind, words, doubtful))
    return found


def _is_something_else(words: str, sentence: Sentence, one: tuple[Language, ...]) -> bool:
    """A yes to another event, a receipt that “confirms”, or a bare “confirm” among many words."""
    bare = len(words.split()) == 1 and len(sentence.starts) > BARE
    return bare or _says("other_event", sentence, one) or _says("received", sentence, one)


def _judge(
    by_kind: dict[ReadingKind, list[_Testimony]], *, asks: bool, reversed_: bool, elsewhere: bool
) -> tuple[ReadingKind, bool]:
    """The kind, and whether it is sure: only where its own testimony is free of doubt and nothing speaks against it."""
    present = {kind for kind, found in by_kind.items() if found}
    clear = {kind for kind, found in by_kind.items() if any(not one.doubtful for one in found)}
    if K.WITHDRAW in present or K.UNSUBSCRIBE in present:
        kind = K.WITHDRAW if K.WITHDRAW in present else K.UNSUBSCRIBE
        return kind, kind in clear and K.TENTATIVE not in present and not asks
    if K.DECLINE in present:
        kind = K.TENTATIVE if K.TENTATIVE in present else K.DECLINE
        return kind, kind is K.DECLINE and K.CONFIRM not in clear and not asks
    if K.CONFIRM in clear and not elsewhere:
        return K.CONFIRM, not present & {K.TENTATIVE, K.UNRELATED} and not reversed_
    if K.TENTATIVE in present:
        return K.TENTATIVE, not present & {K.CONFIRM, K.REDIRECT} and not asks
    if K.CONFIRM in present and K.REDIRECT not in present:
        return (K.UNRELATED if elsewhere else K.CONFIRM), False
    return _no_position(present, clear, asks=asks, reversed_=reversed_, elsewhere=elsewhere)


def _no_position(
    present: set[ReadingKind], clear: set[ReadingKind], *, asks: bool, reversed_: bool, elsewhere: bool
) -> tuple[ReadingKind, bool]:
    """The kind of a mail that takes no position of its own."""
    if K.REDIRECT in present:
        return K.REDIRECT, K.REDIRECT in clear and not present & {K.CONFIRM, K.ACKNOWLEDGE} and not asks
    if K.QUESTION in present or asks:
        return K.QUESTION, asks and K.ACKNOWLEDGE not in present and K.UNRELATED not in present and not elsewhere
    if K.ACKNOWLEDGE in present:
        return K.ACKNOWLEDGE, K.ACKNOWLEDGE in clear and not reversed_ and K.UNRELATED not in present
    if K.UNRELATED in present or elsewhere:
        return K.UNRELATED, False
    return K.UNCLEAR, False
