"""The attacker that goes by what a photo looks like: its colours and textures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Matrix, Scores, indices
from .grids import face_chip
from .heads import LDA, Head
from .looks import SIDE, together


@dataclass
class Look(Attacker):
    """Compare colours and textures of defended photos with those of defended gallery photos.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, which it
    defends itself. Uses no face model: hair, clothes, skin and background name people whatever
    becomes of the face ("Faceless Person Recognition" of S. J. Oh, R. Benenson, M. Fritz,
    B. Schiele, ECCV 2016), and what is left of a coarse face is its colours and edges. Unlike
    `pixels` it asks what is there more than where.

    Variants: the whole photo (`whole`), the face alone, upright (`inside`), both (`fused`), and
    the photo without the region that the defense may change (`outside`).
    """

    name: ClassVar[str] = "look"

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Defend the gallery; the looks are learned beside those of the probes."""
        self._seen, self._people, self._defend = defend(gallery), indices(gallery), defend
        self._gallery = gallery
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each view."""
        whole = self._by(*((photo.pixels for photo in some) for some in (self._seen, probes)))
        inside = self._by(*((face_chip(p, SIDE) for p in some) for some in (self._seen, probes)))
        found = [Scores(whole, "whole"), Scores(inside, "inside"),
                 Scores((whole + inside) / 2, "fused")]  # fmt: skip
        known, new = self._defend.outside(self._gallery), self._defend.outside(probes)
        outside = whole  # where nothing is outside the whole photo counts
        if known is not None and new is not None:
            outside = self._by(*((photo.pixels for photo in some) for some in (known, new)))
        return [*found, Scores(outside, "outside")]

    def _by(self, known: Iterable[np.ndarray], asked: Iterable[np.ndarray]) -> Matrix:
        old, new = together(known, asked)
        return Head(LDA).fit(old, self._people, np.arange(len(old))).scores(new)
