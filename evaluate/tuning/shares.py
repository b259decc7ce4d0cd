"""A `tune all` in parts: each search belongs to one of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..results.folder import differing
from ..results.jsonfile import read_json
from ..results.share import Done, Share, all_parts
from .goal import Goal
from .kept import kept
from .result import Tuned
from .searches import Found, Search

_OWN = ("defense", "space", "files", "code", "versions")
"""In which the settings of two searches may differ: each knows its defense, and who brings it."""


@contextmanager
def finished_share(
    share: Share, place: Path, asked: Sequence[str], names: Sequence[str]
) -> Iterator[dict[str, Found]]:
    """Yield what is to be filled with the results of a part, which are then noted down.

    Args:
        share: which part.
        place: its folder.
        asked: words of the command line that all parts have in common.
        names: specs of all searches of the whole run.
    """
    done = Done(place, share, "tune", tuple(asked))
    done.write()
    found: dict[str, Found] = {}
    yield found
    folders = {one.spec: one.folder for one in _searches(names)}
    told: dict[str, Any] = {
        "names": list(names),
        "found": {spec: folders[spec] for spec, one in found.items() if isinstance(one, Tuned)},
        "failed": {spec: one for spec, one in found.items() if isinstance(one, str)},
    }
    replace(done, finished=True, told=told).write()


def known_of(
    folders: Sequence[Path], names: Sequence[str], goal: Goal, folder: Path
) -> dict[str, Found]:
    """Copy the searches of all parts into one folder, and return what came of each.

    Args:
        folders: parts, and folders that hold parts.
        names: specs of all searches.
        goal: of all searches.
        folder: of the whole run.

    Raises:
        ValueError: a part or a search is missing, unfinished, twice, damaged, or of another run.
    """
    parts = all_parts(folders)
    found: dict[str, Found] = {}
    lie: dict[str, Path] = {}
    first: tuple[Done, dict[str, Any]] | None = None
    for part in parts:
        told = part.told or {}
        if told.get("names") != list(names):
            raise ValueError(f"part {part.share} in {part.place} tunes other defenses than are "
                             f"to be tuned here: {', '.join(told.get('names', []))}")  # fmt: skip
        for one in part.share.mine(_searches(names)):
            if one.spec in told["failed"]:
                found[one.spec] = told["failed"][one.spec]
                continue
            lie[one.folder] = place = part.place / one.folder
            found[one.spec] = tuned = kept(place)
            config = _shared(place)
            first = first or (part, config)
            if asdict(tuned.goal) != asdict(goal) or (other := differing(first[1], config)):
                what = "; ".join(other) if asdict(tuned.goal) == asdict(goal) else "goal"
                raise ValueError(
                    f"part {part.share} in {part.place} is of another run than part "
                    f"{first[0].share} ({what}); do it again in another folder"
                )
    for name, place in lie.items():
        shutil.copytree(place, folder / name, dirs_exist_ok=True)
    return {one.spec: _moved(found[one.spec], folder / one.folder) for one in _searches(names)}


def _moved(found: Found, folder: Path) -> Found:
    return replace(found, folder=folder) if isinstance(found, Tuned) else found


def _searches(names: Sequence[str]) -> list[Search]:
    return [Search(number, spec) for number, spec in enumerate(names, 1)]


def _shared(place: Path) -> dict[str, Any]:
    """Return the settings that all searches of a run share."""
    told = read_json(place / "config.json")
    if not isinstance(told, dict):
        raise ValueError(f"{place / 'config.json'} must hold an object; was it edited?")
    code = {"unmask": told.get("code", {}).get("unmask")}
    return {key: value for key, value in told.items() if key not in _OWN} | {"code": code}
