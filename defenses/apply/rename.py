"""Neutral names for what is written, because names of files are often names of people."""

from __future__ import annotations

import csv
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..files.printable import printable
from .records import Part
from .targets import Pair, Task

_SECRET = ""  # in place of the path in the map: no photo is called so
# what cameras, phones and programs call photos
_CAMERA = re.compile(
    r"(?i)\b(img|mg|dsc[nf]?|pxl|mvimg|pic|pict|photo|image|dcim|picture|frame|scan|screenshot|"
    r"p|wp|gopr|dji|burst|portrait|edit|copy|canon|fuji|nikon|apple|x|jpe?g|png|tiff?|webp|"
    r"[a-z])(?![a-z])"
)


def map_of(target: Path, part: Part) -> Path:
    """Return the file that says which name stands for which photo: beside the target."""
    target = target.absolute()
    return target.with_name(f"{target.name}-names{part.mark}.csv")


def renamed(task: Task, target: Path, part: Part) -> Task:
    """Give each photo a drawn name, without its folders, and write the names down.

    What is skipped has no name any more: the record of it lies among what is published. So has
    what was read: the map holds a secret with which its hashes are mixed.
    Names that the map has already are kept, so that a run can go on. Only its owner can read
    the map; it must not be published.

    Raises:
        ValueError: the map is something else.
        OSError: it cannot be written.
    """
    path = map_of(target, part)
    names = _read(path)
    secret = names.setdefault(_SECRET, secrets.token_hex(16))
    taken = set(names.values())
    pairs: list[Pair] = []
    for pair in task.pairs:
        ending = pair.target.suffix.lower()
        name = names.get(pair.key, "")
        while not name or (pair.key not in names and name in taken):
            name = secrets.token_hex(8) + ending
        names[pair.key] = name
        taken.add(name)
        pairs.append(pair._replace(target=target / name, shown=name, secret=secret))
    _write(path, names)
    nameless = tuple(one._replace(path="*/" if one.path.endswith("/") else "*")
                     for one in task.skipped)  # fmt: skip
    return task._replace(pairs=tuple(sorted(pairs, key=lambda pair: pair.shown)), skipped=nameless)


def telling(pairs: Iterable[Pair]) -> Sequence[str]:
    """Return the names of photos, with their folders, that say more than what cameras give."""
    return [pair.key for pair in pairs if _tells(pair.key)]


def _tells(key: str) -> bool:
    words = re.sub(r"[\W\d_]+", " ", Path(key).with_suffix("").as_posix())
    return len(re.sub(r"\s", "", _CAMERA.sub("", words))) > 1


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    if lines[:1] != [["path", "name"]] or not all(map(_is_entry, lines[1:])):
        raise ValueError(
            f"{printable(path)} must hold the names that photos were given, path and name; it "
            "holds something else"
        )
    return {old: new for old, new in lines[1:]}


def _is_entry(line: Sequence[str]) -> bool:
    given = r"[0-9a-f]{16}\.\w+" if line[:1] != [_SECRET] else "[0-9a-f]{32}"
    return len(line) == 2 and re.fullmatch(given, line[1]) is not None


def _write(path: Path, names: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerows([("path", "name"), *names.items()])
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
