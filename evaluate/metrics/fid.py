"""Distance of distributions, as most papers tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .sets import Overall, Realism


@dataclass(frozen=True)
class Fid(Realism):
    """Measure how far the photos as a set moved from what they were: 0 is not at all.

    Two Gaussians are fitted to the features of Inception v3. The figure is too high with few
    photos: compare only figures of equally many, and see `kid`, which has no such bias and
    an interval. It says how real a set looks, not how private it is.

    Reference:
        Martin Heusel, Hubert Ramsauer, Thomas Unterthiner, Bernhard Nessler, Sepp Hochreiter:
        GANs trained by a two time-scale update rule converge to a local Nash equilibrium.
        NeurIPS 2017. Here on squares of twice the face.
    """

    name: ClassVar = "fid"
    least: ClassVar = 2

    def distance(self, before: Any, after: Any, people: NDArray[np.int64]) -> Overall:
        """Return the distance, without an interval."""
        return frechet(before, after), None, None


def frechet(before: Any, after: Any) -> float:
    """Return the Frechet distance of two sets of features, `(N, D)` tensors, by torchmetrics."""
    from torch.nn import Identity
    from torchmetrics.image.fid import FrechetInceptionDistance

    ready = Identity()
    ready.num_features = before.shape[1]
    distance = FrechetInceptionDistance(feature=ready)
    distance.update(before.cpu().double(), real=True)
    distance.update(after.cpu().double(), real=False)
    return max(0.0, float(distance.compute()))
