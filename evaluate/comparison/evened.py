"""Pairs of photos of which no person has nearly all.

Pairs of one person grow with the square of the photos: 264 of one man make 34,716 pairs, and an
AUC over all of them is his. So of each person only so many photos, drawn by lot, make pairs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..statistics import Verification

LEAST = 8  # photos of one person that may make pairs
TIMES = 2  # or so many times the median, if that is more


class Evened(NamedTuple):
    """Pair scores, the person on each probe left, and what must be known of them."""

    pairs: Verification
    truth: NDArray[np.int64]
    told: str = ""


def evened(pairs: Verification, truth: NDArray[np.int64]) -> Evened:
    """Return the pairs of at most so many photos of each person.

    Args:
        pairs: the scores; where `pairs.people` is None the columns are the probes themselves.
        truth: `(N,)`, the person on each probe.
    """
    most = max(LEAST, int(TIMES * np.median(np.unique(truth, return_counts=True)[1])))
    rows = _kept(truth, most)
    columns = rows if pairs.people is None else _kept(pairs.people, most)
    if len(rows) == len(truth) and len(columns) == pairs.scores.shape[1]:
        return Evened(pairs, truth)
    people = None if pairs.people is None else pairs.people[columns]
    scores = pairs.scores[np.ix_(rows, columns)]
    told = f"pairs of at most {most} photos of each person on either side"
    return Evened(replace(pairs, scores=scores, people=people), truth[rows], told)


def _kept(people: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the positions of at most so many photos of each person, in order."""
    lot = np.random.default_rng(0).permutation(len(people))
    turn = np.zeros(len(people), np.int64)
    seen: dict[int, int] = {}
    for place in lot.tolist():
        person = int(people[place])
        turn[place] = seen[person] = seen.get(person, -1) + 1
    return np.flatnonzero(turn < most)
