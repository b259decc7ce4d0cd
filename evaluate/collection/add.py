"""A run is added: one file of its own, which nobody else writes to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from unmask.defenses.files.atomic import check_writable

from .entry import entry_of
from .parquet import content_of, write_entry

SUFFIX = ".parquet"
_LONG = 80  # signs of the name of a run in the name of a file
_ODD = re.compile(r"[^\w.-]+")
_RUN_FILES = ("records.jsonl", "config.json")


class Added(NamedTuple):
    """Where a run lies now.

    Args:
        path: its file.
        new: False: it had been added before.
    """

    path: Path
    new: bool


def check_into(into: Path) -> None:
    """Make a folder for runs and check that they can be added, before anything is measured.

    It stays, also if nothing is added: whoever takes an empty folder away takes it from others
    who are about to add.

    Raises:
        ValueError: it is the folder of a run, or a file.
        OSError: nothing can be written there.
    """
    if into.is_file():
        raise ValueError(
            f"{into} is a file; --into takes a folder, which gets a file for each run"
        )
    held = [name for name in _RUN_FILES if (into / name).exists()]
    if held:
        raise ValueError(
            f"{into} is the folder of a run (it holds {held[0]}); --into takes one for many runs"
        )
    into.mkdir(parents=True, exist_ok=True)
    check_writable(into)


def add(folder: Path | str, into: Path | str) -> Added:
    """Add a finished run of `compare` to a data set of runs.

    It becomes one Parquet file, named by the run and by what is in it, and written under another
    name first. So several processes and machines may add at once, and a run that is there
    already, under whatever name, is not added again. No people, files or folders are named
    in it, and there are no pictures.

    Args:
        folder: of the run.
        into: a folder for many runs; it is made.

    Raises:
        ValueError: no finished run of `compare`, or records that are not what the run wrote.
    """
    into = Path(into)
    check_into(into)
    entry = entry_of(Path(folder))
    entry = replace(entry, content=content_of(entry))
    there = sorted(into.rglob(f"*{entry.content}{SUFFIX}"))
    if there:
        return Added(there[0], new=False)
    name = _ODD.sub("_", entry.run)[:_LONG].lstrip(".") or "run"
    path = into / f"{name}-{entry.content}{SUFFIX}"
    write_entry(path, entry)
    return Added(path, new=True)
