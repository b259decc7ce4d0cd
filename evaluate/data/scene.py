"""The photos of one comparison, with their faces and their roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unmask.defenses import Photo
from unmask.defenses.faces.find import find_faces

from . import dataset_of
from .base import Bad, Dataset
from .duplicates import Pair, check_duplicates
from .paired import Paired, paired
from .protocol import Protocol, read_protocol, write_protocol
from .sessions import Sessions, read_sessions, with_session
from .shelf import Shelf
from .split import LEAST_PHOTOS, Split, split_folds, split_people

SHARES = (0.25, 0.25, 0.5)
LEAST_ATTACKED = 12
"""People below whom a leakage misleads.

Where half of the photos are named by each of twelve attackers, 0.69 is printed with 3 people of
4 photos, 0.63 with 6 and 0.59 with 12, and the lower end lies above the truth in 15, 11 and 5 %
of simulated runs (docs/statistics.md).
"""
PROLIFIC = 2  # times the mean number of photos to be named: that is said
LISTED = " (--names lists them in config.json)"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Scene:
    """Who is known, who is to be named, and who is unrelated.

    Args:
        dataset: name and bounds of the data.
        split: the split by identity.
        gallery: photos whose identity the attacker knows.
        probes: photos to be named; the same people, other photos.
        background: photos of unrelated people.
        notes: what a reader must know: how many files could not be read, were duplicates, how
            many people are left out. They name nobody, for they stand in the report.
        details: which files these are; for `config.json`, if somebody asks for names.
        pairs: pairs of photos that are asked about, where the data came with a list.
    """

    dataset: str
    split: Split
    gallery: tuple[Photo, ...]
    probes: tuple[Photo, ...]
    background: tuple[Photo, ...]
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    pairs: Paired | None = None

    def __repr__(self) -> str:
        photos = f"{len(self.gallery)} known photos, {len(self.probes)} to name"
        return f"Scene({self.dataset!r}, {self.people} people, {photos})"

    @property
    def people(self) -> int:
        """Number of people who can be named."""
        return len({photo.identity for photo in self.gallery})


def prepare(
    data: str = "orl",
    *,
    seed: int = 0,
    part: str = "test",
    people: int = 0,
    shares: tuple[float, float, float] = SHARES,
    drop_duplicates: bool = False,
    sessions: Path | str | None = None,
    protocol: Path | str | None = None,
    write_to: Path | str | None = None,
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> Scene:
    """Load, split and look for faces.

    Pixels stay in memory as far as they are few (`shelf.ROOM`); all others lie on disk until
    the scene is gone, and are read from there when somebody asks.

    Args:
        data: dataset spec or folder.
        seed: seed of the split.
        part: `test` or `search`: whose photos are attacked.
        people: use at most so many people, 0 for all.
        shares: of people in background, search and test.
        drop_duplicates: leave the later photo of a duplicate pair out instead of refusing.
        sessions: CSV with the columns `file` and `session`: gallery and probes of a person
            then come from different ones.
        protocol: file that says who is in which part and role, so that nothing is dealt:
            `seed`, `shares` and all that chooses people or photos is then of no account.
        write_to: new file to which that is written, for others.
        progress: called with a label, the number done and the number to do.
        scratch: folder for pixels, cleared, and removed at the end; None: a temporary one.

    Raises:
        LookupError: no such dataset or folder.
        ValueError: too few people or photos, one photo in two roles, or a bad table.
    """
    dataset = dataset_of(data if not people else f"{data}{_joint(data)}people={people}")
    stated = read_protocol(Path(protocol)) if protocol else None
    if stated and (people or sessions or drop_duplicates):
        raise ValueError(f"{protocol} says who takes part with which photos: leave limit, "
                         "sessions and the dropping of duplicates out")  # fmt: skip

    def deal(photos: Sequence[Photo], when: Sessions | None) -> tuple[Split, ...]:
        if stated:
            return (stated.split,)
        return (split_people(photos, seed=seed, shares=shares, sessions=when),)

    (scene,) = _scenes(
        deal, dataset, part, drop_duplicates, sessions, progress, scratch, stated, write_to
    )
    return scene


def prepare_folds(
    data: str = "orl",
    *,
    folds: int,
    seed: int = 0,
    people: int = 0,
    drop_duplicates: bool = False,
    sessions: Path | str | None = None,
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> tuple[Scene, ...]:
    """Load and look for faces, and let people take turns, see `split_folds`.

    Args:
        data: dataset spec or folder.
        folds: how many; everybody is attacked in one of them, and background in the others.
        seed: seed of the folds.
        people: as for `prepare`, and so are all below.
        drop_duplicates: see there.
        sessions: see there.
        progress: see there.
        scratch: see there.

    Returns:
        A scene for each fold.

    Raises:
        LookupError: no such dataset or folder.
        ValueError: too few people or photos, one photo in two roles, a bad table, or data with a
            list of pairs.
    """
    dataset = dataset_of(data if not people else f"{data}{_joint(data)}people={people}")
    if dataset.pairs:
        raise ValueError("a list of pairs has folds of its own; leave out the list, or --folds")
    return _scenes(
        lambda photos, when: split_folds(photos, folds, seed=seed, sessions=when),
        dataset, "test", drop_duplicates, sessions, progress, scratch,
    )  # fmt: skip


def _scenes(
    deal: Callable[[Sequence[Photo], Sessions | None], tuple[Split, ...]],
    dataset: Dataset, part: str, drop_duplicates: bool, sessions: Path | str | None,
    progress: Progress | None, scratch: Path | None, stated: Protocol | None = None,
    write_to: Path | str | None = None,
) -> tuple[Scene, ...]:  # fmt: skip
    when = read_sessions(Path(sessions)) if sessions else None
    shelf = Shelf(scratch)
    loaded = stated.load(dataset, shelf) if stated else dataset.load(shelf)
    photos = loaded.photos if when is None else with_session(loaded.photos, when)
    splits = deal(photos, when)
    dropped: tuple[Pair, ...] = ()
    count = 0
    while count != len(photos):  # whom one with a single photo makes room for is looked at, too
        count = len(photos)
        for split in splits:
            photos, pairs = check_duplicates(photos, split, drop=drop_duplicates)
            dropped += pairs
        if count != len(photos):
            splits = deal(photos, when)
    if write_to:
        write_protocol(Path(write_to), dataset, splits[0], photos)
    found = _faces(photos, splits, part, progress)
    told = _told_apart(when, loaded.photos) + ([stated.note(dataset)] if stated else [])

    def scene(split: Split) -> Scene:
        def chosen(part: str, role: str | None = None) -> tuple[Photo, ...]:
            return tuple(found[photo.key] for photo in split.select(photos, part, role))

        gallery, probes, background = (
            chosen(part, "gallery"), chosen(part, "probe"), chosen("background"),
        )  # fmt: skip
        notes = _notes(loaded.bad, dropped, split, (*background, *gallery, *probes), len(splits))
        details = tuple(_details(loaded.bad, dropped))
        pairs = paired(dataset, found, set(split.background), progress, shelf)
        return Scene(
            loaded.name, split, gallery, probes, background, (*notes, *told), details, pairs
        )

    return tuple(map(scene, splits))


def _faces(
    photos: Sequence[Photo], splits: Sequence[Split], part: str, progress: Progress | None
) -> dict[str, Photo]:
    """Look for the faces on all photos that anybody needs, once."""
    wanted = {
        photo.key: photo
        for split in splits
        for some in ("background", part)
        for photo in split.select(photos, some)
    }
    found: dict[str, Photo] = {}
    for number, (key, photo) in enumerate(wanted.items(), 1):
        found[key] = photo.relabelled(faces=find_faces(photo.pixels))
        if progress:
            progress("finding faces", number, len(wanted))
    return found


def check_enough(people: int, *, few: bool = False) -> None:
    """Refuse to print a leakage of so few people that it would mislead.

    Args:
        people: how many are attacked.
        few: take any number.

    Raises:
        ValueError: they are fewer than `LEAST_ATTACKED`.
    """
    if people < LEAST_ATTACKED and not few:
        raise ValueError(
            f"a leakage needs at least {LEAST_ATTACKED} attacked people, got {people}: luck "
            "alone would lift the best of several attackers far above the truth; add people, or "
            "take these for a first look with --few (in Python: few=True)"
        )


def _notes(
    bad: Sequence[Bad], dropped: Sequence[Any], split: Split, photos: Sequence[Photo], folds: int
) -> list[str]:
    notes = unread(bad)
    if dropped:
        notes.append(f"{_count(dropped, 'photo', 'photos')} left out as duplicates{LISTED}")
    for what in ("photo", "session"):
        lacking = [entry for entry in split.left_out if f" {what}," in entry.reason]
        if lacking:
            people = _count(lacking, "person", "people")
            notes.append(f"{people} left out: fewer than {LEAST_PHOTOS} {what}s{LISTED}")
    if split.single:
        people = _count([*split.single], "person", "people")
        notes.append(f"{people} with one photo among the background people")
    attacked = {photo.identity for photo in photos} - set(split.background)
    if len(attacked) * folds < LEAST_ATTACKED:
        notes.append(
            f"only {len(attacked) * folds} people are attacked: with fewer than {LEAST_ATTACKED} "
            "luck lifts the best of several attackers far above the truth"
        )
    probes = [photo.identity for photo in photos if split.role(photo.key) == "probe"]
    notes += _prolific([name for name in probes if name in attacked])
    faceless = sum(not photo.faces for photo in photos)
    if faceless:
        notes.append(f"no face found on {faceless} of {len(photos)} clean photos; they stay in")
    return notes


def _prolific(probes: Sequence[str]) -> list[str]:
    """Say how large the share of the most photographed is, if it is far from that of others."""
    counts = Counter(probes)
    if not counts or max(counts.values()) < PROLIFIC * counts.total() / len(counts):
        return []
    share = max(counts.values()) / counts.total()
    return [
        f"one person is on {share:.1%} of the {counts.total():,} photos to be named; each person "
        "weighs the same in every figure"
    ]


def _told_apart(sessions: Sessions | None, photos: Sequence[Photo]) -> list[str]:
    if sessions is None:
        return []
    unknown = [photo for photo in photos if photo.key not in sessions]
    lost = f"; left out without a session: {_count(unknown, 'photo', 'photos')}" if unknown else ""
    return [f"gallery and probes of a person come from different sessions{lost}"]


def unread(bad: Sequence[Bad], listed: str = LISTED) -> list[str]:
    """Say how many files could not be read, if any; their names may be names of people."""
    return [f"{_count(bad, 'file', 'files')} could not be read{listed}"] if bad else []


def _details(bad: Sequence[Bad], dropped: Sequence[Any]) -> list[str]:
    details = [f"not read: {entry.path}: {entry.reason}" for entry in bad]
    return details + [f"left out as a duplicate: {entry}" for entry in dropped]


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things):,} {one if len(things) == 1 else many}"


def _joint(spec: str) -> str:
    return "," if ":" in spec or "," in spec else ":"
