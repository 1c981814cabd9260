"""Fits linear models to rows of traits, and lays them side by side as the product reads them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from outreach.languages.scores import Scores, Table, side_by_side

SEED = 2030

Matrix = Any  # sparse.csr_matrix has no types
Weights: TypeAlias = NDArray[np.float64]
Wanted: TypeAlias = NDArray[np.bool_]
# How much each trait counts while a model learns, and how little large weights cost it (C); several are averaged.
Ways: TypeAlias = Sequence[tuple[Callable[[Matrix, Wanted], Weights], float]]


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
    rounds: int,
    more: NDArray[np.float64] | None = None,
) -> Fitted:
    """Logistic regression (L2), each kind against all others; traits that one row alone has are left out.

    Each of `ways` makes a model; what is kept is their mean, which is a linear model again.
    """
    names = sorted(set(kinds))
    return _fit(
        rows, names, [np.array([one == name for one in kinds]) for name in names], ways=ways, rounds=rounds, more=more
    )


def fit_several(
    rows: Sequence[Collection[str]], names: Sequence[str], has: Sequence[frozenset[str]], *, ways: Ways, rounds: int
) -> Fitted:
    """The same where a row may have several of the names."""
    wanted = [np.array([name in some for some in has]) for name in names]
    return _fit(rows, names, wanted, ways=ways, rounds=rounds, more=None)


def _fit(
    rows: Sequence[Collection[str]],
    names: Sequence[str],
    wanted: Sequence[Wanted],
    *,
    ways: Ways,
    rounds: int,
    more: NDArray[np.float64] | None,
) -> Fitted:
    counter = CountVectorizer(analyzer=list, min_df=2)
    counts = counter.fit_transform(rows)
    scaled = _scaled(counts, rows)
    values = np.zeros((len(rows), 0)) if more is None else more
    found = np.array(
        [
            np.mean([_one(scaled, values, way(counts, one), strength, one, rounds) for way, strength in ways], 0)
            for one in wanted
        ]
    )
    return Fitted(counter, tuple(names), found[:, :-1], found[:, -1])


def _one(
    scaled: Matrix, values: NDArray[np.float64], emphasis: Weights, strength: float, wanted: Wanted, rounds: int
) -> Weights:
    """The weights of the traits, of the further values, and the bias, for rows that are wanted against all others."""
    matrix = sparse.hstack([scaled @ sparse.diags(emphasis), sparse.csr_matrix(values)]).tocsr()
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=rounds, random_state=SEED)
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
