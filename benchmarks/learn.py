"""Trains the votes of core/reading on labelled answers, or tells how well they read authors whom they never saw.

`make learn` writes outreach/languages/votes.gz. `--leave-out AUTHOR …` trains without an author (a file of
tests/data/answers, or `replies`) and measures on that author alone: the honest figure. Needs requirements/learn.lock.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from outreach.adapters.guarded import open_guarded
from outreach.core.reading.meaning.hearing import hear_in
from outreach.core.reading.meaning.tongue import parts_of, tongue_words
from outreach.core.reading.meaning.traits import Heard, letters, mail_traits, meaning_traits, word_traits
from outreach.core.reading.meaning.vote import NOTHING, summary
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import bare_subject, open_mail, telling, understand
from outreach.core.reading.text.new_text import own_words
from outreach.languages import Languages, load_languages
from outreach.languages.scores import Scores, Table, Trait, Votes, pack, side_by_side
from outreach.languages.spelling import plain

ROOT = Path(__file__).parent.parent
REPLIES = ROOT / "tests/data/replies"
ANSWERS = ROOT / "tests/data/answers"
SENTENCES = ROOT / "tests/data/sentences"
UNSEEN = ROOT / "tests/data/unseen"
MODEL = ROOT / "outreach/languages/votes.gz"
BANK = "sentences"  # the author of single sentences
FOLDS = 4
ROUNDS = 20  # of training: more change no answer's reading
SEED = 2030
SMALLEST = 1.0  # traits whose weights all lie below are left out
STEP = 0.25  # between weights: answers are read as well as by exact ones, and the file is half as large
SMALLEST_OF_TONGUE = 0.04  # a language is told by whether letters are known at all
STEP_OF_TONGUE = 0.01
FLAGS = ("attachment_mentioned", "conditional", "has_question", "names_new_contact", "on_behalf", "other_event")
NEVER = "auto_reply"  # known by other signs: core/reading/automatic/replies.py

Matrix = Any  # sparse.csr_matrix has no types
Weights: TypeAlias = NDArray[np.float64]
Wanted: TypeAlias = NDArray[np.bool_]
# How much each trait counts while a model learns, and how little large weights cost it (C); several are averaged.
Ways: TypeAlias = Sequence[tuple[Callable[[Matrix, Wanted], Weights], float]]


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


# ---------------------------------------------------------------- one linear model


@dataclass(frozen=True)
class Fitted:
    """A model: the traits that it knows, and for each kind their weights, those of the further values, and a bias."""

    counter: Any
    kinds: tuple[str, ...]
    weights: NDArray[np.float64]  # one row a kind
    bias: NDArray[np.float64]

    def shares(self, rows: Sequence[Collection[str]]) -> NDArray[np.float64]:
        """The share of each kind in each row."""
        sums = _scaled(self.counter.transform(rows), rows) @ self.weights.T + self.bias
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        found: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return found

    def by_trait(self) -> dict[str, NDArray[np.float64]]:
        """For each trait the weight of each kind."""
        return dict(zip(self.counter.get_feature_names_out(), self.weights.T, strict=False))

    def scores(self, table: Table, first: int) -> Scores:
        """The model as the product reads it, its weights in the lanes of a table."""
        return Scores(
            self.kinds,
            tuple(np.round(self.bias, 2).tolist()),
            table,
            first,
            tuple(map(tuple, np.round(self.weights[:, len(self.counter.vocabulary_) :], 2).tolist())),
        )


def tabled(*models: Fitted, least: float, step: float) -> tuple[Scores, ...]:
    """Models that share a table: what one does not know weighs nothing in its lanes; least weights are left out.

    The others are rounded to steps.
    """
    known = [one.by_trait() for one in models]
    none = [np.zeros(len(one.kinds)) for one in models]
    weights = {
        told_so: np.concatenate([one.get(told_so, zero) for one, zero in zip(known, none, strict=True)])
        for told_so in sorted(set().union(*known))
    }
    kept = {
        one: side_by_side((np.round(row / step) * step).tolist())
        for one, row in weights.items()
        if np.abs(row).max() >= least
    }
    table = Table(sum(map(len, none)), kept)
    firsts = np.cumsum([0, *map(len, none)]).tolist()
    return tuple(one.scores(table, first) for one, first in zip(models, firsts, strict=False))


def by_rarity(counts: Matrix, _: Wanted) -> Weights:
    """How rare each trait is (inverse document frequency): a rare one may then weigh much and still cost little."""
    found: Weights = np.log(1 + counts.shape[0] / _rows_with(counts))
    return found


def by_ratio(counts: Matrix, wanted: Wanted) -> Weights:
    """How much oftener or more seldom each trait stands in rows that are wanted than in others (a logarithm)."""
    within = _rows_with(counts[wanted]) + 1
    without = _rows_with(counts[~wanted]) + 1
    found: Weights = np.abs(np.log((within / (wanted.sum() + 1)) / (without / ((~wanted).sum() + 1))))
    return found


def evenly(counts: Matrix, _: Wanted) -> Weights:
    """All alike."""
    found: Weights = np.ones(counts.shape[1])
    return found


def _rows_with(counts: Matrix) -> Weights:
    found: Weights = np.asarray((counts > 0).sum(axis=0), dtype=float).ravel()
    return found


def fit(
    rows: Sequence[Collection[str]],
    kinds: Sequence[str],
    *,
    ways: Ways,
    more: NDArray[np.float64] | None = None,
) -> Fitted:
    """Logistic regression (L2), each kind against all others; traits that one row alone has are left out.

    Each of `ways` makes a model; what is kept is their mean, which is a linear model again.
    """
    names = sorted(set(kinds))
    return _fit(rows, names, [np.array([one == name for one in kinds]) for name in names], ways=ways, more=more)


def fit_flags(rows: Sequence[Collection[str]], flags: Sequence[frozenset[str]], *, ways: Ways) -> Fitted:
    """The same for flags, of which a row may have several."""
    return _fit(rows, FLAGS, [np.array([flag in some for some in flags]) for flag in FLAGS], ways=ways, more=None)


def _fit(
    rows: Sequence[Collection[str]],
    names: Sequence[str],
    wanted: Sequence[Wanted],
    *,
    ways: Ways,
    more: NDArray[np.float64] | None,
) -> Fitted:
    counter = CountVectorizer(analyzer=list, min_df=2)
    counts = counter.fit_transform(rows)
    scaled = _scaled(counts, rows)
    values = np.zeros((len(rows), 0)) if more is None else more
    found = np.array(
        [
            np.mean([_one(scaled, values, way(counts, one), strength, one) for way, strength in ways], 0)
            for one in wanted
        ]
    )
    return Fitted(counter, tuple(names), found[:, :-1], found[:, -1])


def _one(scaled: Matrix, values: NDArray[np.float64], emphasis: Weights, strength: float, wanted: Wanted) -> Weights:
    """The weights of the traits, of the further values, and the bias, for rows that are wanted against all others."""
    matrix = sparse.hstack([scaled @ sparse.diags(emphasis), sparse.csr_matrix(values)]).tocsr()
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=ROUNDS, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        coefficients = model.fit(matrix, wanted).coef_[0]
    further = np.append(emphasis, np.ones(values.shape[1]))
    found: Weights = np.concatenate([coefficients * further, model.intercept_])
    return found


def _scaled(counts: Matrix, rows: Sequence[Collection[str]]) -> Matrix:
    """Each row as `shares` in languages/scores.py scales it."""
    lengths = np.array([len(one) + 1 for one in rows], dtype=float)
    return (sparse.diags(1 / np.sqrt(lengths)) @ counts.astype(float)).tocsr()


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


def train(answers: Sequence[Answer]) -> Votes:
    """All models; that of the mail learns from what that of the sentence says of answers that it did not see."""
    mails = [one for one in answers if one.label != NOTHING]
    said = _unseen(answers, mails)
    mail = fit([mail_row(one.heard) for one in mails], [one.label for one in mails], ways=SAYS, more=said)
    meanings = fit([meaning_row(one.heard) for one in mails], [one.label for one in mails], ways=SAYS)
    whole = [one for one in mails if one.author != BANK]  # a single sentence has no labelled flags
    flags = fit_flags([mail_row(one.heard) for one in whole], [one.flags for one in whole], ways=FLAGGED)
    said_by_mail = tabled(_sentences(answers), mail, meanings, flags, least=SMALLEST, step=STEP)
    return Votes(*said_by_mail, *tabled(_tongue(answers), least=SMALLEST_OF_TONGUE, step=STEP_OF_TONGUE))


def _unseen(answers: Sequence[Answer], mails: Sequence[Answer]) -> NDArray[np.float64]:
    """For each mail the summary of a sentence model that was trained without its author."""
    fold = _folds(answers)
    where = {id(one): number for one, number in zip(answers, fold, strict=True)}
    said: dict[int, tuple[float, ...]] = {}
    for number in range(FOLDS):
        model = _sentences([one for one, its in zip(answers, fold, strict=True) if its != number])
        for one in mails:
            if where[id(one)] == number:
                rows = model.shares([sentence_row(heard) for heard in one.heard])
                each = [dict(zip(model.kinds, row, strict=True)) for row in rows.tolist()]
                said[id(one)] = summary(model.kinds, each)
    return np.array([said[id(one)] for one in mails])


def _folds(answers: Sequence[Answer]) -> list[int]:
    """A fold for each answer, the same for all of an author: whoever writes to us is a stranger, too."""
    chance = np.random.default_rng(SEED)
    authors = sorted({one.author for one in answers})
    fold = dict(zip(authors, (chance.permutation(len(authors)) % FOLDS).tolist(), strict=True))
    any_fold = chance.integers(0, FOLDS, len(answers)).tolist()
    return [some if one.author == BANK else fold[one.author] for one, some in zip(answers, any_fold, strict=True)]


def _sentences(answers: Sequence[Answer]) -> Fitted:
    pairs = [(sentence_row(heard), does) for one in answers for heard, does in zip(one.heard, one.does, strict=True)]
    return fit([traits for traits, _ in pairs], [does for _, does in pairs], ways=SAYS)


def _tongue(answers: Sequence[Answer]) -> Fitted:
    texts = [(frozenset[str]().union(*map(tongue_words, sentences(one.text))), one.language) for one in answers]
    rows = [[trait for word in sorted(words) for trait in parts_of(word)] for words, _ in texts]
    return fit(rows, [code for _, code in texts], ways=SPOKEN)


def unseen_answers(languages: Languages) -> list[Answer]:
    """The answers of authors whom the vote never learns from."""
    found = [answer(row, path.stem, languages) for path in sorted(UNSEEN.glob("*.jsonl")) for row in _rows(path)]
    return [one for one in found if one is not None and one.heard]


def measure(votes: Votes, seen: Sequence[Answer], languages: Languages) -> None:
    """Prints, for each author, how often the suggestion is right, and what is decided and how well."""
    knowing = replace(languages, votes=votes)
    for author in sorted({one.author for one in seen}):
        own = [one for one in seen if one.author == author]
        verdicts = [(understand(own_words(one.text), one.subject, knowing).verdict, one.label) for one in own]
        right = [verdict.kind == label for verdict, label in verdicts]
        decided = [(verdict.kind, label) for verdict, label in verdicts if verdict.sure]
        good = sum(kind == label for kind, label in decided)
        yes = sum(label == "confirm" for _, label in verdicts)
        print(
            f"{author:8} {len(own):4} answers: suggestion right {sum(right) / len(own):.3f}, "
            f"decided {len(decided) / len(own):.3f}, of these right {good / max(len(decided), 1):.3f}, "
            f"of all yes decided {sum(k == label == 'confirm' for k, label in decided) / max(yes, 1):.3f}, "
            f"false yes decided {sum(kind == 'confirm' != label for kind, label in decided)}"
        )


def leave_out(answers: Sequence[Answer], author: str, languages: Languages) -> Votes:
    """The vote trained without an author, measured on that author alone."""
    votes = train([one for one in answers if one.author != author])
    measure(votes, [one for one in answers if one.author == author], languages)
    return votes


def main() -> None:
    """Trains and writes, or measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave-out", nargs="+", metavar="AUTHOR", help="measure on an author without training on him")
    arguments = parser.parse_args()
    languages = load_languages()
    answers = all_answers(languages)
    if arguments.leave_out:
        for author in arguments.leave_out:
            leave_out(answers, author, languages)
        return
    votes = train(answers)
    MODEL.write_bytes(pack(votes))
    measure(votes, unseen_answers(languages), languages)
    traits = f"{len(votes.sentence.table.weights)} + {len(votes.tongue.table.weights)} traits"
    print(f"learned from {len(answers)} answers and sentences: {traits}, {MODEL.stat().st_size} bytes")


if __name__ == "__main__":
    main()
