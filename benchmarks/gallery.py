"""Draw one photo under every defense: `python -m unmask.benchmarks.gallery OUT.png [PHOTO]`."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.atomic import replacing
from unmask.defenses.files.pictures import read_picture
from unmask.threads import pin_threads

COLUMNS, SIDE = 5, 2.4  # pictures in a row; inches
ALSO = ("face_swap", "cloak")  # worth seeing, though not in the default table
NOTE = "face_swap and cloak\nare run where they\nare named.\n\nThe people in k_same\ndo not exist."
NOBODIES = 12  # made-up people, for a defense that needs others


def draw(photo: Photo, path: Path) -> None:
    """Write a sheet of `photo` under every defense, the untouched photo first.

    Args:
        photo: any photo with a face.
        path: PNG to write.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from PIL import Image

    names = _shown()
    lines = -(-len(names) // COLUMNS)
    height, width = photo.pixels.shape[:2]
    size = (SIDE * COLUMNS, lines * (SIDE * height / width + 0.62) + 0.3)
    figure = Figure(figsize=size, dpi=90, layout=ConstrainedLayoutEngine(rect=(0, 0, 1, 0.965)))
    grid = figure.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, name in zip(grid, names, strict=False):
        defense = DEFENSES.build(name)
        if defense.needs_background:
            defense = defense.fit(nobodies())
        axes.imshow(defense(photo).photo.pixels)
        axes.set_title(name, fontsize=18, pad=26)
        axes.annotate(
            _told(defense.spec), (0.5, 1.03), xycoords="axes fraction", ha="center", fontsize=13.5,
        )  # fmt: skip
    if len(names) < len(grid):
        note = grid[-1].text(0.5, 0.5, NOTE, ha="center", va="center", fontsize=12)
        note.set_in_layout(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    with replacing(path) as temporary:
        Image.open(stream).convert("RGB").save(temporary, "PNG", optimize=True)


def _shown() -> list[str]:
    """Return the names on the sheet: those of the default table, then others."""
    usual = [name for name in DEFENSES.available() if not DEFENSES.load(name).diagnostic]
    return [*sorted(usual, key=lambda name: (name != "none", name)), *ALSO]


def _told(spec: str) -> str:
    """Return the first parameter, or two that are short."""
    parts = spec.partition(":")[2].split(",")
    return ", ".join(parts[: 1 + (len(",".join(parts[:2])) <= 21)])


@cache
def astronaut_photo() -> Photo:
    """Return Eileen Collins (NASA, public domain, from scikit-image), 256 pixels wide."""
    from skimage.data import astronaut

    pixels = np.ascontiguousarray(astronaut()[:256, 96:352])
    return Photo(pixels, key="gallery", faces=find_faces(pixels))


@cache
def nobodies() -> tuple[Photo, ...]:
    """Return photos of people who do not exist: new faces, painted over the astronaut's.

    An average of a data set's people is a picture of a data set; this is one of nobody.
    """
    paint = DEFENSES.build("face_swap:candidates=1,steps=6")
    made = (paint(astronaut_photo(), seed=seed).photo for seed in range(NOBODIES))
    return tuple(
        replace(photo, identity=f"nobody {i}", key=str(i)) for i, photo in enumerate(made)
    )


def main(arguments: list[str]) -> None:
    """Draw the astronaut, or the photo that is named."""
    if not 1 <= len(arguments) <= 2:
        raise SystemExit("usage: python -m unmask.benchmarks.gallery OUT.png [PHOTO]")
    pin_threads()
    if len(arguments) == 2:
        pixels = read_picture(arguments[1])[0]
        photo = Photo(pixels, key="gallery", faces=find_faces(pixels))
    else:
        photo = astronaut_photo()
    draw(photo, Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
