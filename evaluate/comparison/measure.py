"""Measure one defense: defend, attack, look at what is left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Defended, Defense, Photo

from ..attackers.base import Attacker, Defend, Scores, indices
from ..data.pictures import Pictures
from ..data.scene import Scene
from ..metrics.base import Metric, Unavailable
from ..metrics.sets import Overall, SetMetric
from ..results.records import BROKE, Status, broke
from ..statistics import Figure, rank_credit, verification_figures
from .defending import OwnCopies, defend_all
from .plan import Plan

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
        status: `ok`; `unavailable`: the defense cannot learn from these background people;
            `invalid`: it broke when it should. Then nothing was measured.
        reason: why not `ok`.
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
    status: Status = "ok"
    reason: str = ""

    @property
    def broken(self) -> bool:
        """Whether anything raised, so that it is worth to be tried again."""
        reasons = [a.reason for a in self.attacks] + [u.reason for u in self.utilities]
        return any(BROKE in reason for reason in (self.reason, *reasons))

    def __repr__(self) -> str:
        found = f"{len(self.attacks)} attacks, {len(self.utilities)} metrics"
        return f"Measured({self.defense!r}, {len(self.people)} photos, {found})"


class UnfitError(ValueError):
    """A defense cannot learn from the background people, so nothing can be measured.

    Args:
        reason: why.
        status: `unavailable`, or `invalid` where the defense broke.
    """

    def __init__(self, reason: str, status: Status = "unavailable") -> None:
        super().__init__(reason)
        self.status = status


def measure(spec: str, scene: Scene, plan: Plan, pictures: Pictures | None = None) -> Measured:
    """Run every attacker and metric of `plan` against the defense `spec`.

    The same arguments give the same figures in any process, in any order.

    Args:
        spec: of the defense.
        scene: the photos.
        plan: attackers, metrics, recognizers, seed.
        pictures: where slow defended pictures are kept, if anywhere.

    Raises:
        UnfitError: the defense cannot learn from the background people.
        ValueError: it cannot be built.
    """
    defense = _fitted(DEFENSES.build(spec), scene)
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
        defend.made,
        dict(defend.failures),
    )


def measure_or_say(spec: str, scene: Scene, plan: Plan) -> Measured:
    """Measure as `measure` does; a defense that cannot learn is said to be unmeasured."""
    try:
        return measure(spec, scene, plan)
    except UnfitError as error:
        return Measured(
            spec, DEFENSES.build(spec).parameters, indices(scene.probes), (), (), (),
            status=error.status, reason=f"not measured: {error}",
        )  # fmt: skip


def _fitted(defense: Defense, scene: Scene) -> Defense:
    split = scene.split
    all_of_them = len(split.background) + len(split.search) + len(split.test)
    people = f"{len(split.background)} of {all_of_them} people are background"
    try:
        return defense.fit(scene.background)
    except ValueError as error:
        raise UnfitError(f"{error} ({people})") from error
    except Exception as error:
        raise UnfitError(broke("defense", error), "invalid") from error


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
        reason = broke("attack", error)
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
    except Exception as error:
        reason = broke("metric", error)
        return Utility(metric.name, np.zeros(0), status="invalid", reason=reason)
    seconds = time.perf_counter() - start
    return Utility(metric.name, values, metric.bounds, seconds=seconds, overall=overall)
