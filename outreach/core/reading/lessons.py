"""Lessons: what a person read in a sentence is a witness when the same sentence comes again.

A lesson suggests and never decides alone: it must agree with the machine's own reading, and nothing else in the mail
may speak against it. Sentences are the same where their plain words are, all of them, in their order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from outreach.core.reading.enclosures import ENCLOSED
from outreach.core.reading.meaning.weighing import AGAINST, NEVER, SURE, Doubt, Verdict
from outreach.core.reading.phrases import Sentence, sentences
from outreach.core.reading.text import struck
from outreach.core.reading.text.new_text import own_words
from outreach.model import Evidence, Reading, ReadingKind, State

Lessons = Mapping[str, frozenset[ReadingKind]]  # the plain words of a sentence -> what persons read in it

NO_LESSONS: Lessons = {}
LEAST = 3  # words of a sentence that is known again; a shorter one must be all that is written
TWICE = math.log(2)  # the lead that the machine itself must see in what a lesson lets it decide: twice as likely
READ_SO = "a person read it so"
READ_OTHERWISE = "doubt: persons read it differently"

# What a person's decision about a mail says of its words. “In talks” is a question, unless it was read as a redirect.
_TAUGHT = {
    State.CONFIRMED: ReadingKind.CONFIRM,
    State.DECLINED: ReadingKind.DECLINE,
    State.TENTATIVE: ReadingKind.TENTATIVE,
    State.IN_TALKS: ReadingKind.QUESTION,
    State.INVITED: ReadingKind.ACKNOWLEDGE,
    State.WITHDRAWN: ReadingKind.WITHDRAW,
    State.UNSUBSCRIBED: ReadingKind.UNSUBSCRIBE,
}
# Of these a person reads no position in words: a mail system wrote them.
_AUTOMATIC = frozenset({ReadingKind.BOUNCE, ReadingKind.AUTO_REPLY})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence, its plain words, and what a person read in it."""

    plain: str
    words: str
    kind: ReadingKind


def plain_sentence(sentence: Sentence) -> str:
    """The words of a sentence without case, accents and punctuation: what is compared."""
    return sentence.words.strip()


# ---------------------------------------------------------------- learning


def lesson_from(reading: Reading, state: State) -> Lesson | None:
    """What a person teaches who decides that a mail means a state; None where no sentence stands for it."""
    kind = _TAUGHT.get(state)
    enclosed = any(one.rule == ENCLOSED for one in reading.evidence)  # the words were read elsewhere
    if kind is None or reading.kind in _AUTOMATIC or enclosed:
        return None
    if state is State.IN_TALKS and reading.kind is ReadingKind.REDIRECT:
        kind = ReadingKind.REDIRECT
    sentence = _decisive(reading, kind)
    if sentence is None:
        return None
    return Lesson(plain_sentence(sentence), " ".join(sentence.text.split()), kind)


def _decisive(reading: Reading, kind: ReadingKind) -> Sentence | None:
    """The sentence that holds the words for this kind, else the first words of evidence, else the only sentence."""
    known = _comparable(sentences(struck.said(own_words(reading.new_text))))
    for words in _testimony(reading, kind):
        found = next((one for one in known if _holds(one, words)), None)
        if found is not None:
            return found
    return known[0] if len(known) == 1 else None


def _testimony(reading: Reading, kind: ReadingKind) -> Iterator[str]:
    """Words that may hold what was decided, the likeliest first; a doubt may have named them."""
    for rule in (kind.value, f"doubt: {kind.value}"):
        yield from (one.words for one in reading.evidence if one.rule == rule)
    yield from (one.words for one in reading.evidence[:1])


def _comparable(parts: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences that can be known again."""
    spoken = [one for one in parts if one.plain]
    return tuple(one for one in spoken if len(one.plain) >= LEAST or len(spoken) == 1)


# ---------------------------------------------------------------- heeding


def heed(verdict: Verdict, parts: Sequence[Sentence], lessons: Lessons) -> Verdict:
    """The machine's verdict, together with what persons read in the same sentences before."""
    if not lessons:
        return verdict
    known = [(one, lessons[key]) for one in _comparable(parts) if (key := plain_sentence(one)) in lessons]
    unclear = tuple(_doubt(READ_OTHERWISE, _shown(one)) for one, kinds in known if len(kinds) > 1)
    clear = [(one, next(iter(kinds))) for one, kinds in known if len(kinds) == 1]
    telling = [(one, kind) for one, kind in clear if _matters(verdict, one, kind)]
    kinds = {kind for _, kind in telling}
    learned = [one for one, _ in telling]
    if len(kinds) == 1 and not unclear and verdict.kind in kinds:
        return _agreed(verdict, learned)
    if len(kinds) == 1 and not unclear and _rests_on(verdict, learned):
        return _corrected(verdict, kinds.pop(), learned)
    against = tuple(_doubt(f"doubt: a person read {kind.value}", _shown(one)) for one, kind in telling)
    return verdict.doubting(*unclear, *against)


def _matters(verdict: Verdict, sentence: Sentence, kind: ReadingKind) -> bool:
    """Whether a lesson bears on the verdict: thanks beside a clear no say nothing about the no."""
    return kind is verdict.kind or kind in AGAINST.get(verdict.kind, ()) or _rests_on(verdict, [sentence])


def _rests_on(verdict: Verdict, learned: Sequence[Sentence]) -> bool:
    """Whether the machine read what it says in these sentences, or hardly anywhere."""
    if verdict.lead < TWICE or not verdict.evidence:
        return True
    return any(_holds(one, verdict.evidence[0].words) for one in learned)


def _holds(sentence: Sentence, words: str) -> bool:
    wanted = "".join(one.words for one in sentences(words)).split()
    return bool(wanted) and f" {' '.join(wanted)} " in sentence.words


def _agreed(verdict: Verdict, learned: Sequence[Sentence]) -> Verdict:
    """What made the machine doubt these very sentences, a person has answered; what stands elsewhere still counts."""
    doubts = tuple(one for one in verdict.doubts if not any(_holds(spoken, one.evidence.words) for spoken in learned))
    helped = verdict.lead >= TWICE and not doubts
    lead = max(verdict.lead, SURE.get(verdict.kind, 0.0)) if helped else verdict.lead
    return replace(verdict, lead=lead, evidence=(*verdict.evidence, *_seen(learned)), doubts=doubts)


def _corrected(verdict: Verdict, kind: ReadingKind, learned: Sequence[Sentence]) -> Verdict:
    """What a person read is suggested, and what the machine reads there keeps it from being decided."""
    words = verdict.evidence[0].words if verdict.evidence else ""
    machine = _doubt(f"doubt: the machine reads {verdict.kind.value}", words)
    return replace(verdict, kind=kind, evidence=_seen(learned), doubts=(machine, *verdict.doubts))


def _doubt(rule: str, words: str) -> Doubt:
    return Doubt(Evidence(rule, words), NEVER)


def _seen(learned: Sequence[Sentence]) -> tuple[Evidence, ...]:
    return tuple(Evidence(READ_SO, _shown(one)) for one in learned)


def _shown(sentence: Sentence) -> str:
    return " ".join(sentence.text.split())
