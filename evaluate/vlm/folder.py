"""What can be read off a model's folder without opening the model."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

_EDGE = 1 << 20  # bytes at both ends of a weights file that go into the fingerprint


def fingerprint_of(folder: Path) -> str:
    """Return a digest of what a folder holds; of large files, their ends and size."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        size = path.stat().st_size
        whole.update(f"{path.name} {size}".encode())
        with path.open("rb") as file:
            whole.update(file.read(_EDGE))
            if size > _EDGE:
                file.seek(max(_EDGE, size - _EDGE), os.SEEK_SET)
                whole.update(file.read(_EDGE))
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
