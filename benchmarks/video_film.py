"""A short video made of photos, defended as a file, and looked at by a second detector."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import DEFENSES, Photo, Pixels
from unmask.defenses.apply.video import anonymize_video
from unmask.defenses.apply.video.read import opened, pyav
from unmask.defenses.apply.video.track import overlaps
from unmask.defenses.faces.hog import Hog
from unmask.defenses.faces.landmarks import with_landmarks
from unmask.defenses.faces.regions import region_mask
from unmask.defenses.files.pictures import write_picture
from unmask.defenses.photo import Face
from unmask.evaluate import RECOGNIZERS
from unmask.evaluate.verify.run import verify

from .video_clips import Actor, clip, moving

LENGTH, RATE = 90, 25  # frames, frames a second
SPECS = ("mask", "pixelate", "gaussian_blur", "k_same")
ABOUT = (
    "`uncovered`: of the ellipses in the true boxes, the largest part in any frame that is as",
    "it was. In every third frame: at how many true places HOG finds a face, before and after,",
    "and how many of the latter are the same person (distance below 0.6). A mosaic of 8 blocks",
    "and the mean of other people look like faces, in a photo as well. `survivors`: what",
    "`unmask verify` finds in all frames.",
)


class Film(NamedTuple):
    """What is known of a defended video.

    Args:
        uncovered: largest share of the ellipse in a true box, over all frames, whose pixels
            are as in the source.
        seen: in how many of the true boxes HOG finds a face in the source, and after.
        known: how many of the latter are nearer to the true face than 0.6 by dlib's network.
    """

    uncovered: float
    seen: tuple[int, int]
    known: int


def film(people: Sequence[Photo]) -> tuple[list[Actor], list[Pixels]]:
    """Return who walks through the video, and its frames, 320x240."""
    right = moving(LENGTH, start=(-20, 30), speed=(1.6, 0.35), scale=0.9)
    left = moving(LENGTH, start=(200, 90), speed=(-1.5, -0.5), scale=0.9)
    actors = [Actor(photo, ways) for photo, ways in zip(people, (right, left), strict=False)]
    return actors, clip(actors)


def shot(frames: Sequence[Pixels], path: Path) -> None:
    """Write frames as a video of high quality."""
    av = pyav()
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"crf": "12", "preset": "fast"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode(None))


def looked_at(
    actors: Sequence[Actor], before: Sequence[Pixels], after: Sequence[Pixels], *, step: int = 1
) -> Film:
    """Look at a defended video, where faces truly are.

    Args:
        actors: who is seen.
        before: frames of the source.
        after: frames of the defended video.
        step: HOG looks at each so many-th frame.
    """
    recognizer = RECOGNIZERS.build("dlib")
    worst, known = 0.0, 0
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        changed = _changed(old, new)
        hidden = np.zeros(old.shape[:2], bool)  # behind those who are nearer
        for actor in reversed(actors):
            there = region_mask(old.shape[:2], Face(actor.box(number)), "ellipse") > 0
            there &= ~hidden
            worst = max(worst, 1 - float(changed[there].mean()) if there.any() else 0.0)
            hidden |= actor.share(old.shape[:2], number) > 0
    some = range(0, len(before), step)
    sights = [_sights(actors, frames, some) for frames in (before, after)]
    for actor, photo in sights[1]:
        one, other = recognizer.embed([photo, actor.clean])
        known += int(recognizer.similarity(one[None], other[None])[0, 0] > -0.6)
    return Film(worst, (len(sights[0]), len(sights[1])), known)


def film_lines(
    people: Sequence[Photo], background: Sequence[Photo], pictures: Path | None = None
) -> Iterator[str]:
    """Yield a table: one row per defense."""
    actors, _ = film(people)
    yield from (f"### {LENGTH} frames of 320x240, two faces that walk past each other", "")
    yield from (*ABOUT, "")
    columns = (
        "tracks",
        "uncovered",
        "HOG, source",
        "HOG, defended",
        "of these known",
        "survivors",
    )
    yield f"| defense | {' | '.join(columns)} |"
    yield "| --- |" + " ---: |" * len(columns)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "film.mp4"), Path(folder, "out.mp4")
        shot(film(people)[1], source)
        before = frames_of(source)
        for spec in SPECS:
            defense = DEFENSES.build(spec)
            if defense.needs_background:
                defense = defense.fit(background)
            made = anonymize_video(source, target, source.name, defense=defense, seed=7)
            after = frames_of(target)
            found = looked_at(actors, before, after, step=3)
            if pictures:
                rows = [np.hstack(after[n : n + 60 : 15]) for n in (0, 30)]
                write_picture(pictures / f"{spec}.png", np.vstack(rows))
            old, new = found.seen
            # where a mosaic or a blur happens to be like the face, pixels tell nothing
            share = f"{found.uncovered:.2%}" if spec == "mask" else ""
            left = ""  # it takes a second a frame
            if spec == "mask":
                left = str(len(verify(source, target, leakage=False, frames=0).of("survivor")))
            cells = (f"`{spec}`", made.row.faces, share, old, new, found.known, left)
            yield f"| {' | '.join(map(str, cells))} |"
    yield ""


def frames_of(path: Path) -> list[Pixels]:
    """Return the frames of a video."""
    with opened(path) as video:
        return [one.pixels for one in video.shots()]


def _sights(
    actors: Sequence[Actor], frames: Sequence[Pixels], some: Iterable[int]
) -> list[tuple[Actor, Photo]]:
    """Return whom HOG sees where they truly are, in frames that are enlarged twice."""
    found = []
    for number in some:
        large = np.asarray(cv2.resize(frames[number], None, fx=2, fy=2), np.uint8)
        boxes = [one.box for one in Hog().detect(large)]
        truth = [[2 * side for side in actor.box(number)] for actor in actors]
        overlap = overlaps([tuple(box) for box in truth], boxes)  # type: ignore[misc]
        for actor, row in zip(actors, overlap, strict=True):
            if row.max(initial=0) > 0.3:
                faces = with_landmarks(large, [Face(boxes[int(row.argmax())])])
                found.append((actor, Photo(large, faces=faces)))
    return found


def _changed(old: Pixels, new: Pixels) -> NDArray[np.bool_]:
    """Return where more than a codec changed pixels; single ones may chance to be alike."""
    changed = np.abs(new.astype(int) - old).max(-1) > 12
    kernel = np.ones((9, 9), np.uint8)
    return np.asarray(cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0)
