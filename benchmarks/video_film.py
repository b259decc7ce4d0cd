"""A short video made of photos, defended as a file, and looked at by a second detector."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unmask.defenses import DEFENSES, Photo, Pixels
from unmask.defenses.apply.video import anonymize_video
from unmask.defenses.apply.video.read import opened, pyav
from unmask.defenses.apply.video.track import Box, overlaps
from unmask.defenses.faces.hog import Hog
from unmask.defenses.faces.landmarks import with_landmarks
from unmask.defenses.faces.regions import region_mask
from unmask.defenses.files.pictures import write_picture
from unmask.defenses.photo import Face
from unmask.evaluate import RECOGNIZERS

from .video_clips import Actor, clip, moving

LENGTH, RATE = 90, 25  # frames, frames a second
SPECS = ("mask", "pixelate", "gaussian_blur", "noise", "k_same")


class Film(NamedTuple):
    """What is known of a defended video.

    Args:
        uncovered: largest share of a true face's ellipse, over all frames, whose pixels are
            as in the source.
        seen: in how many of the true boxes HOG finds a face in the source, and after.
        known: how many of the latter are nearer to the true face than 0.6 by dlib's network.
        frames: defended ones.
    """

    uncovered: float
    seen: tuple[int, int]
    known: int
    frames: list[Pixels]


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


def looked_at(actors: Sequence[Actor], before: Sequence[Pixels], after: list[Pixels]) -> Film:
    """Look at a defended video, where faces truly are."""
    recognizer = RECOGNIZERS.build("dlib")
    worst, seen, known = 0.0, [0, 0], 0
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        changed = np.abs(new.astype(int) - old).max(-1) > 12  # more than the codec does
        for actor in actors:
            truth = actor.box(number)
            inside = region_mask(old.shape[:2], Face(truth), "ellipse", margin=-0.1) > 0
            if inside.any():
                worst = max(worst, 1 - _filled(changed)[inside].mean())
        for place, pixels in enumerate((old, new)):
            for actor in actors:
                face = _found(pixels, actor.box(number))
                seen[place] += face is not None
                if face and place:
                    photo = Photo(pixels, faces=with_landmarks(pixels, [face]))
                    one, other = recognizer.embed([photo, actor.clean])
                    known += int(recognizer.similarity(one[None], other[None])[0, 0] > -0.6)
    return Film(float(worst), (seen[0], seen[1]), known, after)


def film_lines(
    people: Sequence[Photo], background: Sequence[Photo], pictures: Path | None = None
) -> Iterator[str]:
    """Yield a table: one row per defense."""
    actors, _ = film(people)
    yield from (f"### {LENGTH} frames of 320x240, two faces that walk past each other", "")
    yield "Of all true boxes: where HOG finds a face, and how many of these are the same person"
    yield from ("(distance below 0.6).", "")
    yield "| defense | outcome | tracks | HOG, source | HOG, defended | of these known |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "film.mp4"), Path(folder, "out.mp4")
        shot(film(people)[1], source)
        before = frames_of(source)
        for spec in SPECS:
            defense = DEFENSES.build(spec)
            if defense.needs_background:
                defense = defense.fit(background)
            made = anonymize_video(source, target, source.name, defense=defense, seed=7)
            found = looked_at(actors, before, frames_of(target))
            if pictures:
                rows = [np.hstack(found.frames[n : n + 60 : 15]) for n in (0, 30)]
                write_picture(pictures / f"{spec}.png", np.vstack(rows))
            old, new = found.seen
            yield f"| `{spec}` | {made.row.outcome} | {made.row.faces} | {old} | {new} | {found.known} |"  # noqa: E501
    yield ""


def frames_of(path: Path) -> list[Pixels]:
    """Return the frames of a video."""
    with opened(path) as video:
        return [one.pixels for one in video.shots()]


def _found(pixels: Pixels, truth: Box) -> Face | None:
    """Return the face that HOG finds at a true place, in the frame enlarged twice."""
    boxes = [found.box for found in Hog().find(pixels)]
    if not boxes:
        return None
    overlap = overlaps([truth], boxes)[0]
    return Face(boxes[int(overlap.argmax())]) if overlap.max() > 0.3 else None


def _filled(changed: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Close holes: pixels of a defense that happen to be what they were."""
    import cv2

    kernel = np.ones((9, 9), np.uint8)
    return np.asarray(cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, kernel)) > 0
