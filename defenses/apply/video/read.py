"""Reading videos: upright frames with their times, and the sound beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...files.pictures import MAX_PIXELS
from ...photo import Pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

THREADS = 2  # of decoders and encoders; a fixed number, as an encoder's bytes depend on it
_SHORT = 0.5  # seconds that may be missing at the end before a file counts as truncated


class Shot(NamedTuple):
    """A frame.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB, upright.
        pts: when it is shown, in units of the video's time base.
    """

    pixels: Pixels
    pts: int


class Tone(NamedTuple):
    """How numbers stand for colours, as codecs number it; 2: not said."""

    colorspace: int = 2
    color_range: int = 0


class Source:
    """An open video; use `opened`.

    Args:
        container: as PyAV opened it.
    """

    def __init__(self, container: InputContainer) -> None:
        self.container = container
        pictures = [
            s for s in container.streams.video
            if not s.disposition & type(s.disposition).attached_pic  # a cover is no video
        ]  # fmt: skip
        if not pictures:
            raise ValueError("it holds no video")
        self.video: VideoStream = pictures[0]
        self.audio = list(container.streams.audio)
        self.rate = float(self.video.average_rate or self.video.guessed_rate or 25)
        self.tone = Tone()  # of the frame that came last
        self.video.codec_context.thread_count = THREADS

    @property
    def expected(self) -> int:
        """Number of frames as far as it can be known beforehand; 0 if it cannot."""
        seconds = (self.container.duration or 0) / 1_000_000
        return self.video.frames or round(seconds * self.rate)

    def shots(self) -> Iterator[Shot]:
        """Yield all frames; see `parts`."""
        for part in self.parts():
            if isinstance(part, Shot):
                yield part

    def parts(self) -> Iterator[Shot | Any]:
        """Yield all frames and the packets of sound, as they lie in the file.

        Raises:
            ValueError: damaged, or shorter than it says.
        """
        seen, end, last = 0, 0.0, None
        for packet in self.container.demux([self.video, *self.audio]):
            if packet.pts is not None and packet.time_base is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if packet.stream.type == "audio":
                if packet.dts is not None:
                    yield packet
                continue
            frames: Any = packet.decode()
            for frame in frames:
                if frame.is_corrupt:
                    raise ValueError(f"it is damaged {end:.1f} s after its start")
                self.tone = Tone(*(int(getattr(frame, name)) for name in Tone._fields))
                pts = self._pts(frame, seen, last)
                yield Shot(_upright(frame), pts)
                seen, last = seen + 1, pts
        start = (self.container.start_time or 0) / 1_000_000
        missing = (self.container.duration or 0) / 1_000_000 - (end - start)
        if not seen or missing > _SHORT:
            told = (self.container.duration or 0) / 1_000_000
            raise ValueError(f"it ends after {end - start:.1f} of {told:.1f} s: cut off?")

    def _pts(self, frame: VideoFrame, place: int, last: int | None) -> int:
        base = self.video.time_base
        step = max(1, round(1 / (self.rate * float(base)))) if base else 1
        if frame.pts is None:  # some AVI files have no times
            return place * step if last is None else last + step
        return frame.pts if last is None or frame.pts > last else last + 1


@contextmanager
def opened(path: Path, *, max_pixels: int = MAX_PIXELS) -> Iterator[Source]:
    """Open a video.

    Args:
        path: the file.
        max_pixels: a video with more in a frame is not decoded.

    Raises:
        ValueError: too large, missing, damaged, or no video. One line without the path.
        ImportError: PyAV is missing.
    """
    av = pyav()
    try:
        with av.open(str(path)) as container:
            source = Source(container)
            width, height = source.video.width, source.video.height
            if width * height > max_pixels:
                raise ValueError(
                    f"its frames have {width} x {height} pixels, more than {max_pixels}; allow "
                    "them by --max-pixels (max_pixels=)"
                )
            yield source
    except av.error.InvalidDataError as error:
        raise ValueError("it is no video that can be read, or damaged") from error
    except av.error.FFmpegError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}") from error


def pyav() -> Any:
    """Return the module `av`.

    Raises:
        ImportError: it is missing.
    """
    try:
        import av
        import av.error
    except ImportError as error:
        raise ImportError("videos need PyAV; pip install 'unmask[video]' (or av)") from error
    return av


def _upright(frame: VideoFrame) -> Pixels:
    """Return a frame as it is to be shown: turned and mirrored as its display matrix says."""
    pixels = frame.to_ndarray(format="rgb24")
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is not None:
        a, b, _, c, d, *_ = np.frombuffer(bytes(matrix), "=i4").tolist()
        if abs(b) > abs(a):  # a quarter turn
            pixels = pixels.transpose(1, 0, 2)
            a, d = c, b
        pixels = pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
    return np.ascontiguousarray(pixels)
