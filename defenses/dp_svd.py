"""Noise on singular values, under metric privacy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .base import Defense
from .faces.regions import bounds
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class DpSvd(Defense):
    """Keep the largest singular values of the face and add noise to them.

    L. Fan: Practical Image Obfuscation with Provable Privacy, ICME 2019. The face, a matrix,
    is described by its `rank` largest singular values; they are replaced by a sample whose
    density falls as `exp(-epsilon * distance)`, so that faces with near values give nearly
    the same output (metric privacy, a relaxed differential privacy). Exactly: the distance
    is drawn from a gamma distribution of shape `rank`, the direction evenly.

    Departures: written from the idea, without the author's code. Values are divided by 255
    and by the root of the number of pixels, so that `epsilon` means the same for faces of
    all sizes: noise is about `rank / epsilon` of full brightness. The three channels of a
    colour photo make one vector of `3 * rank` values. Negative values become 0. The promise
    covers the singular values alone: singular vectors are published as they are, and they
    show the face. Whoever reads "provable" should look at the leakage here first.

    Args:
        rank: singular values that are kept, 1 to 512. Fewer hide more.
        epsilon: privacy per distance, above 0. Smaller hides more.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> DpSvd()(photo).outcome
        'defended'
    """

    rank: int = 8
    epsilon: float = 50.0
    random: ClassVar = True
    space: ClassVar = {
        "rank": Range(32, 3, log=True, integer=True),
        "epsilon": Range(1000.0, 5.0, log=True),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("rank", 1, 512, whole=True)
        self.check("epsilon", 1e-3, 1e9)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the face of few, noisy singular values."""
        place = bounds(self.mask_of(photo))
        channels = 1 if photo.is_grey else 3
        face = photo.pixels[place][..., :channels]
        left, values, right = np.linalg.svd(np.moveaxis(face / 255, 2, 0), full_matrices=False)
        rank = min(self.rank, values.shape[1])
        unit = math.sqrt(face.shape[0] * face.shape[1])
        noisy = values[:, :rank] + unit * ball_noise((channels, rank), self.epsilon, rng)
        made = (left[..., :rank] * noisy.clip(0)[:, None, :]) @ right[:, :rank]
        result = photo.pixels.copy()
        result[place] = np.moveaxis(np.rint(255 * made.clip(0, 1)), 0, 2).astype(np.uint8)
        return result


def ball_noise(
    shape: tuple[int, ...], epsilon: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw noise with density proportional to `exp(-epsilon * norm)`.

    Args:
        shape: shape of the result, taken as one vector.
        epsilon: rate.
        rng: source of randomness.
    """
    direction = rng.standard_normal(shape)
    distance = rng.gamma(direction.size, 1 / epsilon)
    return np.asarray(distance * direction / np.linalg.norm(direction))
