"""What may be asked of videos alone."""

from __future__ import annotations

from dataclasses import dataclass

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm"})
"""Endings, in lower case, of what counts as a video."""


@dataclass(frozen=True)
class VideoOptions:
    """How a video is searched and written.

    Args:
        audio: keep the sound. A voice tells who speaks.
        every: look for faces in each so many-th frame; others are interpolated.
        codec: encoder, for example `libx265`; empty: H.264, in WebM VP9, in AVI MPEG-4.
        crf: constant quality in the encoder's numbers, lower is better; None: a good one.

    Raises:
        ValueError: `every` is less than 1, or `crf` negative.
    """

    audio: bool = True
    every: int = 1
    codec: str = ""
    crf: int | None = None

    def __post_init__(self) -> None:
        """Check the parameters."""
        if self.every < 1:
            raise ValueError(f"every must be at least 1, got {self.every}")
        if self.crf is not None and self.crf < 0:
            raise ValueError(f"crf must be at least 0, got {self.crf}")
