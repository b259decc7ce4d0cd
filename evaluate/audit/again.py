"""The report of a finished audit, made again from what its folder holds."""

from __future__ import annotations

from pathlib import Path

from ..results.origin import config_of
from .page import write_page


def is_audit(folder: Path) -> bool:
    """Return whether a folder was made by `audit-vlm`."""
    return config_of(folder).get("command") == "audit-vlm"


def write_again(folder: Path) -> Path:
    """Write plot and report again; return the path of the report.

    Raises:
        ValueError: the folder holds no finished audit, or a damaged one.
    """
    return write_page(folder)
