"""Runs that are done in parts, each elsewhere: whose part a folder holds, and if all are there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from unmask.defenses.files.atomic import write_text

from .jsonfile import read_json

TOLD = "part.json"
_SCHEMA = 1
Thing = TypeVar("Thing")


class Share(NamedTuple):
    """One part of some number of them; they count from 1.

    Args:
        number: of this part.
        of: how many there are.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `3/8`.

        Raises:
            ValueError: it is no part.
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        share = cls(int(found[1]), int(found[2])) if found else cls(0, 0)
        if not 1 <= share.number <= share.of:
            raise ValueError(f"a part is I/N, as 3/8, from 1/8 to 8/8, got '{text}'")
        return share

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def folder(self, out: Path) -> Path:
        """Return the folder of this part in one that all may share."""
        return out / f"part-{self.number}-of-{self.of}"

    def mine(self, things: Sequence[Thing]) -> Sequence[Thing]:
        """Return every so many-th thing: together, all parts have each thing once."""
        return things[self.number - 1 :: self.of]


@dataclass(frozen=True)
class Done:
    """What a folder says about the part that it holds.

    Args:
        place: the folder.
        share: which part.
        command: `compare` or `tune`.
        asked: words of the command line that all parts have in common.
        finished: whether the part was done to its end.
        told: what else it says.
    """

    place: Path
    share: Share
    command: str
    asked: tuple[str, ...] = ()
    finished: bool = False
    told: Mapping[str, Any] | None = None

    def again(self, share: Share) -> str:
        """Return the command that does a part of the same run."""
        words = [*self.asked, "--part", str(share), "--out", str(self.place.parent), "--resume"]
        return shlex.join(["unmask", self.command, *words])

    def write(self) -> None:
        """Write it into the folder."""
        plain = {
            "schema": _SCHEMA, "part": str(self.share), "command": self.command,
            "asked": self.asked, "finished": self.finished, "told": self.told or {},
        }  # fmt: skip
        write_text(self.place / TOLD, json.dumps(plain, indent=1) + "\n")


def has_parts(folder: Path) -> bool:
    """Return whether a folder is a part of a run, or holds some."""
    return bool(_places(folder))


def all_parts(folders: Iterable[Path]) -> list[Done]:
    """Return all parts of one run, in their order.

    Args:
        folders: parts, and folders that hold parts.

    Raises:
        ValueError: there is none, one is missing, unfinished, damaged or there twice, or they
            are of different runs.
    """
    found: dict[Share, Done] = {}
    for place in (place for folder in folders for place in _places_in(folder)):
        done = _read(place)
        if done.share in found:
            both = f"{found[done.share].place} and {place}"
            raise ValueError(f"part {done.share} is there twice, in {both}; name one of them")
        found[done.share] = done
    first = next(iter(found.values()))
    for done in found.values():
        if (done.command, done.share.of) != (first.command, first.share.of):
            raise ValueError(
                f"{first.place} is part {first.share} of '{first.command}' and {done.place} part "
                f"{done.share} of '{done.command}'; name the folders of one run"
            )
        if done.asked != first.asked:
            raise ValueError(
                f"all parts must be asked the same, but {first.place} by '{_said(first)}' and "
                f"{done.place} by '{_said(done)}'"
            )
    _check_whole(found, first)
    return [found[share] for share in sorted(found)]


def _check_whole(found: Mapping[Share, Done], first: Done) -> None:
    every = [Share(number, first.share.of) for number in range(1, first.share.of + 1)]
    for what, lacking in (
        ("missing", [share for share in every if share not in found]),
        ("not finished", [share for share in every if share in found
                          and not found[share].finished]),
    ):  # fmt: skip
        if lacking:
            told = ", ".join(map(str, lacking[:8])) + (", ..." if len(lacking) > 8 else "")
            parts = f"parts {told} are" if len(lacking) > 1 else f"part {told} is"
            begun = found.get(lacking[0], first)
            raise ValueError(f"{parts} {what}; do it with: {begun.again(lacking[0])}")


def _said(done: Done) -> str:
    return shlex.join(["unmask", done.command, *done.asked])


def _places(folder: Path) -> list[Path]:
    if (folder / TOLD).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"part-*-of-*/{TOLD}"))


def _places_in(folder: Path) -> list[Path]:
    if found := _places(folder):
        return found
    raise ValueError(f"{folder} holds no part of a run")


def _read(place: Path) -> Done:
    path = place / TOLD
    entry = read_json(path)
    try:
        if entry["schema"] != _SCHEMA:
            raise ValueError(f"schema {entry['schema']}, expected {_SCHEMA}")
        share, told = Share.parse(entry["part"]), dict(entry["told"])
        asked, finished = tuple(entry["asked"]), bool(entry["finished"])
        return Done(place, share, str(entry["command"]), asked, finished, told)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}); do that part again") from error
