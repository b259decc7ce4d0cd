"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@contextmanager
def replacing(path: Path, mark: str = "") -> Iterator[Path]:
    """Yield a temporary path in the same folder; rename it to `path` if nothing fails.

    Its name starts with `.unmask-` and the mark, by which it is found after a kill. What was
    written is on the disk before the rename: after a power cut too there is the old file or
    the new one, never part of it. Disks that are full only say so then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # not made from the name of the file, which may be as long as a name can be
    handle, name = tempfile.mkstemp(prefix=f".unmask-{mark}", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes through a temporary name."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def staged(path: Path, data: bytes, name: str) -> Path:
    """Write bytes beside `path`, which they are to replace, and onto the disk.

    Args:
        path: the file that is to be; its folder is made.
        data: what is in it.
        name: of the temporary file; one that is there was left by somebody who was killed.

    Returns:
        The temporary file, to be renamed.

    Raises:
        OSError: it cannot be written; then there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(name)
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text through a temporary name."""
    write_bytes(path, text.encode())


def check_writable(folder: Path) -> None:
    """Try whether files can be written in a folder, and leave nothing behind.

    Args:
        folder: need not exist; then it must be possible to make it.

    Raises:
        OSError: they cannot, for the reason that it has.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".unmask-", dir=folder) as file:
            file.write(b"?")
            file.flush()
            os.fsync(file.fileno())
    finally:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def takes_no_more(error: BaseException) -> bool:
    """Return whether a disk is full or cannot be written to: no other file would do better."""
    return isinstance(error, OSError) and error.errno in _HOPELESS
