"""Tables that people write about their data: CSV files with a header."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path


def read_rows(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column, column names in lower case.

    Raises:
        ValueError: it cannot be read, lacks a needed column, or has an empty needed cell.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows, head = list(reader), [name.strip().lower() for name in reader.fieldnames or []]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"cannot read {path}: {error}") from error
    lost = [column for column in needed if column not in head]
    if lost:
        raise ValueError(f"{path} needs the columns {', '.join(needed)}; it has {', '.join(head)}")
    tidy = [{str(k).strip().lower(): v or "" for k, v in row.items()} for row in rows]
    for number, row in enumerate(tidy, 2):
        empty = [column for column in needed if not row[column].strip()]
        if empty:
            raise ValueError(f"{path}, line {number}: no {empty[0]}")
    return tidy
