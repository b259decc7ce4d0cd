"""What the manifest says; it is read, and nothing of it is believed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from unmask.defenses.apply.manifest import MANIFEST
from unmask.defenses.files.hashes import sha256_of
from unmask.defenses.files.printable import encodable

from .pairing import lines_in

_SAID = {"no_face": "no face was found", "unchanged": "nothing was changed", "failed": "it failed",
         "unreadable": "it could not be read"}  # fmt: skip
_KEPT = re.compile(r"(?:^|; )(kept .+? \(distance [\d.]+, at most [\d.]+\))")


class Kept(NamedTuple):
    """What a manifest says of a photo with people who stay visible: how many, of which faces."""

    people: int
    faces: int
    words: str


@dataclass(frozen=True)
class Recorded:
    """The manifest of an output, or nothing where there is none.

    Args:
        rows: cells by column, by path of the photo.
        notes: what is wrong with it.
    """

    rows: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...] = ()

    def left_out(self, path: str) -> str:
        """Say why no file was made of a photo; empty if one should be there."""
        row = self.rows.get(encodable(path))
        return "" if row is None else _SAID.get(row.get("outcome", ""), "")

    def kept(self, path: str, output: Path) -> Kept | None:
        """Say who stays visible in a file; None if nobody, or if it is another file."""
        row = self._row(path, output) or {}
        said = _KEPT.findall(row.get("reason") or "")
        faces = row.get("faces") or ""
        if not said or not row.get("hash_out") or not faces.isdecimal():
            return None
        if self.contradicts(path, output) is not None:
            return None
        return Kept(len(said), int(faces), "; ".join(said))

    def contradicts(self, path: str, output: Path) -> str | None:
        """Say how a file differs from what the manifest tells of it; None if it does not."""
        row = self._row(path, output)
        told = (row or {}).get("hash_out") or ""
        if told and told != sha256_of(output):
            return "its SHA-256 is another one"
        if self.rows and row is None:
            return "the manifest does not name it"
        return None

    def _row(self, path: str, output: Path) -> Mapping[str, str] | None:
        new = self.rows.get(output.name)  # if it was given a name
        return self.rows.get(encodable(path)) or new


def read_manifest(output: Path) -> Recorded:
    """Return what the manifest in a folder says, if there is one."""
    path = output / MANIFEST
    if not path.is_file():
        return Recorded({})
    try:
        lines = list(csv.DictReader(lines_in(path)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return Recorded({}, (f"the manifest could not be read: {error}",))
    if lines and "path" not in lines[0]:
        return Recorded({}, ("the manifest has no column 'path'",))
    return Recorded({(line["path"] or "").removeprefix("./"): line for line in lines})
