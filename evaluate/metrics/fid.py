"""Distance of distributions, as most papers tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Unavailable
from .inception import features
from .sets import Overall, SetMetric


@dataclass(frozen=True)
class Fid(SetMetric):
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
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, np.inf)
    needs: ClassVar = ("weights",)
    usual: ClassVar = False

    def overall(
        self, clean: Sequence[Photo], defended: Sequence[Defended], people: NDArray[np.int64]
    ) -> Overall:
        """Return the distance, without an interval."""
        if len(clean) < 2:
            raise Unavailable(f"FID needs at least 2 photos, got {len(clean)}")
        seen = [p.with_pixels(d.photo.pixels) for p, d in zip(clean, defended, strict=True)]
        return frechet(features(clean), features(seen)), None, None


def frechet(before: Any, after: Any) -> float:
    """Return the Frechet distance of two sets of features, `(N, D)` tensors, by torchmetrics."""
    from torch.nn import Identity
    from torchmetrics.image.fid import FrechetInceptionDistance

    ready = Identity()
    ready.num_features = before.shape[1]
    distance = FrechetInceptionDistance(feature=ready)
    distance.update(before.double(), real=True)
    distance.update(after.double(), real=False)
    return max(0.0, float(distance.compute()))
