"""Measurements as JSON, so that a run can resume and certificates are kept."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..results.jsonfile import parse_json
from ..statistics import Figure
from .measured import Attack, Measured, Utility


def dump(measured: Measured) -> str:
    """Return one measurement as JSON: figures per probe, never pictures."""
    return json.dumps(asdict(measured), default=_plain)


def restore(text: str) -> Measured:
    """Read what `dump` wrote.

    Raises:
        ValueError: the text is not a measurement.
    """
    try:
        entry = parse_json(text)
        for name in ("attacks", "disclosed", "ceiling", "face", "context", "around", "pairs"):
            entry[name] = tuple(_attack(attack) for attack in entry[name])
        utilities = tuple(
            Utility(
                **{
                    **utility,
                    "values": np.array(utility["values"], np.float64),
                    "bounds": utility["bounds"] and tuple(utility["bounds"]),
                    "overall": utility.get("overall") and tuple(utility["overall"]),
                }
            )
            for utility in entry.pop("utilities")
        )
        entry["people"] = np.array(entry["people"], np.int64)
        entry["outcomes"] = tuple(entry["outcomes"])
        for texts in ("doubts", "face_doubts", "spared", "face_spared"):
            entry[texts] = tuple(entry[texts])
        entry["found"] = {role: tuple(counts) for role, counts in entry["found"].items()}
        return Measured(**entry, utilities=utilities)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not a stored measurement: {error}") from error


def _attack(entry: dict[str, Any]) -> Attack:
    credits = {k: np.array(v) for k, v in entry["credits"].items()}
    asked = {
        statistic: {way: np.array(values, np.float64) for way, values in ways.items()}
        for statistic, ways in entry["asked"].items()
    }
    figures = tuple(Figure(**figure) for figure in entry["figures"])
    return Attack(**{**entry, "credits": credits, "asked": asked, "figures": figures})


def restore_file(path: Path) -> Measured:
    """Read the file of a measurement.

    Raises:
        ValueError: it is damaged; the message names it.
    """
    try:
        return restore(path.read_bytes().decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}; delete it, and --resume measures it "
                         "again") from error  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot store {type(value).__name__}")
