"""What was found out about one defense: attacks, utilities, and what makes one doubt them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..metrics.sets import Overall
from ..results.records import BROKE, Status
from ..statistics import Figure, Mean, chance_of

Credits = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attack:
    """What one variant of one attacker reached against one defense.

    Args:
        name: attacker and variant, `pixels/own/lda`.
        attacker: name of the attacker alone.
        recognizer: label of its face model, or empty.
        informed: whether it knew the defense.
        credits: statistic (`rank1`, `rank5`) to `(N,)` credit per probe, 0 to 1; empty for
            an attacker that names nobody.
        asked: what else its scores answer (albums, line-ups, photos of anybody): statistic to
            way of reading the scores to `(N,)` credit, NaN where a person cannot be asked
            about.
        figures: what its pair scores say, for attackers that compare pairs.
        notes: further figures about the attack itself.
        status: `ok`, `invalid` or `unavailable`.
        reason: why not `ok`.
        seconds: time for fitting and scoring all variants of this attacker.
    """

    name: str
    attacker: str
    recognizer: str = ""
    informed: bool = False
    credits: dict[str, Credits] = field(default_factory=dict, repr=False)
    asked: dict[str, dict[str, Credits]] = field(default_factory=dict, repr=False)
    figures: tuple[Figure, ...] = field(default=(), repr=False)
    notes: dict[str, float] = field(default_factory=dict)
    status: Status = "ok"
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Utility:
    """One metric: a value per probe (NaN where the clean photo does not allow it).

    A metric of the whole set has `overall` instead: figure, lower and upper end.
    """

    name: str
    values: Credits = field(repr=False)
    bounds: tuple[float, float] | None = None
    status: Status = "ok"
    reason: str = ""
    seconds: float = 0.0
    overall: Overall | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """Everything that was found out about one defense, per probe.

    Args:
        defense: its spec.
        parameters: all its parameters.
        people: `(N,)`, the index of the person on each probe.
        outcomes: `(N,)`, what became of the photo.
        attacks: what each variant of each attacker reached.
        utilities: what each metric said.
        failures: why photos failed, by photo key.
        remarks: what else a defense said about photos, by key, as that a face was masked
            because no new one would do.
        copies: how many defended copies the attackers made for themselves.
        lost_copies: how many of them failed and so are clean photos, by reason.
        disclosed: what attackers reached who know the seed of the release, for a defense
            that draws.
        doubts: sentences that say why the leakage may be higher than what was measured.
        found: of a folder of pictures: how many it holds, and of how many, by role.
        ceiling: how often each comparison told which photo a defended one was made of.
        region: where the face was looked at alone, in words; empty if the defense may change the
            whole photo, or nobody asked.
        face: what attackers reached who were shown that region and nothing else.
        face_doubts: sentences that say why the region may leak more than they reached.
        kept: whether all outside of that region is as it was.
        context: what they reached who were shown the undefended photo with that region blanked,
            where all outside of it was kept.
        around: what they reached who were shown the defended photo with the usual region of faces
            blanked, where the defense may change much more, and did not.
        spared: attackers who were not asked, since others had left nothing to be found.
        face_spared: the same of the region alone.
        pairs: what is told about a list of pairs, where one was given.
        status: `ok`; `unavailable`: the defense cannot learn from these background people;
            `invalid`: it broke when it should. Then nothing was measured.
        reason: why not `ok`.
        folds: `(N,)`, the fold of each probe where people took turns; None where they did not.
    """

    defense: str
    parameters: dict[str, Any]
    people: NDArray[np.int64]
    outcomes: tuple[str, ...]
    attacks: tuple[Attack, ...]
    utilities: tuple[Utility, ...]
    failures: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    copies: int = 0
    lost_copies: dict[str, int] = field(default_factory=dict)
    disclosed: tuple[Attack, ...] = ()
    doubts: tuple[str, ...] = ()
    found: dict[str, tuple[int, int]] = field(default_factory=dict)
    ceiling: tuple[Attack, ...] = ()
    region: str = ""
    face: tuple[Attack, ...] = ()
    face_doubts: tuple[str, ...] = ()
    kept: bool = False
    context: tuple[Attack, ...] = ()
    around: tuple[Attack, ...] = ()
    spared: tuple[str, ...] = ()
    face_spared: tuple[str, ...] = ()
    pairs: tuple[Attack, ...] = ()
    status: Status = "ok"
    reason: str = ""
    folds: NDArray[np.int64] | None = None

    def chance(self, k: int = 1, *, over: Mean = "people") -> float:
        """Return the rank-k that is reached without a look at any photo."""
        return chance_of(self.people, k, mean=over, folds=self.folds)

    @property
    def broken(self) -> bool:
        """Whether anything raised, so that it is worth to be tried again."""
        reasons = [attack.reason for some in self.by_part.values() for attack in some]
        reasons += [utility.reason for utility in self.utilities]
        return any(BROKE in reason for reason in (self.reason, *reasons))

    @property
    def by_part(self) -> dict[str, tuple[Attack, ...]]:
        """All attacks by the part of photos that they were shown; empty: the whole."""
        return {
            "": self.attacks,
            "face alone": self.face,
            "context alone": self.context,
            "around the face": self.around,
        }

    def __repr__(self) -> str:
        found = f"{len(self.attacks)} attacks, {len(self.utilities)} metrics"
        return f"Measured({self.defense!r}, {len(self.people)} photos, {found})"
