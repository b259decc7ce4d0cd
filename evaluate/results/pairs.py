"""Attackers that name nobody: whether two photos show one person, from records alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .questions import is_worst
from .records import Record, with_model


@dataclass(frozen=True)
class Pairs:
    """What one variant of an attacker found out about pairs of photos of one defense.

    Args:
        name: of the attacker, with its variant.
        recognizer: its face model, or empty.
        figures: records by statistic: `auc`, `eer`, `tar@far=1e-2`.
    """

    name: str
    recognizer: str
    figures: dict[str, Record]

    @property
    def auc(self) -> Record:
        """The record of the AUC."""
        return self.figures["auc"]

    @property
    def attacker(self) -> str:
        """The attacker with its face model, `linkage (dlib)`."""
        return with_model(self.name, self.recognizer)


def pair_attacks(records: Sequence[Record]) -> list[Pairs]:
    """Return the attackers with figures about pairs and no rank-1, whoever made them.

    Args:
        records: those of one defense.
    """
    found: dict[tuple[str, str], dict[str, Record]] = {}
    for record in records:
        if record.kind == "leakage" and not is_worst(record) and not record.group:
            found.setdefault((record.name, record.recognizer), {})[record.statistic] = record
    return [
        Pairs(name, recognizer, figures)
        for (name, recognizer), figures in found.items()
        if "auc" in figures and "rank1" not in figures
    ]


def highest_d_sys(attacks: Sequence[Pairs]) -> Record | None:
    """Return the highest D_sys of a valid attack, which need not be that of the highest AUC.

    Scores that are turned round, or high and low at once, have a low AUC and link all the same.
    """
    found = [a.figures["d_sys"] for a in attacks if "d_sys" in a.figures]
    valid = [record for record in found if record.status == "ok" and record.value is not None]
    return max(valid, key=lambda record: record.value or 0.0, default=None)


def strongest(attacks: Sequence[Pairs]) -> Pairs | None:
    """Return the valid attack with the highest AUC, None if there is none."""
    valid = [a for a in attacks if a.auc.status == "ok" and a.auc.value is not None]
    return max(valid, key=lambda attack: attack.auc.value or 0.0, default=None)
