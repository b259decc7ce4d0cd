"""The factorial: what each stage saw, and the cells that serve as controls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Literal

from unmask.device import mark

from .photos import CLEAN
from .recipe import Recipe

RANDOM, GIVEN = "random", "given"
SHUFFLED, DRAWN, UNNAMED = "shuffled", "drawn", "unnamed"
Captions = Literal["named", "person", "shuffled", "unnamed"]
FACTORS = ("tower", "align", "tune")


@dataclass(frozen=True)
class Cell:
    """One trained model.

    Args:
        tower: photos of stage 0: `clean`, a defense spec, `shuffled` (clean, with names of
            wrong people), `random` (no stage 0) or `given` (a pretrained tower).
        align: photos of stage 1: `clean`, a defense spec, or `drawn` (drawings alone).
        tune: photos of stage 2.
        captions: `named`; `person` (every name is "a person"); `shuffled` (names of wrong
            people, in every stage); `unnamed` (drawings with their words, and photos, if any,
            of "a person").
        seed: of photos, names and training.
    """

    tower: str
    align: str
    tune: str
    captions: Captions = "named"
    seed: int = 0

    @property
    def label(self) -> str:
        """What tells this cell from others of its seed."""
        return f"{self.tower}/{self.align}/{self.tune}/{self.captions}"

    @property
    def group(self) -> tuple[int, str, bool]:
        """Cells that share their tower, and are therefore trained in one process."""
        return self.seed, self.tower, self.captions == "shuffled"

    def mark(self, data: str, probes: Sequence[str], recipe: Recipe) -> str:
        """Return the name under which the cell's result is kept."""
        settings = [asdict(self), data, list(probes), recipe.as_dict(), mark()]
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
        return f"seed{self.seed}-{digest[:16]}"


def factorial(
    defenses: Sequence[str], seeds: Sequence[int], *, given: bool = False, defended: bool = True
) -> list[Cell]:
    """Return all cells: 2 x 2 x 2 a defense, then the controls, for each seed.

    Controls: a tower that learned nothing with both later stages defended; and, clean
    everywhere, names shuffled and names replaced by "a person".

    Args:
        defenses: specs.
        seeds: at least one.
        given: a pretrained tower is used, so stage 0 does not vary.
        defended: stages may learn from defended photos; else only clean everywhere is left.

    Raises:
        ValueError: no defense or no seed.
    """
    if not defenses or not seeds:
        raise ValueError("the lab needs at least one defense and one seed, got none")
    cells = []
    for seed in seeds:
        if not defended:
            cells.append(Cell(GIVEN if given else CLEAN, CLEAN, CLEAN, seed=seed))
        for defense in defenses if defended else ():
            levels = (CLEAN, defense)
            towers = (GIVEN,) if given else levels
            cells += [Cell(*c, seed=seed) for c in product(towers, levels, levels)]
            cells.append(Cell(RANDOM, defense, defense, seed=seed))
        first = GIVEN if given else CLEAN
        cells.append(Cell(first, CLEAN, CLEAN, "shuffled", seed))
        cells.append(Cell(first, CLEAN, CLEAN, "person", seed))
    return list(dict.fromkeys(cells))


def unnamed(seeds: Sequence[int]) -> list[Cell]:
    """Return the cells of the design `words`: nobody is named after stage 0.

    Stages 1 and 2 see drawings alone, or photos of "a person" among them in the second or in
    both. Controls: the same with a tower that learned wrong names, and one that learned
    nothing.

    Raises:
        ValueError: no seed.
    """
    if not seeds:
        raise ValueError("the lab needs at least one seed, got none")
    ways = ((DRAWN, DRAWN), (DRAWN, CLEAN), (CLEAN, CLEAN))
    return [
        Cell(tower, *way, captions="unnamed", seed=seed)
        for seed in seeds
        for tower in (CLEAN, SHUFFLED, RANDOM)
        for way in (ways if tower != RANDOM else ways[:1])
    ]
