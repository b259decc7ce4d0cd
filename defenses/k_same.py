"""k-Same: replace a face by the average of k other people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from .base import Defense, with_faces
from .faces.align import aligned
from .photo import Photo, Pixels
from .population import FRAME, Population, from_photo, grouped, into_photo, look
from .space import Choice, Range

METHODS = ("mean", "eigenface")


@dataclass(frozen=True)
class KSame(Defense):
    """Put the average of `k` people in the place of the face.

    E. Newton, L. Sweeney, B. Malin: Preserving Privacy by De-identifying Face Images, IEEE
    TKDE 2005 (k-Same-Pixel and k-Same-Eigen). `fit` divides the background people, one
    photo each, into groups of at least `k` that look alike, and averages each group; a face
    is replaced by the average that is nearest to it.

    Departures: in the paper the people to be hidden are themselves averaged, and each
    average stands for at least `k` of them. Here only background people are, so that a photo
    needs no others beside it and never contributes to its own stand-in; but then the choice
    of the average says something about the face (of `G` averages at most `log2(G)` bits), and
    no number of hidden people is promised to share one. With `k` above half of the background
    there is one average for all. If a background person is to be hidden, that person's group
    is left out; if there is no other, it is averaged without that person.

    Faces are aligned by five landmarks, or by the box where those are unknown. Averages have
    the colours of the background: people from grey photos look grey in a colour photo.

    Args:
        k: people in an average, 2 or more. More hide more.
        method: `mean` (of pixels) or `eigenface` (likeness and average in the space of the
            first eigenfaces).
        components: eigenfaces that are kept, for `method=eigenface`.
        population: the background people; made by `fit`, not a parameter.

    Raises:
        ValueError: on `fit`, if there are fewer than `k` people with a face.
        RuntimeError: if used before `fit`.

    Example:
        >>> KSame(k=3).spec
        'k_same:k=3,method=mean'
    """

    k: int = 5
    method: str = "mean"
    components: int = 20
    feather: float = field(default=0.1, kw_only=True)
    population: Population | None = field(default=None, repr=False, compare=False, kw_only=True)
    needs_background: ClassVar = True
    space: ClassVar = {"k": Range(2, 10, log=True, integer=True), "method": Choice(METHODS)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("k", 2, 10**6, whole=True)
        self.check("components", 1, 10**4, whole=True)
        if self.method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, got '{self.method}'")
        if self.population and self.k > len(self.population.names):
            raise ValueError(
                f"k must not exceed the number of background people with a face: k is {self.k}, "
                f"there are {len(self.population.names)}; lower k or add people?"
            )

    def fit(self, background: Sequence[Photo]) -> Self:
        """Return this defense with the background people as its population."""
        return replace(self, population=Population.of([with_faces(p) for p in background]))

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the nearest average in the place of the face."""
        if self.population is None:
            raise RuntimeError(
                f"{self.spec} must see unrelated people first; call fit(background)"
            )
        transform = from_photo(photo)
        face = aligned(photo.pixels, transform, FRAME)
        owner = self.population.owner(face, photo.identity)
        average = self._average(face, owner)
        return into_photo(average, transform, photo.pixels.shape[:2])

    def _average(self, face: Pixels, owner: int | None) -> Pixels:
        """Return the average that is nearest to a face, of groups without its owner."""
        assert self.population is not None
        groups = [group for group in self._groups if owner not in group]
        if not groups:
            (only,) = self._groups
            groups = [only[only != owner]]
        points = self._points
        middles = np.stack([points[group].mean(0) for group in groups])
        nearest = np.linalg.norm(middles - self._point(face), axis=1).argmin()
        if self._eigenfaces is None:
            made = self.population.faces[groups[nearest]].mean(0)
        else:
            centre, basis = self._eigenfaces
            made = (centre + middles[nearest] @ basis).reshape(face.shape)
        return np.asarray(np.rint(made).clip(0, 255), np.uint8)

    @cached_property
    def _groups(self) -> list[NDArray[np.intp]]:
        return grouped(self._points, self.k)

    @cached_property
    def _points(self) -> NDArray[np.float32]:
        """Where each person lies in the space in which likeness is measured."""
        assert self.population is not None
        return np.stack([self._point(face) for face in self.population.faces])

    def _point(self, face: Pixels) -> NDArray[np.float32]:
        if self._eigenfaces is None:
            return look(face)
        centre, basis = self._eigenfaces
        return np.asarray((face.ravel() - centre) @ basis.T)

    @cached_property
    def _eigenfaces(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """The mean face and the eigenfaces, `(D,)` and `(components, D)`."""
        if self.method != "eigenface" or self.population is None:
            return None
        rows = self.population.faces.reshape(len(self.population.names), -1).astype(np.float32)
        centre = rows.mean(0)
        _, values, basis = np.linalg.svd(rows - centre, full_matrices=False)
        kept = min(self.components, int((values > 1e-3 * values[0]).sum()))
        return centre, basis[:kept]
