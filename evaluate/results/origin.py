"""When a run was made and by which command: for whoever reads its page later."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .jsonfile import read_json

_SHOWN = ("unmask", "torch", "numpy", "opencv-python", "scikit-learn", "scikit-image", "dlib-bin",
          "onnxruntime", "optuna", "transformers")  # fmt: skip
_asked = [""]


def asked_by(command: str) -> None:
    """Note the command line of this process; a program that uses `unmask` from Python has none."""
    _asked[0] = command


def origin() -> dict[str, str]:
    """Return date and time (UTC) and command of what is being made now, for `config.json`."""
    day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return {"date": day, "command": _asked[0]}


def config_of(folder: Path) -> dict[str, Any]:
    """Return what `config.json` of a run folder says; nothing where there is none.

    Raises:
        ValueError: it is damaged.
    """
    path = folder / "config.json"
    config = read_json(path) if path.exists() else {}
    if not isinstance(config, dict):
        raise ValueError(
            f"{path} must hold an object with a list of texts as 'notes'; was it edited?"
        )
    return config


def notes_of(folder: Path) -> list[str]:
    """Return what `config.json` of a run says about its data; none without that file.

    Raises:
        ValueError: it is damaged.
    """
    notes = config_of(folder).get("notes", [])
    if not (isinstance(notes, list) and all(isinstance(note, str) for note in notes)):
        raise ValueError(
            f"{folder / 'config.json'} must hold an object with a list of texts as 'notes'; "
            "was it edited?"
        )
    return notes


def provenance(config: Mapping[str, Any], **more: str) -> list[tuple[str, str]]:
    """Return what a page tells of where its figures come from, as names and texts.

    Args:
        config: what a run folder holds in `config.json`; what it lacks is left out.
        more: further lines, which come before the versions.
    """
    made = config.get("made") or {}
    known = config.get("versions") or {}
    versions = [f"{name} {known[name]}" for name in _SHOWN if name in known]
    versions += [f"Python {config['python']}"] if "python" in config else []
    told = {
        "made": made.get("date", ""),
        "command": made.get("command", "") or ("from Python" if made else ""),
        "data": config.get("dataset", ""),
        "split": config.get("split_hash", ""),
        "photos": config.get("photos", ""),
        "face models": ", ".join(config.get("recognizers") or {}),
        "device": config.get("device", ""),
        **{name.replace("_", " "): text for name, text in more.items()},
        "versions": ", ".join(versions),
    }
    return [(name, str(text)) for name, text in told.items() if text]
