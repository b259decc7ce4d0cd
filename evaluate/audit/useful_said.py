"""What an audit says of use, in sentences: of each defense what its strongest setting keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..results.records import Record, find
from .strengths import ladders
from .views import CLEAN

KEPT = "useful/kept"


def useful_said(records: Sequence[Record]) -> list[str]:
    """Return a sentence, and one more where the figures mean nothing; none if nobody asked."""
    clean = _kept(records, CLEAN)
    floor = _kept(records, CLEAN, "control=other_photo")
    if clean is None:
        return []
    told = []
    # the ladders of what was asked here, though nobody may have been asked for names
    kept = [replace(r, kind="leakage") for r in records if (r.kind, r.name) == ("utility", KEPT)]
    for ladder in ladders(kept):
        last = _kept(records, ladder.specs[-1])
        if last is not None:
            told.append(f"{last:.2f} under {ladder.name} {ladder.labels[-1]}".rstrip())
    if not told or floor is None:
        return []
    gap = find(records, kind="difference", defense=CLEAN, name=KEPT, group="above=other_photo")
    said = [f"Of its answers to ordinary questions the model keeps {', '.join(told)}; somebody "
            f"else's photo keeps {floor:.2f}."]  # fmt: skip
    if not gap or (gap[0].low or 0.0) <= 0:
        said.append(
            "It is not shown to answer differently about different pictures: what it keeps says "
            "nothing about use."
        )
    return said


def _kept(records: Sequence[Record], spec: str, group: str = "") -> float | None:
    found = find(records, kind="utility", defense=spec, name=KEPT, group=group, status="ok")
    return found[0].value if found else None
