"""One row of a table: its pictures are all changed, or it is left out."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from PIL import Image

from ...photo import Pixels, check_pixels
from ..arrays import anonymize_pixels
from ..manifest import Row
from ..one_photo import anonymize_bytes
from .columns import Column
from .kinds import HEAD, kind_of, picture_ending
from .records import ShardConfig

T = TypeVar("T")


class _LeftOutError(Exception):
    """A value for which its row is left out; carries what is said of it."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.reason)
        self.row = row

    @classmethod
    def of(cls, path: str, why: str) -> Self:
        """Return one for a value that cannot be changed."""
        return cls(Row(path, "failed", 0, why))


class OneRow:
    """What becomes of one row of a table.

    Args:
        where: path of the row in the manifest.
        config: what a picture becomes.
        by_content: whether the seed of a picture is made of what is in it, not of its path:
            for rows whose numbers mean nothing.
    """

    def __init__(self, where: str, config: ShardConfig, *, by_content: bool = False) -> None:
        self._where, self._config, self._by_content = where, config, by_content
        self.rows: list[Row] = []
        self.lost: Row | None = None

    @property
    def outcome(self) -> str | None:
        """The outcome of the whole row; None if there was no picture in it."""
        if self.lost:
            return self.lost.outcome
        return next((row.outcome for row in self.rows if row.outcome != "defended"),
                    "defended" if self.rows else None)  # fmt: skip

    def lose(self, row: Row) -> None:
        """Leave the row out."""
        self.rows = [_as_well(done, row) for done in self.rows] + [row]
        self.lost = row

    def changed(self, column: Column, value: Any) -> Any:
        """Return a value with its pictures anonymized; None if the row is left out."""
        if self.lost:
            return None
        try:
            return self._deep(value, f"{self._where}/{column.name}", column.sure)
        except _LeftOutError as lost:
            self.lose(lost.row)
            return None

    def _deep(self, value: Any, path: str, sure: bool) -> Any:
        if isinstance(value, bytes):
            return self._bytes(value, path, sure)
        if isinstance(value, dict):
            if sure and value.get("bytes", b"") is None and value.get("path"):
                value = self._read(value, path)
            inner = {name: path if name == "bytes" else f"{path}/{name}" for name in value}
            return {name: self._deep(one, inner[name], sure) for name, one in value.items()}
        if isinstance(value, list | tuple):
            inside = [self._deep(one, f"{path}/{at}", sure) for at, one in enumerate(value)]
            return tuple(inside) if isinstance(value, tuple) else inside  # entries of a map
        if isinstance(value, Image.Image):
            return self._picture(value, path)
        return self._array(value, path) if is_pixels(value, sure=sure) else value

    def _read(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        """Take in the file that stands in place of its content, as `datasets` does."""
        if not self._by_content:  # a shard from anywhere does not say which files are read here
            raise _LeftOutError.of(path, "it holds a path in place of a picture")
        try:
            data = Path(value["path"]).read_bytes()
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise _LeftOutError.of(path, f"the file of its path cannot be read: {why}") from error
        return {**value, "bytes": data, "path": Path(value["path"]).name}

    def _bytes(self, data: bytes, path: str, sure: bool) -> bytes:
        kind = kind_of("", data[:HEAD])
        if kind == "video":
            raise _LeftOutError.of(path, "a video in a table; anonymize videos as files")
        if kind != "picture" and not sure:
            return data
        ending = picture_ending(data[:HEAD]) or ".jpg"
        made = anonymize_bytes(data, self._key(path, data), self._config.settings, ending=ending)
        return self._noted(path, made.data, made.row)

    def _array(self, pixels: Pixels, path: str) -> Pixels:
        key = self._key(path, str(np.shape(pixels)).encode() + np.asarray(pixels).tobytes())
        return self._noted(path, *anonymize_pixels(pixels, key, self._config.settings))

    def _picture(self, picture: Image.Image, path: str) -> Image.Image:
        if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
            picture = picture.convert("RGB")
        stored = io.BytesIO()
        picture.save(stored, "PNG", compress_level=1)
        new = Image.open(io.BytesIO(self._bytes(stored.getvalue(), path, True)))
        new.load()
        return new

    def _key(self, path: str, data: bytes) -> str:
        return hashlib.sha256(data).hexdigest() if self._by_content else path

    def _noted(self, path: str, new: T | None, row: Row) -> T:
        row = replace(row, path=path)
        if new is None:
            raise _LeftOutError(row)
        self.rows.append(row)
        return new


def is_pixels(value: Any, *, sure: bool = False) -> bool:
    """Whether an array is a photo: by its shape, or because its column holds photos.

    Raises:
        ValueError: its column holds photos, and it is none.
    """
    if not isinstance(value, np.ndarray):
        return False
    if sure:
        check_pixels(value)
    return value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] == 3


def _as_well(row: Row, lost: Row) -> Row:
    why = f"not written, as {lost.path} of its row"
    return replace(row, outcome=lost.outcome, reason=why)
