"""Photos of anybody: who is named where most photos show nobody who is known?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .rates import Floats, effective, finite, shares_of
from .roc import UnresolvedError

RATES = (1e-2, 1e-1)
"""False-positive identification rates (FPIR) that are asked for."""


def open_name(rate: float) -> str:
    """Return the statistic of what is found at a rate: `tpir@fpir=1e-2`."""
    return f"tpir@fpir={rate:.0e}".replace("e-0", "e-")


def open_credits(scores: ArrayLike, truth: ArrayLike, rate: float) -> dict[str, Floats]:
    """Return which photos' people are found at a false-positive rate, for each kind of score.

    Whoever searches a crowd for known people reports everybody with a score above a threshold.
    FPIR is the share of searches for strangers that report anybody, FNIR that of searches for
    known people that do not report the right one; as in NIST's FRTE 1:N (and ISO/IEC 19795-1:
    FNIR(N, R, T) with R = N, so whatever the rank). Returned is 1 - FNIR, TPIR, photo by photo:
    like all figures here it grows with what leaks. The threshold is that at which exactly `rate`
    of the strangers are reported: where scores tie with it, so many of them are, by lot, as
    keep the rate.

    Departures from FRTE: strangers are the same photos, with the column of their true person
    taken away, so the gallery of a stranger is one person smaller, which lowers the threshold
    a little and makes figures too high rather than too low; and the threshold is set on the
    photos that it is used on, as FRTE does, of whom there are few here.

    A threshold needs scores that mean the same from photo to photo. Where an attacker's do not,
    a few photos with huge scores for everybody would set it and hide what leaks. So each score
    counts in two ways, each an attack of its own: as it is (`raw`), and less the mean of the
    scores of all others known, over their spread (`standardized`).

    Each person weighs the same, among strangers, too: else the threshold would be that of the
    most photographed.

    Args:
        scores: `(N, P)`, higher is more alike.
        truth: `(N,)`, column of the person on each photo.
        rate: FPIR, between 0 and 1.

    Returns:
        By way, `(N,)`, 0 to 1. Guessing reaches `rate`, by reporting everybody so often.

    Raises:
        UnresolvedError: photos worth fewer than `10 / rate` (`effective`), or fewer than 3 people.
        ValueError: wrong shapes, bad rate, or NaN or infinite scores.
    """
    table, column = finite(scores, "scores"), np.asarray(truth, np.int64)
    if table.ndim != 2 or column.shape != table.shape[:1]:
        raise ValueError(
            f"scores must be (N, people) with truth (N,), got {table.shape} and {column.shape}"
        )
    if not 0 < rate < 1:
        raise ValueError(f"a false-positive rate is between 0 and 1, got {rate}")
    needed = math.ceil(10 / rate - 1e-9)
    count, people = table.shape
    worth = math.floor(effective(column) + 1e-9) if count else 0
    if worth < needed:
        told = f"{count}" if worth == count else f"{count}, worth {worth} of as many a person"
        raise UnresolvedError(
            f"FPIR {rate:g} needs at least {needed} searches for strangers (10 / FPIR), got "
            f"{told}; take more people or photos?"
        )
    if people < 3:
        raise UnresolvedError(f"a search needs at least 3 known people, got {people}")
    mine = np.arange(people) == column[:, None]
    strangers = table[~mine].reshape(count, people - 1)
    own = table[mine]
    ways = {
        "raw": (own, strangers.max(1)),
        "standardized": (_above(own, strangers), _highest(strangers)),
    }
    shares = shares_of(column)
    return {way: _found(known, other, shares, rate) for way, (known, other) in ways.items()}


def _found(known: Floats, strangers: Floats, shares: Floats, rate: float) -> Floats:
    """Return the credit of searches for known people at the threshold of a rate."""
    order = np.argsort(-strangers, kind="stable")
    reported = np.cumsum(shares[order])  # if all up to here are
    place = int(np.searchsorted(reported, rate + 1e-12, side="right"))
    cut = strangers[order[min(place, len(order) - 1)]]
    above, tied = shares[strangers > cut].sum(), shares[strangers == cut].sum()
    share = min(max((rate - above) / tied, 0.0), 1.0)
    credit: Floats = np.where(known > cut, 1.0, np.where(known == cut, share, 0.0))
    return credit


def _above(score: Floats, others: Floats) -> Floats:
    """Return how many spreads of the others a score lies above their mean; 0 where all tie."""
    largest = np.maximum(np.abs(others).max(1), np.abs(score))
    largest[largest == 0] = 1.0
    score, others = score / largest, others / largest[:, None]
    apart, spread = score - others.mean(1), others.std(1)
    flat = np.ptp(others, axis=1) == 0
    apart = np.where(flat & (score == others[:, 0]), 0.0, apart)
    # all others alike: the one score that is not stands apart by as much as anything can
    found: Floats = np.where(flat, np.sign(apart) * 1e12, apart / np.where(flat, 1.0, spread))
    return found


def _highest(strangers: Floats) -> Floats:
    """Return the best of the people known, each seen against the others."""
    best = strangers.argmax(1)
    rows = np.arange(len(strangers))
    others = np.ones(strangers.shape, bool)
    others[rows, best] = False
    return _above(strangers[rows, best], strangers[others].reshape(len(strangers), -1))
