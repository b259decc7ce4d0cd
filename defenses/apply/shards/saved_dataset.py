"""Folders that Hugging Face's `datasets` saved: which files count, and what is said of them.

`Dataset.save_to_disk` writes `data-00000-of-00004.arrow` and so on, `state.json`, which names
these files, and `dataset_info.json`; a `DatasetDict` has a folder for each split. What else
lies there, such as `cache-*.arrow` of an earlier `map`, is no part of the data set.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ...files.atomic import write_text
from ...files.printable import printable

_DICT, _STATE, _INFO = "dataset_dict.json", "state.json", "dataset_info.json"
# of the originals: where they were, what their hashes are, how many there were
_GONE = ("download_checksums", "splits", "dataset_size", "download_size", "size_in_bytes")


def arrow_files(folder: Path) -> list[Path] | None:
    """Return the files of a saved data set in their order; None if it is none.

    Raises:
        ValueError: what the folder says of itself cannot be read, or leads out of it.
    """
    if not (folder / _DICT).is_file() and not (folder / _STATE).is_file():
        return None
    return [part / name for part in _parts(folder) for name in _names(part)]


def write_facts(source: Path, target: Path, mark: str, outcome_column: str = "") -> None:
    """Write what `datasets` needs beside the files, as far as it is true of the new ones.

    Args:
        source: the folder that was saved.
        target: the new one. Files that are not there, because they failed, are not named.
        mark: text that tells this data set from others; becomes part of its fingerprint.
        outcome_column: name of the column that was added, if any.
    """
    for part in _parts(source):
        new = target / part.relative_to(source)
        state = _read(part / _STATE)
        there = [name for name in _names(part) if (new / name).is_file()]
        text = json.dumps([state.get("_fingerprint"), mark, there])
        state["_data_files"] = [{"filename": name} for name in there]
        state["_fingerprint"] = hashlib.sha256(text.encode()).hexdigest()[:16]
        info = {k: v for k, v in _read(part / _INFO).items() if k not in _GONE}
        if outcome_column:
            info["features"][outcome_column] = {"dtype": "string", "_type": "Value"}
            columns = state.get("_format_columns")
            state["_format_columns"] = columns and [*columns, outcome_column]
        write_text(new / _STATE, json.dumps(state, indent=2))
        write_text(new / _INFO, json.dumps(info, indent=2))
    if (source / _DICT).is_file():
        write_text(target / _DICT, json.dumps({"splits": _list(source / _DICT, "splits")}))


def _parts(folder: Path) -> list[Path]:
    if not (folder / _DICT).is_file():
        return [folder]
    splits = _list(folder / _DICT, "splits")
    return [folder / _inside(split, folder) for split in splits]


def _names(part: Path) -> list[str]:
    files = _list(part / _STATE, "_data_files")
    return [_inside(one.get("filename") if isinstance(one, dict) else one, part) for one in files]


def _list(path: Path, name: str) -> list[Any]:
    found = _read(path).get(name)
    if not isinstance(found, list):
        raise ValueError(f"{printable(path)} must hold a list '{name}'")
    return found


def _inside(name: Any, folder: Path) -> str:
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".", ".."):
        raise ValueError(f"{printable(folder)} names a file outside of it: {name!r}")
    return name


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{printable(path)} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{printable(path)} must hold an object")
    return found
