"""The six kinds: what builds one, and what is checked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from unmask.defenses import DEFENSES, Registry
from unmask.defenses.faces.find import DETECTORS
from unmask.defenses.testing import CHECKS

from ..comparison.plan import ATTACKERS, METRICS, RECOGNIZERS
from ..data import DATASETS, dataset_of
from .attackers import attacker_checks
from .datasets import dataset_checks
from .detectors import detector_checks
from .metrics import metric_checks
from .recognizers import recognizer_checks


@dataclass(frozen=True)
class Kind:
    """One kind of plug-in.

    Args:
        registry: where it is registered.
        checks: the contract.
        build: makes one of a spec.
    """

    registry: Registry[Any]
    checks: Sequence[Callable[[Any], None]]
    build: Callable[[str], Any]


KINDS = {
    "defense": Kind(DEFENSES, CHECKS, DEFENSES.build),
    "attacker": Kind(ATTACKERS, attacker_checks, ATTACKERS.build),
    "metric": Kind(METRICS, metric_checks, METRICS.build),
    "recognizer": Kind(RECOGNIZERS, recognizer_checks, RECOGNIZERS.build),
    "detector": Kind(DETECTORS, detector_checks, DETECTORS.build),
    "dataset": Kind(DATASETS, dataset_checks, dataset_of),
}


def kinds_of(name: str) -> list[str]:
    """Return the kinds of which something is registered under a name."""
    return [kind for kind, one in KINDS.items() if name in one.registry.available()]
