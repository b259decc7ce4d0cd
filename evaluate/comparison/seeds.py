"""The same comparison with several seeds: how far do its figures lie apart?

Another seed is another split of the same people, other draws of a defense and other luck of the
attackers. An interval over people knows nothing of these. Splits share people, so no interval is
made of them; what is said is how far the figures lie apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, stdev

from ..results.records import AND, SEEDS, Record, find


def seed_folder(folder: Path, seed: int, first: int) -> Path:
    """Return the folder of the run with a seed: that of the whole run for the first."""
    return folder if seed == first else folder / f"seed-{seed}"


def seed_records(runs: Sequence[Sequence[Record]]) -> list[Record]:
    """Return of each defense how far its leakages lie apart, in two records named `seeds`.

    `median` has the lowest and the highest as its ends, `sd` is their standard deviation.

    Args:
        runs: the records of each seed, that of the run folder first.
    """
    records = []
    for first in find(runs[0], kind="leakage", name="worst", group=""):
        same = [
            one
            for run in runs
            for one in find(run, kind="leakage", name="worst", group="", defense=first.defense)
        ]
        known = {one.seed: one.value for one in same if one.value is not None}
        base = replace(
            first, name=SEEDS, value=None, low=None, high=None, chance=None, ceiling=None,
            recognizer="", attack="", n=len(known), reason="", status="ok",
        )  # fmt: skip
        told = ", ".join(f"{seed}: {value:.3f}" for seed, value in known.items())
        lost = len(runs) - len(known)
        reason = AND.join(
            filter(None, (f"seeds {told}", f"no figure of {lost} seeds" if lost else ""))
        )
        if len(known) < 2:
            why = f"a figure of {len(known)} of {len(runs)} seeds"
            records.append(replace(base, statistic="median", status="unavailable", reason=why))
            continue
        bound = any(one.status == "at least" for one in same) or lost
        base = replace(base, status="at least" if bound else "ok", reason=reason)
        values = list(known.values())
        records += [
            replace(base, statistic="median", value=median(values), low=min(values),
                    high=max(values)),
            replace(base, statistic="sd", value=stdev(values)),
        ]  # fmt: skip
    return records
