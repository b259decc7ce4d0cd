"""Lists of photos: a CSV or Parquet file with a column of paths."""

from __future__ import annotations

import csv
import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pyarrow as pa
import pyarrow.parquet as pq

from ...files.printable import printable
from .columns import columns_of, schema_of, texts_of

NAMES = ("path", "file", "file_name", "filename", "file_path", "filepath", "image", "image_path")
"""What a column of paths may be called."""


def read_list(source: Path, column: str = "") -> tuple[Path, ...] | None:
    """Return the photos that a list names, each once, in its order; None if it is no list.

    A Parquet file with pictures in it is a shard, whatever else it holds.

    Args:
        source: a CSV file with a line of names, or a Parquet file.
        column: which column holds the paths; empty: the one that is called like one of `NAMES`.

    Returns:
        Paths as they are written if absolute; else below the folder of the list.

    Raises:
        ValueError: no such column, or more than one, or a path that leads out of the folder.
    """
    ending = source.suffix.lower()
    if ending not in (".csv", ".parquet") or not source.is_file():
        return None
    if ending == ".parquet":
        schema = schema_of(source)
        if schema is None or columns_of(schema):
            return None
        name = _chosen(source, texts_of(schema), column)
        cells = pq.read_table(source, columns=[name]).column(0).cast(pa.string()).to_pylist()
    else:
        cells = _csv_cells(source, column)
    texts = dict.fromkeys(text for text in cells if text)
    if not texts:
        raise ValueError(f"{printable(source)} names no photos")
    return tuple(_place(source, text) for text in texts)


def common_folder(files: tuple[Path, ...]) -> Path:
    """Return the folder below which all files of a list lie: their names are relative to it."""
    return Path(os.path.commonpath([file.parent for file in files]))


def _csv_cells(source: Path, column: str) -> list[str]:
    try:
        with source.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            rows = csv.DictReader(file)
            name = _chosen(source, list(rows.fieldnames or ()), column)
            return [row[name] or "" for row in rows]
    except csv.Error as error:
        raise ValueError(f"{printable(source)} is no CSV file: {error}") from error


def _chosen(source: Path, names: list[str], column: str) -> str:
    """Return the name of the column with the paths."""
    told = f"its columns are {', '.join(names)}" if names else "it has no columns of text"
    if column:
        if column not in names:
            raise ValueError(f"{printable(source)} has no column '{column}' of paths; {told}")
        return column
    found = [name for name in names if name.lower() in NAMES]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(
            f"{printable(source)} has {len(found)} columns that may hold paths: "
            f"{', '.join(found)}; choose one: --column {found[0]}"
        )
    raise ValueError(
        f"{printable(source)} holds neither pictures nor a column called {', '.join(NAMES[:3])} "
        f"or the like; {told}; choose one: --column NAME"
    )


def _place(source: Path, text: str) -> Path:
    if "\0" in text or ".." in PurePosixPath(text).parts + PureWindowsPath(text).parts:
        raise ValueError(
            f"{printable(source)} names {printable(text)}, which leads out with '..'; "
            "write the path in full"
        )
    return Path(text) if Path(text).is_absolute() else source.parent / text
