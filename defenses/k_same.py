"""k-Same: replace a face by the average of k other people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from .averages import Averages
from .base import Defense, with_faces
from .faces.align import aligned
from .photo import Photo, Pixels
from .population import FRAME, Population, from_photo, into_photo
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
    there is one average for all. A photo of a background person is treated as if that person
    were not in the background; if `k` is all of them, the average is then of `k - 1`.

    Faces are aligned by five landmarks, or by the box where those are unknown; place, size
    and tilt stay. Averages have the colours of the background: people from grey photos look
    grey in a colour photo. An average reaches a little beyond the head; with `region=image`
    the rest of a larger photo is one flat colour.

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
    reads_landmarks: ClassVar = frozenset({"five"})
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

    @property
    def ready(self) -> bool:
        """Whether `fit` has shown it people."""
        return self.population is not None

    @property
    def fewest(self) -> int:
        """As many as are in an average."""
        return self.k

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
        average = self._averages(self.population.owner(face, photo.identity)).nearest(face)
        return into_photo(average, transform, photo.pixels.shape[:2])

    def _averages(self, owner: int | None) -> Averages:
        """Return the averages of all people but one."""
        if owner not in self._known:
            population = self.population
            assert population is not None
            people = np.arange(len(population.names))
            others = people[people != owner]
            k = min(self.k, len(others))
            self._known[owner] = (
                Averages.of_pixels(population, others, k)
                if self.method == "mean"
                else Averages.of_eigenfaces(population, others, k, self.components)
            )
        return self._known[owner]

    @cached_property
    def _known(self) -> dict[int | None, Averages]:
        return {}
