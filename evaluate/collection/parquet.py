"""A run as rows of Parquet, one a record, and back.

Everything stands in columns: what is told of the run is repeated in each row (which costs next to
nothing, being encoded once), so that any reader of Parquet has all of it, and rows of several
runs may be put into one file. A run is told from another by `content`; `seal` is over all its
cells, whatever the columns, so that a later version may add some and a changed figure is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.defenses.files.atomic import replacing

from ..results.records import SCHEMA, Record, record_of
from ..results.shown import shown_names
from .entry import Entry

if TYPE_CHECKING:
    from pyarrow import Table

FORM = 1  # of these columns; a later one may add some, and never changes what one means
_DIGITS = 16
_SHORT = 500  # signs of a text that is not digested by itself
_SEALS = ("content", "seal")
_OF_A_DAY = ("run", "date", "seconds", "sealed")  # differ between two equal runs
_RECORD = {one.name: str(one.type) for one in fields(Record)}
_TEXT, _NUMBER, _WHOLE = "text", "number", "whole"
_TYPES = {"str": _TEXT, "Kind": _TEXT, "Status": _TEXT, "dict[str, Any]": _TEXT, "int": _WHOLE,
          "float": _NUMBER, "float | None": _NUMBER}  # fmt: skip
_RUN = {"form": _WHOLE, "content": _TEXT, "seal": _TEXT, "date": _TEXT, "sealed": _WHOLE,
        "photos": _TEXT, "code": _TEXT, "version": _TEXT, "device": _TEXT, "folds": _TEXT,
        "attackers": _TEXT, "settings": _TEXT, "shown": _TEXT}  # fmt: skip


class NotOursError(ValueError):
    """A Parquet file, or rows in it, that hold no results which can be relied on."""


def write_entry(path: Path, entry: Entry) -> None:
    """Write a run as one Parquet file, through a temporary name."""
    from pyarrow import parquet

    with replacing(path) as temporary:
        parquet.write_table(_table(entry), temporary, compression="zstd")


def content_of(entry: Entry) -> str:
    """Return the digest of figures and settings, which two equal runs share."""
    return _digest(_cells(entry), (*_OF_A_DAY, *_SEALS))


def read_entries(path: Path) -> list[Entry]:
    """Read the runs that a file holds.

    Args:
        path: of a Parquet file.

    Raises:
        NotOursError: it is damaged, holds something else, or its rows were changed.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        rows = parquet.ParquetFile(path).read().to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise NotOursError(f"cannot be read ({str(error).splitlines()[0][:100]})") from error
    runs: dict[object, list[dict[str, Any]]] = {}
    for row in rows:
        told = {name: value for name, value in row.items() if value is not None}
        runs.setdefault((told.get("content"), told.get("seal")), []).append(told)
    if not runs:
        raise NotOursError("holds no rows")
    return [_entry(some) for some in runs.values()]


def _table(entry: Entry) -> Table:
    import pyarrow

    kinds = {_TEXT: pyarrow.string(), _NUMBER: pyarrow.float64(), _WHOLE: pyarrow.int64()}
    cells = _cells(entry)
    content = _digest(cells, (*_OF_A_DAY, *_SEALS))
    cells = [{**row, "content": content} for row in cells]
    seal = _digest(cells, _SEALS[1:])
    names = {**_RUN, **{name: _TYPES[kind] for name, kind in _RECORD.items()}}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in names.items()])
    return pyarrow.Table.from_pylist([{**row, "seal": seal} for row in cells], schema)


def _cells(entry: Entry) -> list[dict[str, Any]]:
    terms, called = entry.terms, shown_names(entry.records)
    told = {
        "form": FORM, "date": entry.date, "sealed": int(entry.sealed), "photos": terms.photos,
        "code": terms.code, "version": entry.version, "device": entry.device,
        "folds": terms.folds, "attackers": " ".join(terms.attackers),
        "settings": json.dumps(entry.settings, sort_keys=True), "run": entry.run,
    }  # fmt: skip
    rows = []
    for record in entry.records:
        cells = {name: value for name, value in asdict(record).items() if value is not None}
        cells["params"] = json.dumps(record.params, sort_keys=True)
        rows.append({**cells, **told, "shown": called[record.defense]})
    return rows


def _digest(rows: Sequence[Mapping[str, Any]], without: Sequence[str]) -> str:
    """Return 16 hexadecimal digits over all cells but some; the order of rows is their own.

    A cell without a value is none: it is what a file has where others have a column more.
    """
    whole = hashlib.sha256()
    for row in rows:
        kept = {name: _plain(value) for name, value in row.items() if name not in without}
        whole.update(json.dumps(kept, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()[:_DIGITS]


def _plain(value: Any) -> Any:
    """Return a number as one that is the same whether a program stored it whole or not."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value)
    return text if len(text) < _SHORT else _of_text(text)


@lru_cache(64)
def _of_text(text: str) -> str:
    """Return the digest of a long text, which stands in many rows."""
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(rows: Sequence[dict[str, Any]]) -> Entry:
    """Return the run that some rows are about.

    Raises:
        NotOursError: they hold something else, or were changed.
    """
    first = rows[0]
    lost = [name for name in ("seal", "settings", "run", "schema") if name not in first]
    if lost:
        raise NotOursError(f"holds no results of unmask (no {', '.join(lost)})")
    who = f"{first['run']}: "
    if first["schema"] != SCHEMA:
        raise NotOursError(f"{who}records of schema {first['schema']}, known here is {SCHEMA}")
    if _digest(rows, _SEALS[1:]) != first["seal"]:
        raise NotOursError(f"{who}its rows are not those that were added (another seal)")
    try:
        records = [record_of(_as_record(row)) for row in rows]
        settings = json.loads(first["settings"])
    except (TypeError, KeyError, ValueError) as error:
        raise NotOursError(f"{who}a row is no record ({error})") from error
    return Entry(first["run"], records, settings, first.get("date", ""),
                 bool(first.get("sealed")), first["content"])  # fmt: skip


def _as_record(row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {name: row[name] for name in _RECORD if name in row}
    cells["params"] = json.loads(cells["params"])
    for name, kind in _RECORD.items():
        if _TYPES[kind] == _WHOLE and name in cells:
            cells[name] = int(cells[name])
    return cells
