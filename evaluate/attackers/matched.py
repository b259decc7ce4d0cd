"""The attacker that defends its own photos before comparing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from unmask.defenses import Photo

from .base import Defend
from .naive import Naive


@dataclass
class Matched(Naive):
    """Compare defended photos with defended ones by a pretrained recognizer.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, which
    it defends itself. The simplest form of the "parrot" idea of Newton, Sweeney and Malin,
    "Preserving Privacy by De-identifying Face Images", IEEE TKDE 2005: nothing is trained.
    """

    name: ClassVar[str] = "matched"
    informed: ClassVar[bool] = True
    one_draw: ClassVar[bool] = False

    def for_part(self, budget: str) -> Self:
        """Name people, but leave pairs of photos aside."""
        return replace(self, pairs=False)

    def _seen(self, photos: Sequence[Photo], defend: Defend) -> Sequence[Photo]:
        return defend(photos)
