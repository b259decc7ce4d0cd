"""The photos that a list of pairs names, found among the data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.faces.find import find_faces
from unmask.progress import Progress

from .base import Bad, Dataset
from .pair_list import NamedPair, PairList, read_pairs
from .shelf import Shelf

MISSING = 0.05
"""Share of pairs from which a list is refused, because photos that it names are not there."""


@dataclass(frozen=True, eq=False)
class Paired:
    """Pairs of photos that are asked about: do both show one person?

    Args:
        name: of the file, without its folder.
        photos: each once.
        a: `(N,)`, place in `photos` of the first photo of each pair, which is always defended.
        b: `(N,)`, of the second.
        same: `(N,)`, whether they show one person.
        fold: `(N,)`.
        people: `(N, 2)`, numbers of the persons on them.
        notes: what a reader must know; they name nobody.
        digest: of the list itself.
    """

    name: str
    photos: tuple[Photo, ...] = field(repr=False)
    a: NDArray[np.int64] = field(repr=False)
    b: NDArray[np.int64] = field(repr=False)
    same: NDArray[np.bool_] = field(repr=False)
    fold: NDArray[np.int64] = field(repr=False)
    people: NDArray[np.int64] = field(repr=False)
    notes: tuple[str, ...] = ()
    digest: str = ""


def paired(
    dataset: Dataset, found: Mapping[str, Photo], background: set[str],
    progress: Progress | None = None, shelf: Shelf | None = None,
) -> Paired | None:  # fmt: skip
    """Read the list of a data set and the photos that it names; None if it has no list.

    A pair whose photo is not there or cannot be read is left out and counted.

    Args:
        dataset: whose `pairs` is the list.
        found: photos on which faces were looked for already, by key.
        background: names of the people from whom defenses may learn.
        progress: called with what is done, the number done and the number to do.
        shelf: where pixels are laid; None: they stay in memory.

    Raises:
        LookupError: the data are not on this machine.
        ValueError: the list cannot be used (see `read_pairs`), more than a share of `MISSING`
            of its pairs are not here, or it calls two photos of one person two people's.
    """
    if not dataset.pairs:
        return None
    path = Path(dataset.pairs).expanduser()
    listed = _spelled(read_pairs(path), dataset)
    others = dataset.load_keys(listed.keys - found.keys(), shelf)
    photos = {**found, **{photo.key: photo for photo in others.photos}}
    here = [pair for pair in listed.pairs if pair.a in photos and pair.b in photos]
    notes = [*listed.notes]
    if len(here) < len(listed.pairs):
        notes.append(_lost(path, listed, here, others.bad))
    for pair in here:
        if (photos[pair.a].identity == photos[pair.b].identity) != pair.same:
            said = "one person" if pair.same else "two people"
            raise ValueError(
                f"{path} lists {pair.a} and {pair.b} as {said}, but the data say otherwise"
            )
    keys = sorted({key for pair in here for key in pair[:2]})
    place = {key: number for number, key in enumerate(keys)}
    ends = [(place[pair.a], place[pair.b]) for pair in here]
    names, who = np.unique([photos[key].identity for key in keys], return_inverse=True)
    a, b = np.array(ends, np.int64).T
    fold = np.array([pair.fold for pair in here], np.int64)
    people = np.stack([who[a], who[b]], 1).astype(np.int64)
    if spread := _spread(people, fold):
        notes.append(f"{spread:,} of {len(names):,} people are in more than one fold")
    if taught := len(background.intersection(names.tolist())):
        notes.append(
            f"{taught:,} of {len(names):,} people are background, from whom a defense may learn"
        )
    digest = hashlib.sha256(repr(here).encode()).hexdigest()[:16]
    same = np.array([pair.same for pair in here])
    for number, photo in enumerate(others.photos, 1):
        photos[photo.key] = photo.relabelled(faces=find_faces(photo.pixels))
        if progress:
            progress("finding faces on pairs", number, len(others.photos))
    taken = tuple(photos[key] for key in keys)
    return Paired(path.name, taken, a, b, same, fold, people, tuple(notes), digest)


def _lost(
    path: Path, listed: PairList, here: Sequence[NamedPair], bad: Sequence[Bad]
) -> str:  # fmt: skip
    """Say how many pairs are left out, or refuse what is left."""
    count, lost = len(listed.pairs), len(listed.pairs) - len(here)
    if lost > MISSING * count:
        raise ValueError(
            f"{path} lists {count:,} pairs, of which {lost:,} are not here ({len(bad):,} photos, "
            f"first {bad[0].path}: {bad[0].reason}); at most {MISSING:.0%} may be missing, or "
            "figures could not be compared with others: take the whole data set, or make a list "
            "of your own (python -m unmask.benchmarks.pairs)"
        )
    if len({pair[2:] for pair in here}) != len({pair[2:] for pair in listed.pairs}):
        raise ValueError(f"{path}: no pair of one kind is left in a fold; {lost:,} are not here")
    return f"{lost:,} of {count:,} pairs left out: {len(bad):,} photos of the list are not here"


def _spelled(listed: PairList, dataset: Dataset) -> PairList:
    """Return the list with the keys that the data have: some copies are PNG where it says .jpg."""
    files, _ = dataset.files(dataset.folder())
    keys = {key for mine in files.values() for key in mine}
    stems: dict[str, str] = {}
    for key in sorted(keys):
        stems.setdefault(str(PurePosixPath(key).with_suffix("")), key)

    def here(key: str) -> str:
        return key if key in keys else stems.get(str(PurePosixPath(key).with_suffix("")), key)

    return replace(
        listed, pairs=tuple(pair._replace(a=here(pair.a), b=here(pair.b)) for pair in listed.pairs)
    )


def _spread(people: NDArray[np.int64], fold: NDArray[np.int64]) -> int:
    """Return how many people are in more than one fold."""
    both = np.unique(np.stack([people.ravel(), np.repeat(fold, 2)], 1), axis=0)
    return int((np.bincount(both[:, 0]) > 1).sum())
