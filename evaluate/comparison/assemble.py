"""From what was measured to records: figures with their intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.scene import Scene
from ..results.records import FOUND, LOST, SPARED, Record
from ..statistics import means_of, person_interval
from .answers import answer_records, answers_of
from .ceiling import ceiling_record
from .certificates import Proof
from .groups import group_records
from .means import statistic_of
from .measured import Attack, Measured, Utility
from .pair_list import pair_records
from .plan import Plan, labels_of
from .where import Parts, where_records
from .worst import checked_attacks, over_photos, seed_known, worst_record


def records_of(
    measured: Measured,
    proof: Proof,
    scene: Scene,
    plan: Plan,
    run: str = "",
    groups: Mapping[str, NDArray[np.int64]] | None = None,
    parts: Parts | None = None,
) -> list[Record]:
    """Return all records of one defense; the `worst` record comes first."""
    base = Record(
        dataset=scene.dataset,
        split=scene.split.hash,
        budget=plan.budget,
        defense=measured.defense,
        params=measured.parameters,
        kind="leakage",
        name="worst",
        statistic="rank1",
        seed=plan.seed,
        run=run,
        people=len(np.unique(measured.people)),
        models=" ".join(labels_of(plan.face_models)),
    )
    attacks = checked_attacks(measured, proof)
    records = [worst_record(base, attacks, measured, proof)]
    records += over_photos(records[0], attacks, measured, proof)
    records += seed_known(records[0], attacks, measured)
    records += ceiling_record(base, measured)
    records += answer_records(records[0], attacks, measured, proof)
    records += where_records(records[0], attacks, measured, proof, parts)
    for attack in attacks:
        records += _leakage(base, attack, measured)
        records += answers_of(base, attack, measured)
    records += _spared(records[0], measured)
    for utility in measured.utilities:
        records.append(_utility(base, utility, measured))
    records += pair_records(base, measured, scene)
    records += _outcomes(base, measured)
    if groups:
        records += group_records(records[0], measured, attacks, groups)
    return records


def _outcomes(base: Record, measured: Measured) -> list[Record]:
    """Count what became of the photos, and the copies that attackers could not make."""
    found = {name: (n, len(measured.outcomes)) for name, n in Counter(measured.outcomes).items()}
    said = {
        "failed": _told(Counter(measured.failures.values())),
        "defended": "; ".join(
            f"{text} ({n} photos)"
            for text, n in sorted(Counter(measured.remarks.values()).items())
        ),
    }
    for role, (held, of) in measured.found.items():
        found[f"{role} {FOUND}"] = held, of
    if measured.lost_copies:
        found[LOST] = sum(measured.lost_copies.values()), measured.copies
        said[LOST] = _told(measured.lost_copies)
    return [
        replace(base, kind="outcome", name=name, statistic="share", value=count / total, n=total,
                reason=said.get(name, ""))
        for name, (count, total) in sorted(found.items())
    ]  # fmt: skip


def _told(reasons: Mapping[str, int]) -> str:
    """Tell the commonest reason, and how many others there are."""
    if not reasons:
        return ""
    first = min(reasons, key=lambda text: (-reasons[text], text))
    return first + (f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else "")


def _leakage(base: Record, attack: Attack, measured: Measured) -> list[Record]:
    shared: dict[str, Any] = {
        "name": attack.name,
        "recognizer": attack.recognizer,
        "status": attack.status,
        "reason": attack.reason,
        "seconds": attack.seconds,
    }
    if not attack.credits and not attack.figures:
        return [replace(base, **shared, n=len(measured.people))]
    records = []
    for figure in attack.figures:
        told = asdict(figure)
        told["reason"] = "; ".join(filter(None, (attack.reason, figure.reason)))
        if figure.value is None and attack.status == "ok":
            told["status"] = "unavailable"
        records.append(replace(base, **{**shared, **told}))
    for note, value in attack.notes.items():
        records.append(replace(base, **shared, statistic=note, value=value,
                               n=len(measured.people)))  # fmt: skip
    for statistic, credits in attack.credits.items():
        rank = int(statistic.removeprefix("rank"))
        for over, found in means_of(credits, measured.people).items():
            records.append(
                replace(base, **shared, statistic=statistic_of(statistic, over),
                        value=found.value, low=found.low, high=found.high, n=found.n,
                        chance=measured.chance(rank, over=over))
            )  # fmt: skip
    return records


def _spared(worst: Record, measured: Measured) -> list[Record]:
    """Say who was not asked, and why."""
    names = [*measured.spared, *(f"{name}, face alone" for name in measured.face_spared)]
    return [
        replace(worst, name=name, value=None, low=None, high=None, chance=None, ceiling=None,
                attack="", recognizer="", status=SPARED,
                reason="others had left nothing to be found")
        for name in names
    ]  # fmt: skip


def _utility(base: Record, utility: Utility, measured: Measured) -> Record:
    base = replace(
        base, kind="utility", name=utility.name, statistic="mean", status=utility.status,
        reason=utility.reason, seconds=utility.seconds,
    )  # fmt: skip
    if utility.status != "ok":
        return replace(base, n=len(measured.people))
    if utility.overall is not None:
        value, low, high = utility.overall
        return replace(base, statistic="set", value=value, low=low, high=high,
                       n=len(measured.people))  # fmt: skip
    known = np.isfinite(utility.values)
    if not known.any():
        reason = "not measurable on any clean photo"
        return replace(base, status="unavailable", reason=reason, n=0)
    estimate = person_interval(utility.values[known], measured.people[known], bounds=None)
    lost = int((~known).sum())
    reason = f"{lost} photos not measurable even when clean" if lost else utility.reason
    return replace(base, value=estimate.value, low=estimate.low, high=estimate.high,
                   n=estimate.n, reason=reason)  # fmt: skip
