"""For those who have a pipeline: one callable for `datasets.map` and Ray Data's `map_batches`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from unmask.threads import pin_threads

from ..settings import Settings
from .columns import NAMES, Column
from .one_row import OneRow, is_pixels
from .records import ShardConfig
from .table_rows import Rows


class BatchAnonymizer:
    """Anonymizes the pictures in batches of rows, in whatever process it is called.

    A picture is bytes, Hugging Face's `{"bytes": ..., "path": ...}`, a PIL picture or an array
    `(H, W, 3)`, uint8. Rows of which a picture is left out (it cannot be read, or shows no
    face, see `Settings.on_miss`) are left out; with `outcome_column` they stay, with None for
    their pictures. Seeds come from the content of a picture, so that batches, their order and
    the workers make no difference.

    Args:
        settings: what a picture becomes.
        columns: those with pictures; empty: as they are found by type, features or name.
        outcome_column: name of a column to add.

    Example:
        >>> from unmask.defenses import DEFENSES
        >>> from unmask.defenses.apply import prepare
        >>> anonymizer = BatchAnonymizer(prepare(DEFENSES.build("pixelate:blocks=6")))
        >>> wall = np.full((64, 64, 3), 200, np.uint8)
        >>> anonymizer({"image": [wall], "caption": ["a wall"]})  # nobody is in it
        {'image': [], 'caption': []}
    """

    def __init__(
        self, settings: Settings, *, columns: Sequence[str] = (), outcome_column: str = ""
    ) -> None:
        self.config = ShardConfig(settings, tuple(columns), outcome_column)

    def __call__(self, batch: Any) -> Any:
        """Return the batch in the kind that it came in: a table, or a dict of columns.

        Raises:
            ValueError: no column holds pictures, there is no column of a given name, or an
                array in a column of pictures is none.
        """
        pin_threads()
        return self._table(batch) if isinstance(batch, pa.Table) else self._dict(batch)

    def _table(self, table: pa.Table) -> pa.Table:
        rows = Rows(table.schema, "row", self.config, by_content=True)
        made = [rows.change(part) for part in table.to_batches()]
        rows.check()
        return pa.Table.from_batches(made, rows.schema)

    def _dict(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        cells = {name: list(batch[name]) for name in batch}
        columns = self._columns(cells)
        count = len(next(iter(cells.values()), []))
        kept, outcomes = [True] * count, [""] * count
        for at in range(count):
            row = OneRow(f"row/{at}", self.config, by_content=True)
            for column in columns:
                cells[column.name][at] = row.changed(column, cells[column.name][at])
            if row.lost:
                for column in columns:
                    cells[column.name][at] = None
            kept[at] = row.lost is None
            outcomes[at] = row.outcome or ""
        if self.config.outcome_column:
            return {name: _like(batch[name], cells[name]) for name in cells} | {
                self.config.outcome_column: outcomes
            }
        left = {name: [one for one, keep in zip(cells[name], kept, strict=True) if keep]
                for name in cells}  # fmt: skip
        return {name: _like(batch[name], left[name]) for name in cells}

    def _columns(self, cells: Mapping[str, list[Any]]) -> list[Column]:
        chosen = self.config.columns
        for name in chosen:
            if name not in cells:
                raise ValueError(f"no column '{name}'; it has {', '.join(cells)}")
        found = [
            Column(at, name, name in chosen or (not chosen and _is_sure(name, cells[name])))
            for at, name in enumerate(cells)
            if not chosen or name in chosen
        ]
        if any(cells.values()) and not any(column.sure for column in found):
            raise ValueError(
                f"no picture is in it; its columns are {', '.join(cells)}; name the one that "
                "holds them: columns=['NAME']"
            )
        return found


def _is_sure(name: str, cells: list[Any]) -> bool:
    first = next((one for one in cells if one is not None), None)
    if isinstance(first, list) and first:
        first = first[0]
    if isinstance(first, bytes):
        return name.lower() in NAMES
    is_struct = isinstance(first, dict) and {"bytes", "path"} <= set(first)
    return is_struct or isinstance(first, Image.Image) or is_pixels(first)


def _like(old: Any, new: list[Any]) -> Any:
    """Return a column as an array if it was one."""
    if not isinstance(old, np.ndarray):
        return new
    if old.dtype != object and not any(one is None for one in new):
        return np.array(new, old.dtype).reshape(len(new), *old.shape[1:])
    made = np.empty(len(new), object)
    made[:] = new
    return made
