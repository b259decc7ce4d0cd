"""Which photo goes to which stage, and the pictures clean and defended."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Defense, Photo
from unmask.defenses.faces.find import find_many
from unmask.defenses.photo import Pixels

from ..recognizers.chips import template_chip

STAGES = ("tower", "align", "tune", "probe")
CLEAN = "clean"
MASK = "mask:fill=grey,margin=0.3"
AROUND = 1.8  # side of the picture the model sees, in sizes of the face
CHIP = 128  # side of an aligned picture in pixels


@dataclass(frozen=True)
class Pictures:
    """Pictures of one stage under one defense.

    Args:
        pixels: one `(H, W, 3)`, uint8, RGB per photo.
        people: `(N,)`, number of the person on each.
        keys: stable names.
        outcomes: what became of each: `clean`, `defended`, `no_face`, `unchanged`, `failed`.
    """

    pixels: tuple[Pixels, ...]
    people: NDArray[np.int64]
    keys: tuple[str, ...]
    outcomes: tuple[str, ...]


class Deal:
    """Photos dealt to the stages, so that none is seen twice.

    Of each person the photos, in an order that depends on seed and key alone, are dealt
    out: two are asked about, the rest is shared by the stages 2 : 1 : 1 (at least one
    each). Every person has as many probes as any other, so guessing is exactly 1 / people.

    Args:
        photos: of all people, at least 5 each.
        seed: another seed, another deal.
        cut: `around` or `aligned`, as `Recipe` says.

    Raises:
        ValueError: fewer than two people, or one with fewer than 5 photos.
    """

    probes = 2

    def __init__(self, photos: Sequence[Photo], seed: int, *, cut: str = "around") -> None:
        self.cut = cut
        by_person: dict[str, list[Photo]] = defaultdict(list)
        found = find_many([photo.pixels for photo in photos])
        for photo, faces in zip(photos, found, strict=True):
            by_person[photo.identity].append(Photo(photo.pixels, photo.key, photo.identity, faces))
        self.identities = tuple(sorted(by_person))
        self.seed = seed
        self.parts: dict[str, list[tuple[int, Photo]]] = {stage: [] for stage in STAGES}
        if len(self.identities) < 2:
            raise ValueError(f"the lab needs at least 2 people, got {len(self.identities)}")
        for number, name in enumerate(self.identities):
            mine = sorted(by_person[name], key=lambda photo: _rank(seed, photo.key))
            if len(mine) < 3 + self.probes:
                raise ValueError(
                    f"the lab needs {3 + self.probes} photos of each person, got {len(mine)} of "
                    f"{name}; choose people with more: photos={3 + self.probes}?"
                )
            rest = len(mine) - self.probes
            each = max(rest // 4, 1)
            cuts = (rest - 2 * each, rest - each, rest, len(mine))
            start = 0
            for stage, stop in zip(STAGES, cuts, strict=True):
                self.parts[stage] += [(number, photo) for photo in mine[start:stop]]
                start = stop
        self._made: dict[tuple[str, str], Pictures] = {}

    def pictures(self, stage: str, defense: str = CLEAN) -> Pictures:
        """Return a stage's pictures, cut out around the face after the defense.

        A photo in which no face is found, or whose defense fails, stays as it is.

        Raises:
            ValueError: the defense learns from people outside the lab, which has none.
        """
        if (stage, defense) not in self._made:
            dealt = self.parts[stage]
            photos = [photo for _, photo in dealt]
            pixels, outcomes = [photo.pixels for photo in photos], [CLEAN] * len(photos)
            if defense != CLEAN:
                built = usable(defense)
                made = built.many(photos, seed=self.seed)
                pixels = [each.photo.pixels for each in made]
                outcomes = [str(each.outcome) for each in made]
            # where the face is, the lab knows from the photo as it was
            known = [replace(photo, pixels=p) for p, photo in zip(pixels, photos, strict=True)]
            cut = tuple(map(_aligned if self.cut == "aligned" else _around, known))
            people = np.array([number for number, _ in dealt], np.int64)
            keys = tuple(photo.key for photo in photos)
            self._made[stage, defense] = Pictures(cut, people, keys, tuple(outcomes))
        return self._made[stage, defense]


def usable(spec: str) -> Defense:
    """Build a defense that the lab can use.

    Raises:
        LookupError: there is no such defense.
        ValueError: it learns from people outside the lab, which has none.
    """
    built = DEFENSES.build(spec)
    if built.needs_background:
        raise ValueError(
            f"{built.name} learns from photos of other people, and the lab has none; choose "
            "another defense"
        )
    return built


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"lab\x1f{seed}\x1f{key}".encode()).digest()


def _aligned(photo: Photo) -> Pixels:
    return template_chip(photo, "arcface", CHIP)


def _around(photo: Photo) -> Pixels:
    pixels = photo.pixels
    if not photo.faces:
        return pixels
    x, y, w, h = photo.faces[0].box
    half = max(w, h) * AROUND / 2
    height, width = pixels.shape[:2]
    left, right = max(round(x + w / 2 - half), 0), min(round(x + w / 2 + half), width)
    top, bottom = max(round(y + h / 2 - half), 0), min(round(y + h / 2 + half), height)
    return pixels[top:bottom, left:right]
