"""Do gallery and probes come from one session? Asked of clean photos, without the face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.faces.regions import region_mask

from ..attackers.base import indices
from ..data.scene import Scene
from ..statistics import chance_of, person_interval

FAR_ABOVE = 0.25
"""How far above chance the surroundings must name people to be a sign of one session.

Where sessions are one they reach 0.47 above chance (ORL, 20 people) and 0.37 (the London set,
51 people); on press photos of many occasions 0.15 (LFW, 20 people with 8 photos) and 0.11 (50
people with 4), by hair and by photos of one event.
"""
SIDE, MARGIN = 8, 0.2  # cells across a photo; widening of the face, share of its width
GREY = 128.0  # what a cell shows of which the face takes most


def same_session_note(scene: Scene) -> str:
    """Say so where what lies outside the face names people on clean photos; else nothing.

    Clothes, room, light and framing are the same in photos of one session, and a defense of
    the face leaves them. A leakage that they make is no fault of the figure, but it says
    little about the face, and nothing about photos of another day.

    The face (its ellipse, somewhat widened) is left out, what remains is averaged in few cells,
    and each probe is given to the person of the gallery photo that looks most like it.

    Args:
        scene: with faces; photos on which none was found are not looked at.
    """
    gallery, probes = ([p for p in part if p.face] for part in (scene.gallery, scene.probes))
    if not gallery or not probes:
        return ""
    names = sorted({photo.identity for photo in scene.gallery})
    people, who = (np.array([names.index(p.identity) for p in part]) for part in (gallery, probes))
    known, seen = _outside(gallery), _outside(probes)
    distance = (seen**2).sum(1)[:, None] - 2 * seen @ known.T + (known**2).sum(1)
    found = person_interval((people[distance.argmin(1)] == who).astype(float), who)
    chance = chance_of(indices(scene.probes))
    if found.value < chance + FAR_ABOVE or found.low <= chance:
        return ""
    return (
        f"what lies outside the face names {found.value:.0%} of the clean photos (chance "
        f"{chance:.0%}): gallery and probes seem to come from one session, so part of the "
        "leakage is that of clothes, room and framing; --sessions keeps sessions apart"
    )


def with_session_note(scene: Scene) -> Scene:
    """Return a scene that has `same_session_note` among its notes, if there is one."""
    noted = same_session_note(scene)
    return replace(scene, notes=(*scene.notes, noted)) if noted else scene


def _outside(photos: Sequence[Photo]) -> NDArray[np.float64]:
    """Return `(N, 3 * SIDE * SIDE)`: the colours of the cells of each photo, without its face."""
    vectors = []
    for photo in photos:
        face = region_mask(photo.pixels.shape[:2], photo.face, "ellipse", margin=MARGIN)
        rest = (1 - face)[..., None]
        lab = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2LAB).astype(np.float32) * rest
        both = cv2.resize(np.concatenate([lab, rest], 2), (SIDE, SIDE),
                          interpolation=cv2.INTER_AREA)  # fmt: skip
        share = both[..., 3:]
        cells = np.where(share > 0.25, both[..., :3] / np.maximum(share, 0.25), GREY)
        vectors.append(cells.ravel())
    return np.array(vectors, np.float64)
