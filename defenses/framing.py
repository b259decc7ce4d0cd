"""What lies around the faces of a photo, and whether a picture of it still shows that."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .faces.regions import region_mask
from .photo import Photo, Pixels

_SIDE = 48  # pixels on the short side: enough for the layout, too few for most noise and blocks
_SAME = 0.7  # correlation outside the heads with which the frame is the photo's own
_MATCH, _BETTER = 0.9, 3  # least correlation with a crop; how much less it leaves unexplained
_LARGER = 1.2  # how much larger things are on a crop
_STARTS = 1.3, 1.9, 2.8  # sides of the crops that are tried first, in faces
_BLURS = 1.5, 3.0, 6.0  # of the photo, in reduced pixels: a blurred picture keeps its frame


def outside_heads(photo: Photo) -> NDArray[np.bool_]:
    """Return `(H, W)`: where in the photo is nobody's head."""
    shape = photo.pixels.shape[:2]
    heads = [region_mask(shape, face, "head") > 0 for face in photo.faces or ()]
    return np.asarray(~np.logical_or.reduce([np.zeros(shape, bool), *heads]), bool)


def is_cropped(photo: Photo, picture: Pixels) -> bool:
    """Return whether a picture shows the photo cropped to its main face.

    Said only where something proves it: the layout of the picture fits that of a crop much
    better than that of the photo; or it does not fit outside the heads, and a larger face is
    found. Blur, noise, blocks and masks prove nothing of the kind.

    Args:
        photo: the clean photo; without a face nothing can be proved.
        picture: `(H, W, 3)`, uint8, in the size of the photo.
    """
    if photo.face is None:
        return False
    seen, clean = _grey(picture), _grey(photo.pixels)
    rest = _reduced(outside_heads(photo).astype(np.float32)) > 0.5
    around = _fit(clean, seen, rest)
    same = max(around, _fit(clean, seen, np.ones_like(rest)))
    return _fits_crop(photo, seen, same) or (around < _SAME and _shows_larger_face(photo, picture))


def _fit(clean: NDArray[np.float32], seen: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """Return the correlation with the photo, blurred as fits best, at some places."""
    blurred = (np.asarray(cv2.GaussianBlur(clean, (0, 0), s), np.float32) for s in _BLURS)
    return max(_correlation(one[where], seen[where]) for one in (clean, *blurred))


def _fits_crop(photo: Photo, seen: NDArray[np.float32], same: float) -> bool:
    """Return whether some crop round the face explains what is seen much better."""
    x, y, w, h = photo.face.box if photo.face else (0.0, 0.0, 1.0, 1.0)
    short = min(photo.pixels.shape[:2])
    for faces in _STARTS:
        side = faces * max(w, h)
        scale = _SIDE / side
        corner = (x + w / 2 - side / 2) * scale, (y + h / 2 - side / 2) * scale
        match, area = _registered(_grey(photo.pixels, scale), seen, corner)
        larger = short / side / math.sqrt(max(area, 1e-9))
        if larger > _LARGER and match > _MATCH and (1 - match) * _BETTER < 1 - same:
            return True
    return False


def _registered(
    whole: NDArray[np.float32], seen: NDArray[np.float32], corner: tuple[float, float]
) -> tuple[float, float]:
    """Look for the part of a picture that is seen, from where its corner may be.

    By enhanced correlation: Georgios Evangelidis, Emmanouil Psarakis: Parametric image alignment
    using enhanced correlation coefficient maximization. PAMI 2008.

    Returns:
        Correlation, and how many pixels of the whole one that is seen covers; 0 and 1 if it found
        no way.
    """
    start = np.array([[1, 0, corner[0]], [0, 1, corner[1]]], np.float32)
    steps = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-3)
    everywhere = np.full(whole.shape, 255, np.uint8)
    try:
        match, warp = cv2.findTransformECC(
            seen, whole, start, cv2.MOTION_AFFINE, steps, everywhere, 5
        )
    except cv2.error:  # flat, or it went astray
        return 0.0, 1.0
    return match, abs(float(np.linalg.det(np.asarray(warp, np.float64)[:, :2])))


def _shows_larger_face(photo: Photo, picture: Pixels) -> bool:
    from .faces.find import find_faces  # the detector is loaded only when it is needed

    widest = max(face.width for face in photo.faces or ())
    return any(face.width > _LARGER * widest for face in find_faces(picture, landmarks=False)[:1])


def _grey(pixels: Pixels, scale: float = 0.0) -> NDArray[np.float32]:
    return _reduced(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), scale)


def _reduced(plane: NDArray[Any], scale: float = 0.0) -> NDArray[np.float32]:
    """Return a plane in another scale; 0: the one that makes the short side `_SIDE`."""
    scale = scale or _SIDE / min(plane.shape)
    size = tuple(max(2, round(length * scale)) for length in reversed(plane.shape))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the size of the correlation: a negative keeps its frame too.

    1 if a picture is flat or there are no places, which says nothing.
    """
    if not a.size:
        return 1.0
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return abs(float((a * b).sum())) / spread if spread > 1e-3 else 1.0
