"""From what was seen at a place to what the owner should know of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .faces import Look
from .findings import Finding
from .linking import SURE
from .vectors import Key, Vectors

MODEL = "dlib"  # its distances are known best
STRICT, LOOSE = 0.5, 0.6
"""Distances of two faces: below `STRICT` nearly never two people; below `LOOSE` its author's
own threshold, which counts only where detectors agree that there is a face, and where no other
photo of the source is nearer: faces of few pixels are all alike."""
BARELY, SMALL = 0.6, 0.8  # share of a face that was changed


def judge(looks: Sequence[Look], vectors: Vectors, outputs: dict[str, str]) -> list[Finding]:
    """Return what is to be said of all places at which a face was seen.

    Args:
        looks: of all photos.
        vectors: of their faces.
        outputs: the path in the output of each photo.
    """
    known: dict[Key, NDArray[np.float32]] = {}
    for look in looks:
        key = ("before", look.path, look.number)
        vector = vectors.get(MODEL, key)
        if vector is not None:
            known[key] = vector
    judged = (_judged(look, looks, vectors, known, outputs[look.path]) for look in looks)
    return [finding for finding in judged if finding]


def _judged(
    look: Look, looks: Sequence[Look], vectors: Vectors, known: dict[Key, NDArray[np.float32]],
    path: str,
) -> Finding | None:  # fmt: skip
    who = ", ".join(f"{name} {score:.2f}" for name, score in (look.after or look.before).items())
    if look.untouched:
        return _said(look, "survivor" if look.sure else "doubt",
                     "untouched" if look.sure else "unsure", path,
                     f"{_where(look)}seen by {who}")  # fmt: skip
    far = _nearest(look, looks, vectors, known)
    if far is not None:
        return _said(look, "survivor" if look.sure else "doubt", "recognizable", path,
                     f"at {far:.2f}, below {LOOSE} is one person; seen by {who}")  # fmt: skip
    if (other := _somebody_else(look, vectors, known)) is not None:
        return _said(look, "doubt", "somebody else", path, f"that in {other}; seen by {who}")
    if look.before and look.sure and look.share is not None and look.share < SMALL:
        barely = look.share < BARELY
        return _said(look, "survivor" if barely else "doubt",
                     "barely covered" if barely else "small region", path,
                     f"{look.share:.0%} of the face was changed; seen by {who}")  # fmt: skip
    if look.shown:
        return _said(look, "note", "seen", path, f"by {who}")
    return None


def _nearest(
    look: Look, looks: Sequence[Look], vectors: Vectors,
    known: dict[Key, NDArray[np.float32]],
) -> float | None:  # fmt: skip
    """Return how near the face is to one of the same photo, if that is near enough."""
    shown = vectors.get(MODEL, ("after", look.path, look.number))
    if shown is None or not look.shown:
        return None  # with nobody there, hair and what is around decide over the distance
    place = vectors.distance(
        MODEL, ("place", look.path, look.number), ("before", look.path, look.number)
    )
    if place < STRICT:
        return place
    keys = list(known)
    if not keys:
        return None
    far = -vectors.models[MODEL].similarity(shown[None], np.stack([known[k] for k in keys]))[0]
    own = [i for i, key in enumerate(keys) if key[1] == look.path]
    best = min((float(far[i]) for i in own), default=float("inf"))
    if best < STRICT or (best < LOOSE and best <= float(far.min())):
        return best
    return None


def _somebody_else(
    look: Look, vectors: Vectors, known: dict[Key, NDArray[np.float32]]
) -> str | None:  # fmt: skip
    """Return another photo of the source whose face this may be: files get mixed up.

    It is for the owner to look at: strangers of few pixels, or in grey, come near, too.
    """
    shown = vectors.get(MODEL, ("after", look.path, look.number))
    keys = [key for key in known if key[1] != look.path]
    if shown is None or not look.shown or not keys:
        return None
    far = -vectors.models[MODEL].similarity(shown[None], np.stack([known[k] for k in keys]))[0]
    nearest = int(np.argmin(far))
    return keys[nearest][1] if far[nearest] < SURE else None


def _where(look: Look) -> str:
    like = look.like
    words = ["mirrored"] if like.mirrored and like.untouched else []
    away = max(abs(a - b) for a, b in zip(like.box[:2], look.box[:2], strict=True))
    if like.untouched and away > 0.25 * look.box[2]:
        words.append("at another place")
    return "".join(f"{word}; " for word in words)


def _said(look: Look, level: str, kind: str, path: str, detail: str) -> Finding:
    box = look.like.box if look.untouched and look.like.untouched else look.box
    return Finding(level, kind, path, detail, box, look.crop, look.clean)  # type: ignore[arg-type]
