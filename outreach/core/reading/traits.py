"""The traits of a sentence and of a mail by which the vote is cast: meanings, which of them meet, and how long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from outreach.core.reading.phrases import Sentence
from outreach.core.reading.vocabulary import Meaning

SHORT = 8  # words of a sentence in which each word weighs more
BRIEF = 12  # words of a mail in which each word weighs more
LONG = 45  # words of a sentence in which everything meets everything
SENTENCE_LENGTHS = (2, 4, 8, 16, 32)
MAIL_LENGTHS = (3, 6, 12, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence with the meanings of its words."""

    sentence: Sentence
    meanings: tuple[Meaning, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The meanings' names in their order, repetitions told once."""
        names = [one.name for one in self.meanings]
        return tuple(name for at, name in enumerate(names) if at == 0 or names[at - 1] != name)

    @property
    def size(self) -> int:
        """The number of words."""
        return len(self.sentence.spans)


def sentence_traits(heard: Heard) -> frozenset[str]:
    """The traits of one sentence."""
    names = heard.names
    found = set(_common(heard, names))
    found |= {f"pair {a} {b}" for a, b in combinations(sorted(set(names)), 2)}
    found |= {f"run {a} {b} {c}" for a, b, c in zip(names, names[1:], names[2:], strict=False)}
    if heard.size <= SHORT:
        found |= {f"short {name}" for name in names}
    if names:
        found |= {f"first {names[0]}", f"last {names[-1]}"}
    if heard.sentence.asks:
        found.add("asks")
    found |= {f"words {most}" for most in SENTENCE_LENGTHS if heard.size <= most}
    return frozenset(found)


def mail_traits(mail: Sequence[Heard]) -> frozenset[str]:
    """The traits of all sentences together."""
    found: set[str] = set()
    for heard in mail:
        names = heard.names
        found |= set(_common(heard, names))
        if heard.size <= LONG:
            found |= {f"pair {a} {b}" for a, b in combinations(sorted(set(names)), 2)}
        if heard.sentence.asks:
            found.add("asks")
    size = sum(heard.size for heard in mail)
    found |= {f"words {most}" for most in MAIL_LENGTHS if size <= most}
    if size <= BRIEF:
        found |= {f"short {name}" for heard in mail for name in heard.names}
    return frozenset(found)


def _common(heard: Heard, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield name
        if heard.sentence.asks:
            yield f"asks {name}"
    for a, b in pairwise(names):
        yield f"run {a} {b}"
