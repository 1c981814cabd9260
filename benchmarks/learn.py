"""Trains the vote of core/reading/vote.py on labelled answers, or tells how well it would read authors it never saw.

`make learn` writes outreach/languages/votes.json.gz; `python benchmarks/learn.py --leave-out` trains once without each
author and measures on that author alone: the honest figure. Needs scikit-learn (requirements/learn.lock).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from outreach.adapters.guarded import open_guarded
from outreach.core.places import plain
from outreach.core.reading.new_text import own_words
from outreach.core.reading.phrases import sentences
from outreach.core.reading.reader import bare_subject, open_mail
from outreach.core.reading.traits import Heard, mail_traits, sentence_traits
from outreach.core.reading.vocabulary import vocabulary
from outreach.core.reading.vote import NOTHING, cast, summary
from outreach.languages import Languages, Scores, Votes, load_languages, read_votes

ROOT = Path(__file__).parent.parent
REPLIES = ROOT / "tests/data/replies"
ANSWERS = ROOT / "tests/data/answers"
MODEL = ROOT / "outreach/languages/votes.json.gz"
FOLDS = 5
SEED = 2030
NEVER = "auto_reply"  # known by other signs: core/reading/automatic.py


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


def answer(row: dict[str, Any], author: str, languages: Languages) -> Answer | None:
    """A row of a label file as an answer; None where its language has no words."""
    language = languages.get(row["lang"])
    if language is None or not language.words or row["label"] == NEVER:
        return None
    parts = sentences(row["text"])
    if not any(one.spans for one in parts):
        parts = sentences(bare_subject(row["subject"]))
    heard = tuple(Heard(one, vocabulary(language).meanings(one)) for one in parts if one.spans)
    evidence = plain(row["evidence"] or "")
    does = tuple(_does(plain(one.sentence.text), evidence, row["label"]) for one in heard)
    return Answer(author, row["lang"], row["label"], row["text"], row["subject"], heard, does)


def _does(sentence: str, evidence: str, label: str) -> str:
    if not evidence:
        return label
    return label if evidence in sentence or (sentence in evidence and " " in sentence) else NOTHING


def all_answers(languages: Languages) -> list[Answer]:
    """Every labelled answer of the repository."""
    found = []
    for row in _rows(REPLIES / "labels.jsonl"):
        message = open_guarded((REPLIES / "mails" / row["file"]).read_bytes(), open_mail)
        found.append(answer(row | {"text": own_words(row["new_text"]), "subject": message.subject}, "replies", languages))
    for path in sorted(ANSWERS.glob("*.jsonl")):
        found += [answer(row, path.stem, languages) for row in _rows(path)]
    return [one for one in found if one is not None]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Fitted:
    """A model and the traits that it knows."""

    model: Any
    traits: Any
    width: int

    def packed(self) -> dict[str, Any]:
        """The model as the product reads it; binary models are not met here."""
        names = self.traits.get_feature_names_out()
        weights = np.round(self.model.coef_ * 100).astype(int)
        kept = {name: weights[:, at].tolist() for at, name in enumerate(names) if np.abs(weights[:, at]).max() >= 5}
        return {
            "kinds": [str(one) for one in self.model.classes_],
            "bias": np.round(self.model.intercept_ * 100).astype(int).tolist(),
            "weights": kept,
            "more": weights[:, len(names) :].T.tolist(),
        }


def fit(traits: Sequence[frozenset[str]], kinds: Sequence[str], more: NDArray[np.float64] | None, strength: float) -> Fitted:
    """Multinomial logistic regression with an L2 penalty; traits that one row alone has are left out."""
    counter = CountVectorizer(analyzer=sorted, min_df=2, binary=True)
    rows = normalize(counter.fit_transform(traits).astype(float)).toarray()
    if more is not None:
        rows = np.hstack([rows, more])
    model = LogisticRegression(C=strength, max_iter=1000).fit(rows, kinds)
    return Fitted(model, counter, 0 if more is None else more.shape[1])


def train(answers: Sequence[Answer]) -> Votes:
    """Both models; the second learns from what the first says of answers that it did not see."""
    random = np.random.default_rng(SEED)
    fold = random.integers(0, FOLDS, len(answers))
    said = [()] * len(answers)
    whole = _sentence_model(answers)
    kinds = whole.sentence.kinds
    for number in range(FOLDS):
        votes = _sentence_model([one for at, one in enumerate(answers) if fold[at] != number])
        for at, one in enumerate(answers):
            if fold[at] == number:
                ballot = cast(one.heard, votes)
                each = [{kind: shares.get(kind, 0.0) for kind in kinds} for shares in ballot.sentences]
                said[at] = summary(kinds, each)
    mail = fit([mail_traits(one.heard) for one in answers], [one.label for one in answers], np.array(said), 6)
    return read_votes(pack({"sentence": _unread(whole.sentence), "mail": mail.packed()}))


def _sentence_model(answers: Sequence[Answer]) -> Votes:
    pairs = [(sentence_traits(heard), does) for one in answers for heard, does in zip(one.heard, one.does, strict=True)]
    fitted = fit([traits for traits, _ in pairs], [does for _, does in pairs], None, 8)
    packed = fitted.packed()
    empty = {"kinds": packed["kinds"], "bias": [0] * len(packed["kinds"]), "weights": {}, "more": [[0] * len(packed["kinds"])] * 3 * len(packed["kinds"])}
    return read_votes(pack({"sentence": packed, "mail": empty}))


def _unread(scores: Scores) -> dict[str, Any]:
    def hundredths(values: Sequence[float]) -> list[int]:
        return [round(one * 100) for one in values]

    return {
        "kinds": list(scores.kinds),
        "bias": hundredths(scores.bias),
        "weights": {trait: hundredths(weights) for trait, weights in scores.weights.items()},
        "more": [hundredths(weights) for weights in scores.more],
    }


def pack(data: dict[str, Any]) -> bytes:
    """The file's bytes, the same for the same models."""
    return gzip.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode(), mtime=0)


def leave_out(answers: Sequence[Answer]) -> None:
    """Prints how often the largest share is right for each author that the vote never saw."""
    for author in sorted({one.author for one in answers}):
        votes = train([one for one in answers if one.author != author])
        seen = [one for one in answers if one.author == author]
        right = sum(cast(one.heard, votes).kind == one.label for one in seen)
        print(f"{author:8} {len(seen):4} answers, {right / len(seen):.3f} right")


def main() -> None:
    """Trains and writes, or measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave-out", action="store_true", help="measure on each author without training on him")
    arguments = parser.parse_args()
    answers = all_answers(load_languages())
    if arguments.leave_out:
        leave_out(answers)
        return
    votes = train(answers)
    packed = pack({"sentence": _unread(votes.sentence), "mail": _unread(votes.mail)})
    MODEL.write_bytes(packed)
    print(f"{len(answers)} answers, {len(votes.sentence.weights)} + {len(votes.mail.weights)} traits, {len(packed)} bytes")


if __name__ == "__main__":
    main()
