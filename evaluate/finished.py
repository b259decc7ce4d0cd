"""What a finished run found, read back from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .audit.audited import Audited, read_audit
from .comparison.found import Comparison
from .results.jsonfile import read_json
from .results.records import read_records
from .tuning.again import is_search, read_search
from .tuning.iso import Iso
from .tuning.result import Tuned


def read(folder: Path | str) -> Comparison | Tuned | Iso | Audited:
    """Return what `compare`, `tune`, `tune_all` or `audit` found, from its run folder alone.

    Args:
        folder: the run folder.

    Raises:
        ValueError: it holds no finished run, or a damaged one.
    """
    folder = Path(folder)
    if is_search(folder):
        return read_search(folder)
    source = folder / "records.jsonl"
    if not source.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it the folder of a finished run?")
    if _command(folder) == "audit-vlm":
        return read_audit(folder)
    return Comparison(tuple(read_records(source)), None, folder)


def _command(folder: Path) -> str:
    path = folder / "config.json"
    config: Any = read_json(path) if path.is_file() else {}
    return str(config.get("command", "compare")) if isinstance(config, dict) else "compare"
