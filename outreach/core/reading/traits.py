"""The traits of a sentence and of a mail by which the vote is cast: meanings, words, and which of them meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from outreach.core.reading.phrases import Sentence
from outreach.core.reading.vocabulary import Meaning

LETTERS = (4, 5)  # of a word that are looked at together: they know “confirmo” from “confirmamos” and “confirm”
LONGEST_WORD = 24
STEM = 6  # letters of a word by which it is known again in its other forms
SHORT = 8  # words of a sentence in which each meaning weighs more
BRIEF = 12  # words of a mail in which each meaning weighs more
FAR = 40  # meanings of a sentence that are looked at together
SENTENCE_LENGTHS = (2, 4, 8, 16, 32)
MAIL_LENGTHS = (3, 6, 12, 25, 50, 100)
BEGIN, END = "^", "$"


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence, the language it is heard in, and the meanings of its words."""

    sentence: Sentence
    language: str
    meanings: tuple[Meaning, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The meanings' names in their order, repetitions told once."""
        names = [one.name for one in self.meanings]
        return tuple(name for at, name in enumerate(names) if at == 0 or names[at - 1] != name)[:FAR]

    @property
    def size(self) -> int:
        """The number of words."""
        return len(self.sentence.spans)

    @property
    def words(self) -> frozenset[str]:
        """Its plain words, each once."""
        return frozenset(self.sentence.words.split())

    def written(self, places: Sequence[int]) -> str:
        """Words of the sentence as they stand in the mail, from the first place to the last."""
        spans = self.sentence.spans
        return " ".join(self.sentence.text[spans[min(places)][0] : spans[max(places)][1]].split())


def meaning_traits(heard: Heard) -> frozenset[str]:
    """What the meanings of a sentence's words tell, the same in all languages."""
    names = heard.names
    found = [*names, *(f"words {most}" for most in SENTENCE_LENGTHS if heard.size <= most)]
    found += [f"run {a} {b}" for a, b in pairwise(names)]
    found += [f"run {a} {b} {c}" for a, b, c in zip(names, names[1:], names[2:], strict=False)]
    found += [f"{a} > {b}" for at, a in enumerate(names) for b in names[at + 1 :]]
    if names:
        found += [f"first {names[0]}", f"last {names[-1]}"]
    if heard.size <= SHORT:
        found += [f"short {name}" for name in names]
    if heard.sentence.asks:
        found += ["asks", *(f"asks {name}" for name in names)]
    return frozenset(found)


def mail_traits(mail: Sequence[Heard]) -> frozenset[str]:
    """What a mail has beside its sentences."""
    size = sum(heard.size for heard in mail)
    found = {f"mail words {most}" for most in MAIL_LENGTHS if size <= most}
    if size <= BRIEF:
        found |= {f"brief {name}" for heard in mail for name in heard.names}
    return frozenset(found)


def word_traits(heard: Heard) -> frozenset[str]:
    """The words of a sentence themselves, alone and with one and two that follow."""
    stems = [BEGIN, *(word[:STEM] for word in heard.sentence.words.split()), END]
    marked = [f"{heard.language}:{stem}" for stem in stems]
    twos = [f"{a} {b}" for a, b in zip(marked, stems[1:], strict=False)]
    return frozenset(marked + twos + [f"{a} {b}" for a, b in zip(twos, stems[2:], strict=False)])


def letters(word: str) -> tuple[str, ...]:
    """Every few letters of a word with its beginning and end, the same in all languages."""
    framed = f"<{word[:LONGEST_WORD]}>"
    return tuple([f"~{framed[at : at + some]}" for some in LETTERS for at in range(len(framed) - some + 1)])
