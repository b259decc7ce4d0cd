"""What a finished run found, read back from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .collection.collected import Collection, read_collection
from .collection.read import is_collection
from .comparison.found import Comparison
from .results.origin import config_of
from .results.records import read_records

if TYPE_CHECKING:
    from .audit.audited import Audited
    from .audit.study.joined import Studied
    from .tuning.iso import Iso
    from .tuning.result import Tuned

_SEARCH = ("tuned.json", "iso.csv")  # what only `tune` leaves; that of `tune all` has no config


def read(folder: Path | str) -> Comparison | Tuned | Iso | Audited | Studied | Collection:
    """Return what `compare`, `tune`, `tune_all` or `audit` found, from its run folder alone.

    Args:
        folder: the run folder; or one of many runs, to which `compare --into` adds.

    Raises:
        ValueError: it holds no finished run, or a damaged one.
    """
    folder = Path(folder)
    if is_collection(folder):
        return read_collection(folder)
    command = config_of(folder).get("command")  # that of `compare` is not said there
    if command == "tune" or any((folder / name).is_file() for name in _SEARCH):
        from .tuning.again import read_search  # with Optuna

        return read_search(folder)
    if command == "audit-vlm-study":
        from .audit.study.joined import read_study  # with all that opens models

        return read_study(folder)
    source = folder / "records.jsonl"
    if not source.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it the folder of a finished run?")
    if command == "audit-vlm":
        from .audit.audited import read_audit  # with all that opens models

        return read_audit(folder)
    return Comparison(tuple(read_records(source)), None, folder)
