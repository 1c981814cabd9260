"""Hears a text: its sentences, each in its language, with the meanings of its words."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.core.reading.meaning.tongue import Tongue
from outreach.core.reading.meaning.traits import Heard, names_of
from outreach.core.reading.meaning.vocabulary import vocabulary
from outreach.core.reading.phrases import Sentence
from outreach.languages import Language


def hear_in(sentence: Sentence, language: Language) -> Heard:
    """One sentence, heard in a language."""
    meanings = vocabulary(language).meanings(sentence)
    return Heard(sentence, language.code, meanings, names_of(meanings))


def hear(sentences: Sequence[Sentence], spoken: Tongue) -> tuple[Heard, ...]:
    """Every sentence that has words, heard in the language it is written in."""
    return tuple(
        [
            hear_in(sentence, language)
            for sentence, language in zip(sentences, spoken.sentences, strict=True)
            if sentence.plain and language is not None
        ]
    )
