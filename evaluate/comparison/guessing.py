"""Who guesses an attribute of people never seen.

Guessers learn on people whom they are not asked about: the background, and test people of other
folds. What a photo tells of its person is never what it tells of somebody like them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..attackers.heads import LOGISTIC, Head
from ..statistics import Estimate, highest_balanced
from .blind import Blind

FOLDS = 5
Features = Mapping[str, NDArray[np.float32]]  # name of a feature -> (M, D)
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Asked:
    """The photos of a scene: those to learn from alone, then the probes.

    Args:
        photos: `(M,)`, gallery, background and probes.
        people: `(M,)`, who is on each; below 0 for background people.
        probes: how many of them, the last ones, are asked about.
        hidden: the same photos under keys that tell nothing.
    """

    photos: tuple[Photo, ...]
    people: Labels
    probes: int
    hidden: Blind

    @property
    def who(self) -> Labels:
        """Who is on each probe, `(N,)`."""
        return self.people[-self.probes :]


@dataclass(frozen=True, eq=False)
class Question:
    """One attribute of the photos of a scene.

    Args:
        name: of the attribute.
        classes: its values.
        labels: `(M,)`, position in `classes` for each photo, -1 where it is not known or rare.
        reason: how many people have a class that is too rare, or none at all.
    """

    name: str
    classes: tuple[str, ...]
    labels: Labels = field(repr=False)
    reason: str = ""


def reached(
    question: Question, asked: Asked, sources: Sequence[Features], shown: Features
) -> tuple[str, Estimate]:
    """Return the best guesser and what it reaches.

    Args:
        question: the attribute.
        asked: whose photos they are.
        sources: features of all photos as a guesser may have them to learn from.
        shown: features of all photos; those of the probes are what it sees when asked.
    """
    said: dict[str, NDArray[np.float64]] = {}
    for number, source in enumerate(sources):
        logs = {n: _guessed(question, asked, source[n], shown[n]) for n in source}
        logs["fused"] = np.mean([*logs.values()], 0)
        said |= {f"{name}{', learned clean' * number}": log for name, log in logs.items()}
    labels = question.labels[-asked.probes :]
    some = labels >= 0
    right = {
        name: (log[some].argmax(1) == labels[some]).astype(np.float64)
        for name, log in said.items()
    }
    return highest_balanced(right, labels[some], asked.who[some])


def _guessed(
    question: Question, asked: Asked, known: NDArray[np.float32], shown: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return `(N, C)`: how likely each class is on each probe, if all were equally frequent.

    Who is asked about takes no part in learning. Heads divide by how frequent a class was where
    they learned; else they would always say the frequent one, and seem to know nothing. They are
    logistic: LDA, which estimates the spread of each class by itself, tells less where there are
    few classes (London, gender by dlib: 0.65, logistic 1.00).
    """
    found = np.zeros((asked.probes, len(question.classes)))
    for held in _folds(question, asked):
        mine = np.isin(asked.who, held)
        learn = (question.labels >= 0) & ~np.isin(asked.people, held)
        there = np.unique(question.labels[learn])
        if len(there) < 2:
            continue
        labels = np.searchsorted(there, question.labels[learn])
        head = Head(LOGISTIC).fit(known[learn], labels, asked.people[learn])
        logs = np.full((int(mine.sum()), len(question.classes)), -np.inf)
        logs[:, there] = head.scores(shown[-asked.probes :][mine])
        found[mine] = logs
    return found


def _folds(question: Question, asked: Asked) -> Iterator[Labels]:
    """Deal test people out, class by class, so that there are others of each to learn from."""
    labels = question.labels[-asked.probes :]
    first = {int(p): int(c) for p, c in zip(asked.who, labels, strict=True)}
    order = np.random.default_rng(len(first)).permutation(sorted(first)).tolist()
    ranked = sorted(order, key=lambda person: first[person])
    for fold in range(FOLDS):
        yield np.array(ranked[fold::FOLDS], np.int64)
