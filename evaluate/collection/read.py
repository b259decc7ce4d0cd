"""All runs of a data set; what is damaged is said, and the rest goes on."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .add import SUFFIX
from .entry import Entry
from .parquet import NotOursError, read_entries


class Found(NamedTuple):
    """What a folder holds.

    Args:
        entries: the runs, the newest first; of equal ones the oldest.
        said: a line for each file that was left out.
    """

    entries: tuple[Entry, ...]
    said: tuple[str, ...]


def is_collection(folder: Path) -> bool:
    """Return whether a folder holds runs in Parquet, or is a Parquet file itself."""
    if (folder / "config.json").exists() or (folder / "records.jsonl").exists():
        return False
    return bool(_files(folder))


def read_all(folder: Path) -> Found:
    """Read all runs below a folder.

    Args:
        folder: holds Parquet files, also in folders of its own; or is one such file.

    Raises:
        ValueError: no run can be read there.
    """
    entries: dict[str, Entry] = {}
    said: list[str] = []
    for path in _files(folder):
        try:
            found = read_entries(path)
        except NotOursError as error:
            said.append(f"{path.name} is left out: it {error}" if str(error).startswith(
                ("cannot", "holds")) else f"{path.name} is left out: {error}")  # fmt: skip
            continue
        for entry in found:
            known = entries.get(entry.content)
            if known is None or entry.date < known.date:
                entries[entry.content] = entry
    if not entries:
        why = f" ({said[0]})" if said else "; --into adds one"
        raise ValueError(f"{folder} holds no runs that can be read{why}")
    newest = sorted(entries.values(), key=lambda entry: (entry.date, entry.run), reverse=True)
    return Found(tuple(newest), tuple(said))


def _files(folder: Path) -> list[Path]:
    """Return the Parquet files; one that is being written begins with a dot."""
    if folder.is_file():
        return [folder] if folder.suffix == SUFFIX else []
    return sorted(p for p in folder.rglob(f"*{SUFFIX}") if p.is_file() and p.name[0] != ".")
