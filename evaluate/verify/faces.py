"""Looking at one photo and what became of it: which faces are there, and how much of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from unmask.defenses import Pixels
from unmask.defenses.apply.likeness import Likeness, likeness
from unmask.defenses.photo import intersection_over_union

from .changed import Mask, changed, ellipse, region_of, share_covered
from .seers import Box, Candidate, Seer, candidates
from .turned import Framed
from .vectors import Vectors, face_at

_SAME = 0.3  # intersection over union, from which two finds are at one place
_SOUGHT = 5  # faces that are looked for all over the picture: the largest
_CROP = 160  # pixels of the longer side of a crop for the page
_LEAST = 12.0  # pixels: a smaller face shows nobody


@dataclass(frozen=True)
class Look:
    """One place at which somebody saw a face, before or after.

    Args:
        path: the photo, below the source.
        number: of the place in the photo; with the path it is the key of its vectors.
        box: in pixels of the source.
        before: who saw it in the source, with the score.
        after: who sees a face there in the output.
        sure: whether it is a face, as far as the detectors agree.
        shown: whether they agree that there is still one in the output.
        like: how the face reappears in the output.
        share: share of the face that was changed; None where that cannot be told.
        crop: the place in the output.
        clean: the same in the source.
    """

    path: str
    number: int
    box: Box
    before: dict[str, float]
    after: dict[str, float]
    sure: bool
    shown: bool
    like: Likeness
    share: float | None
    crop: Pixels = field(repr=False)
    clean: Pixels = field(repr=False)

    @property
    def untouched(self) -> bool:
        """Whether the pixels of the face are still there."""
        return self.like.untouched or (self.share is not None and self.share < 0.1)


@dataclass(frozen=True)
class Looked:
    """What was seen of one photo.

    Args:
        looks: the places, largest face first.
        main: the box of the largest face of the source; None if it has none.
        region: `(H, W)`, where the defense worked on that face; its own ellipse where nothing was
            changed.
        changes: `(H, W)`, all that was changed.
    """

    looks: tuple[Look, ...]
    main: Box | None
    region: Mask | None = field(repr=False)
    changes: Mask = field(repr=False)


def look_at(
    path: str, source: Pixels, output: Framed, who: Sequence[Seer], vectors: Vectors
) -> Looked:
    """Look at a photo before and after.

    Args:
        path: the photo, below the source.
        source: its pixels.
        output: what was made of it, in its frame.
        who: the detectors.
        vectors: get the faces before and after, by `("before", path, number)`, `("after", ...)`
            as a detector sees it in the output, and `("place", ...)` where it was.
    """
    before = [one for one in candidates(source, who) if min(one.box[2:]) >= _LEAST]
    after = [one for one in candidates(output.pixels, who) if min(one.box[2:]) >= _LEAST]
    changes = changed(source, output.pixels, [one.box for one in (*before, *after)])
    looks = []
    for number, (here, there) in enumerate(_matched(before, after)):
        box = (here or there or before[0]).box
        like = likeness(source, output.pixels, box)
        if not like.untouched and here and number < _SOUGHT:
            like = max(like, likeness(source, output.pixels, box, anywhere=True))
        region = region_of(changes, box)
        look = Look(
            path, number, box, here.seen if here else {}, there.seen if there else {},
            _is_sure(here, there), bool(there and there.shown), like,
            share_covered(region, box) if output.fits else None,
            crop(output.pixels, like.box if like.untouched else box), crop(source, box),
        )  # fmt: skip
        looks.append(look)
        if here and not look.untouched:
            known = face_at(source, box)
            vectors.add(("before", path, number), source, known)
            vectors.add(("place", path, number), output.pixels, known)
        if there and not look.untouched:
            vectors.add(("after", path, number), output.pixels, face_at(output.pixels, there.box))
    main = next((look for look in looks if look.before and look.sure), None)
    where = None
    if main is not None:
        if main.untouched:  # the attack on the release needs what the verdict did not
            known = face_at(source, main.box)
            vectors.add(("before", path, main.number), source, known)
            vectors.add(("place", path, main.number), output.pixels, known)
        where = region_of(changes, main.box, hull=False)
        if share_covered(where, main.box) < 0.3 or changes.all():
            where = ellipse(changes.shape, main.box, 1.1)
    return Looked(tuple(looks), main.box if main else None, where, changes)


def crop(pixels: Pixels, box: Box) -> Pixels:
    """Return a small picture of a place with what is around it."""
    x, y, w, h = box
    edge = 0.35 * max(w, h)
    height, width = pixels.shape[:2]
    left, top = (int(np.clip(v - edge, 0, end - 1)) for v, end in ((x, width), (y, height)))
    right, bottom = (
        int(np.clip(v + edge, 1, end)) for v, end in ((x + w, width), (y + h, height))
    )
    part = pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = min(1.0, _CROP / max(part.shape[:2]))
    size = [max(1, round(side * scale)) for side in reversed(part.shape[:2])]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _matched(
    before: Sequence[Candidate], after: Sequence[Candidate]
) -> list[tuple[Candidate | None, Candidate | None]]:
    """Return each place once, with what is seen there before and after."""
    free = list(after)
    pairs: list[tuple[Candidate | None, Candidate | None]] = []
    for here in before:
        overlap = [intersection_over_union(here.box, there.box) for there in free]
        best = int(np.argmax(overlap)) if overlap else -1
        pairs.append((here, free.pop(best) if best >= 0 and overlap[best] >= _SAME else None))
    return pairs + [(None, there) for there in free]


def _is_sure(here: Candidate | None, there: Candidate | None) -> bool:
    return bool((here and here.sure) or (there and there.sure))
