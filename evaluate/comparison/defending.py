"""Defend many photos: one that fails never stops the rest, and none is forgotten."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from unmask.defenses import Defended, Defense, Photo

from ..data.pictures import Pictures

AGAIN = -1  # the draw of copies that are not kept: never one of those that are


def defend_all(
    defense: Defense, photos: Sequence[Photo], *, seed: int, pictures: Pictures | None = None
) -> list[Defended]:
    """Defend photos; one that fails stays as it is, marked `failed`, and the rest goes on."""
    try:
        if pictures:
            return pictures.many(defense, photos, seed=seed)
        return defense.many(photos, seed=seed)
    except Exception:
        return [_defend_one(defense, photo, seed) for photo in photos]


def _defend_one(defense: Defense, photo: Photo, seed: int) -> Defended:
    try:
        return defense(photo, seed=seed)
    except Exception as error:
        nothing = np.zeros(photo.pixels.shape[:2], np.float32)
        return Defended(photo, "failed", nothing, f"{type(error).__name__}: {error}")


def attacker_seed(seed: int, draw: int) -> int:
    """Return the seed an attacker uses for its own copies: never the defender's."""
    text = f"attacker {seed} {draw}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


class OwnCopies:
    """The attacker's copy of a defense; equal calls are computed once.

    `made` counts the copies, and `failures` those that the defense failed on, by reason: they
    are clean photos, from which nobody learns what the defense does.

    Args:
        defense: the defense, with its parameters.
        seed: seed of the run; the attacker's seeds are others, see `attacker_seed`.
        pictures: where slow copies are kept, if anywhere.
    """

    def __init__(self, defense: Defense, seed: int, pictures: Pictures | None = None) -> None:
        self._defense, self._seed, self._pictures = defense, seed, pictures
        self._made: dict[tuple[str, int], Photo] = {}
        self.made, self.failures = 0, Counter[str]()

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos with seeds of the attacker's own."""
        draw = draw if self._defense.random else 0
        missing = [photo for photo in photos if (photo.key, draw) not in self._made]
        seed = attacker_seed(self._seed, draw)
        done = self._counted(
            defend_all(self._defense, missing, seed=seed, pictures=self._pictures)
        )
        for photo, result in zip(missing, done, strict=True):
            self._made[photo.key, draw] = photo.with_pixels(result.photo.pixels)
        return [self._made[photo.key, draw] for photo in photos]

    def again(self, photos: Sequence[Photo]) -> list[Photo]:
        """Defend photos that are not worth keeping."""
        seed = attacker_seed(self._seed, AGAIN)
        done = self._counted(defend_all(self._defense, photos, seed=seed))
        return [p.with_pixels(d.photo.pixels) for p, d in zip(photos, done, strict=True)]

    def outside(self, photos: Sequence[Photo]) -> list[Photo] | None:
        """Blank what the defense may change; None if that is the whole photo."""
        if self._defense.region == "image":
            return None
        return [
            photo.with_pixels(np.where(self._defense.mask(photo)[..., None] > 0, 128, photo.pixels)
                              .astype(np.uint8))
            for photo in photos
        ]  # fmt: skip

    def _counted(self, done: list[Defended]) -> list[Defended]:
        self.made += len(done)
        self.failures.update(d.reason for d in done if d.outcome == "failed")
        return done
