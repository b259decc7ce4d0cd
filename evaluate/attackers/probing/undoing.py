"""What brings a defended photo back, learned from chosen pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels

from .chosen import COLOURS, FEW, GREY, MANY, WHITE, lit, mottled, plain, stripes
from .places import SEEN, Places, put_back, read_places, readable
from .tones import Response, Tones, learn_colours

AT_ONCE = 1 << 22  # pixels that are defended in one call
LEFT = 0.1  # share of the changed pixels that must still depend on what goes in,
APART = 0.6  # and share that, with black beside white, must look as with one of them alone
Again = Callable[[Sequence[Photo]], list[Photo]]


class Recipe(NamedTuple):
    """What is to be undone.

    Args:
        moved: whether pixels changed their places.
        mapped: whether colours were exchanged by one map; else each pixel has its own tones.
    """

    moved: bool
    mapped: bool


RECIPES = tuple(Recipe(moved, mapped) for moved in (False, True) for mapped in (False, True))


@dataclass(frozen=True, eq=False)
class Undo:
    """How one photo is brought back, and others of its size that were defended alike.

    Args:
        tones: turns values round.
        places: where pixels came from; None if they stayed.
    """

    tones: Tones
    places: Places | None

    def __call__(self, pixels: Pixels) -> Pixels:
        """Bring a defended photo back."""
        values, sure = self.tones(pixels)
        made = put_back(values, sure, self.places)
        return np.rint(made).clip(0, 255).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Probing:
    """Asks the defense what it makes of pictures in the place of one photo.

    Args:
        photo: its size, key and faces are those of the pictures.
        again: defends photos.
    """

    photo: Photo
    again: Again

    def see(self, pictures: Iterable[Pixels]) -> Iterator[Pixels]:
        """Yield what becomes of pictures."""
        count = max(1, AT_ONCE * 3 // max(self.photo.pixels.size, 1))
        waiting = iter(pictures)
        while some := list(islice(waiting, count)):
            done = self.again([self.photo.with_pixels(pixels) for pixels in some])
            yield from (photo.pixels for photo in done)

    def passes(self, where: NDArray[np.bool_]) -> bool:
        """Return whether enough of the picture still comes, pixel by pixel, from what goes in.

        Args:
            where: `(H, W)`, the pixels that count: those that the defense changes.
        """
        black, white = (self.few.seen[i].astype(np.int16) for i in (0, -1))
        if (np.abs(white - black).max(2) >= SEEN)[where].mean() < LEFT:
            return False
        halves, half = self._plain(0), self.photo.pixels.shape[1] // 2
        halves[:, half:] = self._plain(255)[:, half:]
        (seen,) = self.see([halves])
        off = [np.abs(seen - one).max(2)[where] for one in (black, white)]
        return bool((np.minimum(*off) <= SEEN).mean() >= APART)

    @cached_property
    def few(self) -> Response:
        """What becomes of black, grey and white."""
        return Response(FEW, tuple(self.see(self._plain(level) for level in FEW)))

    @cached_property
    def response(self) -> Response:
        """What becomes of all greys, as finely as is needed."""
        if self.few.is_straight:
            return self.few
        known = dict(zip(FEW, self.few.seen, strict=True))
        missing = [level for level in MANY if level not in known]
        known |= zip(missing, self.see(self._plain(level) for level in missing), strict=True)
        return Response(MANY, tuple(known[level] for level in MANY))

    @cached_property
    def places(self) -> Places:
        """Where each pixel came from."""
        shape, black = self.photo.pixels.shape, self.few.seen[0]
        for carriers in (GREY,) if self.photo.is_grey else (COLOURS, WHITE):
            shown = [*self.see(lit(shape, carrier) for carrier in carriers)]
            if len(carriers) == 1 or readable(black, shown).mean() > 0.5:
                break
        return read_places(black, shown, self.see(stripes(shape, carriers)))

    def undo(self, recipe: Recipe) -> Undo:
        """Return what undoes the defense of this photo."""
        places = self.places if recipe.moved else None
        if not recipe.mapped:
            return Undo(self.response, places)
        clean = mottled(self.photo.pixels.shape, grey=self.photo.is_grey)
        (seen,) = self.see([clean])
        return Undo(learn_colours(clean, seen, places), places)

    def _plain(self, level: int) -> Pixels:
        return plain(self.photo.pixels.shape, level, grey=self.photo.is_grey)
