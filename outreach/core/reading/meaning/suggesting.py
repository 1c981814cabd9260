"""Suggests what a mail says in a language of which only phrases are known; a person decides."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.core.reading.meaning.weighing import NEVER, Doubt, Verdict
from outreach.core.reading.phrases import Sentence, find
from outreach.languages import Language
from outreach.model import Evidence, ReadingKind

K = ReadingKind
# The weightiest first: what is listed earlier wins.
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
LEAD = 0.5  # of a phrase
DOUBT = Doubt(Evidence("doubt: language", "this language is read by a person"), NEVER)

NOTHING = Doubt(Evidence("doubt: no words", "nothing is written in it"), NEVER)


def suggest(sentences: Sequence[Sentence], language: Language | None) -> Verdict:
    """The weightiest kind of which a phrase is found; a question where one is only asked."""
    for kind in KINDS:
        phrases = language.phrases.get(kind.value, ()) if language is not None else ()
        words = [words for sentence in sentences for words in find(phrases, sentence)]
        if words:
            return Verdict(kind, LEAD, tuple(Evidence(kind.value, one) for one in dict.fromkeys(words))[:3], (DOUBT,))
    asked = [sentence.text.strip() for sentence in sentences if sentence.asks]
    if asked:
        return Verdict(K.QUESTION, LEAD, (Evidence("question", asked[0]),), (DOUBT,))
    return Verdict(K.UNCLEAR, 0.0, (), (DOUBT if any(sentence.plain for sentence in sentences) else NOTHING,))
