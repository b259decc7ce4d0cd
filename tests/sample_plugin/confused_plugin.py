"""An attacker that mixes up its people: it must come out as invalid, never as privacy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmask.defenses import Photo
from unmask.evaluate import Scores
from unmask.evaluate.attackers.matched import Matched


@dataclass
class Confused(Matched):
    """Like `matched`, with the names of the people moved by one."""

    name: ClassVar[str] = "confused"

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Return the scores of somebody else."""
        return [
            Scores(np.roll(found.people, 1, axis=1), recognizer=found.recognizer)
            for found in super().scores(probes)
            if found.people is not None
        ]
