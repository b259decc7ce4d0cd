"""Do defended photos still teach where eyes, nose and mouth are?

Photos are anonymized so that others can learn from them. Here somebody does: a small model
learns from defended photos of background people, and looks for landmarks of test people on clean
ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.feature import hog
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from unmask.defenses import DEFENSES, Photo

from ..data.scene import Progress, Scene
from ..results.attributes import LANDMARKS
from ..results.records import AND, NME, Record, broke
from ..statistics import mean_of, person_interval
from .blind import Blind, blind
from .defending import Blindfolded, OwnCopies

SIDE = 64  # pixels of the picture that is looked at: the box of the face
CELL = 8  # pixels of a cell in which the directions of edges are counted
EYES = slice(36, 42), slice(42, 48)  # of the 68 points
PULLS = np.logspace(0, 5, 6)  # strengths of the ridge among which leave-one-out decides
LEAST = 10  # photos with landmarks: of fewer nothing is learned
BY = "ridge regression on HOG"

Floats = NDArray[np.float64]


def landmark_records(
    worst: Sequence[Record], scene: Scene, seed: int, *, progress: Progress | None = None
) -> list[Record]:
    """Return how far off landmarks are that somebody finds who learned from defended photos.

    The error is the mean distance of all 68 points, over the distance between the eyes (NME);
    less is better. Beside it stand `ceiling`, the error of who learned from the clean photos, and
    `chance`, that of who always says where landmarks lie on average. Learned and asked is within
    the box that a detector gave for the clean photo: where the face is need not be found.

    Histograms of oriented gradients (N. Dalal, B. Triggs, "Histograms of Oriented Gradients for
    Human Detection", CVPR 2005) and ridge regression. What stands for the truth are the landmarks
    that were found on clean photos.

    Args:
        worst: the worst case of each defense, whose dataset, seed and so on the records share.
        scene: the photos.
        seed: of the run.
        progress: called with what is being done, the number done and the number to do.

    Returns:
        A record for each defense, of kind `utility`; none where too few photos have landmarks.
    """
    hidden = blind(scene, seed)
    known = [i for i, photo in enumerate(hidden.background) if _has_points(photo)]
    asked = [photo for photo in scene.probes if _has_points(photo)]
    if len(known) < LEAST or not asked:
        return []
    truth = np.array([_shape(hidden.background[i]) for i in known])
    there = np.array([_shape(photo) for photo in asked])
    seen = np.array([_edges(photo) for photo in asked])
    people = np.array([photo.identity for photo in asked])

    def error(guess: Floats) -> Floats:
        return _error(there, guess)

    taught = _taught([hidden.background[i] for i in known], truth).predict(seen)
    clean = mean_of(error(taught), people)
    chance = mean_of(error(np.repeat(truth.mean(0)[None], len(asked), 0)), people)
    found = []
    for number, row in enumerate(worst):
        if progress:
            progress("learning landmarks", number, len(worst))
        record = replace(
            row, kind="utility", name=LANDMARKS, statistic=NME, recognizer="", attack=BY,
            value=None, low=None, high=None, n=0, chance=chance, ceiling=clean,
            status="ok", reason="",
        )  # fmt: skip
        photos, why = _defended(row, hidden, seed)
        if photos:
            model = _taught([photos[i] for i in known], truth)
            figure = person_interval(error(model.predict(seen)), people, bounds=None)
            record = replace(record, **figure._asdict())
        found.append(replace(record, **why))
    return found


def _defended(row: Record, hidden: Blind, seed: int) -> tuple[list[Photo], dict[str, Any]]:
    """Defend the background as attackers do with copies of their own; none where that breaks."""
    if row.status in ("unavailable", "invalid") and row.value is None:
        return [], {"status": row.status, "reason": row.reason}
    try:
        defense = DEFENSES.build(row.defense).fit(hidden.strangers)
        copies = OwnCopies(Blindfolded(defense, seed, hidden.names))
        made = copies(hidden.background)
    except (Exception, SystemExit) as error:  # of a defense
        return [], {"status": "invalid", "reason": broke("defense", error)}
    if not copies.failures:
        return made, {}
    reason = f"{sum(copies.failures.values())} of {copies.made} photos failed"
    return [], {"status": "invalid", "reason": AND.join((*copies.failures, reason))}


def _taught(photos: Sequence[Photo], truth: Floats) -> Pipeline:
    return make_pipeline(StandardScaler(), RidgeCV(PULLS)).fit(
        np.array([_edges(photo) for photo in photos]), truth
    )


def _edges(photo: Photo) -> Floats:
    """Return the directions of edges in the box of the face."""
    assert photo.face
    x, y, w, h = photo.face.box
    scale = np.array([SIDE / w, SIDE / h])
    matrix = np.column_stack([np.diag(scale), -scale * (x, y)])
    part = cv2.warpAffine(photo.pixels, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(np.asarray(part, np.uint8), cv2.COLOR_RGB2GRAY)
    return np.asarray(hog(grey, pixels_per_cell=(CELL, CELL), cells_per_block=(2, 2)), np.float64)


def _shape(photo: Photo) -> Floats:
    """Return `(136,)`: where the points lie, in shares of the box."""
    assert photo.face
    assert photo.face.points is not None
    corner, size = np.array(photo.face.box[:2]), np.array(photo.face.box[2:])
    return np.asarray((photo.face.points - corner) / size, np.float64).ravel()


def _error(there: Floats, guess: Floats) -> Floats:
    """Return `(N,)`: mean distance of the points over the distance between the eyes."""
    a, b = (points.reshape(len(points), -1, 2) for points in (there, guess))
    right, left = (a[:, eye].mean(1) for eye in EYES)
    apart = np.linalg.norm(right - left, axis=1)
    return np.asarray(np.linalg.norm(a - b, axis=2).mean(1) / np.maximum(apart, 1e-6))


def _has_points(photo: Photo) -> bool:
    return photo.face is not None and photo.face.points is not None
