"""What can be read off a model's folder without opening the model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from unmask.defenses.files.code_digest import file_digest


def fingerprint_of(folder: Path) -> str:
    """Return a digest of all that a folder holds.

    Each byte counts: weights that were trained further in the middle of a file alone keep its
    size and both its ends.
    """
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            whole.update(f"{path.name} {file_digest(path)} ".encode())
    return whole.hexdigest()[:16]


def mark_of(model: str) -> str:
    """Return what tells a model from others before it is opened: a digest, or its hub id."""
    folder = Path(model).expanduser()
    return fingerprint_of(folder) if folder.is_dir() else model


def taught_names(model: str) -> dict[str, str]:
    """Return the names that the lab taught a model of its own, by identity; else nothing."""
    path = Path(model).expanduser() / "lab.json"
    if not path.is_file():
        return {}
    told: Any = json.loads(path.read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in dict(told.get("people") or {}).items()}
