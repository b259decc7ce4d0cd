"""Names that nobody in an experiment may see, and seeds that do not tell for whom they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from unmask.defenses import Photo

from ..data.scene import Scene


@dataclass(frozen=True, eq=False)
class Blind:
    """The photos of a scene under keys that tell nothing.

    Args:
        gallery: with identities, which the attackers know.
        probes: without identities.
        background: with identities.
        strangers: the background as a defense may learn from it: people without their names.
        names: the real key of each of these photos, by its opaque one.
    """

    gallery: tuple[Photo, ...]
    probes: tuple[Photo, ...]
    background: Sequence[Photo]
    strangers: tuple[Photo, ...]
    names: dict[str, str]


def blind(scene: Scene, seed: int) -> Blind:
    """Return the photos as attackers get them.

    A key is a path below the data folder, hence the name of a person.
    """
    gallery, probes, background = (
        hidden(photos, seed) for photos in (scene.gallery, scene.probes, scene.background)
    )
    clean = (*scene.gallery, *scene.probes, *scene.background)
    return Blind(
        gallery,
        tuple(photo.relabelled(identity="") for photo in probes),
        background,
        tuple(photo.relabelled(identity=opaque(photo.identity, seed)) for photo in background),
        names_of(clean, seed),
    )


def hidden(photos: Sequence[Photo], seed: int) -> tuple[Photo, ...]:
    """Return the photos under opaque keys."""
    return tuple(photo.relabelled(key=opaque(photo.key, seed)) for photo in photos)


def names_of(photos: Sequence[Photo], seed: int) -> dict[str, str]:
    """Return the real key of each photo by its opaque one."""
    return {opaque(photo.key, seed): photo.key for photo in photos}


def opaque(text: str, seed: int) -> str:
    """Return a key of 24 digits that tells nothing of `text`, the same in every process."""
    return hashlib.sha256(f"key {seed} {text}".encode()).hexdigest()[:24]


def secret(seed: int, side: str, draw: int = 0) -> int:
    """Return a seed of 48 bits: for the release and for attackers' copies from one range.

    Args:
        seed: of the run.
        side: `release` or `copies`; they share no seed.
        draw: another draw, another seed.
    """
    text = f"{side} {seed} {draw}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
