"""Three of the user's photos before and after, on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from unmask.defenses import DEFENSES
from unmask.defenses.apply import anonymize
from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.defenses.photo import Pixels

_CELL, _GAP, _HEAD, _FOOT = 360, 12, 54, 34
_INK, _PAPER = (30, 30, 30), (255, 255, 255)
WARNING = "Clean faces on the left: keep this sheet as you keep the photos."


def check_sheet(path: Path) -> None:
    """Refuse a file that is there, or that is no PNG.

    Raises:
        ValueError: it is.
    """
    if path.suffix.lower() != ".png":
        raise ValueError(f"--sheet must end with .png, got {path}")
    if path.exists():
        raise ValueError(f"{path} is there already; name another file for --sheet")


def write_sheet(
    path: Path, root: Path, files: Sequence[Path], spec: str, *, note: str = ""
) -> None:
    """Write a PNG with a row for each photo: as it is, and as the defense leaves it.

    Args:
        path: a new file.
        root: the folder of the photos.
        files: paths below it; their names are not on the sheet.
        spec: the defense.
        note: what must be known of it.

    Raises:
        ValueError: `path` is there, or the defense needs photos of unrelated people.
    """
    check_sheet(path)
    before = [read_picture(root / file)[0] for file in files]
    names = [file.as_posix() for file in files]
    # with a public seed: who has this sheet has the clean faces anyway
    after, _ = anonymize(before, DEFENSES.build(spec), seed=0, on_miss="copy", names=names)
    rows = [(clean, clean if made is None else made)
            for clean, made in zip(before, after, strict=True)]  # fmt: skip
    write_picture(path, drawn(rows, spec, note))


def drawn(rows: Sequence[tuple[Pixels, Pixels]], spec: str, note: str = "") -> Pixels:
    """Return the sheet, `(H, W, 3)`, uint8."""
    tiles = [(_fitted(clean), _fitted(made)) for clean, made in rows]
    tall = [max(a.height, b.height) for a, b in tiles]
    wide = 2 * _CELL + 3 * _GAP
    sheet = Image.new("RGB", (wide, _HEAD + sum(tall) + _GAP * len(tall) + _FOOT), _PAPER)
    pen = ImageDraw.Draw(sheet)
    right = _CELL + 2 * _GAP
    pen.text((_GAP, 6), "before", _INK, _font(18))
    pen.text((right, 6), "after" if not note else f"after: {note}", _INK, _font(18))
    pen.text((right, 30), *_fitting(spec, pen))
    top = _HEAD
    for (clean, made), height in zip(tiles, tall, strict=True):
        for left, tile in ((_GAP, clean), (right, made)):
            sheet.paste(tile, (left + (_CELL - tile.width) // 2, top))
        top += height + _GAP
    pen.text((_GAP, top), WARNING, _INK, _font(15))
    return np.asarray(sheet)


def _fitting(text: str, pen: ImageDraw.ImageDraw) -> tuple[str, tuple[int, int, int], _Font]:
    """Return a text in the largest type in which it fits over a photo."""
    sizes = [size for size in range(15, 9, -1) if pen.textlength(text, _font(size)) <= _CELL]
    return text, _INK, _font(sizes[0] if sizes else 9)


_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


def _fitted(pixels: Pixels) -> Image.Image:
    """Return the photo as wide as a cell, or as tall as one if it stands upright."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    scale = min(_CELL / picture.width, _CELL / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    way = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS
    return picture.resize(size, way)
