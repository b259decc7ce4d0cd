"""Parquet and Arrow files with pictures in them, rewritten piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from .records import ShardConfig, Told
from .table_rows import Rows

_AT_ONCE = 32  # rows in memory beside what is written


def write_parquet(source: Path, file: IO[bytes], name: str, key: str, config: ShardConfig) -> Told:
    """Write a Parquet file anew with its pictures anonymized.

    Other columns, row groups, the compression of each column and what is said of the schema
    (such as Hugging Face's features) stay; statistics are made anew. One row group is in
    memory at a time.

    Args:
        source: the file.
        file: what is written to.
        name: not used; a tar has its compression in its name.
        key: stable name of the file.
        config: what a picture becomes.

    Raises:
        ValueError: it is no Parquet file, is damaged, or holds no picture.
        OSError: it cannot be read or written.
    """
    with pq.ParquetFile(source) as table:
        rows = Rows(table.schema_arrow, key, config)
        with pq.ParquetWriter(file, rows.schema, **_encoding(table)) as writer:
            for group in range(table.num_row_groups):
                batches = table.iter_batches(_AT_ONCE, row_groups=[group])
                made = pa.Table.from_batches(map(rows.change, batches), rows.schema)
                if made.num_rows:
                    writer.write_table(made, row_group_size=made.num_rows)
    rows.check()
    return rows.told


def write_arrow(source: Path, file: IO[bytes], name: str, key: str, config: ShardConfig) -> Told:
    """Write an Arrow stream, as `datasets.Dataset.save_to_disk` makes them, anew.

    Arguments and errors are those of `write_parquet`.
    """
    with pa.memory_map(str(source)) as mapped, pa.ipc.open_stream(mapped) as stream:
        rows = Rows(stream.schema, key, config)
        with pa.ipc.new_stream(file, rows.schema) as writer:
            for batch in stream:
                parts = (batch.slice(at, _AT_ONCE) for at in range(0, batch.num_rows, _AT_ONCE))
                made = pa.Table.from_batches(map(rows.change, parts), rows.schema)
                writer.write_table(made.combine_chunks())
    rows.check()
    return rows.told


def _encoding(table: pq.ParquetFile) -> dict[str, Any]:
    """Return how each column, by its path, is compressed, and which have a dictionary."""
    if not table.num_row_groups:
        return {}
    group = table.metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    known = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
    return {
        "compression": {
            one.path_in_schema: known.get(one.compression, one.compression) for one in columns
        },
        "use_dictionary": [one.path_in_schema for one in columns if one.has_dictionary_page],
    }
