"""What a defense is called where people read it, and where a result may be shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .records import Record

FOLDER = "folder"  # the defense behind NAME=DIR: pictures of somebody else's program
COMMAND = "command"  # the one behind a TOML file: such a program is called
PROGRAMS = (FOLDER, COMMAND)
_HIDDEN = ("path", "label", "region", "margin", "feather")  # what tells a place, or nothing


def shown_names(records: Sequence[Record]) -> dict[str, str]:
    """Return what each defense of a run is called, by its spec; no two are called the same.

    A defense is called by its spec. For `NAME=DIR` that would tell a folder of this machine
    and a stamp, so it is called NAME; one that is called like another is `NAME #2`. A program
    that is called is NAME and its parameters.
    """
    known = {r.defense: r for r in records}
    called = {spec: spec for spec, record in known.items() if not is_program(record)}
    taken = {spec.partition(":")[0] for spec in called} | set(called)
    seen: Counter[str] = Counter(taken)
    for spec, record in known.items():
        if spec in called:
            continue
        label = f"{_label(record)}{_settings(record)}"
        name = label
        while seen[name]:
            seen[label] += 1
            name = f"{label} #{seen[label]}"
        seen[name] += 1
        called[spec] = name
    return called


def is_program(record: Record) -> bool:
    """Return whether a record is about pictures that another program made."""
    return record.defense.partition(":")[0] in PROGRAMS


def family_of(record: Record, shown: str) -> tuple[str, str]:
    """Return what settings of one defense share, its name, and the parameters as text.

    Pictures that another program left in a folder are a family of their own.

    Args:
        record: of the defense.
        shown: what it is called, see `shown_names`.
    """
    kind = record.defense.partition(":")[0]
    if kind == FOLDER:
        return shown, ""
    name, _, params = (shown if kind == COMMAND else record.defense).partition(":")
    return name, params


def _label(record: Record) -> str:
    return str(record.params.get("label") or record.defense.partition(":")[0])


def _settings(record: Record) -> str:
    """Return the parameters of a program that is called; pictures in a folder have none."""
    if record.defense.partition(":")[0] != COMMAND:
        return ""
    told = [f"{k}={v}" for k, v in record.params.items() if k not in _HIDDEN]
    return f":{','.join(told)}" if told else ""
