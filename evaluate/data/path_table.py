"""A table that says where each photo is and who is on it."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from .base import Bad, Dataset


class _Row(NamedTuple):
    line: int
    place: str
    person: str


@dataclass(frozen=True)
class Table(Dataset):
    """A CSV or Parquet file with a row for each photo: its path, and who is on it.

    Paths are absolute or relative to the table. A row without path or person, a file that is
    not there, and a photo that is listed twice are left out and listed; a photo that two
    people claim is left out altogether.

    Args:
        path: of the table; `.parquet` is read as such, all else as CSV with a header.
        file: name of the column with the path of the photo.
        identity: name of the column that says who it is: a text or a number.

    Example:
        `table:labels.csv,file=image,identity=subject_id,photos=10`.
    """

    file: str = "path"
    identity: str = "identity"

    name: ClassVar[str] = "table"

    @property
    def _title(self) -> str:
        return f"table:{Path(self.path).stem}"

    def folder(self) -> Path:
        """Return the folder of the table, or one above it where photos lie elsewhere.

        Raises:
            ValueError: there is no such table, or it cannot be read.
        """
        return self._content[0]

    def files(self, root: Path) -> tuple[dict[str, list[str]], list[Bad]]:
        """Return the files of each person, as the table says."""
        return {name: list(keys) for name, keys in self._content[1].items()}, [*self._content[2]]

    @cached_property
    def _content(self) -> tuple[Path, dict[str, list[str]], list[Bad]]:
        table = Path(self.path).expanduser()
        if not self.path:
            raise ValueError("a table needs its path: table:FILE.csv")
        if not table.is_file():
            raise ValueError(f"no such table: {table}")
        bad: list[Bad] = []
        owners: dict[str, set[str]] = defaultdict(set)
        lines: dict[str, int] = {}
        home = os.path.abspath(table.parent)
        for row in self._rows(table):
            empty = [c for c, v in ((self.file, row.place), (self.identity, row.person)) if not v]
            if empty or "\0" in row.place:
                why = f"no {empty[0]}" if empty else f"{self.file} is no path"
                bad.append(Bad(f"row {row.line}", why))
                continue
            place = os.path.normpath(os.path.join(home, row.place))
            if row.person in owners[place]:
                bad.append(Bad(f"row {row.line}", f"the photo of row {lines[place]} again"))
            owners[place].add(row.person)
            lines.setdefault(place, row.line)
        if not owners:
            raise ValueError(f"{table} lists no photos ({len(bad)} rows are of no use)")
        root = Path(_common(home, owners))
        files: dict[str, list[str]] = defaultdict(list)
        for place, people in owners.items():
            key = Path(place).relative_to(root).as_posix()
            if len(people) > 1:
                bad.append(Bad(key, f"listed for {len(people)} people"))
            elif not os.path.isfile(place):
                bad.append(Bad(key, f"listed in row {lines[place]}, but there is no such file"))
            else:
                files[next(iter(people))].append(key)
        if not files:
            raise ValueError(
                f"no photo that {table} lists is there, first {next(iter(owners))}; paths are "
                "absolute, or relative to the table"
            )
        return root, dict(files), bad

    def _rows(self, table: Path) -> Iterator[_Row]:
        made = _of_parquet if table.suffix.lower() == ".parquet" else _of_csv
        for line, (place, person) in enumerate(made(table, self.file, self.identity), 1):
            yield _Row(line, _text(place), _text(person))


def _common(home: str, places: dict[str, Any]) -> str:
    """Return the folder of the table where all photos lie below it, else one above them all."""
    folders = [os.path.dirname(place) for place in places]
    shared = os.path.commonpath(folders)
    return home if os.path.commonpath([home, shared]) == home else shared


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _of_csv(table: Path, *columns: str) -> Iterator[tuple[str | None, ...]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
            _check_columns(table, columns, list(reader.fieldnames))
            for row in reader:
                yield tuple(row[column] for column in columns)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"cannot read {table}: {error}") from error


def _of_parquet(table: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(table) as file:
            _check_columns(table, columns, file.schema_arrow.names)
            for name in columns:
                kind = file.schema_arrow.field(name).type
                if pa.types.is_nested(kind) or pa.types.is_floating(kind):
                    raise ValueError(
                        f"{table}: column '{name}' must hold texts or whole numbers, got {kind}"
                    )
            for batch in file.iter_batches(columns=list(columns)):
                yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"cannot read {table}: {' '.join(str(error).split())}") from error


def _check_columns(table: Path, columns: tuple[str, ...], there: list[str]) -> None:
    for column in columns:
        if there.count(column) != 1:
            count = f"has {there.count(column)} such" if column in there else "lacks it"
            raise ValueError(
                f"{table} needs a column '{column}' and {count}: {', '.join(there) or 'no header'}"
                "; name yours: table:FILE,file=COLUMN,identity=COLUMN"
            )
