"""What lies within the region of a face, brought to one shape for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Face, Photo
from unmask.defenses.faces.align import similarity_transform
from unmask.defenses.faces.mean_face import MEAN_FACE

from .region import Region

SIDE = 112  # pixels of the longer side of the picture
GREY = 128  # what is blanked
_SPOKES = 180  # directions in which the border of a region is looked for
_STIFF = 3  # how far from the border the face keeps its proportions: the higher, the nearer to it
_EDGE = 2  # grey pixels around the shape

Mask = NDArray[np.float32]
Draw = Callable[[tuple[int, int], Face], Mask]


class Shape(NamedTuple):
    """The region of the average face in a picture: what all regions are brought to.

    Args:
        size: height and width of the picture.
        face: the average face, in its pixels.
        places: `(height, width, 2)`, where each pixel is, x and y.
        angles: `(height, width)`, in which direction from the middle of the region.
        shares: `(height, width)`, how far on the way from there to its border, from 0; above 1
            is outside.
    """

    size: tuple[int, int]
    face: Face
    places: NDArray[np.float64]
    angles: NDArray[np.float64]
    shares: NDArray[np.float64]


class Way(NamedTuple):
    """How a photo of some size and face gets there.

    Args:
        place: rows and columns of the cut-out that holds the region.
        nearest: of the cut-out, flat: which pixel inside is nearest to each; None if all are.
        x: where in the cut-out each pixel of the picture is found.
        y: the same, downwards.
        halved: how often the cut-out is to be halved before.
    """

    place: tuple[slice, slice]
    nearest: NDArray[np.int64] | None
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    halved: int


def within(photo: Photo, region: Region) -> Photo:
    """Return what the region of the main face holds, upright, in one shape on grey.

    Where a face is, how large, and how it is framed is told by the outline of its region, on any
    defended photo: that belongs to its surroundings. So the outline is brought to the same shape
    for everybody: on the border the picture is bent to it, towards the middle more and more to
    the eyes and nose, so that models of faces find them where they look for them. No pixel from
    outside gets in: where bending would reach over the border, the nearest pixel inside
    stands. All pictures carry the same average face. A region of one colour is therefore the same
    picture for everybody, and nothing that a region holds is cut off.

    Args:
        photo: a (defended) photo with the faces of the clean one; without any, nothing was
            defended and the whole photo counts.
        region: of the defense.
    """
    shape = shape_of_region(region)
    way = _way(photo.shape[:2], photo.face, region)
    pixels = photo.pixels[way.place]
    if way.nearest is not None:
        pixels = pixels.reshape(-1, 3)[way.nearest].reshape(pixels.shape)
    for _ in range(way.halved):
        pixels = np.asarray(cv2.pyrDown(pixels, borderType=cv2.BORDER_REPLICATE), np.uint8)
    picture = cv2.remap(pixels, way.x, way.y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture[shape.shares > 1] = GREY
    return photo.with_pixels(np.asarray(picture, np.uint8)).relabelled(faces=(shape.face,))


def shape_of(draw: Draw, side: int = SIDE) -> Shape:
    """Return the shape to which regions of a kind are brought: that of the average face.

    Args:
        draw: draws the region of a face into a photo of some height and width.
        side: of the longer side of the picture, in pixels.
    """
    unit = 200  # pixels of the drawing in which the box is found
    there = draw((6 * unit, 6 * unit), MEAN_FACE.moved(2, 2, unit)) > 0
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not rows.size:
        raise ValueError("a region must hold at least a pixel of an average face")
    top, left = rows[0] / unit, columns[0] / unit
    high, wide = (rows[-1] + 1) / unit - top, (columns[-1] + 1) / unit - left
    scale = (side - 2 * _EDGE) / max(high, wide)
    size = (round(high * scale) + 2 * _EDGE, round(wide * scale) + 2 * _EDGE)
    corner = np.array([left, top]) - _EDGE / scale
    face = MEAN_FACE.moved(2 - corner[0], 2 - corner[1], scale)
    middle, border = _star(there)  # in the large drawing, where steps of a pixel are small
    middle, border = (middle / unit - corner) * scale, border / unit * scale
    places = np.stack(np.meshgrid(np.arange(size[1]), np.arange(size[0])), -1).astype(np.float64)
    away = places - middle
    angles = np.arctan2(away[..., 1], away[..., 0])
    shares = np.hypot(away[..., 0], away[..., 1]) / _at(border, angles)
    return Shape(size, face, places, angles, shares)


@lru_cache(maxsize=64)
def shape_of_region(region: Region) -> Shape:
    """Return the shape of a region that defenses have."""
    return shape_of(lambda size, face: region.drawn(size, [face]))


@lru_cache(maxsize=512)  # some 100 kB each
def _way(size: tuple[int, int], face: Face | None, region: Region) -> Way:
    shape = shape_of_region(region)
    inside = region.drawn(size, [face] if face else []) > 0
    if not inside.any():
        inside, face = np.ones_like(inside), None
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    place = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside = inside[place]
    where = _bent(inside, face and face.moved(-float(columns[0]), -float(rows[0])), shape)
    step, halved = math.sqrt(inside.sum() / (shape.shares <= 1).sum()), 0
    while step > 1.5:  # pixels of the photo to one of the picture
        where, step, halved = where / 2, step / 2, halved + 1
    x, y = np.moveaxis(where, -1, 0).astype(np.float32)
    return Way(place, _nearest(inside), np.ascontiguousarray(x), np.ascontiguousarray(y), halved)


def _nearest(inside: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Return for each pixel of a cut-out which one inside is nearest to it; itself if it is."""
    if inside.all():
        return None
    _, labels = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    pixel = np.zeros(int(labels.max()) + 1, np.int64)
    pixel[labels[inside]] = np.flatnonzero(inside)
    return np.asarray(pixel[labels].ravel())


def _star(inside: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of a region and how far it reaches in each direction, in pixels."""
    y, x = np.nonzero(inside)
    centre = np.array([x.mean(), y.mean()])
    steps = np.arange(0.0, math.hypot(*inside.shape), 0.5)
    angles = np.arange(_SPOKES) * (2 * np.pi / _SPOKES)
    columns = np.rint(centre[0] + np.cos(angles)[:, None] * steps).astype(int)
    rows = np.rint(centre[1] + np.sin(angles)[:, None] * steps).astype(int)
    height, width = inside.shape
    there = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    there[there] = inside[rows[there], columns[there]]
    last = there.shape[1] - 1 - there[:, ::-1].argmax(1)
    return centre, np.where(there.any(1), steps[last] + 0.5, 1.0)


def _bent(inside: NDArray[np.bool_], face: Face | None, shape: Shape) -> NDArray[np.float64]:
    """Return `(height, width, 2)`: where in the cut-out each pixel of the shape is found."""
    middle, border = _star(inside)
    matrix = _to_photo(face, shape)
    turn = 0.0 if matrix is None else float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    spokes = np.arange(_SPOKES) * (2 * np.pi / _SPOKES)
    ends = np.stack([np.cos(spokes), np.sin(spokes)]) * border
    towards = np.stack([_at(axis, shape.angles + turn) for axis in ends], -1)
    where = middle + shape.shares[..., None] * towards
    if matrix is None:
        return np.asarray(where)
    stiff = np.minimum(shape.shares, 1)[..., None] ** _STIFF
    return np.asarray(
        (1 - stiff) * (shape.places @ matrix[:, :2].T + matrix[:, 2]) + stiff * where
    )


def _to_photo(face: Face | None, shape: Shape) -> NDArray[np.float64] | None:
    """Return `(2, 3)`, from the average face to this one; None without a face."""
    if face is None:
        return None
    if face.five is not None and shape.face.five is not None and np.ptp(face.five, 0).any():
        return similarity_transform(shape.face.five, face.five)
    ends = [
        np.array([(x, y + h / 2), (x + w, y + h / 2)]) for x, y, w, h in (shape.face.box, face.box)
    ]
    return similarity_transform(*ends)


def _at(border: NDArray[np.float64], angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the border in some directions, between the spokes in proportion."""
    place = np.mod(angle, 2 * np.pi) * (_SPOKES / (2 * np.pi))
    return np.asarray(np.interp(place, np.arange(_SPOKES + 1), np.append(border, border[0])))
