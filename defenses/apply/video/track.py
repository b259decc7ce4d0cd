"""Following faces from frame to frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # left, top, width, height

_RECENT = 5  # sights that tell how fast a face moves
_BUFFER = 0.4  # by how much a box is widened on each side before it is matched, of its sides


@dataclass(eq=False)
class Track:
    """One face, from when it is first seen until it is lost for too long or the scene ends.

    Args:
        number: tracks are counted from 1, in the order in which they begin.
        start: first frame of its scene.
        end: first frame of the next scene; None while no cut has come.
        frames: where it was seen, rising.
        boxes: where in these frames.
    """

    number: int
    start: int
    end: int | None = None
    frames: list[int] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def add(self, frame: int, box: Box) -> None:
        """Note that it is seen in a frame later than all before."""
        self.frames.append(frame)
        self.boxes.append(box)

    def speed(self, *, first: bool = False) -> tuple[float, float]:
        """Return how its middle moves, pixels a frame, at its last (or first) sights."""
        some = slice(None, _RECENT) if first else slice(-_RECENT, None)
        (a, *_, b), (s, *_, e) = (2 * self.frames[some], 2 * self.boxes[some])
        if a == b:
            return 0.0, 0.0
        (x, y), (u, v) = middle(s), middle(e)
        return (u - x) / (b - a), (v - y) / (b - a)

    def expected(self, frame: int, patience: int) -> Box:
        """Return where it will be if it moves on as it did, but for no longer than it is used."""
        x, y, w, h = self.boxes[-1]
        (u, v), ahead = self.speed(), min(frame - self.frames[-1], patience / 2)
        return x + u * ahead, y + v * ahead, w, h

    def gaps(self, looked: Sequence[int]) -> list[tuple[int, int]]:
        """Return first and last frame of each gap: looked at between two sights, and not seen.

        Args:
            looked: all frames that were looked at, rising.
        """
        found = []
        for before, after in zip(self.frames, self.frames[1:], strict=False):
            low, high = bisect_right(looked, before), bisect_right(looked, after - 1)
            if high > low:
                found.append((looked[low], looked[high - 1]))
        return found


class Tracker:
    """Tell which boxes of successive frames show one face.

    Boxes are widened and matched by their overlap with where each face should be by now, the
    pairs that overlap most in total: Fan Yang, Shigeyuki Odashima, Shoichi Masui, Shan Jiang:
    Hard to Track Objects with Irregular Motions and Similar Appearances? Make It Easier by
    Buffering the Matching Space. WACV 2023. A mistake hides a face behind the picture of
    another one, and never shows one.

    Args:
        patience: frames after which a face that is seen no more is given up.
    """

    def __init__(self, patience: int) -> None:
        self.tracks: list[Track] = []
        self.active: list[Track] = []
        self._patience = patience
        self._start = 0

    def cut(self, frame: int) -> None:
        """Begin a new scene with this frame: no track goes on."""
        for track in self.active:
            track.end = frame
        self.active, self._start = [], frame

    def look(self, frame: int, boxes: Sequence[Box]) -> list[Track]:
        """Return the track of each box that is seen in a frame, new or known."""
        from scipy.optimize import linear_sum_assignment  # takes a while to import

        self.active = [t for t in self.active if frame - t.frames[-1] <= self._patience]
        here = [track.expected(frame, self._patience) for track in self.active]
        overlap = overlaps(here, boxes, _BUFFER)
        pairs = zip(*linear_sum_assignment(-overlap), strict=True)
        known = {int(b): self.active[int(a)] for a, b in pairs if overlap[a, b] > 0}
        found = [known.get(place) or self._new() for place in range(len(boxes))]
        for track, box in zip(found, boxes, strict=True):
            track.add(frame, box)
        return found

    def _new(self) -> Track:
        track = Track(len(self.tracks) + 1, self._start)
        self.tracks.append(track)
        self.active.append(track)
        return track


def middle(box: Box) -> tuple[float, float]:
    """Return the middle of a box."""
    x, y, w, h = box
    return x + w / 2, y + h / 2


def overlaps(a: Sequence[Box], b: Sequence[Box], buffer: float = 0.0) -> NDArray[np.float64]:
    """Return intersection over union of each pair of widened boxes, `(len(a), len(b))`.

    Args:
        a: boxes.
        b: boxes.
        buffer: widening on each side, share of the side.
    """
    one, other = (np.asarray(boxes, np.float64).reshape(-1, 4) for boxes in (a, b))
    ends = []
    for boxes in (one, other):
        corner, size = boxes[:, :2], boxes[:, 2:]
        ends.append((corner - buffer * size, corner + (1 + buffer) * size))
    (low, high), (under, over) = ends
    shared = np.minimum(high[:, None], over) - np.maximum(low[:, None], under)
    both = shared.clip(0).prod(-1)
    areas = (high - low).prod(-1)[:, None] + (over - under).prod(-1)
    return np.asarray(both / np.maximum(areas - both, 1e-9))
