"""Where a face must be covered in each frame: smoothed, and carried over gaps and ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .track import Box, Track, middle

_GROWTH = 0.5  # of the side, for each second between a frame and the nearest sight,
_GROWTH_MOST = 0.3  # at most
_COAST = 0.2  # seconds over which a face that is seen no more comes to rest


class Pace(NamedTuple):
    """Spans of time in frames.

    Args:
        rate: frames a second.
        window: frames before and after over which places and sizes are averaged.
        lead: frames that are covered before the first and after the last sight.
        patience: the longest gap that is covered.
    """

    rate: float
    window: int
    lead: int
    patience: int

    @classmethod
    def of(cls, rate: float, every: int = 1) -> Pace:
        """Return the spans for frames of which each `every`-th is looked at.

        Smoothed over 0.1 s each way; covered 0.4 s before and after; gaps up to 1 s.
        """
        spans = (round(0.1 * rate), max(round(0.4 * rate), 2 * every), max(round(rate), 3 * every))
        return cls(rate, *(max(1, span) for span in spans))


def box_at(track: Track, frame: int, pace: Pace) -> Box | None:
    """Return the box of a face in a frame; None where it is not to be covered.

    Between two sights it lies between their boxes, before and after them all where the face
    may have come from and gone to, and grows with the time to the nearest sight. The middle
    and the sides are means over some frames, so that the box does not tremble; and then the
    box is widened until it holds what was seen in this very frame: smoothing uncovers nothing.

    Args:
        track: a face that was seen at least once.
        frame: number of the frame.
        pace: spans in frames.
    """
    first, last = track.frames[0] - pace.lead, track.frames[-1] + pace.lead
    # a little over cuts, too: a flash looks like one
    early, late = track.start - pace.window, (track.end or frame) + pace.window
    inside = early <= frame and (track.end is None or frame < late)
    if not (inside and first <= frame <= last):
        return None
    path = _path(track, np.arange(frame - pace.window, frame + pace.window + 1), pace)
    weights = 1 + pace.window - np.abs(np.arange(-pace.window, pace.window + 1))
    x, y, w, h = np.average(path, 0, weights)
    u, v, wide, high = path[pace.window]
    w, h = max(w, wide + 2 * abs(u - x)), max(h, high + 2 * abs(v - y))
    return float(x - w / 2), float(y - h / 2), float(w), float(h)


def _path(track: Track, frames: NDArray[np.int64], pace: Pace) -> NDArray[np.float64]:
    """Return middle, width and height in each of some frames, `(N, 4)`."""
    low, high = np.searchsorted(track.frames, [frames[0], frames[-1] + 1])
    near = slice(max(0, int(low) - 2), int(high) + 2)
    seen = np.array(track.frames[near], np.float64)
    known = np.array([(*middle(box), *box[2:]) for box in track.boxes[near]])
    path = np.stack([np.interp(frames, seen, values) for values in known.T], 1)
    before, after = (track.frames[0] - frames).clip(0), (frames - track.frames[-1]).clip(0)
    path[:, :2] += np.outer(_coasted(after, pace), track.speed())
    path[:, :2] -= np.outer(_coasted(before, pace), track.speed(first=True))
    away = np.abs(frames[:, None] - seen).min(1)
    path[:, 2:] *= 1 + np.minimum(_GROWTH * away / pace.rate, _GROWTH_MOST)[:, None]
    return path


def _coasted(frames: NDArray[np.int64], pace: Pace) -> NDArray[np.float64]:
    """Return for how many frames of full speed a face goes on that comes to rest."""
    span = _COAST * pace.rate
    return np.asarray(span * -np.expm1(-frames / span))
