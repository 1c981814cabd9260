"""Trains the votes of core/reading on labelled answers, or tells how well they read what they never saw.

`make learn` writes outreach/languages/votes.gz. `--leave-out AUTHOR …` trains without an author (a file of
tests/data/answers, or `replies`) and measures on that author alone: the honest figure. `--without-language CODE …`
and `--without-topic MEANING …` train without all that is written in a language, or speaks of something, and measure
on unseen answers that do, beside our votes. Needs requirements/learn.lock.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.linear_models import SEED, Fitted, Ways, by_rarity, by_ratio, evenly, fit, fit_several, tabled
from outreach.adapters.guarded import open_guarded
from outreach.core.reading.meaning.caveats import catch
from outreach.core.reading.meaning.hearing import hear_in
from outreach.core.reading.meaning.tongue import parts_of, tongue_words
from outreach.core.reading.meaning.traits import Heard, letters, mail_traits, meaning_traits, word_traits
from outreach.core.reading.meaning.vote import NOTHING, summary
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import bare_subject, open_mail, telling, understand
from outreach.core.reading.text.new_text import own_words
from outreach.languages import Languages, load_languages
from outreach.languages.scores import Trait, Votes, pack
from outreach.languages.spelling import plain

ROOT = Path(__file__).parent.parent
REPLIES = ROOT / "tests/data/replies"
ANSWERS = ROOT / "tests/data/answers"
SENTENCES = ROOT / "tests/data/sentences"
UNSEEN = ROOT / "tests/data/unseen"
MODEL = ROOT / "outreach/languages/votes.gz"
BANK = "sentences"  # the author of single sentences
SMALLEST = 1.0  # traits whose weights all lie below are left out
STEP = 0.25  # between weights: answers are read as well as by exact ones, and the file is half as large
SMALLEST_OF_TONGUE = 0.04  # a language is told by whether letters are known at all
STEP_OF_TONGUE = 0.01
FLAGS = ("attachment_mentioned", "conditional", "has_question", "names_new_contact", "on_behalf", "other_event")
NEVER = "auto_reply"  # known by other signs: core/reading/automatic/replies.py


@dataclass(frozen=True)
class Effort:
    """In how many parts the answers are divided to learn from what was not seen, and the rounds of each training."""

    folds: int
    rounds: int


WHOLE = Effort(4, 20)  # more change no answer's reading
HALF = Effort(2, 10)  # enough to compare


@dataclass(frozen=True)
class Answer:
    """One labelled answer, its sentences heard, and what each of them does."""

    author: str
    language: str
    label: str
    text: str
    subject: str
    heard: tuple[Heard, ...]
    does: tuple[str, ...]
    flags: frozenset[str]


def answer(row: dict[str, Any], author: str, languages: Languages) -> Answer | None:
    """A row of a label file as an answer; None where its language has no words."""
    language = languages.get(row["lang"])
    if language is None or not language.words or row["label"] == NEVER:
        return None
    parts = sentences(own_words(row["text"]))
    if not any(one.plain for one in parts):
        parts = sentences(bare_subject(row["subject"]))
    heard = tuple(telling([hear_in(one, language) for one in parts if one.plain]))  # as it will be read
    evidence = plain(row["evidence"] or "")
    does = tuple(_does(plain(one.sentence.text), evidence, row["label"]) for one in heard)
    flags = frozenset(row.get("flags", ()))
    return Answer(author, row["lang"], row["label"], row["text"], row["subject"], heard, does, flags)


def _does(sentence: str, evidence: str, label: str) -> str:
    if not evidence:
        return label
    return label if evidence in sentence or (sentence in evidence and " " in sentence) else NOTHING


def all_answers(languages: Languages) -> list[Answer]:
    """Every labelled answer and sentence of the repository."""
    found = [answer(row, "replies", languages) for row in _replies()]
    for path in sorted(ANSWERS.glob("*.jsonl")):
        found += [answer(row, path.stem, languages) for row in _rows(path)]
    for path in sorted(SENTENCES.glob("*.tsv")):
        found += [answer(row, BANK, languages) for row in _bank(path)]
    return [one for one in found if one is not None and one.heard]


def _replies() -> Iterable[dict[str, Any]]:
    for row in _rows(REPLIES / "labels.jsonl"):
        message = open_guarded((REPLIES / "mails" / row["file"]).read_bytes(), open_mail)
        yield row | {"text": own_words(row["new_text"]), "subject": message.subject}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _bank(path: Path) -> Iterable[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition("\t")
        yield {"lang": path.stem[:2], "label": kind, "text": text, "subject": "", "evidence": ""}


# ---------------------------------------------------------------- rows of traits


def sentence_row(heard: Heard) -> list[str]:
    """The traits of a sentence, those of its words' letters included."""
    return [*meaning_traits(heard), *word_traits(heard), *_letters(set(heard.sentence.plain))]


def meaning_row(mail: Sequence[Heard]) -> list[str]:
    """The traits of a mail's meanings, each once."""
    return [*mail_traits(mail).union(*map(meaning_traits, mail))]


def mail_row(mail: Sequence[Heard]) -> list[str]:
    """All traits of a mail: those of its meanings and of its words, each once, and of their letters."""
    words = frozenset[Trait]().union(*map(word_traits, mail))
    return [*meaning_row(mail), *words, *_letters({word for heard in mail for word in heard.sentence.plain})]


def _letters(words: Collection[str]) -> list[str]:
    return [part for word in words for part in letters(word)]


# ---------------------------------------------------------------- the three together


SAYS: Ways = ((by_rarity, 4.0), (by_ratio, 10.0))
FLAGGED: Ways = ((by_rarity, 4.0),)
SPOKEN: Ways = ((evenly, 30.0),)


def train(answers: Sequence[Answer], effort: Effort = WHOLE) -> Votes:
    """All models; that of the mail learns from what that of the sentence says of answers that it did not see."""
    mails = [one for one in answers if one.label != NOTHING]
    said, rounds = _unseen(answers, mails, effort), effort.rounds
    mail = fit(
        [mail_row(one.heard) for one in mails], [one.label for one in mails], ways=SAYS, rounds=rounds, more=said
    )
    meanings = fit([meaning_row(one.heard) for one in mails], [one.label for one in mails], ways=SAYS, rounds=rounds)
    whole = [one for one in mails if one.author != BANK]  # a single sentence has no labelled flags
    flags = fit_several(
        [mail_row(one.heard) for one in whole], FLAGS, [one.flags for one in whole], ways=FLAGGED, rounds=rounds
    )
    said_by_mail = tabled(_sentences(answers, rounds), mail, meanings, flags, least=SMALLEST, step=STEP)
    return Votes(*said_by_mail, *tabled(_tongue(answers, rounds), least=SMALLEST_OF_TONGUE, step=STEP_OF_TONGUE))


def _unseen(answers: Sequence[Answer], mails: Sequence[Answer], effort: Effort) -> NDArray[np.float64]:
    """For each mail the summary of a sentence model that was trained without its author."""
    fold = _folds(answers, effort.folds)
    where = {id(one): number for one, number in zip(answers, fold, strict=True)}
    said: dict[int, tuple[float, ...]] = {}
    for number in range(effort.folds):
        model = _sentences([one for one, its in zip(answers, fold, strict=True) if its != number], effort.rounds)
        for one in mails:
            if where[id(one)] == number:
                rows = model.shares([sentence_row(heard) for heard in one.heard])
                each = [dict(zip(model.kinds, row, strict=True)) for row in rows.tolist()]
                said[id(one)] = summary(model.kinds, each)
    return np.array([said[id(one)] for one in mails])


def _folds(answers: Sequence[Answer], folds: int) -> list[int]:
    """A fold for each answer, the same for all of an author: whoever writes to us is a stranger, too."""
    chance = np.random.default_rng(SEED)
    authors = sorted({one.author for one in answers})
    fold = dict(zip(authors, (chance.permutation(len(authors)) % folds).tolist(), strict=True))
    any_fold = chance.integers(0, folds, len(answers)).tolist()
    return [some if one.author == BANK else fold[one.author] for one, some in zip(answers, any_fold, strict=True)]


def _sentences(answers: Sequence[Answer], rounds: int) -> Fitted:
    pairs = [(sentence_row(heard), does) for one in answers for heard, does in zip(one.heard, one.does, strict=True)]
    return fit([traits for traits, _ in pairs], [does for _, does in pairs], ways=SAYS, rounds=rounds)


def _tongue(answers: Sequence[Answer], rounds: int) -> Fitted:
    texts = [(frozenset[str]().union(*map(tongue_words, sentences(one.text))), one.language) for one in answers]
    rows = [[trait for word in sorted(words) for trait in parts_of(word)] for words, _ in texts]
    return fit(rows, [code for _, code in texts], ways=SPOKEN, rounds=rounds)


def unseen_answers(languages: Languages) -> list[Answer]:
    """The answers of authors whom the vote never learns from."""
    found = [answer(row, path.stem, languages) for path in sorted(UNSEEN.glob("*.jsonl")) for row in _rows(path)]
    return [one for one in found if one is not None and one.heard]


def measure(votes: Votes, seen: Sequence[Answer], languages: Languages) -> None:
    """Prints, for each author, how often the suggestion is right, and what is decided and how well."""
    for author in sorted({one.author for one in seen}):
        measure_as(author, votes, [one for one in seen if one.author == author], languages)


def measure_as(name: str, votes: Votes, seen: Sequence[Answer], languages: Languages) -> None:
    """Prints the same of all answers together, under a name."""
    knowing = replace(languages, votes=votes)
    verdicts = [(understand(own_words(one.text), one.subject, knowing).verdict, one.label) for one in seen]
    right = [verdict.kind == label for verdict, label in verdicts]
    decided = [(verdict.kind, label) for verdict, label in verdicts if verdict.sure]
    good = sum(kind == label for kind, label in decided)
    yes = sum(label == "confirm" for _, label in verdicts)
    print(
        f"{name:8} {len(seen):4} answers: suggestion right {sum(right) / len(seen):.3f}, "
        f"decided {len(decided) / len(seen):.3f}, of these right {good / max(len(decided), 1):.3f}, "
        f"of all yes decided {sum(k == label == 'confirm' for k, label in decided) / max(yes, 1):.3f}, "
        f"false yes decided {sum(kind == 'confirm' != label for kind, label in decided)}",
        flush=True,
    )


def leave_out(answers: Sequence[Answer], author: str, languages: Languages) -> None:
    """The vote trained without an author, measured on that author alone."""
    votes = train([one for one in answers if one.author != author])
    measure(votes, [one for one in answers if one.author == author], languages)


def leave_out_all(
    answers: Sequence[Answer], name: str, languages: Languages, left_out: Callable[[Answer], bool]
) -> None:
    """The vote trained without some answers and sentences, measured on unseen ones that are like them, beside ours.

    Languages are told as ever: what words mean is asked here, not which language they are of. Trained with half
    the effort, which tells nearly the same.
    """
    votes = replace(train([one for one in answers if not left_out(one)], HALF), tongue=languages.votes.tongue)
    like_them = [one for one in unseen_answers(languages) if left_out(one)]
    measure_as(name, languages.votes, like_them, languages)
    measure_as(f"no {name}", votes, like_them, languages)


def is_in(one: Answer, code: str) -> bool:
    """Whether an answer is written in a language."""
    return one.language == code


def speaks_of(one: Answer, topic: str, languages: Languages) -> bool:
    """Whether an answer has a meaning ([words] of a language), or a phrase that makes unsure ([doubts])."""
    meant = any(topic in heard.names for heard in one.heard)
    return meant or any(topic == caught.found.name for caught in catch(one.heard, languages))


def main() -> None:
    """Trains and writes, or measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave-out", nargs="+", metavar="AUTHOR", default=())
    parser.add_argument("--without-language", nargs="+", metavar="CODE", default=())
    parser.add_argument("--without-topic", nargs="+", metavar="MEANING", default=())
    arguments = parser.parse_args()
    languages = load_languages()
    answers = all_answers(languages)
    for author in arguments.leave_out:
        leave_out(answers, author, languages)
    for code in arguments.without_language:
        leave_out_all(answers, code, languages, partial(is_in, code=code))
    for topic in arguments.without_topic:
        leave_out_all(answers, topic, languages, partial(speaks_of, topic=topic, languages=languages))
    if not (arguments.leave_out or arguments.without_language or arguments.without_topic):
        write(answers, languages)


def write(answers: Sequence[Answer], languages: Languages) -> None:
    """Trains on all answers, writes the votes, and tells how well unseen ones are read."""
    votes = train(answers)
    MODEL.write_bytes(pack(votes))
    measure(votes, unseen_answers(languages), languages)
    traits = f"{len(votes.sentence.table.weights)} + {len(votes.tongue.table.weights)} traits"
    print(f"learned from {len(answers)} answers and sentences: {traits}, {MODEL.stat().st_size} bytes")


if __name__ == "__main__":
    main()
