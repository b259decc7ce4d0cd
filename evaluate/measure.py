"""Measure one defense: defend, attack, look at what is left."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Defended, Defense, Photo

from .attackers.base import Attacker, Defend, Scores, indices
from .metrics.base import Metric, Unavailable
from .metrics.sets import Overall, SetMetric
from .pictures import Pictures
from .plan import Plan
from .records import Status
from .scene import Scene
from .statistics import rank_credit
from .verification import Figure, verification_figures

Credits = NDArray[np.float64]
AGAIN = -1  # the draw of copies that are not kept: never one of those that are


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
    credits: dict[str, Credits] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
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
    values: Credits
    bounds: tuple[float, float] | None = None
    status: Status = "ok"
    reason: str = ""
    seconds: float = 0.0
    overall: Overall | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """Everything that was found out about one defense, per probe.

    `people` is `(N,)`, the index of the person on each probe; `outcomes` is `(N,)`, what
    became of the photo; `failures` gives the reasons, by photo key, and `remarks` what else
    a defense said about photos, as that a face was masked because no new one would do.
    """

    defense: str
    parameters: dict[str, Any]
    people: NDArray[np.int64]
    outcomes: tuple[str, ...]
    attacks: tuple[Attack, ...]
    utilities: tuple[Utility, ...]
    failures: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def measure(spec: str, scene: Scene, plan: Plan, pictures: Pictures | None = None) -> Measured:
    """Run every attacker and metric of `plan` against the defense `spec`.

    The same arguments give the same figures in any process, in any order.

    Args:
        spec: of the defense.
        scene: the photos.
        plan: attackers, metrics, recognizers, seed.
        pictures: where slow defended pictures are kept, if anywhere.

    Raises:
        ValueError: the defense cannot be built, or cannot learn from so few people.
    """
    defense = DEFENSES.build(spec).fit(scene.background)
    defended = defend_all(defense, scene.probes, seed=plan.seed, pictures=pictures)
    seen = [
        Photo(done.photo.pixels, done.photo.key, "", photo.faces)
        for done, photo in zip(defended, scene.probes, strict=True)
    ]
    truth = indices(scene.probes)
    defend = OwnCopies(defense, plan.seed, pictures)
    attacks = [
        result
        for attacker in plan.build_attackers()
        for result in _attack(attacker, scene, defend, seen, truth)
    ]
    utilities = [
        _utility(metric, scene.probes, defended, truth) for metric in plan.build_metrics()
    ]
    return Measured(
        spec,
        defense.parameters,
        truth,
        tuple(done.outcome for done in defended),
        tuple(attacks),
        tuple(utilities),
        {d.photo.key: d.reason for d in defended if d.outcome == "failed"},
        {d.photo.key: d.reason for d in defended if d.outcome != "failed" and d.reason},
    )


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

    Args:
        defense: the defense, with its parameters.
        seed: seed of the run; the attacker's seeds are others, see `attacker_seed`.
        pictures: where slow copies are kept, if anywhere.
    """

    def __init__(self, defense: Defense, seed: int, pictures: Pictures | None = None) -> None:
        self._defense, self._seed, self._pictures = defense, seed, pictures
        self._made: dict[tuple[str, int], Photo] = {}

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos with seeds of the attacker's own."""
        draw = draw if self._defense.random else 0
        missing = [photo for photo in photos if (photo.key, draw) not in self._made]
        seed = attacker_seed(self._seed, draw)
        done = defend_all(self._defense, missing, seed=seed, pictures=self._pictures)
        for photo, result in zip(missing, done, strict=True):
            self._made[photo.key, draw] = photo.with_pixels(result.photo.pixels)
        return [self._made[photo.key, draw] for photo in photos]

    def again(self, photos: Sequence[Photo]) -> list[Photo]:
        """Defend photos that are not worth keeping."""
        done = defend_all(self._defense, photos, seed=attacker_seed(self._seed, AGAIN))
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


def _attack(
    attacker: Attacker,
    scene: Scene,
    defend: Defend,
    seen: Sequence[Photo],
    truth: NDArray[np.int64],
) -> list[Attack]:
    start = time.perf_counter()
    facts: dict[str, Any] = {"attacker": attacker.name, "informed": attacker.informed}
    try:
        attacker.fit(scene.gallery, scene.background, defend)
        found = attacker.scores(seen)
    except Unavailable as error:
        return [Attack(attacker.name, **facts, status="unavailable", reason=str(error))]
    except Exception as error:
        reason = f"the attack broke: {type(error).__name__}: {error}"
        return [Attack(attacker.name, **facts, status="invalid", reason=reason)]
    seconds = time.perf_counter() - start
    return [_judge(scores, truth, facts, seconds / len(found)) for scores in found]


def _judge(
    scores: Scores, truth: NDArray[np.int64], facts: dict[str, Any], seconds: float
) -> Attack:
    name = "/".join(filter(None, (facts["attacker"], scores.variant)))
    facts = {**facts, "recognizer": scores.recognizer, "seconds": seconds, "notes": scores.notes}
    if scores.unavailable:
        return Attack(name, **facts, status="unavailable", reason=scores.unavailable)
    credits: dict[str, Credits] = {}
    figures: list[Figure] = []
    try:
        if scores.people is not None:
            credits = {f"rank{k}": rank_credit(scores.people, truth, k) for k in (1, 5)}
        if scores.verification is not None:
            figures = verification_figures(scores.verification, truth)
    except ValueError as error:
        return Attack(name, **facts, status="invalid", reason=str(error))
    return Attack(name, **facts, credits=credits, figures=tuple(figures))


def _utility(
    metric: Metric,
    clean: Sequence[Photo],
    defended: Sequence[Defended],
    people: NDArray[np.int64],
) -> Utility:
    start = time.perf_counter()
    overall = None
    try:
        values = metric.values(clean, defended)
        if isinstance(metric, SetMetric):
            overall = metric.overall(clean, defended, people)
    except Unavailable as error:
        return Utility(metric.name, np.zeros(0), status="unavailable", reason=str(error))
    seconds = time.perf_counter() - start
    return Utility(metric.name, values, metric.bounds, seconds=seconds, overall=overall)
