"""Frames of videos, so that they are looked at as photos are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels
from unmask.defenses.apply.video.read import Source, opened

SOME = 20
"""Frames of a video that are looked at, unless all are asked for."""

_APART = 0.5  # seconds by which two videos of the same length may differ
_PLAIN = frozenset(
    {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id",
     "language", "duration"}
)  # fmt: skip
"""What containers say of themselves."""


class Frame(NamedTuple):
    """The same moment of two videos.

    Args:
        number: of the frame in the source, from 0.
        before: `(H, W, 3)`, uint8, of the source.
        after: the same of the output.
    """

    number: int
    before: Pixels
    after: Pixels


class Film(NamedTuple):
    """A video and what was made of it; use `film_of`.

    Args:
        source: the file.
        output: the file.
        partners: for each chosen frame of the source, the one of the output shown at that time.
        frames: number of frames of the source.
        trouble: what is to be known of their lengths; empty if nothing.
    """

    source: Path
    output: Path
    partners: dict[int, int]
    frames: int
    trouble: str

    def shown(self) -> Iterator[Frame]:
        """Yield the chosen frames in order; both videos are read through once."""
        with opened(self.source) as one, opened(self.output) as other:
            shots = enumerate(other.shots())
            place, after = -1, None
            for number, before in enumerate(one.shots()):
                partner = self.partners.get(number)
                if partner is None:
                    continue
                while place < partner:
                    place, after = next(shots)
                if after is not None:
                    yield Frame(number, before.pixels, after.pixels)


def film_of(source: Path, output: Path, count: int = SOME) -> Film:
    """Choose frames of a video, evenly over its length, and find each in the output by its time.

    Args:
        source: a video.
        output: what was made of it.
        count: how many; 0: all.

    Raises:
        ValueError: one of them cannot be read. One line with its name.
        ImportError: PyAV is missing.
    """
    before, after = _times(source), _times(output)
    chosen = np.linspace(0, len(before) - 1, min(count or len(before), len(before)))
    numbers = np.unique(chosen.round().astype(int)).tolist()
    partners = {number: int(np.abs(after - before[number]).argmin()) for number in numbers}
    apart = abs(float(after[-1] - before[-1])) > _APART
    trouble = f"it lasts {after[-1]:.1f} s, its source {before[-1]:.1f} s" if apart else ""
    return Film(source, output, partners, len(before), trouble)


def told_by(path: Path) -> list[str]:
    """Return what a video says beside its frames and its sound."""
    with opened(path) as film:
        streams = film.container.streams
        said = {key for one in (film.container, *streams) for key in one.metadata}
        others = [one.type for one in streams if one not in (film.video, *film.audio)]
    extra = sorted(key for key in said if key.lower() not in _PLAIN)
    return [f"a tag {key}" for key in extra] + [f"a track of {kind or 'data'}" for kind in others]


def _times(path: Path) -> NDArray[np.float64]:
    """Return when each frame is shown, in seconds after the first."""
    try:
        with opened(path) as film:
            step = _seconds(film)
            times = np.array([shot.pts * step for shot in film.shots()], np.float64)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    return np.asarray(times - times[0])


def _seconds(film: Source) -> float:
    return float(film.video.time_base or 1 / film.rate)
