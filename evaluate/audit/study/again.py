"""What a study found, put together from its folder, as often as somebody asks."""

from __future__ import annotations

from pathlib import Path

from ...results.origin import config_of
from ...results.records import write_records
from .joined import RECORDS, Studied, read_study
from .page import write_page
from .parts import COMMAND


def is_study(folder: Path) -> bool:
    """Return whether a folder was made by `audit-vlm --study`."""
    return config_of(folder).get("command") == COMMAND


def join(folder: Path) -> Studied:
    """Read all audits of a study, and write `study.jsonl` and `study.html`.

    Raises:
        ValueError: the folder holds no study, or a damaged one.
    """
    found = read_study(folder)
    write_records(folder / RECORDS, found.records)
    write_page(found)
    return found


def write_again(folder: Path) -> Path:
    """Write page and joined records again; return the path of the page.

    Raises:
        ValueError: the folder holds no study, or a damaged one.
    """
    return join(folder).page
