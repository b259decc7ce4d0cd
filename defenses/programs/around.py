"""What decides what a program does beside the files that its command names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..files.code_digest import file_digest

_RECORDS = ("lib/python*/site-packages/*.dist-info/RECORD", "conda-meta/*.json")
_MODULES = ("*.py", "*/*.py")


def around(files: Iterable[Path]) -> dict[str, str]:
    """Return digests of what stands around a program and its scripts, by what it is.

    An update leaves the few lines of `bin/tool` as they are: what changes are the packages of
    its environment, whose records hold a digest of each of their files. And a script imports
    what lies beside it.

    Args:
        files: those that the command names, the program first.
    """
    found = {}
    for file in files:
        place = file.absolute().parent
        if (place.parent / "pyvenv.cfg").is_file() or (place.parent / "conda-meta").is_dir():
            found[f"packages of {place.parent}"] = _digest(place.parent, _RECORDS)
        elif file.suffix == ".py":
            found[f"modules in {place}"] = _digest(place, _MODULES)
    return found


def _digest(folder: Path, patterns: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for path in sorted(_files(folder, patterns)):
        whole.update(f"{path.relative_to(folder)}={file_digest(path)}\n".encode())
    return whole.hexdigest()[:16]


def _files(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    return (path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
