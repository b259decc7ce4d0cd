"""What widely used tools leave of a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..base import Defended, Defense, with_faces
from ..photo import Photo, Pixels
from ..space import Choice
from . import deface
from .data_juicer import data_juicer
from .egoblur import egoblur
from .fiftyone import fiftyone
from .imagenet import imagenet, img2dataset
from .sgblur import sgblur
from .tool import Made, Tool, unmasked

TOOLS: Mapping[str, Tool] = {
    "data-juicer": data_juicer,
    "img2dataset": img2dataset,
    "imagenet": imagenet,
    "fiftyone": fiftyone,
    "deface": deface.deface,
    "deface-mosaic": deface.mosaic,
    "deface-solid": deface.solid,
    "egoblur": egoblur,
    "sgblur": sgblur,
}
BORDER = 0.02  # face widths: where a fraction of a pixel goes, tools round otherwise than we do
REACH = {  # face widths beyond the box to which a tool changes photos, if faces are no specks
    "img2dataset": 0.35,
    "imagenet": 0.55,
    "deface": 0.5,
    "deface-mosaic": 0.5,
    "deface-solid": 0.5,
    "sgblur": 0.35,
}


@dataclass(frozen=True)
class Preset(Defense):
    """Do to faces what a widely used tool does by default, for example `preset:deface`.

    Outlines, kernels and rounding are the tool's, so `region`, `margin` and `feather` cannot be
    set; `margin` says how far beyond the box the outline reaches, for whoever needs a box. Faces
    are found as for every defense here, so that tools are compared by what they do to a face and
    not by which faces they miss. A tool's own detector may draw other boxes; those of deface are
    1.04 times as wide and 1.03 times as high as ours (medians of 45 photos).

    Formula, licence and source stand in the file of each tool, beside this one.

    Args:
        tool: `data-juicer` 1.6.1: a Gaussian of 2 pixels in the box, whatever the face.
            `img2dataset` 1.47.0: one of 0.03 of the largest face in a soft box, a tenth wider at
            each end. `imagenet` (Yang et al., ICML 2022): the same with 0.1. `fiftyone`, the
            plug-in `@swheaton/anonymize` 1.0.0: stack blur of the box, kernel at most 101 pixels.
            `deface` 1.5.0: box blur by half of an ellipse 60 % wider than the box.
            `deface-mosaic`: blocks of 20 pixels in a box 60 % wider. `deface-solid`: that box
            in black. `egoblur` 2.0.0: box blur by half the picture, in the ellipse of the box.
            `sgblur` 00c7eeb: coarse pixels of a twelfth of the box, blurred.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((5, 5, 20, 30)),))
        >>> int(Preset("deface-solid")(photo).photo.pixels[20, 15, 0])
        0
    """

    tool: str = "deface"
    region: str = field(default="box", kw_only=True)
    margin: float = field(default=0.0, init=False, kw_only=True)
    feather: float = field(default=0.0, init=False, repr=False, kw_only=True)
    regions: ClassVar = ("box",)
    diagnostic: ClassVar = True  # nine rows, for those who ask for them
    space: ClassVar = {"tool": Choice(tuple(TOOLS))}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tool not in TOOLS:
            raise ValueError(f"tool must be one of {', '.join(TOOLS)}, got '{self.tool}'")
        object.__setattr__(self, "margin", REACH.get(self.tool, BORDER))

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Defend photos; a kernel may depend on the whole photo and all of its faces."""
        return [self._one(with_faces(photo)) for photo in photos]

    def _one(self, photo: Photo) -> Defended:
        if not photo.faces:
            return Defended(photo, "no_face", unmasked(photo.pixels))
        made = self._made(photo)
        same = np.array_equal(made.pixels, photo.pixels)
        return Defended(
            photo.with_pixels(made.pixels), "unchanged" if same else "defended", made.mask
        )

    def mask(self, photo: Photo) -> NDArray[np.float32]:
        """Return `(H, W)`, 0 to 1: what the tool changes of this photo."""
        return self._made(with_faces(photo)).mask

    def mask_of(self, photo: Photo) -> NDArray[np.float32]:
        """Return what it changes for the main face alone."""
        return self.mask(replace(photo, faces=(photo.faces or ())[:1]))

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the photo with all of its faces defended; nothing is drawn."""
        return self._made(photo).pixels

    def _made(self, photo: Photo) -> Made:
        boxes = [face.box for face in photo.faces or ()]
        return TOOLS[self.tool](photo.pixels, boxes) if boxes else _untouched(photo)


def _untouched(photo: Photo) -> Made:
    return Made(photo.pixels, unmasked(photo.pixels))
