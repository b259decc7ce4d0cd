"""What a defense is called where people read it, and where a result may be shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .records import Record

PROGRAM = "folder"  # the defense behind NAME=DIR: pictures of somebody else's program


def shown_names(records: Sequence[Record]) -> dict[str, str]:
    """Return what each defense of a run is called, by its spec; no two are called the same.

    A defense is called by its spec. For `NAME=DIR` that would tell a folder of this machine
    and a stamp, so it is called NAME; one that is called like another is `NAME #2`.
    """
    known = {r.defense: r for r in records}
    called = {spec: spec for spec, record in known.items() if not is_program(record)}
    taken = {spec.partition(":")[0] for spec in called} | set(called)
    seen: Counter[str] = Counter(taken)
    for spec, record in known.items():
        if spec in called:
            continue
        label = str(record.params.get("label") or PROGRAM)
        name = label
        while seen[name]:
            seen[label] += 1
            name = f"{label} #{seen[label]}"
        seen[name] += 1
        called[spec] = name
    return called


def is_program(record: Record) -> bool:
    """Return whether a record is about pictures that another program made."""
    return record.defense.partition(":")[0] == PROGRAM
