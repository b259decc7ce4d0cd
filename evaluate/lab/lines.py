"""The lab's figures as the records that every other command writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from unmask.defenses import DEFENSES

from ..results.records import Record
from ..statistics import clustered_interval
from .photos import CLEAN, MASK
from .results import ASKED_WHAT, LESS, MASKED, NO_IMAGE, OTHER, Probed, Result
from .run import Setting

STANDS = {**dict.fromkeys((CLEAN, OTHER, NO_IMAGE, LESS, ASKED_WHAT), "none"), MASKED: MASK}


def records_of(results: Sequence[Result], setting: Setting) -> list[Record]:
    """Return one record per model, kind of probe and kind of question.

    Attacker `named/forced` is the forced choice, `named/open` the open answer. `group` is
    the cell; `params` says seed, cell and kind of probe beside the defense's own.
    """
    return [
        record
        for result in results
        for probe in result.probes
        for record in _records(result, probe, setting)
    ]


def _records(result: Result, probe: Probed, setting: Setting) -> list[Record]:
    defense = DEFENSES.build(STANDS.get(probe.kind, probe.kind))
    cell, made = result.cell, []
    told = {"tower": cell.tower, "align": cell.align, "tune": cell.tune,
            "captions": cell.captions, "probe": probe.kind}  # fmt: skip
    split = hashlib.sha256(
        json.dumps(["lab", setting.data, cell.seed, probe.people]).encode()
    ).hexdigest()[:16]
    note = f"{probe.no_face} photos without a face stay as they are" if probe.no_face else ""
    for name, values in (("forced", probe.credits), ("open", probe.open)):
        if not values:
            continue
        value = clustered_interval(values, probe.people)
        made.append(
            Record(
                setting.data.replace("\\", "/").rpartition("/")[2],
                split,
                "lab",
                defense.spec,
                {**defense.parameters, **told},
                "leakage",
                f"named/{name}",
                "rank1",
                group=f"{cell.label}, probe {probe.kind}",
                value=value.value,
                low=value.low,
                high=value.high,
                n=value.n,
                people=len(set(probe.people)),
                chance=result.chance,
                reason=note,
                seed=cell.seed,
                seconds=result.seconds,
                run=setting.folder.name,
            )
        )
    return made
