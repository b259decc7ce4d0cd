"""A defense of another package: the face as a negative, faded to grey."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmask.defenses import Defense, Photo, Range
from unmask.defenses.photo import Pixels


@dataclass(frozen=True)
class Negative(Defense):
    """Invert the face and fade it to grey.

    Args:
        fade: 0 is the plain negative, 1 is grey.
    """

    fade: float = 0.5
    region: str = "box"
    space: ClassVar = {"fade": Range(1.0, 0.0)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("fade", 0, 1)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        negative = 255.0 - photo.pixels
        return np.rint((1 - self.fade) * negative + self.fade * 128).astype(np.uint8)
