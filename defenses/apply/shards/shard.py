"""One shard in, one shard out: what every engine runs, here or on another machine."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

import pyarrow as pa

from ...files.atomic import replacing, takes_no_more
from ...files.hashes import sha256_of
from ...files.printable import printable, reason_of
from .records import Shard, ShardConfig, ShardDone, Told
from .table_shards import write_arrow, write_parquet
from .tar_members import DAMAGED
from .tar_shard import write_tar

Writer = Callable[[Path, IO[bytes], str, str, ShardConfig], Told]
WRITERS: dict[str, Writer] = {
    ".tar": write_tar, ".tar.gz": write_tar, ".tgz": write_tar, ".tar.bz2": write_tar,
    ".tar.xz": write_tar, ".parquet": write_parquet, ".arrow": write_arrow,
}  # fmt: skip
"""What writes a shard, by the ending of its name."""


def writer_of(name: str) -> Writer | None:
    """Return what writes a shard of this name; None if it is none."""
    known = sorted(WRITERS, key=len, reverse=True)
    return next((WRITERS[end] for end in known if name.lower().endswith(end)), None)


def process_shard(shard: Shard, config: ShardConfig) -> ShardDone:
    """Anonymize a shard; the result depends on the arguments and the file alone.

    It is written under a temporary name beside the target, and renamed when it is whole and on
    the disk. A shard that is damaged is not written at all, not even what was whole in it: a
    reader of half a shard would not know. What stands at the target is removed first, and so
    is what a worker left there that was killed at this very shard.

    Args:
        shard: which file becomes which.
        config: what becomes of the pictures.

    Returns:
        What happened. If it says that the shard failed, there is no file at the target.

    Raises:
        OSError: the disk is full or cannot be written to.
        ImportError: a package that the defense or the detector needs is missing.
    """
    begun = time.monotonic()
    done = ShardDone(shard)
    _sweep(shard)
    try:
        done = replace(done, hash_in=sha256_of(shard.source))
        told = _written(shard, config)
        done = replace(
            done,
            rows=tuple(told.rows),
            counts=Counter(row.outcome for row in told.rows),
            copied=told.copied,
            hidden=told.hidden,
            hash_out=sha256_of(shard.target),
        )
    except (*DAMAGED, pa.ArrowException) as error:
        if takes_no_more(error):
            raise
        done = replace(done, failed=_why(error, shard))
    return replace(done, seconds=time.monotonic() - begun)


def _written(shard: Shard, config: ShardConfig) -> Told:
    write = writer_of(shard.target.name)
    if write is None:
        raise ValueError(f"a shard ends with one of {', '.join(WRITERS)}")
    with replacing(shard.target, _mark(shard)) as temporary, temporary.open("wb") as file:
        told = write(shard.source, file, shard.target.name.lower(), shard.key, config)
    return told


def _sweep(shard: Shard) -> None:
    if shard.target.exists() and shard.target.samefile(shard.source):
        raise ValueError(f"the target {printable(shard.target)} is the source itself")
    shard.target.unlink(missing_ok=True)
    if shard.target.parent.is_dir():
        for left in shard.target.parent.glob(f".unmask-{_mark(shard)}*"):
            left.unlink(missing_ok=True)


def _mark(shard: Shard) -> str:
    return hashlib.sha256(shard.key.encode()).hexdigest()[:12] + "-"


def _why(error: BaseException, shard: Shard) -> str:
    """Return one line without the places where files lie here."""
    return printable(reason_of(error, shard.source))
