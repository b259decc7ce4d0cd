"""One sample of a WebDataset: members that are written together or not at all."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zlib
from collections import Counter
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from ..manifest import Row
from ..one_photo import anonymize_bytes
from ..settings import Settings
from .kinds import HEAD, kind_of, missing_ending, written_out
from .tar_members import refusal

_PICTURE = 1 << 29  # bytes: an encoded picture that is larger is refused
_VIDEO = "a video in a shard; anonymize videos as files"
_HELD = 1 << 26  # bytes: what is larger waits on disk, not in memory, for its sample to end


class Sample:
    """Members that are held until all of them are known to be passed on.

    Args:
        settings: what a picture becomes.
        lost: the row for which the sample is left out already.
    """

    def __init__(self, settings: Settings, lost: Row | None) -> None:
        self._settings = settings
        self.lost = lost
        self.ready: list[tuple[tarfile.TarInfo, IO[bytes] | None]] = []
        self.rows: list[Row] = []
        self.copied: Counter[str] = Counter()
        self._bodies: list[IO[bytes]] = []

    def add(self, member: tarfile.TarInfo, content: IO[bytes] | None, path: str) -> None:
        """Take a member: anonymize a picture, pass on what is none, refuse what must not be.

        Args:
            member: its header.
            content: what it holds; None for a folder.
            path: its path in the manifest.
        """
        if why := refusal(member):
            self._lose(path, why)
        elif content is None:
            self._keep(member, None)
        else:
            self._file(member, content, path)

    def close(self) -> None:
        """Give back what is held."""
        for body in self._bodies:
            body.close()

    def _file(self, member: tarfile.TarInfo, content: IO[bytes], path: str) -> None:
        head = content.read(HEAD)
        if head.startswith(b"\x1f\x8b") and member.name.endswith(".gz"):
            self._compressed(member, self._held(head, content), path)
            return
        kind = kind_of(member.name, head)
        if kind == "video":
            self._lose(path, _VIDEO)
        elif kind == "picture":
            self._picture(member, head + content.read(_PICTURE), path)
        else:
            body = self._held(head, content)
            self._other(member, body, body.read(_HELD), path)

    def _compressed(self, member: tarfile.TarInfo, body: IO[bytes], path: str) -> None:
        """Take a member that webdataset unpacks by itself."""
        start = _unpacked(body, HEAD)
        kind = kind_of(member.name.removesuffix(".gz"), start or b"")
        data = None if start is None else _unpacked(body, _PICTURE + 1)
        if data is None:
            self._lose(path, "its compression is damaged")
        elif kind == "video":
            self._lose(path, _VIDEO)
        elif kind == "picture":
            self._picture(member, data, path, packed=True)
        else:
            self._other(member, body, data, path)

    def _picture(
        self, member: tarfile.TarInfo, data: bytes, path: str, *, packed: bool = False
    ) -> None:
        if len(data) > _PICTURE:
            self._lose(path, f"more than {_PICTURE >> 20} MiB are too many for a picture")
        elif self.lost is not None:  # no work for what is left out
            self.rows.append(Row(path, self.lost.outcome, 0))
        else:
            ending = missing_ending(path, data[:HEAD])  # also one that ends with .gz
            made = anonymize_bytes(data, path, self._settings, ending=ending)
            self.rows.append(made.row)
            if made.data is None:
                self.lost = self.rows[-1]
            else:
                new = gzip.compress(made.data, mtime=0) if packed else made.data
                self._keep(member, io.BytesIO(new))

    def _other(self, member: tarfile.TarInfo, body: IO[bytes], start: bytes, path: str) -> None:
        if written_out(start):
            self._lose(path, "it holds a picture as text (base64)")
        self._keep(member, body)
        self.copied[PurePosixPath(member.name).suffix.lower() or "(no ending)"] += 1

    def _held(self, head: bytes, content: IO[bytes]) -> IO[bytes]:
        body = cast("IO[bytes]", SpooledTemporaryFile(_HELD))  # noqa: SIM115  # see close
        self._bodies.append(body)
        body.write(head)
        shutil.copyfileobj(content, body, 1 << 20)
        body.seek(0)
        return body

    def _lose(self, path: str, why: str) -> None:
        self.rows.append(Row(path, "failed", 0, why))
        self.lost = self.lost or self.rows[-1]

    def _keep(self, member: tarfile.TarInfo, body: IO[bytes] | None) -> None:
        header = tarfile.TarInfo(member.name)
        if body is None:
            header.type, header.mode = tarfile.DIRTYPE, 0o755
        else:
            header.size = body.seek(0, io.SEEK_END)
            body.seek(0)
        self.ready.append((header, body))


def _unpacked(body: IO[bytes], size: int) -> bytes | None:
    """Return at most `size` bytes of what is compressed; None if it is damaged."""
    body.seek(0)
    try:
        with gzip.GzipFile(mode="rb", fileobj=body) as file:
            return file.read(size)
    except (OSError, EOFError, zlib.error):
        return None
    finally:
        body.seek(0)
