"""The records of a run as tables: the manifest as Parquet, and what was skipped as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files.atomic import replacing, write_bytes
from .listing import Skipped
from .manifest import Row, safe_cells


def write_table(path: Path, rows: Sequence[Row], what: dict[str, Any]) -> None:
    """Write the manifest as Parquet.

    Columns are those of `Row`; `regions` is a list of lists of four numbers. The metadata of
    the schema has what was done, as JSON under `unmask`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            ("path", pa.string()), ("outcome", pa.string()), ("faces", pa.int32()),
            ("reason", pa.string()), ("hash_in", pa.string()), ("hash_out", pa.string()),
            ("regions", pa.list_(pa.list_(pa.int32(), 4))), ("seconds", pa.float64()),
        ],
        metadata={"unmask": json.dumps(what, default=str)},
    )  # fmt: skip
    columns = [[getattr(row, name) for row in rows] for name in schema.names]
    table = pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)
    with replacing(path) as temporary:
        pq.write_table(table, temporary)


def write_skipped(path: Path, skipped: Sequence[Skipped]) -> None:
    """Write which files were left out and why; no file if there are none."""
    if not skipped:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("path", "reason"))
    lines.writerows(safe_cells(one.path, one.reason) for one in skipped)
    write_bytes(path, text.getvalue().encode())
