"""The photos of one comparison, with their faces and their roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.defenses import Photo
from unmask.defenses.faces.find import find_faces

from . import dataset_of
from .base import Dataset
from .duplicates import Pair, check_duplicates
from .noting import details_of, notes_of, told_apart
from .paired import Paired, paired
from .protocol import Protocol, read_protocol, write_protocol
from .sessions import Sessions, read_sessions, with_session
from .shelf import Shelf
from .split import Split, split_folds, split_people

SHARES = (0.25, 0.25, 0.5)
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
    told = told_apart(when, loaded.photos) + ([stated.note(dataset)] if stated else [])

    def scene(split: Split) -> Scene:
        def chosen(part: str, role: str | None = None) -> tuple[Photo, ...]:
            return tuple(found[photo.key] for photo in split.select(photos, part, role))

        gallery, probes, background = (
            chosen(part, "gallery"), chosen(part, "probe"), chosen("background"),
        )  # fmt: skip
        notes = notes_of(loaded.bad, dropped, split, (*background, *gallery, *probes), len(splits))
        details = tuple(details_of(loaded.bad, dropped))
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


def _joint(spec: str) -> str:
    return "," if ":" in spec or "," in spec else ":"
