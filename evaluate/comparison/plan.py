"""What a comparison runs: attackers, metrics, recognizers, budget, seed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from unmask.defenses import DEFENSES, Registry

from ..attackers.base import Attacker
from ..metrics.base import Metric
from ..recognizers.base import Recognizer

ATTACKERS: Registry[Attacker] = Registry(
    "unmask.attackers", "attacker", "unmask.evaluate.attackers.base:Attacker"
)
METRICS: Registry[Metric] = Registry(
    "unmask.metrics", "metric", "unmask.evaluate.metrics.base:Metric"
)
RECOGNIZERS: Registry[Recognizer] = Registry(
    "unmask.recognizers", "recognizer", "unmask.evaluate.recognizers.base:Recognizer"
)

CHEAP = ("naive", "matched", "pixels")
QUICK = (*CHEAP, "sought", "probed")
BUDGETS = {
    "quick": QUICK,
    "search": (*CHEAP, "retrained"),
    "standard": (*QUICK, "linkage", "retrained", "restored"),
    "thorough": (
        *QUICK,
        "linkage",
        "retrained:parts=embeddings+pixels+outside+cnn",
        "restored:variants=linear+pixels+unet",
    ),
}


def usual_metrics() -> tuple[str, ...]:
    """Return the metrics that are measured unasked."""
    return tuple(name for name in METRICS.available() if METRICS.load(name).usual)


@dataclass(frozen=True)
class Plan:
    """A description in plain text, so that it travels to workers and into `config.json`.

    Args:
        attackers: specs, for example `("naive", "pixels")`; none: those of the budget.
        metrics: specs of utility metrics; None: the usual ones, `()`: none at all.
        recognizers: specs of face models.
        budget: name of the budget, a key of `BUDGETS`; part of every record.
        seed: seed of everything.

    Example:
        >>> Plan(budget="quick").attackers
        ('naive', 'matched', 'pixels', 'sought', 'probed')
    """

    attackers: tuple[str, ...] = ()
    metrics: tuple[str, ...] | None = None
    recognizers: tuple[str, ...] = ("dlib",)
    budget: str = "standard"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.budget not in BUDGETS:
            raise ValueError(f"budget must be one of {', '.join(BUDGETS)}, got '{self.budget}'")
        # written out here, so that `config.json` says what ran
        object.__setattr__(self, "attackers", tuple(self.attackers) or BUDGETS[self.budget])
        metrics = usual_metrics() if self.metrics is None else tuple(self.metrics)
        object.__setattr__(self, "metrics", metrics)

    def build_recognizers(self) -> tuple[Recognizer, ...]:
        """Build the face models."""
        return tuple(RECOGNIZERS.build(spec) for spec in self.recognizers)

    def build_attackers(self) -> list[Attacker]:
        """Build the attackers, each with all face models and the seed."""
        models = self.build_recognizers()
        return [
            ATTACKERS.build(spec, recognizers=models, seed=self.seed) for spec in self.attackers
        ]

    def build_metrics(self) -> list[Metric]:
        """Build the metrics."""
        return [METRICS.build(spec) for spec in self.metrics or ()]

    def check(self) -> None:
        """Build everything once, so that unknown names and missing files are said before any work.

        Raises:
            LookupError: an unknown name, or a file that is missing.
            ValueError: a bad parameter.
        """
        self.build_attackers()
        self.build_metrics()

    def as_dict(self) -> dict[str, Any]:
        """Return the plan, ready for JSON."""
        return asdict(self)


def default_defenses() -> list[str]:
    """Return the specs of the default table: every installed defense but the diagnostic ones."""
    return [name for name in DEFENSES.available() if not DEFENSES.load(name).diagnostic]


def with_strengths(specs: list[str], count: int) -> list[str]:
    """Return each defense at `count` strengths from weak to strong (1: as it is).

    A defense without a range is kept once.
    """
    if count < 1:
        raise ValueError(f"strengths must be at least 1, got {count}")
    if count == 1:
        return [DEFENSES.build(spec).spec for spec in specs]
    shares = [i / (count - 1) for i in range(count)]
    ladder = [DEFENSES.build(spec).at(share).spec for spec in specs for share in shares]
    return list(dict.fromkeys(ladder))
