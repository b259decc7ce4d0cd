"""Planted cases: photos in which a leak, or its absence, is known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from unmask.defenses import Photo
from unmask.defenses.faces.regions import region_mask
from unmask.defenses.photo import Pixels

from ..data.scene import Scene
from .tints import tinted

_GREY = 128
_SIDE = 1 / 6  # of the shorter side of a photo: a mark in its corner
_FREE = "ellipse"  # marks lie outside this region of the face


@dataclass(frozen=True)
class Case:
    """One planted case.

    Args:
        defense: spec of what is done to the photos; in all but `constant` what a person is known
            by is still there.
        kind: `ceiling`, photos as they are; `leak`, which somebody must see; `nothing`, where
            whoever does better than chance reads something else than pixels.
        first: attackers that are asked first; the others follow until one has solved it.
        painted: how people are marked, to be known by nothing else: `corners`, by a texture
            outside of the face; `tints`, by colours of equal lightness all over the photo.
    """

    defense: str
    kind: Literal["ceiling", "leak", "nothing"] = "leak"
    first: tuple[str, ...] = ()
    painted: Literal["", "corners", "tints"] = ""


CASES: Mapping[str, Case] = {
    "undefended": Case("none", "ceiling"),
    "constant": Case("constant", "nothing"),
    "permuted": Case("permute", first=("probed", "restored", "pixels")),
    "inverted": Case("invert:mirror=true", first=("probed", "restored", "pixels")),
    "moved": Case("move", first=("sought",)),
    "turned": Case("turn", first=("sought",)),
    "cropped": Case("crop", first=("sought",)),
    "swirled": Case("swirl", first=("probed",)),
    "recoloured": Case("recolour", first=("probed", "restored", "pixels")),
    "speckled": Case("speckle", first=("purified",)),
    "marked": Case(
        f"mask:region={_FREE},fill=mean", first=("pixels", "retrained"), painted="corners"
    ),
    "tinted": Case("none", first=("look",), painted="tints"),
}


def planted(scene: Scene, case: Case) -> Scene:
    """Return the scene of a case: the same photos, or painted ones with a mark of the person."""
    if not case.painted:
        return scene
    paint = {"corners": _marked, "tints": tinted}[case.painted]
    gallery, probes, background = (
        tuple(paint(photo) for photo in part)
        for part in (scene.gallery, scene.probes, scene.background)
    )
    return replace(scene, gallery=gallery, probes=probes, background=background)


def _marked(photo: Photo) -> Photo:
    """Paint everything grey but for a texture of the person's own in the corners."""
    height, width = photo.pixels.shape[:2]
    pixels = np.full((height, width, 3), _GREY, np.uint8)
    side = max(4, round(_SIDE * min(height, width)))
    mark = _texture(photo.identity, side)
    for rows in (slice(0, side), slice(height - side, height)):
        for columns in (slice(0, side), slice(width - side, width)):
            pixels[rows, columns] = mark
    if photo.face:
        inside = region_mask((height, width), photo.face, _FREE, margin=0.1) > 0
        pixels[inside] = _GREY
    return photo.with_pixels(pixels)


def _texture(name: str, side: int) -> Pixels:
    """Return `(side, side, 3)`: four by four squares, black or white by the name."""
    rng = np.random.default_rng(list(name.encode()) or [0])
    squares = rng.integers(0, 2, (4, 4)) * 255
    place = np.arange(side) * 4 // side
    return np.repeat(squares[np.ix_(place, place)].astype(np.uint8)[..., None], 3, 2)
