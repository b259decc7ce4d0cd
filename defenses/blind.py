"""What a defense must not be able to tell apart: who it is, what the file is called, whose seed.

In use it knows none of these. One that does better where it knows them looks safe in a
comparison, where photos have names of people and the defender's seed is another than those of
attackers, and is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from .base import Defended, Defense
from .drawn import one_face
from .photo import Photo

_DRAWS = 8
_NAMES = tuple(f"Ann_Lee/{number:04d}.jpg" for number in range(_DRAWS))
_OPAQUE = tuple(hashlib.sha256(name.encode()).hexdigest()[:12] for name in _NAMES)
_COPIES = tuple(f"{name}#{number}" for number, name in enumerate(_OPAQUE, 1))
_LARGE = tuple(int(name, 16) for name in _OPAQUE)  # 48 bits
_READS_IDENTITY = (
    "{} makes another picture of a photo that is said to show somebody; identity is there for "
    "the evaluation alone, never read it"
)
_LEAST_CHANGE, _LEAST_LIKENESS = 2.0, 0.1  # less (in grey levels) makes nobody look safe


def told_by_identity(defenses: Iterable[Defense]) -> str:
    """Say which defense treats a photo otherwise for the person it is said to show; else empty."""
    photo = replace(one_face(), identity="")
    for defense in defenses:
        plain = defense(photo, seed=3)
        alone = defense(replace(photo, identity="Ann_Lee"), seed=3)
        if not _same(plain, alone):
            return _READS_IDENTITY.format(defense.spec)
    return ""


def told_by_company(defense: Defense) -> str:
    """Say if a defense treats photos otherwise where they are said to show one person."""
    photos = [one_face(), replace(one_face(), key="another")]
    made = [
        defense.many([replace(p, identity=who) for p, who in zip(photos, people, strict=True)])
        for people in (("Ann_Lee", "Ann_Lee"), ("Ann_Lee", "Bo_Ek"))
    ]
    alike = all(_same(one, other) for one, other in zip(*made, strict=True))
    return "" if alike else _READS_IDENTITY.format(defense.spec)


def told_by_key(defense: Defense) -> str:
    """Say if a defense does otherwise for one kind of keys than for another; else empty.

    One that is not random must give one picture for all of them.
    """
    photo = one_face()
    kinds = {"names": _NAMES, "digits": _OPAQUE, "copies": _COPIES}
    if not defense.random:
        keys = [_NAMES[1], *(keys[0] for keys in kinds.values())]
        first, *rest = (defense(replace(photo, key=key), seed=3) for key in keys)
        if all(_same(first, one) for one in rest):
            return ""
        return f"{defense.spec} depends on the key, but random=False; never read the key"
    made = {
        kind: [defense(replace(photo, key=key), seed=3) for key in keys]
        for kind, keys in kinds.items()
    }
    for kind in ("names", "copies"):
        if found := _apart(photo, made[kind], made["digits"]):
            return (
                f"{defense.spec} does otherwise for keys that are {kind} than for keys of digits "
                f"({found}); never read the key, the generator is made from it"
            )
    return ""


def told_by_size_of_seed(defense: Defense) -> str:
    """Say if a random defense does otherwise for the seeds 0 to 7 than for large ones."""
    if not defense.random:
        return ""
    photo = one_face()
    small = [defense(photo, seed=seed) for seed in range(_DRAWS)]
    large = [defense(photo, seed=seed) for seed in _LARGE]
    found = _apart(photo, small, large)
    return found and (
        f"{defense.spec} does otherwise for the seeds 0 to {_DRAWS - 1} than for seeds of 48 bits "
        f"({found}); draw from the generator alone"
    )


def _same(one: Defended, other: Defended) -> bool:
    return one.outcome == other.outcome and np.array_equal(one.photo.pixels, other.photo.pixels)


def _apart(photo: Photo, some: Sequence[Defended], others: Sequence[Defended]) -> str:
    """Say what sets two groups of draws apart; empty where they may be of one kind.

    Draws of one kind do not fall into two separate ranges: of 8 and 8, that is one case in
    6,435. The ranges must also lie apart by as much as could matter.
    """
    for what, measure, least in (
        ("change", _change, _LEAST_CHANGE), ("likeness to the photo", _likeness, _LEAST_LIKENESS),
    ):  # fmt: skip
        a, b = ([measure(photo, one) for one in group] for group in (some, others))
        if max(min(b) - max(a), min(a) - max(b)) > least:
            return f"{what} {np.mean(a):.2f} against {np.mean(b):.2f}"
    return ""


def _change(photo: Photo, made: Defended) -> float:
    """Return the mean change in grey levels where it may change anything."""
    inside = made.mask > 0
    before, after = (p[inside].astype(np.float64) for p in (photo.pixels, made.photo.pixels))
    return float(np.abs(after - before).mean()) if inside.any() else 0.0


def _likeness(photo: Photo, made: Defended) -> float:
    """Return the correlation with the photo where it may change anything, 0 for one colour."""
    inside = made.mask > 0
    before, after = (p[inside].ravel().astype(float) for p in (photo.pixels, made.photo.pixels))
    if not inside.any() or before.std() == 0 or after.std() == 0:
        return 0.0
    return float(np.corrcoef(before, after)[0, 1])
