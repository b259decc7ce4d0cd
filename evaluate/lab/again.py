"""`config.json` of a lab, and its report made again from what its folder holds."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text
from unmask.device import mark

from ..comparison.versions import versions
from ..results.origin import config_of, origin
from .cells import Cell
from .report import write_page
from .results import kept
from .run import Setting

COMMAND = "audit-vlm lab"


def keep_config(setting: Setting, cells: Sequence[Cell]) -> None:
    """Write what the lab was: data, defenses, recipe, and where the result of each cell lies."""
    told = {
        "command": COMMAND,
        "dataset": setting.data.replace("\\", "/").rpartition("/")[2],
        "defenses": list(setting.defenses),
        "recipe": setting.recipe.as_dict(),
        "cells": [setting.path(cell).name for cell in cells],
        "device": mark(), "made": origin(),
        "versions": versions(), "python": platform.python_version(),
    }  # fmt: skip
    write_text(setting.folder / "config.json", json.dumps(told, indent=2) + "\n")


def is_lab(folder: Path) -> bool:
    """Return whether a folder was made by `audit-vlm lab`."""
    return config_of(folder).get("command") == COMMAND


def write_again(folder: Path) -> Path:
    """Write plot and report again; return the path of the report.

    Raises:
        ValueError: the folder holds no finished lab, or a damaged one.
    """
    config = config_of(folder)
    try:
        results = [kept(folder / "cells" / name) for name in config["cells"]]
        return write_page(folder, results, config["defenses"])
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} holds no finished lab: {error!r}") from error
