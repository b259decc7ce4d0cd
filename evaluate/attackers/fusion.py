"""Several classifiers as one, weighted by what each is worth on photos it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from .base import Matrix, nearest
from .heads import Indices, folds_of, judged, log_softmax

Rows = NDArray[np.bool_]
PULLS = (0.01, 0.1, 1.0)  # how strongly weights are drawn to equal ones


@dataclass(frozen=True, eq=False)
class Belief:
    """What one classifier believes of known photos and of probes.

    Args:
        held_out: `(M, P)`, of each known photo by a classifier that has seen no copy of it; what
            stands for people whom that classifier does not know is never looked at; NaN where
            there is no such classifier.
        scores: `(N, P)`, of the probes by one that has seen all known photos.
    """

    held_out: Matrix
    scores: Matrix


def nearest_belief(
    known: NDArray[np.floating], asked: NDArray[np.floating], people: Indices, photos: Indices
) -> Belief:
    """Let the most similar known photo decide.

    Args:
        known: `(M, M)`, similarities of known photos.
        asked: `(N, M)`, of probes to known photos.
        people: `(M,)`, who is on each known photo.
        photos: `(M,)`, which photo each is a copy of.
    """

    def alike(here: Rows, others: Rows) -> Matrix:
        place = np.unique(people[others], return_inverse=True)[1]
        return nearest(known[np.ix_(here, others)], place)

    return Belief(held_out(people, photos, alike), nearest(asked, people))


def held_out(people: Indices, photos: Indices, ask: Callable[[Rows, Rows], Matrix]) -> Matrix:
    """Return `(M, P)`: each known photo scored by those of the other folds.

    Args:
        people: `(M,)`, who is on each known photo.
        photos: `(M,)`, which photo each is a copy of; copies are held out together.
        ask: given `(M,)` which photos are scored and which are known, returns a column for each
            known person, by name. Whom nobody knows is the least likely.
    """
    folds, rows = folds_of(people, photos), judged(people, photos)
    found = np.zeros((len(people), int(people.max()) + 1))
    for fold in np.unique(folds[rows]):
        here, others = rows & (folds == fold), folds != fold
        some = ask(here, others)
        found[here] = some.min(1, keepdims=True)
        found[np.ix_(here, np.unique(people[others]))] = some
    return found


def fuse(beliefs: Sequence[Belief], people: Indices, photos: Indices) -> Belief:
    """Add up log-probabilities with the weights that suit known photos best.

    Each classifier gets a temperature (C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On
    Calibration of Modern Neural Networks", ICML 2017) and a weight of at least 0, as in the
    stacked regressions of L. Breiman, Machine Learning 24, 1996, but by multinomial likelihood
    and drawn to equal weights, for there are few photos. How strongly, or whether one classifier
    alone is better, is decided by photos that the weights were not fitted on. So a weak
    classifier takes nothing from a strong one, as it does in a plain average.

    Where every person has one photo alone, nothing can be held out, and all count alike.

    Args:
        beliefs: of one or more classifiers.
        people: `(M,)`, who is on each known photo.
        photos: `(M,)`, which photo each is a copy of; copies are held out together.
    """
    rows = judged(people, photos)
    for one in beliefs:
        rows &= np.isfinite(one.held_out).all(1)
    held_out, scores = (
        [log_softmax(getattr(one, name)) for one in beliefs] for name in ("held_out", "scores")
    )
    if not rows.any() or len(beliefs) == 1:
        return Belief(np.mean(held_out, 0), np.mean(scores, 0))
    truth, folds = people[rows], folds_of(people, photos)[rows]
    heat = [_temperature(one[rows], truth) for one in held_out]
    known = np.stack([log_softmax(h * one[rows]) for h, one in zip(heat, held_out, strict=True)])
    asked = np.stack([log_softmax(h * one) for h, one in zip(heat, scores, strict=True)])
    alone = [_loss(one, truth) for one in known]
    best, weights, outside = min(alone), np.eye(len(known))[int(np.argmin(alone))], None
    for pull in PULLS:
        tried = _crossed(known, truth, folds, pull)
        if _loss(tried, truth) < best:
            best, weights, outside = _loss(tried, truth), _weights(known, truth, pull), tried
    fused = np.zeros_like(held_out[0])
    fused[rows] = np.tensordot(weights, known, 1) if outside is None else outside
    return Belief(log_softmax(fused), log_softmax(np.tensordot(weights, asked, 1)))


def _crossed(known: Matrix, truth: Indices, folds: Indices, pull: float) -> Matrix:
    """Return `(M, P)`: each fold with the weights that suit the other folds."""
    made = np.zeros(known.shape[1:])
    for fold in np.unique(folds):
        here = folds == fold
        weights = _weights(known[:, ~here], truth[~here], pull)
        made[here] = log_softmax(np.tensordot(weights, known[:, here], 1))
    return made


def _weights(known: Matrix, truth: Indices, pull: float) -> Matrix:
    equal = np.full(len(known), 1 / len(known))
    hit = np.arange(len(truth)), truth

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        logs = log_softmax(np.tensordot(weights, known, 1))
        wrong = np.exp(logs)
        wrong[hit] -= 1
        slope = np.tensordot(known, wrong, 2) / max(len(truth), 1)
        away = weights - equal
        value = -logs[hit].sum() / max(len(truth), 1) + pull * float(away @ away)
        return value, slope + 2 * pull * away

    found = minimize(loss, equal, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(known))
    return np.asarray(found.x, np.float64)


def _temperature(logs: Matrix, truth: Indices) -> float:
    found = minimize_scalar(
        lambda power: _loss(log_softmax(np.exp(power) * logs), truth),
        bounds=(-6, 6),
        method="bounded",
    )
    return float(np.exp(found.x))


def _loss(logs: Matrix, truth: Indices) -> float:
    """Return the mean of minus the log-probability of the right person."""
    return -float(logs[np.arange(len(truth)), truth].mean())
