"""Defend many photos: one that fails never stops the rest, and none is forgotten."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Defense, Photo
from unmask.defenses.folder import Folder
from unmask.defenses.held import Held

from ..attackers.copies import varied_copies
from ..data.pictures import Pictures
from .blind import opaque, secret

BATCH = 64  # photos that are defended at once; what becomes of one does not depend on others
AGAIN = -1  # the first draw of copies that are not kept, counted down: never one of those kept


@dataclass(frozen=True)
class Blindfolded:
    """A defense, and what is needed to use it without telling it anything.

    Args:
        defense: fitted; each use gets a fresh copy, so that it cannot remember a side.
        seed: of the run.
        names: the real keys of photos, by their opaque ones.
        pictures: where slow pictures are kept, if anywhere.
    """

    defense: Defense
    seed: int
    names: dict[str, str] = field(default_factory=dict)
    pictures: Pictures | None = None

    def fresh(self, *, draw: int = 0) -> Defense:
        """Return a new copy of the defense; of another program, the pictures of that draw."""
        made = copy.deepcopy(self.defense)
        return made.knowing(self.names).drawn(draw) if isinstance(made, Folder) else made

    def told(self, photo: Photo) -> Photo:
        """Return the photo as the defense gets it: no identity, a key without meaning."""
        key = photo.key if photo.key in self.names else opaque(photo.key, self.seed)
        return photo.relabelled(key=key, identity="")

    def use(
        self, defense: Defense, photos: Sequence[Photo], seed: int, *, keep: bool = True
    ) -> list[Defended]:
        """Defend photos with this copy of the defense."""
        blinded = [self.told(photo) for photo in photos]
        return defend_all(defense, blinded, seed=seed, pictures=self.pictures if keep else None)

    def released(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Defended]:
        """Defend photos as the release does."""
        return self.use(self.fresh(), photos, secret(self.seed, "release", draw))


def defend_all(
    defense: Defense, photos: Sequence[Photo], *, seed: int, pictures: Pictures | None = None
) -> list[Defended]:
    """Defend photos; one that fails stays as it is, marked `failed`, and the rest goes on.

    What was made lies where the pixels of the photos do.
    """
    made: list[Defended] = []
    for start in range(0, len(photos), BATCH):
        some = photos[start : start + BATCH]
        try:
            if pictures:
                done = pictures.many(defense, some, seed=seed)
            else:
                done = defense.many(some, seed=seed)
        except (Exception, SystemExit):
            done = [_defend_one(defense, photo, seed) for photo in some]
        made += [_laid(photo, one) for photo, one in zip(some, done, strict=True)]
    return made


def _defend_one(defense: Defense, photo: Photo, seed: int) -> Defended:
    try:
        return defense(photo, seed=seed)
    except (Exception, SystemExit) as error:
        nothing = np.zeros(photo.shape[:2], np.float32)
        return Defended(photo, "failed", nothing, f"{type(error).__name__}: {error}")


def _laid(photo: Photo, done: Defended) -> Defended:
    """Return what became of a photo, with its pixels and mask beside those of the photo."""
    held = photo.held
    if not isinstance(held, Held):
        return done
    shown = done.photo
    if not isinstance(shown.held, Held):
        shown = photo.with_pixels(shown.pixels).relabelled(faces=shown.faces)
    mask = cast("NDArray[np.float32]", held.beside(done.mask))
    return Defended(shown, done.outcome, mask, done.reason)


class OwnCopies:
    """The attacker's copy of a defense; equal calls are computed once.

    `made` counts the copies, and `failures` those that the defense failed on, by reason: they
    are clean photos, from which nobody learns what the defense does.

    Args:
        defense: what they own a copy of.
        disclosed: whether the attacker knows the seed of the release; then `again` does to a
            photo what the release does to the one of that key.
    """

    def __init__(self, defense: Blindfolded, *, disclosed: bool = False) -> None:
        self._blindfolded, self._disclosed = defense, disclosed
        self._made: dict[tuple[str, int], Photo] = {}
        self.made, self.failures = 0, Counter[str]()

    @property
    def foreign(self) -> bool:
        """Whether it is another program, of which nobody knows what it did."""
        return self._blindfolded.defense.foreign

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos with seeds of the attacker's own."""
        draw = self._distinct(draw)
        missing = [photo for photo in photos if (photo.key, draw) not in self._made]
        if missing:
            fresh = self._blindfolded.fresh(draw=1 + draw)
            self._keep(missing, self._blindfolded.use(fresh, missing, self._seed(draw)), draw)
        return [self._made[photo.key, draw] for photo in photos]

    def again(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        """Defend photos that are not worth keeping."""
        seed = self._seed(AGAIN - draw)
        if self._disclosed:
            seed = secret(self._blindfolded.seed, "release")
        fresh = self._blindfolded.fresh(draw=1 + draw)
        done = self._blindfolded.use(fresh, photos, seed, keep=False)
        self._count(done)
        return [p.with_pixels(d.photo.held) for p, d in zip(photos, done, strict=True)]

    def varied(
        self, photos: Sequence[Photo], *, draws: int, seed: int
    ) -> list[tuple[list[Photo], list[Photo]]]:
        """Return pairs of clean and defended copies, from the second draw on varied.

        Pictures of another program cannot be made anew: they are looked up, in one folder
        after the other, and then varied as the clean ones are.
        """
        clean = varied_copies(photos, draws=draws, seed=seed)
        if isinstance(self._blindfolded.defense, Folder):
            found = (self(photos, draw=draw) for draw in range(draws))
            made = (varied_copies(some, draws=draws, seed=seed) for some in found)
            return [(c, m[draw]) for draw, (c, m) in enumerate(zip(clean, made, strict=True))]
        return [(copies, self(copies, draw=draw)) for draw, copies in enumerate(clean)]

    def outside(self, photos: Sequence[Photo]) -> list[Photo] | None:
        """Blank what the defense may change; None if that is the whole photo."""
        defense = self._blindfolded.defense
        if defense.region == "image":
            return None
        return [
            photo.with_pixels(np.where(defense.mask(photo)[..., None] > 0, 128, photo.pixels)
                              .astype(np.uint8))
            for photo in photos
        ]  # fmt: skip

    def with_release(self, release: Sequence[Photo], copies: Sequence[Photo]) -> list[Defended]:
        """Defend a release and copies of the attacker's together, and keep the copies.

        One object gets parts of both sides in mixed order, so that nothing it remembers of
        earlier photos can tell it which side a photo is on.
        """
        blindfolded = self._blindfolded
        fresh = blindfolded.fresh()
        theirs = fresh if not isinstance(fresh, Folder) else blindfolded.fresh(draw=1)
        size = fresh.together
        parts = [("release", i) for i in range(0, len(release), size)]
        parts += [("copies", i) for i in range(0, len(copies), size)]
        rng = np.random.default_rng(secret(blindfolded.seed, "order"))
        done: dict[int, list[Defended]] = {}
        for number in rng.permutation(len(parts)):
            side, start = parts[number]
            if side == "release":
                some = release[start : start + size]
                done[start] = blindfolded.use(fresh, some, secret(blindfolded.seed, "release"))
            else:
                some = copies[start : start + size]
                self._keep(some, blindfolded.use(theirs, some, self._seed(0)), 0)
        return [one for start in sorted(done) for one in done[start]]

    def _distinct(self, draw: int) -> int:
        """Return the first draw with the same pictures as this one."""
        defense = self._blindfolded.defense
        if isinstance(defense, Folder):
            return draw % max(1, defense.further)
        return draw if defense.draws else 0

    def _seed(self, draw: int) -> int:
        return secret(self._blindfolded.seed, "copies", draw)

    def _keep(self, photos: Sequence[Photo], done: Sequence[Defended], draw: int) -> None:
        self._count(done)
        for photo, result in zip(photos, done, strict=True):
            self._made[photo.key, draw] = photo.with_pixels(result.photo.held)

    def _count(self, done: Sequence[Defended]) -> None:
        self.made += len(done)
        self.failures.update(d.reason for d in done if d.outcome == "failed")
