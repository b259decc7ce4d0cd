"""The report of a finished search, made again from what its folder holds."""

from __future__ import annotations

from pathlib import Path

from ..results.jsonfile import read_json
from .iso import Iso
from .iso_outputs import write_iso
from .kept import KEPT, kept, kept_all
from .outputs import write_outputs
from .result import Tuned


def is_search(folder: Path) -> bool:
    """Return whether a folder was made by `tune`; a run of `tune all` has no `config.json`."""
    if (folder / KEPT).exists() or (folder / "iso.csv").exists():
        return True
    try:
        config = read_json(folder / "config.json")
        return bool(config["command"] == "tune")
    except (ValueError, KeyError, TypeError):
        return False


def write_again(folder: Path) -> Path:
    """Write tables, plots and report of a search, or of `tune all`, again.

    Returns:
        The path of the report.

    Raises:
        ValueError: the folder holds no finished search, or a damaged one.
    """
    found = read_search(folder)
    if isinstance(found, Iso):
        for tuned in found.tuned.values():
            write_outputs(tuned)
        write_iso(found)
    else:
        write_outputs(found)
    return folder / "report.html"


def read_search(folder: Path) -> Tuned | Iso:
    """Return what a search, or `tune all`, found.

    Raises:
        ValueError: the folder holds no finished search, or a damaged one.
    """
    every = kept_all(folder)
    if every is None:
        return kept(folder)
    goal, tuned, failed, opened = every
    return Iso(goal, tuned, failed, folder, opened)
