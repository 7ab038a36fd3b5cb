"""The gold standard: one trace of a dimension from those of several raters."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from features.corpus import CorpusError

Gold = Literal["mean", "ewe", "avec"]


def check_gold(gold: str) -> None:
    """Check the name of a gold standard. Raises CorpusError."""
    if gold not in get_args(Gold):
        raise CorpusError(f"no gold standard {gold!r}; there are: {', '.join(get_args(Gold))}")


def fused(ratings: np.ndarray, gold: Gold) -> np.ndarray:
    """The gold standard of K raters in [-1, 1]: (K, T), NaN where one gave no value -> (T,).

    mean  of the raters who gave a value
    ewe   the evaluator weighted estimator, sum of r_k x_k over sum of r_k, both over the raters
          who gave a value, with the weights of `agreement`; the mean, if no rater has a weight.
          Where only raters of weight 0 gave a value there is none.
          Grimm and Kroschel, "Evaluation of natural emotions using self assessment manikins", 2005
    avec  the mean of the traces after each was moved to the `level` that they agree on, cut off
          at -1 and 1: how AVEC 2016 made that of RECOLA

    Raises CorpusError for another `gold`.
    """
    check_gold(gold)
    if gold == "avec":
        own = _mean(ratings.T)  # (K,)
        moved = ratings - own[:, None] + level(ratings)
        return np.clip(_mean(moved), -1, 1)
    return _mean(ratings, agreement(ratings) if gold == "ewe" else None)


def agreement(ratings: np.ndarray) -> np.ndarray:
    """The agreement of each rater with the others: (K, T) -> r (K,), from 0 to 1.

    Pearson's correlation over time of a rater with the mean of the *other* raters who gave a
    value, negative ones clipped to 0. (With the mean of all, also in use, few raters agree with
    themselves.) A rater is 0 who never moves, or shares fewer than two moments with another.
    """
    r = np.zeros(len(ratings))
    for k, own in enumerate(ratings):
        others = _mean(np.delete(ratings, k, axis=0))  # (T,)
        both = np.isfinite(own) & np.isfinite(others)
        if both.any() and np.ptp(own[both]) > 0 and np.ptp(others[both]) > 0:
            r[k] = np.clip(np.corrcoef(own[both], others[both])[0, 1], 0, 1)
    return r


def level(ratings: np.ndarray) -> float:
    """The mean rating that raters agree on: (K, T) -> a number, NaN without any rating.

    The mean of each rater's mean, weighted by the mean of that rater's CCC with every other; the
    plain one, if the weights add up to nothing or less.
    """
    own = _mean(ratings.T)  # (K,)
    pairs = np.array([[_ccc(a, b) for b in ratings] for a in ratings])  # (K, K)
    np.fill_diagonal(pairs, 0)
    weights = np.where(np.isfinite(own), pairs.sum(axis=1), 0)
    return float(_mean(own[:, None], weights if weights.sum() > 0 else None)[0])


def _ccc(a: np.ndarray, b: np.ndarray) -> float:
    """Of the moments (T,) that both have a value for; 0 without any, or if neither moves."""
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        return 0.0
    a, b = a[both], b[both]
    apart = a.var() + b.var() + (a.mean() - b.mean()) ** 2
    return float(2 * ((a - a.mean()) * (b - b.mean())).mean() / apart) if apart else 0.0


def _mean(ratings: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """(K, T) and weights (K,) -> (T,): over the K values there are, NaN where they weigh nothing.

    Without weights, or with none that is not 0, all weigh the same.
    """
    if weights is None or not weights.any():
        weights = np.ones(len(ratings))
    shares = weights[:, None] * np.isfinite(ratings)  # (K, T)
    total = shares.sum(axis=0)  # (T,)
    sums = (shares * np.nan_to_num(ratings)).sum(axis=0)  # (T,)
    return np.where(total != 0, sums / np.where(total != 0, total, 1), np.nan)
