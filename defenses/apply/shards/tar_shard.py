"""WebDataset: pictures in a tar, each with its caption and labels under the same name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO, cast

from ...files.printable import encodable
from ..manifest import Row
from .records import ShardConfig, Told
from .tar_members import Member, is_hidden, members, refusal, sample_of
from .tar_sample import Sample


def write_tar(source: Path, file: IO[bytes], name: str, key: str, config: ShardConfig) -> Told:
    """Write a tar anew with its pictures anonymized; all else stays, in its order.

    What stands together under one name is a sample: it is written whole or not at all. It is
    left out if one of its pictures is, if it holds a video or a picture written out as text,
    or if a member is refused, see `refusal`. Of the headers only names and sizes are kept:
    times, owners and rights of the original may tell who made it, and when.

    Args:
        source: the tar, which may be compressed.
        file: what is written to.
        name: name of the new tar: its ending says how it is compressed.
        key: stable name of the tar.
        config: what a picture becomes.

    Raises:
        tarfile.ReadError: see `members`.
        OSError: it cannot be read or written.
    """
    told = Told()
    lost: dict[str, Row] = {}  # a sample may be scattered over the tar
    names: Counter[str] = Counter()
    with _packed(file, name) as packed, tarfile.open(
        fileobj=packed, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8",
        errors="surrogateescape",
    ) as out:  # fmt: skip
        for sample, group in _samples(source):
            with closing(Sample(config.settings, lost.get(sample))) as found:
                for member, content in group:
                    names[member.name] += 1
                    if is_hidden(member.name) and not refusal(member):
                        told.hidden += 1
                    else:
                        found.add(member, content, _path(key, member.name, names[member.name]))
                if found.lost is None:
                    _write(found, out)
                elif sample:
                    lost[sample] = found.lost
            _tell(found, told)
    return told


def _samples(source: Path) -> Iterator[tuple[str, Iterable[Member]]]:
    for sample, group in groupby(members(source), lambda one: sample_of(one[0].name)):
        if sample:
            yield sample, group
        else:  # without a dot in their names, members stand for themselves
            yield from (("", [one]) for one in group)


def _write(sample: Sample, out: tarfile.TarFile) -> None:
    for header, body in sample.ready:
        out.addfile(header, body)
    out.members = []  # type: ignore[attr-defined]  # it would remember them all


def _tell(sample: Sample, told: Told) -> None:
    if sample.lost is None:
        told.copied += sample.copied
        told.rows += sample.rows
    else:
        told.rows += [_left_out(row, sample.lost) for row in sample.rows]


def _path(key: str, name: str, turn: int) -> str:
    """Return the path of a member in the manifest: another for each member of one name."""
    return f"{key}/{encodable(name)}" + (f"#{turn}" if turn > 1 else "")


def _left_out(row: Row, lost: Row) -> Row:
    if row.path == lost.path:
        return replace(row, reason="; ".join(filter(None, (row.reason, "with its sample"))))
    why = f"not written, as {PurePosixPath(lost.path).name} of its sample"
    return replace(row, outcome=lost.outcome, reason=why)


@contextmanager
def _packed(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """Yield what compresses as the ending of a name says, and tells no name and no time."""
    if name.endswith((".gz", ".tgz")):
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif name.endswith(".bz2"):
        with bz2.open(file, "wb") as squeezed:
            yield cast("IO[bytes]", squeezed)
    elif name.endswith(".xz"):
        with lzma.open(file, "wb") as small:
            yield cast("IO[bytes]", small)
    else:
        yield file
