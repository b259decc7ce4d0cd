"""Which files of many pictures a source names: a pattern, a folder, or one of them."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from ...files.pictures import SUFFIXES
from ...files.printable import encodable, printable
from ..video import VIDEOS
from .columns import columns_of, schema_of
from .records import Shard
from .saved_dataset import arrow_files
from .shard import writer_of

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MOST = 1_000_000  # names that one pattern may stand for


class Sources(NamedTuple):
    """The shards that were found.

    Args:
        files: sorted, or in the order of the pattern.
        root: the folder that their keys are relative to.
        skipped: number of other files in it.
        whole: whether the folder was named, not its files.
    """

    files: tuple[Path, ...]
    root: Path
    skipped: int = 0
    whole: bool = False

    def shards(self, target: Path) -> tuple[Shard, ...]:
        """Return what each file becomes in a target folder."""
        below = [file.relative_to(self.root) for file in self.files]
        return tuple(
            Shard(file, target / part, encodable(part.as_posix()))
            for file, part in zip(self.files, below, strict=True)
        )


def find_shards(source: str | os.PathLike[str]) -> Sources | None:
    """Return the shards that a source names; None if it names none.

    Args:
        source: `shards-{000..099}.tar`, `shards-*.tar`, a folder with shards and no photos, a
            folder that `datasets` saved, or one shard.

    Raises:
        ValueError: files of a pattern are missing, or a folder holds photos and shards.
    """
    text = os.fspath(source)
    place = Path(text)
    if place.is_dir():
        return _in_folder(place)
    if place.is_file():
        return Sources((place,), place.parent) if _is_shard(place) else None
    if _BRACES.search(text):
        return _named(text, list(expanded(text)))
    if glob.has_magic(text):
        return _named(text, sorted(glob.glob(text, recursive=True)))
    return None


def expanded(pattern: str) -> Iterator[str]:
    """Yield the names that a pattern stands for: `{000..099}` counts, `{a,b}` lists.

    Raises:
        ValueError: there are more than a million.

    Example:
        >>> list(expanded("{train,test}-{08..10}.tar"))[:4]
        ['train-08.tar', 'train-09.tar', 'train-10.tar', 'test-08.tar']
    """
    pieces = _BRACES.split(pattern)  # plain text and braces take turns
    options = [_options(piece) if at % 2 else [piece] for at, piece in enumerate(pieces)]
    count = 1
    for option in options:
        count *= len(option)
    if count > _MOST:
        raise ValueError(f"a pattern stands for at most {_MOST} files, got {count}: {pattern}")
    for parts in product(*options):
        yield "".join(parts)


def _options(inside: str) -> Sequence[str]:
    count = _RANGE.fullmatch(inside)
    if not count:
        return inside.split(",") if "," in inside else ["{" + inside + "}"]
    first, last = int(count[1]), int(count[2])
    if last - first > _MOST:
        raise ValueError(f"a pattern stands for at most {_MOST} files, got {{{inside}}}")
    width = max(map(len, count.groups())) if "0" in (count[1][0], count[2][0]) else 0
    return [str(number).zfill(width) for number in range(first, last + 1)]


def _named(pattern: str, names: Sequence[str]) -> Sources | None:
    files = tuple(Path(name) for name in names)
    if not files:
        raise ValueError(f"no file is named like {printable(pattern)}")
    if not any(_is_shard(file) for file in files):
        return None
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise ValueError(
            f"{len(missing)} of the {len(files)} files of {printable(pattern)} are missing, "
            f"first {printable(missing[0])}; name those that are there"
        )
    others = [file for file in files if not _is_shard(file)]
    if others:
        raise ValueError(
            f"{printable(pattern)} names shards and other files, such as {printable(others[0])}; "
            "name one kind"
        )
    return Sources(files, Path(os.path.commonpath([file.parent for file in files])))


def _in_folder(folder: Path) -> Sources | None:
    saved = arrow_files(folder)
    if saved is not None:
        return Sources(tuple(saved), folder, whole=True)
    files = [file for file in _files(folder) if _inside(file, folder)]
    shards = [file for file in files if _is_shard(file)]  # no manifest, no table of faces
    if not shards:
        return None
    photos = [file for file in files if file.suffix.lower() in (*SUFFIXES, *VIDEOS)]
    if photos:
        raise ValueError(
            f"{printable(folder)} holds {len(photos)} photos or videos and {len(shards)} shards; "
            f"name one kind: '{printable(folder / '*')}{''.join(shards[0].suffixes)}', or a "
            "folder for each"
        )
    return Sources(tuple(shards), folder, len(files) - len(shards), whole=True)


def _files(folder: Path) -> list[Path]:
    found = (Path(top) / name for top, _, names in os.walk(folder) for name in names)
    below = ((file, file.relative_to(folder).parts) for file in found)
    return sorted(file for file, parts in below if not any(p.startswith(".") for p in parts))


def _inside(file: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, and no link leads out of it."""
    return not file.is_symlink() or file.resolve().is_relative_to(folder.resolve())


def _is_shard(file: Path) -> bool:
    return writer_of(file.name) is not None and _may_hold_pictures(file)


def _may_hold_pictures(file: Path) -> bool:
    """Whether a shard is no table that only lists paths, addresses or captions."""
    if file.suffix.lower() != ".parquet" or not file.is_file():
        return True
    schema = schema_of(file)
    return schema is None or bool(columns_of(schema))  # a damaged one is said to be later
