"""What a comparison runs: attackers, metrics, recognizers, budget, seed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from unmask.defenses import DEFENSES, Registry
from unmask.defenses.files.published import fetched, offline

from ..attackers.base import Attacker
from ..metrics.base import Metric
from ..recognizers.base import Recognizer
from ..recognizers.known import KNOWN
from ..results.questions import QUESTIONS

ATTACKERS: Registry[Attacker] = Registry(
    "unmask.attackers", "attacker", "unmask.evaluate.attackers.base:Attacker"
)
METRICS: Registry[Metric] = Registry(
    "unmask.metrics", "metric", "unmask.evaluate.metrics.base:Metric"
)
RECOGNIZERS: Registry[Recognizer] = Registry(
    "unmask.recognizers", "recognizer", "unmask.evaluate.recognizers.base:Recognizer"
)

Progress = Callable[[str, int, int], None]

CHEAP = ("naive", "matched", "pixels")
QUICK = (*CHEAP, "sought", "probed", "purified", "look")
BUDGETS = {
    "quick": QUICK,
    "search": (*CHEAP, "purified", "look", "retrained"),
    "standard": (*QUICK, "linkage", "retrained", "restored"),
    "thorough": (
        *QUICK,
        "linkage",
        "retrained:parts=embeddings+others+pixels+outside+cnn",
        "restored:variants=linear+pixels+unet",
    ),
}
SPARING = ("quick", "standard")
MORE = "+"  # before a spec: beside the usual ones

_log = logging.getLogger("unmask")
FIRST, SECOND = "dlib", "sface"  # the usual face models; the second one must be fetched


def usual_recognizers() -> tuple[str, ...]:
    """Return the face models that attack unasked: two, or one where the other is not at hand."""
    return (FIRST, f"onnx:{SECOND}") if KNOWN[SECOND].at_hand else (FIRST,)


@cache
def labels_of(face_models: tuple[str, ...]) -> tuple[str, ...]:
    """Return what face models are called in records; each set is built for that once."""
    return tuple(RECOGNIZERS.build(spec).label for spec in face_models)


def usual_metrics() -> tuple[str, ...]:
    """Return the metrics that are measured unasked."""
    return tuple(name for name in METRICS.available() if METRICS.load(name).usual)


def with_added(specs: Sequence[str], usual: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """Return specs as they are; if they begin with `+`, the usual ones and then these.

    Args:
        specs: what was named, `("naive", "look")` or `("+mine",)`.
        usual: returns what there is unasked.

    Raises:
        ValueError: some begin with `+` and some do not.
    """
    added = [spec.removeprefix(MORE) for spec in specs if spec.startswith(MORE)]
    if added and len(added) < len(specs):
        raise ValueError(
            f"either all have a '{MORE}', to be added to the usual ones, or none, got "
            f"'{' '.join(specs)}'; the usual ones are {', '.join(usual())}"
        )
    return tuple(dict.fromkeys([*usual(), *added] if added else specs))


@dataclass(frozen=True)
class Plan:
    """A description in plain text, so that it travels to workers and into `config.json`.

    Args:
        attackers: specs, for example `("naive", "pixels")`; none: those of the budget.
        metrics: specs of utility metrics; None: the usual ones, `()`: none at all.
        recognizers: specs of face models; None: the usual ones, which `with_models` fetches.
            Of all three, specs that begin with `+` are added to the usual ones.
        budget: name of the budget, a key of `BUDGETS`; part of every record.
        seed: seed of everything.
        everybody: ask all attackers about each defense. None: where somebody named them, and
            but for the budgets of `SPARING`; there nobody else is asked once nothing is left to
            be found, see `comparison/sparing.py`.

    Example:
        >>> Plan(budget="quick").attackers
        ('naive', 'matched', 'pixels', 'sought', 'probed', 'purified', 'look')
    """

    attackers: tuple[str, ...] = ()
    metrics: tuple[str, ...] | None = None
    recognizers: tuple[str, ...] | None = None
    budget: str = "standard"
    seed: int = 0
    everybody: bool | None = None

    def __post_init__(self) -> None:
        if self.budget not in BUDGETS:
            raise ValueError(f"budget must be one of {', '.join(BUDGETS)}, got '{self.budget}'")
        # written out here, so that `config.json` says what ran
        if self.everybody is None:
            everybody = bool(self.attackers) or self.budget not in SPARING
            object.__setattr__(self, "everybody", everybody)
        attackers = with_added(self.attackers, lambda: BUDGETS[self.budget])
        object.__setattr__(self, "attackers", attackers or BUDGETS[self.budget])
        metrics = usual_metrics() if self.metrics is None else self.metrics
        object.__setattr__(self, "metrics", with_added(metrics, usual_metrics))

    @property
    def face_models(self) -> tuple[str, ...]:
        """The specs of the face models: those that are named, else the usual ones at hand."""
        if self.recognizers is None:
            return usual_recognizers()
        return with_added(self.recognizers, usual_recognizers)

    def with_models(self, progress: Progress | None = None) -> Plan:
        """Return the plan with its face models written out, so that nothing changes them later.

        Where nobody named any, the second of the usual ones is fetched, once. If it cannot be
        had, a line tells why, and the plan goes on with the first.

        Args:
            progress: called with what is fetched, the megabytes that are there, and all of them.
        """
        usual = self.recognizers is None or any(s.startswith(MORE) for s in self.recognizers)
        if usual and not offline():
            try:
                fetched(KNOWN[SECOND], progress)
            except FileNotFoundError as error:
                _log.warning("unmask: going on with the face model %s alone; %s", FIRST, error)
        return replace(self, recognizers=self.face_models)

    def build_recognizers(self) -> tuple[Recognizer, ...]:
        """Build the face models.

        Raises:
            ValueError: two have one label.
        """
        models = tuple(RECOGNIZERS.build(spec) for spec in self.face_models)
        _check_names("face models", [one.label for one in models], self.face_models)
        return models

    def build_attackers(self) -> list[Attacker]:
        """Build the attackers, each with all face models and the seed.

        Raises:
            ValueError: two have one name, or one has that of a question.
        """
        models = self.build_recognizers()
        built = [
            ATTACKERS.build(spec, recognizers=models, seed=self.seed) for spec in self.attackers
        ]
        _check_names("attackers", [one.name for one in built], self.attackers)
        return built

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
        return {**asdict(self), "recognizers": self.face_models}


def _check_names(what: str, names: Sequence[str], specs: Sequence[str]) -> None:
    """Refuse names of which records would not say whose figure they hold.

    Raises:
        ValueError: two are called alike, and one figure would stand for both, be it the lower
            one; or one is called as the answer to a question is.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        both = " and ".join(s for s, name in zip(specs, names, strict=True) if name == twice)
        raise ValueError(f"two {what} are called {twice} ({both}), and nobody could tell their "
                         "figures apart; compare them in two runs")  # fmt: skip
    taken = next((name for name in names if name in ("worst", *QUESTIONS)), None)
    if taken is not None:
        raise ValueError(f"none of the {what} may be called '{taken}': figures of all attackers "
                         "together are called so")  # fmt: skip


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
