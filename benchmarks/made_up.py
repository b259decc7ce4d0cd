"""Defenses that exist for one benchmark: registered while it runs, and no longer."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, distribution

from unmask.defenses import DEFENSES


def register(module: str, classes: Mapping[str, str]) -> None:
    """Make defenses of a module known by name, as if they were ours.

    Args:
        module: import path.
        classes: name of the defense to name of its class.
    """
    for name, cls in classes.items():
        entry = EntryPoint(name, f"{module}:{cls}", DEFENSES.group)
        DEFENSES._entries[name] = entry._for(distribution("unmask"))  # type: ignore[attr-defined]
