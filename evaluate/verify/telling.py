"""Leakage without names: somebody who has the sources tells which one an output came from.

Each photo of the source is a person of its own. Face models look at the face; pixels are compared
inside the region and outside it, each alone. What is outside is not the work of the defense: it
was left as it was, so that whoever has the source knows it again. The figure inside is the
highest of several ways to look, with the interval of that one.

Who has the very photo is the strongest attacker of all. So low figures say much; a high one says
that the output can be traced to its photo, and not yet that another photo of the person would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

from ..statistics import Estimate, clustered_interval, rank_credit
from .changed import Mask
from .faces import Looked
from .seers import Box
from .vectors import Vectors

FEW = 12  # photos, below which a figure is only a lower bound
SIDE = 32  # pixels of what is compared
LEVELS = (32, 16, 8, 4)
_WIDER = 1.2  # than the box: regions reach beyond it
_EDGE = 4  # pixels at the border of a region that nobody counts: codecs mix both sides
_EVEN = 0.5  # grey levels, below which a region shows nothing

Grey = NDArray[np.float32]


class Trial(NamedTuple):
    """One output to be traced.

    Args:
        path: the photo.
        number: of its main face.
        inside: `(3, SIDE, SIDE)`: source, output, and weight, around the face.
        outside: the same of the whole picture.
    """

    path: str
    number: int
    inside: Grey
    outside: Grey


class Told(NamedTuple):
    """How often the right source was named.

    Args:
        way: who told: `face model` and its name, `inside` or `outside`.
        rank1: the share, with its interval.
        chance: what guessing reaches.
        at_least: why the figure is only a lower bound; empty if it is not.
    """

    way: str
    rank1: Estimate
    chance: float
    at_least: str


def trial(path: str, source: Pixels, output: Pixels, looked: Looked) -> Trial | None:
    """Return what is needed to trace an output, None if its source has no face."""
    if looked.main is None or looked.region is None:
        return None
    number = next(one.number for one in looked.looks if one.before and one.sure)
    x, y, w, h = looked.main
    box = (x - (_WIDER - 1) * w / 2, y - (_WIDER - 1) * h / 2, _WIDER * w, _WIDER * h)
    kernel = np.ones((2 * _EDGE + 1, 2 * _EDGE + 1), np.uint8)
    core = cv2.erode(looked.region.astype(np.uint8), kernel) > 0
    if not core.any():
        core = looked.region
    rest = ~(cv2.dilate((looked.changes | looked.region).astype(np.uint8), kernel) > 0)
    whole = (0.0, 0.0, float(source.shape[1]), float(source.shape[0]))
    return Trial(path, number, _three(source, output, core, box),
                 _three(source, output, rest, whole))  # fmt: skip


def told(trials: Sequence[Trial], vectors: Vectors, lost: int) -> list[Told]:
    """Return how often each way to look names the right source.

    Args:
        trials: of all photos with a face.
        vectors: of the faces.
        lost: photos that could not be tried; then figures are lower bounds.
    """
    if len(trials) < 2:
        return []
    why = [f"{lost} {'photo' if lost == 1 else 'photos'} could not be tried"] * (lost > 0)
    why += [f"only {len(trials)} photos"] * (len(trials) < FEW)
    ways = {f"face model {name}": _by_model(trials, vectors, name) for name in vectors.models}
    for side in ("inside", "outside"):
        pictures = [getattr(one, side) for one in trials]
        ways[side] = [_by_pixels(pictures, level) for level in LEVELS]
    people = np.arange(len(trials))
    found = []
    for way, tables in ways.items():
        credits = [rank_credit(table, people) for table in tables]
        best = max(credits, key=lambda one: float(one.mean()))
        found.append(Told(way, clustered_interval(best, people), 1 / len(trials), "; ".join(why)))
    return found


def _by_model(trials: Sequence[Trial], vectors: Vectors, name: str) -> list[NDArray[np.float64]]:
    """Return `(N, N)` scores, for the face where it was, and where a detector sees one."""
    model = vectors.models[name]
    keys = [(one.path, one.number) for one in trials]
    gallery = np.stack([_known(vectors, name, ("before", *key)) for key in keys])
    place = [_known(vectors, name, ("place", *key)) for key in keys]
    seen = [vectors.get(name, ("after", *key)) for key in keys]
    # a face that nobody sees any more is tried where it was
    found = [there if there is not None else here for here, there in zip(place, seen, strict=True)]
    return [
        model.similarity(np.stack(probes), gallery).astype(np.float64) for probes in (place, found)
    ]


def _known(vectors: Vectors, name: str, key: tuple[str, str, int]) -> NDArray[np.float32]:
    vector = vectors.get(name, key)
    if vector is None:
        raise LookupError(f"the face {key} was never looked at")
    return vector


def _by_pixels(pictures: Sequence[Grey], level: int) -> NDArray[np.float64]:
    """Return `(N, N)`, the correlation of each output with each source where its weight is."""
    before = np.stack([_shrunk(one[0], level) for one in pictures]).astype(np.float64)
    scores = np.zeros((len(pictures), len(pictures)))
    for row, (_, output, weight) in enumerate(pictures):
        weights = _shrunk(weight, level).astype(np.float64)
        weights[weights < 0.5] = 0  # half of it is the other side
        if np.count_nonzero(weights) < 4:
            continue
        weights /= weights.sum()
        probe = _shrunk(output, level).astype(np.float64)
        probe -= probe @ weights
        spread = np.sqrt(probe**2 @ weights)
        if spread < _EVEN:
            continue
        sources = before - (before @ weights)[:, None]
        deviation = np.sqrt(sources**2 @ weights)
        scores[row] = (sources * probe) @ weights / np.maximum(deviation, 1e-3) / spread
    return scores


def _shrunk(picture: Grey, level: int) -> NDArray[np.float32]:
    small = cv2.resize(picture, (level, level), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def _three(source: Pixels, output: Pixels, mask: Mask, box: Box) -> Grey:
    greys = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (source, output)]
    weight = mask.astype(np.float32)
    # what does not count takes the mean of what does, so that it does not bleed in
    parts = [np.where(mask, grey, grey[mask].mean() if mask.any() else 0) for grey in greys]
    return np.stack([_cut(part.astype(np.float32), box) for part in (greys[0], parts[1], weight)])


def _cut(picture: Grey, box: Box) -> Grey:
    x, y, w, h = box
    scale = np.array([SIDE / w, SIDE / h])
    while min(w, h) > 2 * SIDE and min(picture.shape) > 1:  # so that nothing aliases
        picture = np.asarray(cv2.pyrDown(picture), np.float32)
        x, y, w, h = x / 2, y / 2, w / 2, h / 2
        scale = np.array([SIDE / w, SIDE / h])
    matrix = np.array([[scale[0], 0, -x * scale[0]], [0, scale[1], -y * scale[1]]])
    return np.asarray(
        cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.float32
    )
