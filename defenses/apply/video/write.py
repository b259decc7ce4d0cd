"""Writing videos that say nothing but their pictures and, if wanted, their sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...photo import Pixels
from .read import THREADS, Shot, Source, Tone, pyav

CODECS = {".webm": "libvpx-vp9", ".avi": "mpeg4"}  # by ending; all others:
_USUAL = "libx264"
SOUNDS = {".webm": "libopus", ".avi": "libmp3lame"}  # where sound is encoded anew; others: AAC


class _Encoder(NamedTuple):
    """How an encoder is set.

    Args:
        crf: constant quality, in its own numbers: hard to tell from the source;
            None: it has no such thing.
        options: what makes it quick enough.
    """

    crf: int | None
    options: Mapping[str, str]


_ENCODERS = {
    "libx264": _Encoder(20, {"preset": "veryfast"}),
    "libx265": _Encoder(22, {"preset": "veryfast", "x265-params": "log-level=error"}),
    "libvpx-vp9": _Encoder(28, {"deadline": "good", "cpu-used": "5", "row-mt": "1", "b": "0"}),
    "libsvtav1": _Encoder(28, {"preset": "9"}),
    "libaom-av1": _Encoder(28, {"cpu-used": "7"}),
    "mpeg4": _Encoder(None, {"flags": "+qscale", "global_quality": "354"}),  # quantizer 3
}
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}  # swscale's number for that of codecs
# sound whose packets hold sound alone; Vorbis, for one, brings its titles along
_BARE = ("aac", "ac3", "alac", "eac3", "flac", "mp3", "opus")


class Sink:
    """A video that is being written. Nothing of the source gets into it but what is given here.

    No title, place, device, date, chapter, subtitle, cover or track of data; pictures are
    encoded anew, sound is copied where its codec and the container allow it and encoded anew
    where not. Last rows and columns of an odd size are dropped: most codecs need even ones.

    Args:
        path: the file; its ending gives the container.
        source: where frames and sound come from.
        audio: whether there is to be sound.
        codec: encoder of the pictures; empty: H.264, in WebM VP9, in AVI MPEG-4.
        crf: constant quality, lower is better; None: a good one.

    Raises:
        ValueError: no such encoder, it has no `crf`, or the container cannot hold it.
    """

    def __init__(
        self, path: Path, source: Source, *, audio: bool, codec: str = "", crf: int | None = None
    ) -> None:
        self._av = pyav()
        self._codec = codec or CODECS.get(path.suffix.lower(), _USUAL)
        known = _ENCODERS.get(self._codec, _Encoder(None, {}))
        if crf is not None and known.crf is None:
            some = ", ".join(name for name, one in _ENCODERS.items() if one.crf)
            raise ValueError(f"crf is for {some}, got the codec {self._codec}")
        self._options = dict(known.options)
        if known.crf is not None:
            self._options["crf"] = str(known.crf if crf is None else crf)
        # bitexact: neither versions nor random numbers, so that the same frames are the same file
        options = {"fflags": "+bitexact"}
        if path.suffix.lower() in (".mp4", ".m4v", ".mov"):
            options["movflags"] = "+faststart"
        self._file = self._av.open(str(path), "w", options=options)
        self._suffix, self._source = path.suffix.lower(), source
        self._video: Any = None
        self._tone = Tone()
        self._early: list[Any] = []  # sound from before the first frame
        self._sound = {s.index: self._sound_of(s) for s in source.audio} if audio else {}

    def shot(self, shot: Shot) -> None:
        """Write a frame.

        Raises:
            ValueError: its size is not that of the first.
        """
        pixels = shot.pixels[: shot.pixels.shape[0] & ~1, : shot.pixels.shape[1] & ~1]
        if self._video is None:
            self._video = self._begun(pixels)
            for packet in self._early:
                self.packet(packet)
            self._early = []
        stream, size = self._video, (self._video.height, self._video.width)
        if pixels.shape[:2] != size:
            raise ValueError(f"its frames change their size, from {size} to {pixels.shape[:2]}")
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame.pts, frame.time_base = shot.pts, self._source.video.time_base
        self._file.mux(stream.encode(self._toned(frame)))

    def packet(self, packet: Any) -> None:
        """Write a packet of sound, if there is to be any."""
        if packet.stream.index not in self._sound:
            return
        if self._video is None:  # a file must know all its streams before it takes anything
            self._early.append(packet)
            return
        stream, copied = self._sound[packet.stream.index]
        if copied:
            packet.stream = stream
            self._file.mux(packet)
            return
        for frame in packet.decode():
            self._file.mux(stream.encode(frame))

    def end(self) -> None:
        """Write what encoders have held back."""
        if self._video is not None:
            self._file.mux(self._video.encode(None))
        for stream, copied in self._sound.values():
            if not copied:
                self._file.mux(stream.encode(None))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _begun(self, pixels: Pixels) -> Any:
        source = self._source.video
        try:
            stream = self._file.add_stream(
                self._codec, rate=source.average_rate or 25, options=self._options
            )
        except (ValueError, self._av.error.FFmpegError) as error:
            raise ValueError(f"{self._suffix} with the codec {self._codec}: {error}") from error
        stream.height, stream.width = pixels.shape[:2]
        context, old = stream.codec_context, source.codec_context
        formats = [f.name for f in context.codec.video_formats or ()]
        stream.pix_fmt = "yuv420p" if "yuv420p" in formats or not formats else formats[0]
        context.time_base, context.thread_count = source.time_base, THREADS
        if self._suffix == ".avi":  # has no times of its own for frames out of order
            context.max_b_frames = 0
        if old.sample_aspect_ratio:
            turned = pixels.shape[:2] != (old.height & ~1, old.width & ~1)
            ratio = old.sample_aspect_ratio
            context.sample_aspect_ratio = 1 / ratio if turned else ratio
        tone = self._source.tone
        if tone.colorspace not in _MATRICES:  # RGB, or not said: then players guess as they did
            tone = tone._replace(colorspace=2)
        context.colorspace, context.color_range = tone
        context.color_primaries, context.color_trc = old.color_primaries, old.color_trc
        self._tone = tone
        return stream

    def _toned(self, frame: Any) -> Any:
        """Return a frame in the numbers of the source: the matrix and range it was read by."""
        made = frame.reformat(
            format=self._video.pix_fmt,
            dst_colorspace=_MATRICES.get(self._tone.colorspace),
            dst_color_range=self._tone.color_range or None,
        )
        made.colorspace, made.color_range = self._tone
        return made

    def _sound_of(self, source: Any) -> tuple[Any, bool]:
        """Return the stream for a stream of sound, and whether its packets are copied."""
        name = source.codec_context.name.removesuffix("float")  # two decoders of one codec
        plain = name.startswith("pcm_") or name in _BARE
        if plain and name in self._file.supported_codecs:
            stream = self._file.add_stream_from_template(source)
            stream.metadata.clear()
            return stream, True
        codec = SOUNDS.get(self._suffix, "aac")
        rate = 48000 if codec == "libopus" else source.codec_context.sample_rate
        stream = self._file.add_stream(codec, rate=rate)
        stream.codec_context.layout = source.codec_context.layout
        return stream, False
