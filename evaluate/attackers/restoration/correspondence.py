"""Undoing a fixed shuffle of pixels and a fixed exchange of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from .base import Restorer
from .matching import Places, match_exactly, match_roughly
from .values import AsIs, Line, Table, ValueMap

Values = NDArray[np.uint8]

MOST_PAIRS = 512  # of one size, which are held in memory together
LEAST_PAIRS = 16  # of one size: fewer, and values of unrelated pixels agree by accident
BETTER = 0.8  # a map of values must leave at most this share of the error on unseen photos,
KNOWS = 0.5  # and this share of the error of guessing the mean of each pixel


@dataclass(frozen=True, eq=False)
class Undo:
    """How photos of one size are brought back.

    Args:
        places: `(E,)`, for each clean value the place of the defended one it comes from;
            None if they stay where they are.
        values: what is then done to the values.
        moved: share of the values that come from another place.
    """

    places: Places | None
    values: ValueMap
    moved: float

    def __call__(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring `(N, E)` defended values back."""
        return self.values(entries if self.places is None else entries[:, self.places])


@dataclass
class Correspondence(Restorer):
    """Find for each pixel where the defense put it, and what it made of its value.

    Over all known photos a pixel takes on a series of values, and two pixels hardly ever take
    on the same one. So the series, with values replaced by where they occurred first, names
    the pixel wherever it was moved to and whatever values were exchanged one for one. If that
    finds too few, because values were also altered, the pixel whose series correlates most is
    taken. Then a table of values, or a line for each pixel, is learned. Whatever does not
    bring unseen photos nearer to their clean ones is left out: where nothing was moved or
    exchanged, photos stay as they are. This is the known-plaintext attack on image encryption
    (S. Li, C. Li, G. Chen, N. Bourbakis, K.-T. Lo, "A General Quantitative Cryptanalysis of
    Permutation-Only Multimedia Ciphers Against Plaintext Attacks", Signal Processing: Image
    Communication 2008).

    Photos of one size share one order; each size is learned on its own, from at least
    `LEAST_PAIRS` pairs. The attacker `probed` needs no pairs and covers the sizes left out.

    Args:
        seed: seed of what is drawn at random.
    """

    seed: int = 0
    _undo: dict[tuple[int, int], Undo] = field(default_factory=dict, init=False, repr=False)

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn one order for each size of which there are enough pairs."""
        sizes: dict[tuple[int, int], list[int]] = {}
        for i, photo in enumerate(clean):
            sizes.setdefault(photo.shape[:2], []).append(i)
        for size, where in sizes.items():
            if len(where) > MOST_PAIRS:  # evenly spread: more of them tell nothing new
                where = [where[i * len(where) // MOST_PAIRS] for i in range(MOST_PAIRS)]
            if len(where) >= LEAST_PAIRS:
                before = np.stack([clean[i].pixels for i in where])
                after = np.stack([defended[i].pixels for i in where])
                self._undo[size] = learn_undo(before, after, seed=self.seed)
        return self

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Bring every pixel back; photos of a size that was not learned stay as they are."""
        restored = []
        for photo in photos:
            undo = self._undo.get(photo.pixels.shape[:2])
            if undo is not None:
                values = undo(photo.pixels.reshape(1, -1))
                photo = photo.with_pixels(values.reshape(photo.pixels.shape))
            restored.append(photo)
        return restored


def learn_undo(clean: NDArray[np.uint8], defended: NDArray[np.uint8], *, seed: int = 0) -> Undo:
    """Find what brings defended photos of one size back, at best nothing.

    Args:
        clean: `(M, H, W, 3)`.
        defended: `(M, H, W, 3)`, the same photos.
        seed: seed of what is drawn at random.
    """
    count, pixels = len(clean), clean.shape[1] * clean.shape[2]
    x, y = clean.reshape(count, -1), defended.reshape(count, -1)
    order = np.random.default_rng(seed).permutation(count)
    check, learn = order[: count // 4], order[count // 4 :]
    means = np.broadcast_to(x[learn].mean(0, dtype=np.float32), x[check].shape)
    for exchanged in (False, True):
        places, share = match_exactly(x[learn], y[learn], exchanged=exchanged)
        if share < 0.5:
            continue
        undo = _valued(x, y, places, learn, check)
        if isinstance(undo.values, Table):  # now that values are known, so are more places
            places, _ = match_exactly(x[learn], undo.values(y[learn]))
            known = _valued(x, y, places, learn, check)
            undo = min((undo, known), key=lambda one: _error(one(y[check]), x[check]))
        if _error(undo(y[check]), x[check]) < KNOWS * _error(means, x[check]):
            return undo
    return _valued(x, y, match_roughly(x[learn], y[learn], pixels, seed=seed), learn, check)


def _valued(x: Values, y: Values, places: Places | None, learn: Places, check: Places) -> Undo:
    """Choose what is to be done to the values once they are in their places.

    Only values that are still wrong in their places count. A guess of the mean face has a
    small error too, and hides more than the defense did; so a map must do better than that.
    """
    own = np.arange(x.shape[1])
    moved = 0.0 if places is None else float((places != own).mean())
    at = places if moved else None
    here = y if at is None else y[:, at]
    wrong = here[check] != x[check]
    if not wrong.any():
        return Undo(at, AsIs(), moved)
    aim = x[check][wrong]
    means = np.broadcast_to(x[learn].mean(0, dtype=np.float32), wrong.shape)[wrong]
    best: ValueMap = AsIs()
    least = min(BETTER * _error(here[check][wrong], aim), KNOWS * _error(means, aim))
    for values in (Table.learn(x[learn], here[learn]), Line.learn(x[learn], here[learn])):
        error = _error(values(here[check])[wrong], aim)
        if error < least:
            best, least = values, BETTER * error
    return Undo(at, best, moved)


def _error(made: NDArray[np.generic], wanted: Values) -> float:
    """Return the root mean squared error in levels."""
    return float(np.sqrt(np.mean((made.astype(np.float32) - wanted) ** 2)))
