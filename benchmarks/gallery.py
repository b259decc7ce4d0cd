"""Draw one photo under every defense: `python -m unmask.benchmarks.gallery OUT.png [PHOTO]`."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import shorten

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.atomic import replacing
from unmask.defenses.files.pictures import read_picture

COLUMNS, SIDE = 5, 2.4  # pictures in a row; inches
ALSO = ("cloak", "face_swap")  # worth seeing, though not in the default table
NOTE = "k_same is not shown: it puts an average of other people's faces there."


def draw(photo: Photo, path: Path) -> None:
    """Write a sheet of `photo` under every defense that needs nothing but the photo.

    Args:
        photo: any photo with a face.
        path: PNG to write.
    """
    from matplotlib.figure import Figure

    built = [DEFENSES.build(name) for name in _shown()]
    lines = -(-len(built) // COLUMNS)
    height, width = photo.pixels.shape[:2]
    size = (SIDE * COLUMNS, lines * (SIDE * height / width + 0.6) + 0.3)
    figure = Figure(figsize=size, dpi=100, layout="constrained")
    grid = figure.subplots(lines, COLUMNS, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, defense in zip(grid, built, strict=False):
        name, _, parameters = defense.spec.partition(":")
        axes.imshow(defense(photo).photo.pixels)
        axes.set_title(name, fontsize=13, pad=22)
        axes.annotate(
            shorten(parameters.replace(",", " "), 30, placeholder=" ..."), (0.5, 1.03),
            xycoords="axes fraction", ha="center", fontsize=10,
        )  # fmt: skip
    figure.supxlabel(NOTE, fontsize=10)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")


def _shown() -> list[str]:
    """Return the names on the sheet, the untouched photo first."""
    usual = [
        name
        for name in DEFENSES.available()
        if not (DEFENSES.load(name).diagnostic or DEFENSES.load(name).needs_background)
    ]  # an average of faces would show people of a data set
    return sorted({*usual, *ALSO}, key=lambda name: (name != "none", name))


def main(arguments: list[str]) -> None:
    """Draw scikit-image's astronaut (NASA, public domain), or the photo that is named."""
    if not 1 <= len(arguments) <= 2:
        raise SystemExit("usage: python -m unmask.benchmarks.gallery OUT.png [PHOTO]")
    if len(arguments) == 2:
        pixels = read_picture(arguments[1])[0]
    else:
        from skimage.data import astronaut

        pixels = astronaut()[:256, 96:352]
    photo = Photo(pixels, key="gallery", faces=find_faces(pixels))
    draw(photo, Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
