"""`tuned.json`: a finished search in one file, from which its report is made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from unmask.defenses import Choice, Range
from unmask.defenses.files.atomic import write_text

from ..statistics import Estimate
from .choose import front
from .goal import Goal
from .points import Point
from .result import About, Tuned

KEPT = "tuned.json"
_SCHEMA = 2


def keep(tuned: Tuned) -> None:
    """Write `tuned.json` into the folder of the search."""
    plain = {
        "schema": _SCHEMA, "goal": asdict(tuned.goal), "about": asdict(tuned.about),
        "points": [_plain(point) for point in tuned.points],
        "checked": [_plain(point) for point in tuned.checked],
        "chosen": tuned.chosen and tuned.chosen.number,
        "check": tuned.check and tuned.check.number,
        "first": tuned.first and tuned.first.number,
        "holds": tuned.holds, "optimism": tuned.optimism, "opened": tuned.opened,
        "notes": tuned.notes, "show_faces": tuned.show_faces,
    }  # fmt: skip
    write_text(tuned.folder / KEPT, json.dumps(plain) + "\n")


def kept(folder: Path) -> Tuned:
    """Read what `keep` wrote.

    Raises:
        ValueError: no such file, or it holds something else.
    """
    entry = _read(folder)
    try:
        goal = Goal(**entry["goal"])
        points = {p.number: p for p in map(_point, entry["points"])}
        checked = {p.number: p for p in map(_point, entry["checked"])}
        space = {name: _kind(kind) for name, kind in entry["about"]["space"].items()}
        return Tuned(
            goal,
            About(**{**entry["about"], "space": space}),
            tuple(points.values()),
            tuple(front([*points.values()], goal)),
            chosen=_numbered(points, entry["chosen"]),
            check=_numbered(checked, entry["check"]),
            checked=tuple(checked.values()),
            first=_numbered(points, entry["first"]),
            holds=entry["holds"],
            optimism=Estimate(*entry["optimism"]) if entry["optimism"] else None,
            opened=entry["opened"],
            notes=tuple(entry["notes"]),
            folder=folder,
            show_faces=entry.get("show_faces", False),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(folder, repr(error)) from error


def keep_all(
    folder: Path,
    goal: Mapping[str, Any],
    parts: Mapping[str, str],
    failed: Mapping[str, str],
    opened: int,
) -> None:
    """Write `tuned.json` of `tune all`: the folder of each spec, what failed, how many looks."""
    plain = {"schema": _SCHEMA, "goal": goal, "parts": parts, "failed": failed, "opened": opened}
    write_text(folder / KEPT, json.dumps(plain) + "\n")


def kept_all(folder: Path) -> tuple[Goal, dict[str, Tuned], dict[str, str], int] | None:
    """Read what `keep_all` and, for each spec, `keep` wrote; None: it is a single search.

    Raises:
        ValueError: no such file, or it holds something else.
    """
    entry = _read(folder)
    if "parts" not in entry:
        return None
    try:
        goal, parts, failed = Goal(**entry["goal"]), dict(entry["parts"]), dict(entry["failed"])
        opened = int(entry["opened"])
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(folder, repr(error)) from error
    return goal, {spec: kept(folder / name) for spec, name in parts.items()}, failed, opened


def _read(folder: Path) -> dict[str, Any]:
    """Read the file.

    Raises:
        ValueError: no such file, or no JSON of this schema.
    """
    try:
        entry = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        if entry["schema"] != _SCHEMA:
            raise ValueError(f"schema {entry['schema']}, expected {_SCHEMA}")
    except OSError as error:
        raise ValueError(
            f"{folder} holds a search without {KEPT}: it was not finished, or an older version "
            f"made it; the command that made it with --resume --out {folder} finishes it"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(folder, str(error)) from error
    return dict(entry)


def _broken(folder: Path, why: str) -> ValueError:
    return ValueError(
        f"{folder / KEPT} is damaged ({why}); the command that made it with --resume --out "
        f"{folder} writes it again"
    )


def _plain(point: Point) -> dict[str, Any]:
    return point.as_dict() | {"settings": point.settings, "number": point.number}


def _point(entry: Mapping[str, Any]) -> Point:
    return Point.restore(entry, dict(entry["settings"]), entry["number"])


def _numbered(points: Mapping[int, Point], number: int | None) -> Point | None:
    return None if number is None else points[number]


def _kind(entry: Mapping[str, Any]) -> Range | Choice:
    when = entry["when"] and (entry["when"][0], tuple(entry["when"][1]))
    if "options" in entry:
        return Choice(tuple(entry["options"]), when)
    return Range(**{**entry, "when": when})
