"""Which columns of a table hold pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

NAMES = frozenset(
    {
        "image",
        "img",
        "jpg",
        "jpeg",
        "png",
        "webp",
        "picture",
        "photo",
        "image_bytes",
        "bytes",
        "images",
    }
)
"""What a column that holds nothing but pictures is often called."""
_HF = b"huggingface"  # where Hugging Face's datasets keeps what a column means


class Column(NamedTuple):
    """A column that may hold pictures.

    Args:
        number: its number.
        name: its name.
        sure: whether every value in it is a picture: what cannot be read as one is then left
            out. Else what does not begin like a picture is passed on.
    """

    number: int
    name: str
    sure: bool


def columns_of(schema: pa.Schema, chosen: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Return the columns that may hold pictures: bytes, alone or inside structs and lists.

    Args:
        schema: of the table.
        chosen: names; if there are any, others are not looked at.

    Raises:
        ValueError: there is no such column, or it cannot hold pictures.
    """
    for name in chosen:
        if name not in schema.names:
            raise ValueError(f"no column '{name}'; it has {', '.join(schema.names)}")
        if not holds_bytes(schema.field(name).type):
            raise ValueError(f"column '{name}' holds {schema.field(name).type}, not pictures")
    features = _features(schema)
    return tuple(
        Column(number, field.name, field.name in chosen or _is_sure(field, features))
        for number, field in enumerate(schema)
        if holds_bytes(field.type) and (not chosen or field.name in chosen)
    )


def schema_of(file: Path) -> pa.Schema | None:
    """Return the schema of a Parquet file, read from its end alone; None if it cannot be."""
    try:
        return pq.read_schema(file)
    except (pa.ArrowException, OSError, ValueError):
        return None


def texts_of(schema: pa.Schema) -> list[str]:
    """Return the columns of plain text."""
    return [
        field.name for field in schema
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    ]  # fmt: skip


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether there are bytes in values of a type, at any depth."""
    return any(_is_bytes(leaf) for leaf in _leaves(kind))


def with_outcome(schema: pa.Schema, name: str) -> pa.Schema:
    """Return the schema with a column of text more, which Hugging Face's datasets knows too.

    Raises:
        ValueError: there is one of that name.
    """
    if name in schema.names:
        raise ValueError(f"there is a column '{name}' already; choose another for the outcome")
    meta = dict(schema.metadata or {})
    if _HF in meta:
        told: Any = json.loads(meta[_HF])
        told["info"]["features"][name] = {"dtype": "string", "_type": "Value"}
        meta[_HF] = json.dumps(told).encode()
    return schema.append(pa.field(name, pa.string())).with_metadata(meta or None)


def _features(schema: pa.Schema) -> dict[str, Any]:
    try:
        return dict(json.loads((schema.metadata or {})[_HF])["info"]["features"])
    except (KeyError, TypeError, ValueError):
        return {}


def _is_sure(field: pa.Field, features: dict[str, Any]) -> bool:
    if '"_type": "Image"' in json.dumps(features.get(field.name)):
        return True
    inner = field.type
    while pa.types.is_list(inner) or pa.types.is_large_list(inner):
        inner = inner.value_type
    if pa.types.is_struct(inner):
        names = {inner.field(i).name for i in range(inner.num_fields)}
        return {"bytes", "path"} <= names and _is_bytes(inner.field("bytes").type)
    return _is_bytes(inner) and field.name.lower() in NAMES


def _leaves(kind: pa.DataType) -> Iterator[pa.DataType]:
    if isinstance(kind, pa.BaseExtensionType):
        yield from _leaves(kind.storage_type)
    elif pa.types.is_dictionary(kind):
        yield from _leaves(kind.value_type)
    elif kind.num_fields:
        for number in range(kind.num_fields):
            yield from _leaves(kind.field(number).type)
    else:
        yield kind


def _is_bytes(kind: pa.DataType) -> bool:
    is_view = getattr(pa.types, "is_binary_view", lambda _: False)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or is_view(kind))
