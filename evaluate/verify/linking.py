"""Are two outputs of one person known to belong together?

Nobody said who is who, so the face model groups the *sources*, where it is sure: two photos belong
together if their faces are nearer than strangers ever are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..statistics import Estimate, clustered_interval
from .telling import FEW, Trial
from .vectors import Vectors

SURE = 0.4  # below it two faces are one person: of 404,550 pairs of strangers in LFW, 2 are not


class Linked(NamedTuple):
    """How often the nearest other output is of the same person.

    Args:
        rank1: the share of photos of grouped people, with its interval over people.
        chance: what guessing reaches.
        people: how many were grouped.
        at_least: why the figure is only a lower bound; empty if it is not.
    """

    rank1: Estimate
    chance: float
    people: int
    at_least: str


def linked(trials: Sequence[Trial], vectors: Vectors, model: str) -> Linked | None:
    """Return how well outputs are linked, None where nobody has two photos, or nobody else any."""
    keys = [(one.path, one.number) for one in trials]
    before = [vectors.get(model, ("before", *key)) for key in keys]
    after = [
        found if (found := vectors.get(model, ("after", *key))) is not None
        else vectors.get(model, ("place", *key))
        for key in keys
    ]  # fmt: skip
    if len(keys) < 3 or any(one is None for one in (*before, *after)):
        return None
    recognizer = vectors.models[model]
    clean = np.stack([one for one in before if one is not None])
    group = grouped(-recognizer.similarity(clean, clean))
    sizes = np.bincount(group)[group]
    tried = np.flatnonzero(sizes > 1)
    if not tried.size or len(set(group.tolist())) < 2:  # one person alone is always right
        return None
    shown = np.stack([one for one in after if one is not None])
    scores = recognizer.similarity(shown, shown).astype(np.float64)
    np.fill_diagonal(scores, -np.inf)
    best = scores == scores.max(1, keepdims=True)  # ties share the credit
    right = (best & (group == group[:, None])).sum(1) / best.sum(1)
    people = len(set(group[tried].tolist()))
    chance = float(((sizes[tried] - 1) / (len(keys) - 1)).mean())
    few = f"only {people} people have several photos" if people < FEW else ""
    return Linked(clustered_interval(right[tried], group[tried]), chance, people, few)


def grouped(distances: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return a number for each photo, the same for those that surely show one person.

    Args:
        distances: `(N, N)`, between the clean faces.
    """
    group = np.full(len(distances), -1, np.int64)
    for first in range(len(distances)):
        if group[first] >= 0:
            continue
        group[first] = first
        todo = [first]
        while todo:
            near = np.flatnonzero((distances[todo.pop()] < SURE) & (group < 0))
            group[near] = first
            todo += near.tolist()
    return np.unique(group, return_inverse=True)[1].astype(np.int64)
