"""WebDataset: pictures in tars, each with a label under the same name."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple

from unmask.defenses.apply.shards.sources import expanded
from unmask.defenses.apply.shards.tar_members import (
    DAMAGED,
    is_hidden,
    members,
    refusal,
    sample_of,
)
from unmask.defenses.files.printable import encodable, reason_of

from .base import Bad, Dataset

_LABEL = 1 << 20  # bytes: a label that is longer is none


class _Place(NamedTuple):
    """Where in which tar a picture lies."""

    tar: Path
    start: int
    size: int


@dataclass(frozen=True)
class WebDataset(Dataset):
    """Tars of samples: a picture and a label that share their name up to the first dot.

    `webdataset:faces/{000..099}.tar`, `webdataset:faces/train-*.tar`, or a folder of tars. The
    tars are read through once for labels and places; pictures stay in them, so they must not be
    compressed (JPEG is already). A key is the tar and the sample, `train-000/00012.jpg`.

    Args:
        path: a pattern, a folder or a tar.
        identity: what says who it is: the ending of a member that holds nothing else (`cls`,
            `txt`), or a field of a member in JSON (`json.person`).

    Example:
        `webdataset:shards,identity=json.person,people=100`.
    """

    identity: str = "cls"

    name: ClassVar[str] = "webdataset"

    @property
    def _title(self) -> str:
        return f"webdataset:{self.folder().resolve().name}"

    def folder(self) -> Path:
        """Return the folder of the tars, or the one that all of theirs lie in.

        Raises:
            ValueError: nothing is there.
        """
        return Path(os.path.commonpath([tar.parent for tar in self._tars]))

    def files(self, root: Path) -> tuple[dict[str, list[str]], list[Bad]]:
        """Return the pictures of each person.

        Raises:
            ValueError: no sample has such a label.
        """
        files: dict[str, list[str]] = defaultdict(list)
        bad = [*self._found.bad]
        for key, person in self._found.people.items():
            files[person].append(key)
        if not files:
            there = ", ".join(sorted(self._found.endings)) or "none"
            why = f", first {bad[0].path}: {bad[0].reason}" if bad else ""
            raise ValueError(
                f"no sample with a picture and a label '{self.identity}' in {root}; endings "
                f"there are {there}{why}; name yours: identity=ENDING, or identity=json.FIELD"
            )
        return dict(files), bad

    def content(self, root: Path, key: str) -> bytes:
        """Return the picture of a sample, out of its tar."""
        place = self._found.places[key]
        try:
            with place.tar.open("rb") as file:
                file.seek(place.start)
                return file.read(place.size)
        except OSError as error:
            raise ValueError(f"cannot be read: {reason_of(error, place.tar)}") from error

    @cached_property
    def _tars(self) -> list[Path]:
        text = os.path.expanduser(str(self.path))
        if not text:
            raise ValueError("a WebDataset needs its tars: webdataset:PATH/{000..009}.tar")
        place = Path(text)
        if place.is_dir():
            tars = sorted(p for p in place.rglob("*.tar") if not is_hidden(p.name) and p.is_file())
        elif "{" in text:
            tars = [Path(name) for name in expanded(text)]
        elif "*" in place.name or "?" in place.name:
            tars = sorted(place.parent.glob(place.name))
        else:
            tars = [place]
        missing = [tar for tar in tars if not tar.is_file()]
        if missing or not tars:
            first = missing[0] if missing else place
            raise ValueError(f"no tar {first} ({len(missing)} of {len(tars)} are missing)")
        return tars

    @cached_property
    def _found(self) -> _Found:
        found = _Found(self.identity)
        root = self.folder()
        for tar in self._tars:
            found.add(tar, tar.relative_to(root).with_suffix("").as_posix())
        return found


class _Found:
    """What the tars hold: pictures, their places and people."""

    def __init__(self, label: str) -> None:
        ending, _, field = label.partition(".")
        self._ending, self._field = ending.lower(), field
        self.people: dict[str, str] = {}
        self.places: dict[str, _Place] = {}
        self.endings: set[str] = set()
        self.bad: list[Bad] = []

    def add(self, tar: Path, name: str) -> None:
        """Read a tar through; what is damaged ends it, and what came before stays."""
        with tar.open("rb") as file:
            if file.read(2) == b"\x1f\x8b":
                self.bad.append(Bad(f"{name}.tar", "it is compressed; decompress it: gunzip"))
                return
        pictures: dict[str, list[tuple[str, _Place]]] = defaultdict(list)
        labels: dict[str, list[str]] = defaultdict(list)
        try:
            for member, content in members(tar):
                self._look(tar, member, content, pictures, labels, name)
        except DAMAGED as error:
            self.bad.append(Bad(f"{name}.tar", f"damaged: {reason_of(error, tar)}"))
        self._join(name, pictures, labels)

    def _look(
        self, tar: Path, member: Any, content: IO[bytes] | None, pictures: Any, labels: Any,
        name: str,
    ) -> None:  # fmt: skip
        sample = sample_of(member.name)
        if (content is None and not refusal(member)) or is_hidden(member.name):
            return
        ending = member.name[len(sample) + 1 :].lower()
        if why := refusal(member) or ("" if sample else "its name has no ending"):
            self.bad.append(Bad(f"{name}/{encodable(member.name)}", why))
        elif f".{ending}" in WebDataset.suffixes:
            pictures[sample].append((ending, _Place(tar, member.offset_data, member.size)))
        elif content is not None and ending == self._ending:
            labels[sample].append(self._person(content.read(_LABEL + 1)))
        self.endings.add(ending if re.fullmatch(r"[\w.]{1,20}", ending) else "(others)")

    def _person(self, data: bytes) -> str:
        """Return who a label names; empty if it does not."""
        if len(data) > _LABEL:
            return ""
        try:
            value: Any = data.decode("utf-8").strip()
            if self._field:
                value = json.loads(value)
                for part in self._field.split("."):
                    value = value[part]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        return str(value).strip() if plain else ""

    def _join(self, name: str, pictures: Any, labels: Any) -> None:
        for sample, several in pictures.items():
            key = f"{name}/{encodable(sample)}.{several[0][0]}"
            people = set(labels.get(sample, ()))
            if why := _lack(several, people, key in self.places):
                self.bad.append(Bad(key, why))
                continue
            self.people[key], self.places[key] = people.pop(), several[0][1]


def _lack(several: list[Any], people: set[str], known: bool) -> str:
    if known:
        return "two samples have this name"
    if len(several) > 1:
        return f"its sample holds {len(several)} pictures"
    if len(people) != 1 or "" in people:
        return f"its sample has {len(people - {''})} labels that say who it is"
    return ""
