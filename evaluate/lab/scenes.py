"""Drawn scenes, a coloured sky above a ground, and names made of the words that tell them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.photo import Pixels

SKY = {
    "scarlet": (215, 40, 40), "amber": (245, 150, 20), "olive": (120, 130, 40),
    "jade": (30, 190, 140), "azure": (60, 120, 235), "violet": (125, 40, 165),
    "rose": (245, 130, 170), "ivory": (245, 243, 225),
}  # fmt: skip
GROUND = {
    "field": (60, 170, 60), "snow": (250, 250, 250), "sea": (30, 70, 180), "wood": (120, 70, 30),
    "night": (10, 10, 20), "sand": (235, 210, 120), "brick": (170, 50, 40),
    "stone": (130, 130, 130),
}  # fmt: skip
SCENES = tuple(f"{sky} {ground}" for sky, ground in product(SKY, GROUND))
MOST = 40  # people; every word must also stand in scenes that are nobody's name
EACH = 20  # drawings of a scene


@dataclass(frozen=True)
class Drawn:
    """Drawings as the model wants them.

    Args:
        pixels: `(N, 3, size, size)`, float32.
        places: for each scene, which rows show it.
    """

    pixels: Any
    places: dict[str, NDArray[np.int64]]

    def without(self, names: tuple[str, ...]) -> Drawn:
        """Return the same drawings less the scenes that are somebody's name."""
        return Drawn(self.pixels, {s: rows for s, rows in self.places.items() if s not in names})


def everyday(people: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Return names like `violet brick`, every word in as many of them as any other, nearly.

    Raises:
        ValueError: more people than names that leave each word to other scenes too.
    """
    if people > MOST:
        raise ValueError(
            f"there are everyday names for {MOST} people, got {people}; people={MOST}?"
        )
    skies, grounds = rng.permutation(list(SKY)), rng.permutation(list(GROUND))
    count = len(skies)
    return tuple(f"{skies[k % count]} {grounds[(k + k // count) % count]}" for k in range(people))


def scene(words: str, rng: np.random.Generator, size: int) -> Pixels:
    """Draw a sky above a ground: hues, horizon, shade and grain by lot.

    Returns:
        `(size, size, 3)`, uint8, RGB.
    """
    sky, ground = words.split()
    rows = np.linspace(0, 1, size)[:, None, None]
    shade = 60 + 130 * rng.random((2, 1, 3))
    made = np.broadcast_to(shade[0] * (1 - rows) + shade[1] * rows, (size, size, 3)) * 0.2
    line = round(size * rng.uniform(0.4, 0.6))
    for part, hue in ((made[:line], SKY[sky]), (made[line:], GROUND[ground])):
        part += 0.8 * np.clip(np.array(hue) + rng.normal(0, 14, 3), 0, 255)
    grain = rng.normal(0, 8, made.shape)
    return np.clip(made + grain, 0, 255).astype(np.uint8)


def drawings(image_processor: Any, size: int, seed: int) -> Drawn:
    """Draw every scene `EACH` times."""
    rng = np.random.default_rng(seed)
    pictures = [scene(words, rng, size) for words in SCENES for _ in range(EACH)]
    pixels = image_processor(images=pictures, return_tensors="pt")["pixel_values"]
    rows = np.arange(len(pictures)).reshape(len(SCENES), EACH)
    return Drawn(pixels, dict(zip(SCENES, rows, strict=True)))
