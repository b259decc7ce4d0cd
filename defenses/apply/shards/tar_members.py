"""Reading a tar that nobody vouches for: one member after the other, and no end too early."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Self

_HEADER = 1 << 20  # bytes: a name or a header of attributes that is longer is an attack
_EXTENDED = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip
_NAMED = re.compile("@Long|pax|GlobalHead", re.IGNORECASE)  # as all programs call such headers
_KEY = re.compile(r"((?:.*/|)[^./]+)\.[^/]*", re.DOTALL)
DAMAGED = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError,
           OverflowError, MemoryError)  # fmt: skip
"""What reading a damaged tar raises."""


class _Strict(tarfile.TarInfo):
    """A header; what is none is an error, where `tarfile` takes it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # typeshed lacks it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"it is cut off or damaged: {error}") from error
        if member.type in _EXTENDED:
            if not 0 <= member.size <= _HEADER:
                raise tarfile.ReadError(f"a header claims {member.size} bytes")
            if not _NAMED.search(member.name):  # a member would vanish without a word
                raise tarfile.ReadError("a member says that it is part of a header")
        return member


Member = tuple[tarfile.TarInfo, IO[bytes] | None]


def members(path: Path) -> Iterator[Member]:
    """Yield the members of a tar, compressed or not, in their order, with their content.

    The content must be read before the next member is asked for; it is None for what is no
    file. Nothing is kept, so memory stays flat.

    Raises:
        tarfile.ReadError: it is no tar, or ends without the mark of its end, or goes on
            behind it, or its headers are damaged. So do other `DAMAGED` if the compression is.
    """
    with _opened(path) as file, tarfile.open(
        fileobj=file, mode="r:", tarinfo=_Strict, encoding="utf-8", errors="surrogateescape"
    ) as tar:  # fmt: skip
        place = -1
        while (member := tar.next()) is not None:
            if member.size < 0 or tar.offset <= place:
                raise tarfile.ReadError("a header points backwards")  # would never end
            place = tar.offset
            yield member, tar.extractfile(member) if member.isreg() else None
            tar.members = []  # type: ignore[attr-defined]  # else it remembers them all
        while rest := file.read(1 << 20):
            if rest.strip(b"\0"):
                raise tarfile.ReadError("more follows the mark of its end")


def refusal(member: tarfile.TarInfo) -> str:
    """Return why a member must not be passed on; empty if it may."""
    name = member.name
    if not name or "\0" in name:
        return "it has no name"
    windows = PureWindowsPath(name)
    if name.startswith("/") or windows.drive or windows.root:
        return "its name is absolute"
    if ".." in windows.parts:
        return "its name leads out with '..'"
    if member.issym() or member.islnk():
        return "it is a link"
    if member.isdir() or (member.isreg() and not member.issparse()):
        return ""
    return "it is no file" if not member.isreg() else "it has holes (a sparse file)"


def sample_of(name: str) -> str:
    """Return what the members of one WebDataset sample share: all up to the first dot.

    As `webdataset` does: dots in the names of folders do not count. Empty for a name without
    a dot, which is in no sample.
    """
    found = _KEY.fullmatch(name)
    return found[1] if found else ""


def is_hidden(name: str) -> bool:
    """Whether a name begins with a dot, as what macOS puts beside a file (`._0001.jpg`)."""
    return PurePosixPath(name).name.startswith(".")


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path)  # type: ignore[return-value]
    if head.startswith(b"BZh"):
        return bz2.open(path)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.open(path)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        raise tarfile.ReadError("it is compressed by zstd; decompress it first: zstd -d")
    return path.open("rb")
