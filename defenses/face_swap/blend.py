"""Putting a small new face into a larger photo: detail, grain, soft border."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Pixels
from .crops import SIZE, enlarged

Floats = NDArray[np.float32]
_GAIN = 2.0  # detail of the new face is raised at most this much
_FACE_BORDER = 12.0  # over which colours pass to the surroundings, in pixels of `SIZE`
_GRAIN = 4.0  # grain that is added, at most, in grey levels


def placed(
    face: Floats, transform: NDArray[np.float64], photo: Pixels, mask: NDArray[np.float32]
) -> Pixels:
    """Blend a new crop into a photo.

    The new face is enlarged octave by octave with its edges kept steep, its fine detail is
    raised and grain is added until both are as strong as in the photo, and it is blended over
    a narrow border inside the mask. Of the old face only six numbers are used: how
    strong detail and grain are at three scales.

    Args:
        face: `(S, S, 3)`, float32, 0 to 255, the crop with its new face, of any size.
        transform: `(2, 3)`, from photo to a crop of `SIZE`.
        photo: `(H, W, 3)`, uint8.
        mask: `(H, W)`, float32: above 0 where the face is new.

    Returns:
        `(H, W, 3)`, uint8; the photo's own pixels where the mask is 0.
    """
    new = _enlarged(face, transform, photo.shape[:2])
    share = soft_inside(mask, border=max(2.0, 5.0 / _scale(transform)))
    inside = share >= 0.5
    if inside.sum() >= 64:
        new = _with_detail(new, photo.astype(np.float32), inside)
    mixed = photo + (new - photo) * share[..., None]
    return np.rint(mixed).clip(0, 255).astype(np.uint8)


def toned(face: Floats, source: Pixels, mask: NDArray[np.bool_]) -> Floats:
    """Give a new crop the mean colour that the old face has, less and less to the border.

    Without it the tone is a guess from hair and surroundings, and a wrong one shows. Three
    numbers of the old face are used, one per channel.

    Args:
        face: `(S, S, 3)`, float32, 0 to 255, the crop with its new face.
        source: `(S, S, 3)`, uint8, the crop with its old face.
        mask: `(S, S)`, where the face is new.
    """
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    share = np.clip(depth * SIZE / (_FACE_BORDER * len(face)), 0, 1)[..., None]
    weight = share * share * (3 - 2 * share)
    total = float(weight.sum())
    if total < 1:
        return face
    shift = ((source - face) * weight).sum((0, 1)) / total
    return np.asarray(np.clip(face + shift * weight, 0, 255), np.float32)


def soft_inside(mask: NDArray[np.float32], border: float) -> NDArray[np.float32]:
    """Return 0 outside the mask, rising to 1 over `border` pixels inside, smoothly.

    Where the mask is cut by the edge of the photo there is no border.
    """
    inside = np.pad((mask > 0).astype(np.uint8), 1, "edge")
    inside = np.pad(inside, round(border) + 1, "edge")
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    cut = round(border) + 2
    depth = depth[cut:-cut, cut:-cut]
    ramp = np.clip(depth / border, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def _scale(transform: NDArray[np.float64]) -> float:
    """Pixels of the crop per pixel of the photo."""
    return float(np.hypot(*transform[:, 0]))


def _enlarged(face: Floats, transform: NDArray[np.float64], shape: tuple[int, ...]) -> Floats:
    """Draw the crop at its place in the photo; beyond the crop its border is repeated."""
    factor = face.shape[0] / SIZE
    while _scale(transform) * factor < 0.7 and face.shape[0] < 2048:
        side = 2 * face.shape[0]
        larger = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
        face = _steepened(np.asarray(larger, np.float32))
        factor *= 2
    if _scale(transform) * factor > 1.5:  # the photo is coarser than the crop
        blurred = cv2.GaussianBlur(face, (0, 0), 0.4 * _scale(transform) * factor)
        face = np.asarray(blurred, np.float32)
    there = enlarged(transform, face.shape[0] / SIZE)
    drawn = cv2.warpAffine(
        face,
        there,
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(drawn, np.float32)


def _steepened(face: Floats) -> Floats:
    """Sharpen, but never beyond what lies around: steep edges without halos."""
    sharp = face + 0.7 * (face - cv2.GaussianBlur(face, (0, 0), 1.5))
    around = np.ones((3, 3), np.uint8)
    return np.clip(sharp, cv2.erode(face, around), cv2.dilate(face, around))


def _with_detail(new: Floats, photo: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Raise fine detail of the new face to the strength it has in the photo; add grain."""
    rng = np.random.default_rng(0)  # a fixed pattern: it must not depend on the face
    for width in (2.0, 1.0, 0.5):
        have, want = (_band(picture, width) for picture in (new, photo))
        now, target = (float(np.std(band[inside])) for band in (have, want))
        gain = float(np.clip(target / max(now, 1e-6), 1.0, _GAIN))
        new = new + (gain - 1) * have
        grain, smooth = _typical(want[inside]), gain * _typical(have[inside])
        missing = min(_GRAIN, max(0.0, grain**2 - smooth**2) ** 0.5)
        if missing > 0.25:
            new = new + missing * _grain(new.shape[:2], width, rng)
    return new


def _typical(values: Floats) -> float:
    """Return a standard deviation that does not see edges, which are few and steep."""
    return 1.4826 * float(np.median(np.abs(values)))


def _band(picture: Floats, width: float) -> Floats:
    fine = picture if width <= 0.5 else cv2.GaussianBlur(picture, (0, 0), width / 2)
    return np.asarray(fine - cv2.GaussianBlur(picture, (0, 0), width), np.float32)


def _grain(shape: tuple[int, ...], width: float, rng: np.random.Generator) -> Floats:
    """Return grey noise of one scale with standard deviation 1, `(H, W, 1)`."""
    noise = rng.standard_normal((shape[0], shape[1], 1), np.float32)
    band = _band(noise[..., 0], width)
    return np.asarray(band / max(float(band.std()), 1e-6), np.float32)[..., None]
