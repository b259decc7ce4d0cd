"""Correcting a guess by defending it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from unmask.defenses import Photo

from .base import Restorer, mean_ssim
from .wiener import Wiener

ROUNDS = 5
TRIED = 24  # pairs on which the number of rounds is chosen
BETTER = 1e-3  # SSIM that a further round must bring


@dataclass
class Checking(Restorer):
    """Restore by gains, defend the guess, and restore what still differs from what was seen.

    `guess += gains(seen - defense(guess))`: back-projection, which knows the outline of the
    region, the border of the photo and the grid that gains know nothing of (M. Irani,
    S. Peleg, "Improving Resolution by Image Registration", CVGIP: Graphical Models and Image
    Processing 1991). The first guess is what the gains make of the whole, or the photo as it is
    seen: gains take the clean surroundings of a region for blurred ones and spoil its edge,
    while a pixelated photo, pixelated again, stays the same. Which one, and how many rounds,
    is what helps most on known pairs; where chance takes part in the defense, none do.

    Args:
        wiener: the gains.
        again: defends photos with seeds of the attacker's own.
    """

    wiener: Wiener
    again: Callable[[Sequence[Photo]], Sequence[Photo]]

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn the gains, then the number of rounds."""
        self.wiener.fit(clean, defended)
        some = np.unique(np.linspace(0, len(clean) - 1, min(TRIED, len(clean))).astype(int))
        aim, seen = [clean[i] for i in some], [defended[i] for i in some]
        best = float("-inf")
        for as_seen in (False, True):
            guess = self._start(seen, as_seen)
            reached = mean_ssim(aim, guess)
            for rounds in range(ROUNDS + 1):
                if reached > best:
                    best, self.as_seen, self.rounds = reached, as_seen, rounds
                if rounds < ROUNDS:
                    guess = self._corrected(guess, seen)
                    before, reached = reached, mean_ssim(aim, guess)
                    if reached < before + BETTER:
                        break
        return self

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Guess and correct."""
        guess = self._start(photos, self.as_seen)
        for _ in range(self.rounds):
            guess = self._corrected(guess, photos)
        return guess

    def _start(self, photos: Sequence[Photo], as_seen: bool) -> list[Photo]:
        return list(photos) if as_seen else self.wiener.restore(photos)

    def _corrected(self, guess: Sequence[Photo], seen: Sequence[Photo]) -> list[Photo]:
        corrected = []
        regions = self.wiener.regions(seen)
        for photo, made, aim, region in zip(guess, self.again(guess), seen, regions, strict=True):
            left = aim.pixels.astype(np.float32) - made.pixels
            step = self.wiener.filtered(photo, left)
            if region is not None:
                step *= region[..., None]
            pixels = np.rint(photo.pixels + step).clip(0, 255).astype(np.uint8)
            corrected.append(photo.with_pixels(pixels))
        return corrected
