"""Rows of a table with pictures in them: changed, or left out whole."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..manifest import Row
from .columns import Column, columns_of, texts_of, with_outcome
from .kinds import WRITTEN_OUT
from .one_row import OneRow
from .records import ShardConfig, Told


class Rows:
    """Changes batches of one table.

    Args:
        schema: of the table.
        key: stable name of the table; rows are `key/number/column` in the manifest.
        config: what a picture becomes, and which columns hold some.
        by_content: whether seeds are made of what is in a picture, not of its path.

    Raises:
        ValueError: no such column, or the one for outcomes exists.
    """

    def __init__(
        self, schema: pa.Schema, key: str, config: ShardConfig, *, by_content: bool = False
    ) -> None:
        self._columns = columns_of(schema, config.columns)
        self._texts = [] if config.columns else texts_of(schema)
        self._key, self._config, self._by_content = key, config, by_content
        self.told = Told()
        self.schema = schema
        if config.outcome_column:
            self.schema = with_outcome(schema, config.outcome_column)
        self._number = 0

    def check(self) -> None:
        """Raise if there were rows and no picture in them, and none was to be expected.

        Raises:
            ValueError: so it is; most likely the pictures are of an unknown kind.
        """
        if self._number and not self.told.rows and not any(one.sure for one in self._columns):
            raise ValueError(
                f"no picture is in it; its columns are {', '.join(self.schema.names)}; "
                "name the one that holds them: --column NAME"
            )

    def change(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the next rows with their pictures anonymized, without those that are left out.

        With a column for outcomes none is left out; there is null in place of its pictures.
        """
        values = {column: batch.column(column.number).to_pylist() for column in self._columns}
        hidden = self._written_out(batch)
        outcomes: list[str | None] = []
        kept: list[bool] = []
        for at in range(batch.num_rows):
            where = f"{self._key}/{self._number}"
            row = OneRow(where, self._config, by_content=self._by_content)
            if hidden[at]:
                row.lose(Row(where, "failed", 0, "it holds a picture as text (base64)"))
            for column, cells in values.items():
                cells[at] = row.changed(column, cells[at])
            if row.lost:
                for cells in values.values():
                    cells[at] = None
            self.told.rows += row.rows
            kept.append(row.lost is None)
            outcomes.append(row.outcome)
            self._number += 1
        self._count(batch)
        return self._made(batch, values, outcomes, kept)

    def _made(
        self, batch: pa.RecordBatch, values: dict[Column, list[Any]],
        outcomes: list[str | None], kept: list[bool],
    ) -> pa.RecordBatch:  # fmt: skip
        arrays = list(batch.columns)
        for column, cells in values.items():
            arrays[column.number] = pa.array(cells, type=self.schema.field(column.number).type)
        if self._config.outcome_column:
            arrays.append(pa.array(outcomes, pa.string()))
            return pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        made = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        return made if all(kept) else made.filter(pa.array(kept))

    def _written_out(self, batch: pa.RecordBatch) -> list[bool]:
        found = [False] * batch.num_rows
        for name in self._texts:
            hits = pc.match_substring_regex(batch.column(name), WRITTEN_OUT).to_pylist()
            found = [bool(old or hit) for old, hit in zip(found, hits, strict=True)]
        return found

    def _count(self, batch: pa.RecordBatch) -> None:
        changed = {column.name for column in self._columns if column.sure}
        for name in batch.schema.names:
            if name not in changed:
                self.told.copied[f"column {name}"] += batch.num_rows
