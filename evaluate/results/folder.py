"""Run folders: how they begin, and when one may be gone on with."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.code_digest import file_digest

from .jsonfile import read_json
from .origin import origin
from .records import Record, write_records

TAKEN = "from_cache"
# said, or made from the rest: no other figures come of them
_TOLD = ("notes", "details", "made", "metrics", "weights", "limit", "who", "records", TAKEN)
_FEW = 4
SCRATCH = ".unmask-pixels"
"""How the name begins of a folder in which pixels lie during a run, see `data/shelf.py`."""


def open_folder(
    folder: Path, config: Mapping[str, Any], *, resume: bool, names: bool = False
) -> None:
    """Make the run folder and write `config.json`.

    Args:
        folder: of the run.
        config: everything that decides its figures.
        resume: go on with what lies there, if its settings are the same.
        names: keep names of people, and of their files; else they are counted, so that the
            folder may be shown around.

    Raises:
        ValueError: it holds something else already, or a run with other settings.
    """
    path = folder / "config.json"
    config = config if names else without_names(config)
    if folder.is_dir() and any(not entry.name.startswith(SCRATCH) for entry in folder.iterdir()):
        if not resume:
            raise ValueError(f"{folder} is not empty; name another folder, or add --resume")
        if not path.exists():
            raise ValueError(f"{folder} holds no run (no config.json); nothing to resume")
        old = read_json(path)
        if not isinstance(old, dict):
            raise ValueError(f"{path} must hold an object; was it edited?")
        if other := differing(old, config):
            raise ValueError(
                f"{folder} holds a run with other settings ({'; '.join(other)}); "
                f"resume with the same ones or name another folder"
            )
        config = {**config, TAKEN: old.get(TAKEN, [])}
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps({**config, "made": origin()}, indent=2) + "\n")


def write_found(folder: Path, records: Sequence[Record]) -> None:
    """Write `records.jsonl`, and its digest into `config.json`: the run is finished.

    Args:
        folder: made by `open_folder`.
        records: all that was found.
    """
    source, path = folder / "records.jsonl", folder / "config.json"
    write_records(source, records)
    config = {**read_json(path), "records": file_digest(source)}
    write_text(path, json.dumps(config, indent=2) + "\n")


def is_as_written(folder: Path, config: Mapping[str, Any]) -> bool | None:
    """Return whether the records of a run are those that it wrote.

    Args:
        folder: of the run.
        config: what its `config.json` holds.

    Returns:
        None where nobody knows: the run is not finished, or older than such digests.
    """
    digest = config.get("records")
    return None if digest is None else digest == file_digest(folder / "records.jsonl")


def tell_taken(folder: Path, specs: Sequence[str]) -> None:
    """Write into `config.json` whose figures were not measured by this run but known before.

    Args:
        folder: of a run that was opened.
        specs: of these defenses; those of an interrupted part of the run stay there.
    """
    path = folder / "config.json"
    config = read_json(path)
    both = dict.fromkeys([*config.get(TAKEN, []), *specs])
    write_text(path, json.dumps({**config, TAKEN: [*both]}, indent=2) + "\n")


def taken(folder: Path) -> list[str]:
    """Return the specs of defenses whose figures were known before a run."""
    config = read_json(folder / "config.json")
    found = config.get(TAKEN, []) if isinstance(config, dict) else []
    return [str(spec) for spec in found] if isinstance(found, list) else []


def without_names(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that name nobody: people and files are counted, a hash remains."""
    told = dict(config)
    for key in ("split", "test_split"):
        if isinstance(told.get(key), dict):
            told[key] = {k: _counted(v) for k, v in told[key].items()}
    if "folds" in told:
        told["folds"] = [{k: _counted(v) for k, v in one.items()} for one in told["folds"]]
    if "details" in told:
        told["details"] = _counted(told["details"])
    return told


def _counted(value: Any) -> Any:
    return len(value) if isinstance(value, list | tuple | set | frozenset | dict) else value


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name the settings in which two runs differ, inside of groups: `photos`, `code: my-plugin`.

    Args:
        old: as read from `config.json`, with or without names.
        new: as it would be written.
    """
    old, new = (json.loads(json.dumps(without_names(one))) for one in (old, new))
    found = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if key in _TOLD or was == now:
            continue
        inside: list[str] = []
        if isinstance(was, dict) and isinstance(now, dict):
            inside = [name for name in {**now, **was} if was.get(name) != now.get(name)]
        few = [*inside[:_FEW], *(["..."] if len(inside) > _FEW else [])]
        found.append(f"{key}: {', '.join(few)}" if few else key)
    return found


def new_folder(command: str) -> Path:
    """Return the default run folder, `runs/<time>-<command>`."""
    return Path("runs") / f"{time.strftime('%Y%m%d-%H%M%S')}-{command}"
