"""Parts a text into sentences of plain words, and reads the notation of phrases, a small language of its own.

A phrase is words parted by blanks, compared without accents and case. `a|b` is one word or the other, `(a b|c)` and
`(a b)|c` the same with several words, `(a|)` a word that may be missing, `word~` any word that begins so, `~word` any
that ends so, `#` a figure, `*` up to four words, `**` up to ten; a phrase never goes beyond its sentence. In scripts
without blanks every sign counts as a word: `不在` is found anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from outreach.languages.remembering import Remembered
from outreach.languages.spelling import WORD, lower_words, plain

TOKEN = re.compile(r"(?:\([^)]*\)|[^\s(])+")
# Before a name these end no sentence: “neither the mayor nor Mr. Lee will join”, “ni el sr. Puig”, “St. Gallen”; nor
# does a letter: “J. Lee”, “i.e.”, “z. B.”.
_TITLES = (
    "St Dr dr Mr Ms Sr sr Hr Fr Bg Sg Lt mw ej",
    "Ste Sta Sto Mrs Sra sra Dra dra Dña dña Mme Sig sig Mgr Rev Hon Ing ing Lic Arq Avv avv Mag Gov Ald drs dhr bzw",
    "Prof prof Cllr Mlle Exmo Exma exmo exma Ilmo Ilma Sres Sras Srta Dott dott Mevr mevr Pres",
)
_NO_END = (
    "".join(rf"(?<!\b(?:{row.replace(' ', '|')})\.\s)" for row in _TITLES) + r"(?<!\b[A-Z]\.\s)(?<![\s.][a-tv-z]\.\s)"
)
# Where sentences are parted: behind a stop (not “3. August”, “No. 7”, “d. 15.”, “einschl. 05.08.”), at an empty line,
# before an item of a list. A blank comes first in it, so that only blanks are looked at; stops of scripts without
# blanks are rare.
_BLANK = (
    rf"\s(?:(?<=[.!?;]\s)(?<!\d\.\s){_NO_END}(?!(?:(?<=\b[nN]o\.\s)|(?<=\beinschl\.\s)|(?<=\bin[kc]l\.\s))\d)\s*|"
    r"(?<=\n)(?:\s*\n|(?=\s*[-*•>])))"
)
_SENTENCE, _JOINED_SENTENCE = re.compile(_BLANK), re.compile(rf"(?<=[。？！])|{_BLANK}")
_JOINED_STOP = re.compile("[。？！]")
MOST_SENTENCES = 200
LONGEST = 3000  # characters of one sentence that are looked at


class Sentence(NamedTuple):
    """A sentence as it stands, and its words."""

    text: str
    plain: tuple[str, ...]  # its words as they are compared
    written: tuple[str, ...]  # the same words in lower case, with their accents

    @property
    def words(self) -> str:
        """“ we join ”: the plain words, a blank before, between and behind."""
        return f" {' '.join(self.plain)} " if self.plain else " "

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each word stands in the text."""
        return _spans(self.text, self.written)

    def written_from(self, first: int, last: int) -> str:
        """The words from one place to another as they stand in the text, in one line."""
        start, end = _reach(self.text, self.written, first, last)
        return " ".join(self.text[start:end].split())

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip(' "”»)').endswith(("?", "？", "؟"))


def _reach(text: str, written: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Where one word of a text begins and another ends."""
    small, end = text.lower(), 0
    if len(small) != len(text):
        spans = _spans(text, written)
        return spans[first][0], spans[last][1]
    for word in written[:first]:
        end = small.find(word, end) + len(word)
    start = small.find(written[first], end)
    for word in written[first : last + 1]:
        end = small.find(word, end) + len(word)
    return start, end


@lru_cache(maxsize=1 << 6)  # the same sentences are shown for one reason and another
def _spans(text: str, written: Sequence[str]) -> tuple[tuple[int, int], ...]:
    small, end = text.lower(), 0
    if len(small) != len(text):  # a letter became two: “İ”
        return tuple([one.span() for one in WORD.finditer(text) if spelled[one[0].lower()]])
    return tuple([(start := small.find(word, end), end := start + len(word)) for word in written])


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text; a line end alone does not end one."""
    ends = _JOINED_SENTENCE if not text.isascii() and _JOINED_STOP.search(text) else _SENTENCE
    parts = [part for part in ends.split(text) if part and part.strip()]
    return tuple([_sentence(part[:LONGEST]) for part in parts[:MOST_SENTENCES]])


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends in which a part of a text stands; of several, the first and the last."""
    breaks = [(one.start(), one.end()) for one in _JOINED_SENTENCE.finditer(text)]
    begins = max((after for _, after in breaks if after <= start), default=0)
    return begins, min((before for before, _ in breaks if before >= end), default=len(text))


def are_cut(parts: Sequence[Sentence]) -> bool:
    """Whether a text has more sentences, or longer ones, than were looked at."""
    return len(parts) >= MOST_SENTENCES or any(len(one.text) >= LONGEST for one in parts)


def _sentence(text: str) -> Sentence:
    written = lower_words(text)
    if text.isascii():
        return Sentence(text, tuple(written), tuple(written))
    words = list(map(spelled.__getitem__, written))
    if "" in words:  # nothing is left of it without its accents
        written = [one for one in written if spelled[one]]
    return Sentence(text, tuple(filter(None, words)), tuple(written))


# A word in lower case as it is compared.
spelled: Remembered[str] = Remembered(lambda word: plain(word).replace(" ", ""))


def alternatives(token: str) -> list[str]:
    """The words that may stand for a token of a phrase; "" where it may be missing."""
    return [words.strip() for words in re.sub(r"[()]", "", token).split("|")]
