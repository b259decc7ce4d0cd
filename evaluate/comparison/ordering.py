"""Which differences are real: pairs of defenses, and the worst case against `naive`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from ..results.records import Record
from ..statistics import paired_difference
from .certificates import Proof
from .measured import Attack, Measured
from .worst import checked_attacks


def differences(
    measured: Sequence[Measured],
    proof: Proof,
    worst: Sequence[Record],
) -> list[Record]:
    """Return paired differences in leakage, as records of kind `difference`.

    Each record says how much more `defense` leaks than `name`: another defense, or `naive`
    (the uninformed attacker on the same defense). Both sides are the worst valid attack on
    the same photos, and people are resampled jointly.

    Args:
        measured: the defenses, measured on the same photos.
        proof: what the attackers showed on planted cases.
        worst: the record of the worst case of each defense, in the same order.
    """
    strongest: list[Attack | None] = []
    records = []
    for entry, record in zip(measured, worst, strict=True):
        valid = [a for a in checked_attacks(entry, proof) if a.status == "ok" and a.credits]
        top = max(valid, key=_rank1) if record.value is not None else None
        strongest.append(top)
        naive = max((a for a in valid if not a.informed), key=_rank1, default=None)
        if top and naive:
            records.append(_difference(record, "naive", top, naive, entry))
    for first, second in combinations(range(len(measured)), 2):
        a, b = strongest[first], strongest[second]
        if a and b:
            name = measured[second].defense
            records.append(_difference(worst[first], name, a, b, measured[first]))
    return records


def _rank1(attack: Attack) -> float:
    return float(attack.credits["rank1"].mean())


def _difference(base: Record, name: str, a: Attack, b: Attack, measured: Measured) -> Record:
    gap = paired_difference(a.credits["rank1"], b.credits["rank1"], measured.people)
    return replace(
        base, kind="difference", name=name, value=gap.value, low=gap.low, high=gap.high,
        n=gap.n, chance=None, recognizer="", reason=f"{a.name} minus {b.name}",
    )  # fmt: skip
