"""Averages of groups of people that look alike, in pixels or in the space of eigenfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .photo import Pixels
from .population import Population, look


@dataclass(frozen=True, eq=False)
class Averages:
    """What a group of people looks like, for some groups of a population.

    Args:
        population: all people.
        members: `(M,)`, those who take part, as indices.
        weights: `(G, M)`: what each of them adds to each average; rows sum to 1.
        middles: `(G, C)`: where each average lies in the space of likeness.
        axes: `(M, C)`: that space, made of eigenfaces as sums of faces; None for plain looks.
    """

    population: Population
    members: NDArray[np.intp]
    weights: NDArray[np.float64]
    middles: NDArray[np.float64]
    axes: NDArray[np.float64] | None = None

    @classmethod
    def of_pixels(cls, population: Population, members: NDArray[np.intp], k: int) -> Self:
        """Average groups of at least `k` members, pixel by pixel."""
        points = np.stack([look(face) for face in population.faces[members]]).astype(np.float64)
        shares = _shares(points, k)
        return cls(population, members, shares, shares @ points)

    @classmethod
    def of_eigenfaces(
        cls, population: Population, members: NDArray[np.intp], k: int, components: int
    ) -> Self:
        """Average groups of at least `k` members by their first `components` eigenfaces.

        Eigenfaces are found from the inner products of the faces, which are far fewer than
        the pixels (M. Turk, A. Pentland: Eigenfaces for Recognition, 1991).
        """
        products = _centred(population.products[np.ix_(members, members)])
        values, vectors = np.linalg.eigh(products)
        kept = np.flatnonzero(values > 1e-6 * values[-1])[-components:]
        axes = vectors[:, kept] / np.sqrt(values[kept])
        points = products @ axes
        shares = _shares(points, k)
        middles = shares @ points
        apart = middles @ axes.T  # from the mean of all members, as a sum of their faces
        weights = 1 / len(members) + apart - apart.mean(1, keepdims=True)
        return cls(population, members, weights, middles, axes)

    def nearest(self, face: Pixels) -> Pixels:
        """Return the average that is most like an aligned face, of the same shape."""
        at = int(np.linalg.norm(self.middles - self._point(face), axis=1).argmin())
        made = self.weights[at].astype(np.float32) @ self.population.rows[self.members]
        return np.asarray(np.rint(made).clip(0, 255), np.uint8).reshape(face.shape)

    def _point(self, face: Pixels) -> NDArray[np.float64]:
        if self.axes is None:
            return look(face).astype(np.float64)
        mine = self.population.rows[self.members] @ face.ravel().astype(np.float32)
        means = self.population.products[np.ix_(self.members, self.members)].mean(0)
        product = mine - mine.mean() - (means - means.mean())
        return np.asarray(product @ self.axes)


def grouped(points: NDArray[np.float64], k: int) -> list[NDArray[np.intp]]:
    """Divide points into groups of near ones, at least `k` in each.

    As k-Same does it: take a point and the `k - 1` nearest to it, until fewer than `2 * k`
    are left; those are the last group. The next point is always the one that is farthest
    from the middle of what is left.

    Args:
        points: `(P, D)`, at least `k` of them.
        k: least size of a group.

    Returns:
        Sorted indices of each group.
    """
    left = np.arange(len(points))
    groups = []
    while len(left) >= 2 * k:
        here = points[left]
        first = here[np.linalg.norm(here - here.mean(0), axis=1).argmax()]
        order = np.argsort(np.linalg.norm(here - first, axis=1), kind="stable")
        groups.append(np.sort(left[order[:k]]))
        left = np.sort(left[order[k:]])
    return [*groups, left]


def _shares(points: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    groups = grouped(points, k)
    shares = np.zeros((len(groups), len(points)))
    for share, group in zip(shares, groups, strict=True):
        share[group] = 1 / len(group)
    return shares


def _centred(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inner products of vectors less their mean, from those of the vectors."""
    means = products.mean(0)
    return np.asarray(products - means - means[:, None] + means.mean())
