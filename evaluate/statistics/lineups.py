"""Leakage where one is sought among few: a share of rank-1 for every number of people."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from .rates import Floats, rank_ties


def lineup_sizes(people: int) -> tuple[int, ...]:
    """Return 2, 5, 10, 20, 50, 100, ... as far as there are more than so many people."""
    sizes = [step * 10**tens for tens in range(7) for step in (1, 2, 5)]
    return tuple(size for size in sizes if 1 < size < people)


def lineup_credits(scores: ArrayLike, truth: ArrayLike, size: int) -> Floats:
    """Return how surely a photo names its person among `size` people, the others by lot.

    Exact, nothing is drawn. Of P people, b have a higher score than the true one and t as high a
    score (with the true one). The others of a line-up are drawn from the P - 1 without
    replacement; nobody better may be among them, and those as good share the credit. Summed up
    over how many of those come along (hypergeometric), that is

        (C(P - b, size) - C(P - b - t, size)) / (t C(P - 1, size - 1)).

    It is `1 / size` for a constant row, and `rank_credit` where all people stand in line.

    Without ties it is the linkability of Vauquier et al. (Legally Validated Evaluation Framework
    for Voice Anonymization, Interspeech 2025), who give the attacker all ties.

    Args:
        scores: `(N, P)`, higher is more alike.
        truth: `(N,)`, column of the true person.
        size: people in the line-up, with the true one; 1 to P.

    Returns:
        `(N,)`, 0 to 1.

    Raises:
        ValueError: wrong shapes, NaN or infinite scores, or a size out of bounds.
    """
    better, tied, people = rank_ties(scores, truth)
    if not 1 <= size <= people:
        raise ValueError(f"a line-up has 1 to {people} people, as many as are known, got {size}")
    ways = _ways(people, size)
    credit: Floats = (ways[people - better] - ways[people - better - tied]) / tied
    return credit.clip(0.0, 1.0)


@lru_cache(maxsize=64)
def _ways(people: int, size: int) -> Floats:
    """Return C(a, size) / C(people - 1, size - 1) for a = 0 to people."""
    found = np.zeros(people + 1)
    found[people] = people / size
    for a in range(people, size, -1):
        found[a - 1] = found[a] * (a - size) / a
    found.flags.writeable = False
    return found
