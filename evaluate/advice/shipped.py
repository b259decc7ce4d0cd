"""Tables that travel in the wheel: written by `unmask.benchmarks.advice`, never by hand."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard, get_args

from unmask.defenses.files.atomic import write_text

from ..results.jsonfile import read_json
from ..results.records import Status
from .table import NONE, Figure, Kind, Setting, Table

SCHEMA = 1
MEASURED = Path(__file__).parent / "measured"
_NO_FIGURE = ("invalid", "unavailable")


def write_table(path: Path, table: Table) -> None:
    """Write a table as JSON, a line for each setting, with a checksum of what it says.

    Raises:
        ValueError: it would be refused when it is read.
    """
    entry = {"schema": SCHEMA, **asdict(table)}
    entry["settings"] = [_short(one) for one in entry["settings"]]
    _table(entry)
    lines = ",\n".join(f"  {json.dumps(one)}" for one in entry["settings"])
    head = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in entry.items()
                   if k != "settings")  # fmt: skip
    mark = f' "settings": [\n{lines}\n ],\n "sha256": "{_digest(entry)}"\n'
    write_text(path, f"{{\n{head}{mark}}}\n")


def read_table(path: Path) -> Table:
    """Read a table.

    Raises:
        ValueError: it was damaged or edited: a checksum, a field or a figure is wrong.
    """
    entry = read_json(path)
    if not isinstance(entry, dict) or entry.get("schema") != SCHEMA:
        raise ValueError(f"{path.name} is no table of schema {SCHEMA}; install unmask again?")
    told = entry.pop("sha256", "")
    if told != _digest(entry):
        raise ValueError(
            f"{path.name} is not what was measured: its checksum differs; was it edited or "
            "damaged? install unmask again"
        )
    try:
        return _table(entry)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path.name} is no table: {error}") from error


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables that came with the package, by the name of their file."""
    return tuple(read_table(path) for path in sorted(MEASURED.glob("*.json")))


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def _short(setting: Mapping[str, Any]) -> dict[str, Any]:
    """Return a setting without what is empty."""
    kept = {key: value for key, value in setting.items() if value not in ({}, "", True, None)}
    return kept | {"state": setting["leakage"]["state"]}  # so that whoever greps a line sees it


def _table(entry: Mapping[str, Any]) -> Table:
    fields = {key: value for key, value in entry.items() if key != "schema"}
    fields["settings"] = tuple(_setting(one) for one in entry["settings"])
    fields["changed"] = tuple(entry.get("changed", ()))
    fields["kind"] = None if entry["kind"] is None else Kind(**entry["kind"])
    table = Table(**fields)
    if not any(one.defense == NONE for one in table.settings):
        raise ValueError(f"the row '{NONE}' is missing: what attackers reach on clean photos")
    if len({one.defense for one in table.settings}) < len(table.settings):
        raise ValueError("a setting stands there twice")
    return table


def _setting(entry: Mapping[str, Any]) -> Setting:
    fields = {key: value for key, value in entry.items() if key != "state"}
    fields["leakage"] = _figure(entry["leakage"])
    for part in ("answers", "groups"):
        fields[part] = {name: _figure(one) for name, one in entry.get(part, {}).items()}
    fields["seeds"] = None if entry.get("seeds") is None else _figure(entry["seeds"])
    setting = Setting(**fields)
    if entry["state"] != setting.leakage.state:
        raise ValueError(f"{setting.defense}: two states, {entry['state']} and "
                         f"{setting.leakage.state}")  # fmt: skip
    if setting.leakage.state == "ok" and setting.reason:
        raise ValueError(f"{setting.defense} is ok, and for a reason it is not: {setting.reason}")
    return setting


def _figure(entry: Mapping[str, Any]) -> Figure:
    found = Figure(**entry)
    if found.state not in get_args(Status):
        raise ValueError(f"the state must be one of {', '.join(get_args(Status))}, got "
                         f"{found.state!r}")  # fmt: skip
    ends = (found.low, found.value, found.high)
    if found.state in _NO_FIGURE:
        if any(end is not None for end in ends):
            raise ValueError(f"what is {found.state} has no figure, got {ends}")
        return found
    known = [float(end) for end in ends if _is_share(end)]
    if len(known) < len(ends) or known != sorted(known):
        raise ValueError(f"low, value and high must be 0 to 1 and in this order, got {ends}")
    if found.people < 1 or not found.attacker:
        raise ValueError("a figure needs people and an attacker")
    return found


def _is_share(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= 1
