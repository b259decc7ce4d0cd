"""The commands that follow from advice, quoted for a shell."""

from __future__ import annotations

import shlex
from pathlib import Path

from .advise import Advice
from .table import Setting


def apply_line(advice: Advice, chosen: Setting) -> str:
    """Return the command that anonymizes the folder into a new one beside it."""
    root, target = _safe(advice.held.root), _safe(target_of(advice))
    return shlex.join(["unmask", "apply", chosen.defense, root, target])


def verify_line(advice: Advice) -> str:
    """Return the command that looks whether anything is left."""
    return shlex.join(["unmask", "verify", _safe(advice.held.root), _safe(target_of(advice))])


def measure_line(advice: Advice) -> str:
    """Return the command that measures the people of the folder."""
    root, limit = _safe(advice.held.root), f"{advice.limit:g}"
    return shlex.join(["unmask", "advise", root, "--max-leakage", limit, "--measure"])


def target_of(advice: Advice) -> Path:
    """Return a folder beside the photos that is not there yet."""
    root = advice.held.root
    beside = root if root.name not in ("", "..") else root.resolve()
    target, number = beside.with_name(f"{beside.name}-anonymized"), 1
    while target.exists():
        number += 1
        target = beside.with_name(f"{beside.name}-anonymized-{number}")
    return target


def _safe(path: Path) -> str:
    """Return a path that no program takes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
