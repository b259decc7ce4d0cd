"""Protocol files: who is who and in which role, published so that others measure the same."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unmask.defenses import Photo
from unmask.defenses.files.atomic import write_text

from .base import Dataset, Loaded
from .shelf import Shelf
from .split import PARTS, LeftOut, Split

VERSION = 1
FORM = "unmask protocol"
_DIGITS = 32  # of the SHA-256 of a file


@dataclass(frozen=True, eq=False)
class Protocol:
    """What a protocol file says.

    Args:
        path: of the file.
        split: with the roles of all photos.
        people: who is on each photo, by key.
        digests: marks of the picture files, by key; empty where unknown.
    """

    path: Path
    split: Split
    people: Mapping[str, str] = field(repr=False)
    digests: Mapping[str, str] = field(repr=False)

    def load(self, dataset: Dataset, shelf: Shelf | None = None) -> Loaded:
        """Read the photos that have a role, and no others.

        Args:
            dataset: without bounds.
            shelf: where pixels are laid; None: they stay in memory.

        Raises:
            LookupError: the data are not on this machine.
            ValueError: bounds, a photo that is not there or cannot be read, or somebody else's.
        """
        if dataset.people or dataset.photos:
            raise ValueError(
                f"{self.path} says who takes part; leave people= and photos= out of the data"
            )
        loaded = dataset.load_keys(self.people, shelf)
        if loaded.bad:
            first = loaded.bad[0]
            raise ValueError(
                f"{self.path} names {len(self.people):,} photos, of which {len(loaded.bad):,} "
                f"are not in these data, first {first.path}: {first.reason}; is this the folder "
                "that its keys are paths below?"
            )
        for photo in loaded.photos:
            if photo.identity != self.people[photo.key]:
                raise ValueError(
                    f"{self.path} says that {photo.key} shows '{self.people[photo.key]}', "
                    f"these data say '{photo.identity}'"
                )
        return loaded

    def note(self, dataset: Dataset) -> str:
        """Say whether these are the same photos as those of who wrote the protocol."""
        fresh = digests_of(dataset, self.people)
        known = [key for key in fresh if fresh[key] and self.digests[key]]
        other = sum(fresh[key] != self.digests[key] for key in known)
        told = f"roles are those of the protocol {self.path.name}"
        unknown = len(fresh) - len(known)
        if other:
            told += (
                f"; {other:,} of {len(fresh):,} photos are other files than its own, so figures "
                "may differ"
            )
        elif not unknown:
            told += f"; all {len(fresh):,} photos are the same files"
        return told + (f"; of {unknown:,} photos nobody knows" if unknown else "")


def write_protocol(path: Path, dataset: Dataset, split: Split, photos: Iterable[Photo]) -> None:
    """Write a protocol: parts of people, roles of photos, and a mark of each picture file.

    Args:
        path: a new file. It names people and files, as it must.
        dataset: where the photos come from.
        split: their roles.
        photos: all photos; those without a role are passed over.

    Raises:
        ValueError: the file exists and says something else.
    """
    people = {p.key: p.identity for p in photos if split.role(p.key) or p.key in split.single}
    marks = digests_of(dataset, people)
    told = {
        FORM: VERSION,
        "dataset": dataset.label,
        "split": split.as_dict(),
        "photos": {key: [people[key], marks[key]] for key in sorted(people)},
    }
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    if not path.exists():
        write_text(path, text)
    elif path.read_bytes() != text.encode():  # a run that goes on writes the same again
        raise ValueError(f"{path} exists and says something else; name a new file")


def digests_of(dataset: Dataset, keys: Iterable[str]) -> dict[str, str]:
    """Return the start of SHA-256 of each picture as it is stored; empty where none is stored."""
    root = dataset.folder()
    found: dict[str, str] = {}
    for key in keys:
        try:
            found[key] = hashlib.sha256(dataset.content(root, key)).hexdigest()[:_DIGITS]
        except (ValueError, LookupError):
            found[key] = ""
    return found


def read_protocol(path: Path) -> Protocol:
    """Read what `write_protocol` wrote, or somebody wrote by hand (then `hash` may be left out).

    Raises:
        ValueError: it cannot be read, is of another version, has a photo in two roles or without
            a person, a person in two parts, or without a photo to know or to name, or its hash is
            not that of what it holds.
    """
    try:
        told = json.loads(path.read_bytes())
        return _checked(path, told)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is no protocol: {error or 'nested too deeply'}") from error


def _checked(path: Path, told: Any) -> Protocol:
    if not isinstance(told, dict) or FORM not in told:
        raise ValueError(f"{path} is no protocol: it has no '{FORM}'")
    if told[FORM] != VERSION:
        raise ValueError(
            f"{path} is a protocol of version {told[FORM]!r}, this unmask reads {VERSION}"
        )
    split = _split(path, told.get("split"))
    photos = told.get("photos")
    if not isinstance(photos, dict) or not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(text, str) for text in one)
        for one in photos.values()
    ):
        raise ValueError(f"{path}: 'photos' must be an object of key: [person, digest]")
    _check_roles(path, split, {key: one[0] for key, one in photos.items()})
    return Protocol(
        path, split, {k: v[0] for k, v in photos.items()}, {k: v[1] for k, v in photos.items()}
    )


def _split(path: Path, told: Any) -> Split:
    texts = (*PARTS, "gallery", "probe", "single")
    given = {name: told.get(name, []) for name in texts} if isinstance(told, dict) else {}
    left_out = told.get("left_out", {}) if given else {}
    seed = told.get("seed", 0) if given else 0
    if (
        not given
        or not all(isinstance(v, list) and all(isinstance(t, str) for t in v)
                   for v in given.values())
        or not isinstance(left_out, dict)
        or not all(isinstance(reason, str) for reason in left_out.values())
        or isinstance(seed, bool) or not isinstance(seed, int)
    ):  # fmt: skip
        raise ValueError(
            f"{path}: 'split' must hold lists of texts ({', '.join(texts)}), an object left_out "
            "and a whole number seed"
        )
    for name, some in given.items():
        if len(set(some)) != len(some):
            raise ValueError(f"{path}: somebody or something is in {name} twice")
    background, search, test = (tuple(sorted(given[part])) for part in PARTS)
    split = Split(
        background,
        search,
        test,
        frozenset(given["gallery"]),
        frozenset(given["probe"]),
        tuple(LeftOut(name, left_out[name]) for name in sorted(left_out)),
        seed,
        frozenset(given["single"]),
    )
    if told.get("hash", split.hash) != split.hash:
        raise ValueError(
            f"{path} says its split is {told['hash']}, but what it holds is {split.hash}; "
            "was it edited, or written by another version? Without 'hash' it is taken as it is"
        )
    return split


def _check_roles(path: Path, split: Split, people: Mapping[str, str]) -> None:
    parts: dict[str, list[str]] = defaultdict(list)
    for part in PARTS:
        for name in getattr(split, part):
            parts[name].append(part)
    for name, several in parts.items():
        if len(several) > 1:
            raise ValueError(f"{path}: '{name}' is in {' and '.join(several)}")
    roles = {"gallery": split.gallery, "probe": split.probe, "single": split.single}
    keys: dict[str, str] = {}
    mine: dict[str, set[str]] = defaultdict(set)
    for role, some in roles.items():
        for key in some:
            if key in keys:
                raise ValueError(f"{path}: {key} is in {keys[key]} and in {role}")
            if people.get(key) not in parts:
                raise ValueError(f"{path}: {key} has a role, but it is not said whose it is")
            keys[key] = role
            mine[people[key]].add(role)
    for key in people:
        if key not in keys:
            raise ValueError(f"{path}: {key} has no role")
    for name, (part,) in parts.items():
        alone = part == "background" and mine[name] == {"single"}
        if not alone and mine[name] != {"gallery", "probe"}:
            raise ValueError(
                f"{path}: '{name}' needs photos in gallery and in probe, and has "
                f"{' and '.join(sorted(mine[name])) or 'none'}"
            )
