"""Draw one photo under every defense: `python -m unmask.benchmarks.gallery OUT.png [PHOTO]`."""

from __future__ import annotations

import sys
from pathlib import Path

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.atomic import replacing
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files import read_picture


def draw(photo: Photo, path: Path, *, columns: int = 6, strengths: tuple[float, ...] = ()) -> None:
    """Write a sheet of `photo` under every defense that needs nothing but the photo.

    Args:
        photo: any photo with a face.
        path: PNG to write.
        columns: pictures in a row (without strengths).
        strengths: shares from weak (0) to strong (1); each defense then gets a row of its own.
    """
    from matplotlib.figure import Figure

    shown = []
    for name in DEFENSES.available():
        if DEFENSES.load(name).diagnostic or DEFENSES.load(name).needs_background:
            continue  # a surrogate face would show people of a data set
        defense = DEFENSES.build(name)
        ladder = [defense.at(share) for share in strengths] or [defense]
        shown += [(d.spec, d(photo).photo.pixels) for d in ladder]
    columns = len(strengths) or columns
    lines = -(-len(shown) // columns)
    height, width = photo.pixels.shape[:2]
    figure = Figure(figsize=(2.4 * columns, lines * (2.4 * height / width + 0.5)), dpi=100)
    for number, (spec, pixels) in enumerate(shown, 1):
        axes = figure.add_subplot(lines, columns, number)
        axes.imshow(pixels, interpolation="nearest")
        axes.set_title(spec.replace(":", "\n", 1), fontsize=7)
        axes.set_axis_off()
    figure.tight_layout(pad=0.4, h_pad=1.2)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")


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
