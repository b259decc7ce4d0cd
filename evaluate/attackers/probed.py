"""The attacker that chooses what the defense is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo, Pixels

from .base import Attacker, Defend, Scores, indices, nearest
from .grids import aligned_grid
from .heads import Head
from .probing.chosen import like
from .probing.undoing import RECIPES, Probing, Recipe, Undo
from .restoration.base import face_window

TRIED = 3  # gallery photos on which it is found out what is to be undone
CHANCE = 0.1  # share of the change by which two draws may differ, else chance decides
BETTER = 0.7  # undoing must leave at most this share of the error
SIMPLER = 0.9  # of the error of a simpler recipe must not be exceeded by one that does more
LOSSY = 4.0  # levels of error from which on gallery photos are treated like probes
AGAIN = 1.2  # one undo serves another photo if its error is at most so many times as large
MISSES = 2  # so often it may not, then each photo gets its own at once


@dataclass
class Probed(Attacker):
    """Have chosen pictures defended, learn from them how to undo it, and recognize.

    Knows: the defense with its parameters (not its seeds) and the clean gallery; needs no
    background people, and photos may have any sizes. Who owns a defense chooses what goes in:
    pictures of one grey show what becomes of values, stripes in Gray code where each pixel
    goes, random colours what becomes of colours; each in the place of the photo that is to be
    undone, with its size and face. That undoes any fixed change of places (a shuffle, a mirror,
    a swirl) and of values (a negative, exchanged colours). It is the chosen-plaintext attack
    on image encryption (S. Li, C. Li, G. Chen, N. Bourbakis, K.-T. Lo, "A General Quantitative
    Cryptanalysis of Permutation-Only Multimedia Ciphers Against Plaintext Attacks", Signal
    Processing: Image Communication 2008), with the structured light of S. Inokuchi, K. Sato,
    F. Matsuda, "Range Imaging System for 3-D Object Recognition", ICPR 1984.

    With the seed of the release known, greys read the very noise of the release.

    Variants: the photos that were brought back against clean ones; where that leaves an error
    behind (differentially private blocks without their noise are still blocks), `matched`
    compares them with gallery photos that were defended and brought back as well, and
    `matched/pixels` does so by grey values, learned by a head as that of `retrained`.

    Where two draws of a picture differ, where black and white come out alike or pixels depend on
    others far away (new faces are drawn so), and where undoing does not help on a gallery photo,
    photos stay as they are.

    Notes: `undone`, the share of photos that were brought back.
    """

    name: ClassVar[str] = "probed"
    reads_seed: ClassVar[bool] = True

    def for_part(self, budget: str) -> None:
        """Return None: what is chosen is a whole photo."""

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the clean gallery, and find out on it what is to be undone."""
        self._people, self._defend = indices(gallery), defend
        self._gallery, self._example = gallery, gallery[0]
        self._recipe, self._left = None, 0.0
        faces_first = sorted(gallery, key=lambda photo: photo.face is None)
        for photo in faces_first[:: max(1, len(gallery) // TRIED)][:TRIED]:
            made = defend.again([photo])[0]
            if not np.array_equal(made.pixels, photo.pixels):
                self._example, self._recipe = photo, self._tried(photo, made)
                break
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the gallery photo most like what was brought back."""
        seen = self._all_undone(probes)
        changed = [a is not b for a, b in zip(seen, probes, strict=True)]
        notes = {"undone": float(np.mean(changed))}
        found = self._compared("", seen, self._gallery, notes)
        if self._recipe and self._left > LOSSY:
            known = self._all_undone(self._defend.again(self._gallery))
            found += self._compared("matched", seen, known, notes)
            head = Head().fit(aligned_grid(known), self._people, np.arange(len(known)))
            found.append(Scores(head.scores(aligned_grid(seen)), "matched/pixels", notes=notes))
        return found

    def _compared(
        self, variant: str, seen: Sequence[Photo], known: Sequence[Photo], notes: dict[str, float]
    ) -> list[Scores]:
        return [
            Scores(
                nearest(r.similarity(r.embed(seen), r.embed(known)), self._people),
                variant,
                r.label,
                notes=notes,
            )
            for r in self.recognizers
        ]

    def _all_undone(self, photos: Sequence[Photo]) -> list[Photo]:
        """Bring photos back, size by size, since one undo may serve all of a size."""
        done = list(photos)
        self._last: tuple[tuple[int, ...], Undo, float] | None = None
        self._misses = 0
        for i in sorted(range(len(done)), key=lambda i: done[i].shape):
            if self._recipe:
                done[i] = self._undone(done[i], self._recipe)
        return done

    def _tried(self, photo: Photo, made: Photo) -> Recipe | None:
        """Return what helps most on a gallery photo, None if nothing does."""
        change = _error(photo, made.pixels, photo.pixels)
        other = self._defend.again([photo], draw=1)[0]
        if _error(photo, other.pixels, made.pixels) > CHANCE * change:
            return None
        asked = Probing(photo, self._defend.again)
        if not asked.passes((made.pixels != photo.pixels).any(2)):
            return None
        best, limit = None, BETTER * change
        for recipe in RECIPES:
            error = _error(photo, asked.undo(recipe)(made.pixels), photo.pixels)
            if error < limit:
                best, limit, self._left = recipe, SIMPLER * error, error
        return best

    def _undone(self, probe: Photo, recipe: Recipe) -> Photo:
        """Bring one photo back, if what does so also helps on an example in its place."""
        asked = Probing(probe, self._defend.again)
        clean = like(self._example.pixels, probe.pixels.shape, grey=probe.is_grey)
        (made,) = asked.see([clean])
        size = probe.pixels.shape
        if self._last and self._last[0] == size and self._misses < MISSES:
            _, undo, usual = self._last
            if _error(probe, undo(made), clean) <= AGAIN * usual + 1:
                return probe.with_pixels(undo(probe.pixels))
            self._misses += 1
        undo = asked.undo(recipe)
        error = _error(probe, undo(made), clean)
        if error >= _error(probe, made, clean):
            return probe
        self._last = size, undo, error
        return probe.with_pixels(undo(probe.pixels))


def _error(photo: Photo, one: Pixels, other: Pixels) -> float:
    """Return the mean difference, in levels, around the face of a photo."""
    there = face_window(photo, 1.6)
    return float(np.abs(one[there].astype(np.int16) - other[there]).mean())
