"""What each attacker has in hand and makes of it, shown on one face.

Each function returns tiles (words, pixels) and a caption. They run the attackers' own code where
that can be done with one person; the figures come from many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from unmask.defenses import DEFENSES, Defense, Photo, Pixels
from unmask.evaluate import prepare
from unmask.evaluate.attackers.cleaning import MIDDLE, blurred
from unmask.evaluate.attackers.copies import varied_copies
from unmask.evaluate.attackers.grids import aligned_grid
from unmask.evaluate.attackers.restoration.checking import Checking
from unmask.evaluate.attackers.restoration.wiener import Wiener

Tiles = list[tuple[str, Pixels]]
BLUR, BLOCKS = "gaussian_blur:sigma=0.13", "pixelate:blocks=8"


def _known(photo: Photo) -> Photo:
    """Return what stands for another photo of her: the same, mirrored and shifted."""
    return varied_copies([photo], draws=2)[1][0]


def _naive(photo: Photo) -> tuple[Tiles, str]:
    tiles = [("known", _known(photo).pixels), ("to be named", _under(BLOCKS, photo).pixels)]
    return tiles, "It compares the defended photo with clean ones."


def _matched(photo: Photo) -> tuple[Tiles, str]:
    known = _known(photo)
    tiles = [
        ("known", known.pixels),
        ("known, defended by the attacker", _under(BLOCKS, known).pixels),
        ("to be named", _under(BLOCKS, photo).pixels),
    ]
    return tiles, "It defends its own photos first: like is compared with like."


def _pixels(photo: Photo) -> tuple[Tiles, str]:
    pair = (_under(BLOCKS, _known(photo)), _under(BLOCKS, photo))
    tiles = [
        (words, np.repeat(np.uint8(255 * aligned_grid([one]).reshape(32, 32, 1)), 3, 2))
        for words, one in zip(
            ("known, 32 x 32 values", "to be named, likewise"), pair, strict=True
        )
    ]
    tiles = [(words, np.kron(p, np.ones((8, 8, 1), np.uint8))) for words, p in tiles]
    return tiles, "No face model: the values of small aligned pictures, among other ways."


def _look(photo: Photo) -> tuple[Tiles, str]:
    masked = _under("mask", photo)
    grey = cv2.cvtColor(masked.pixels, cv2.COLOR_RGB2GRAY)
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    drawn = np.repeat(np.uint8(255 - edges.clip(0, 255))[..., None], 3, 2)
    tiles = [("to be named", masked.pixels), ("its edges", drawn)]
    return tiles, "Hair, clothes and background name people whatever becomes of the face."


def _sought(photo: Photo) -> tuple[Tiles, str]:
    turned = _under("turn", photo).pixels
    tiles = [("to be named", turned)]
    tiles += [
        (f"turned by {90 * k}°", np.ascontiguousarray(np.rot90(turned, k))) for k in (1, 2, 3)
    ]
    return tiles, "It looks for a face in every turn of the photo, and in its negative."


def _purified(photo: Photo) -> tuple[Tiles, str]:
    cloaked = _under("cloak:epsilon=16", photo)
    tiles = [("to be named", cloaked.pixels), ("cleaned by a blur", blurred(cloaked, MIDDLE))]
    return tiles, "What misleads a face model is often finer than the face."


def _probed(photo: Photo) -> tuple[Tiles, str]:
    """Write places into values, have them defended, and read where each pixel came from."""
    defense = DEFENSES.build("permute")
    height, width = photo.pixels.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    chosen = np.stack([rows, columns, np.zeros_like(rows)], 2).astype(np.uint8)
    read = defense(photo.with_pixels(chosen)).photo.pixels
    stirred = defense(photo).photo.pixels
    undone = np.zeros_like(stirred)
    undone[read[..., 0], read[..., 1]] = stirred
    tiles = [("to be named", stirred), ("a chosen picture", chosen), ("the same, defended", read),
             ("undone", undone)]  # fmt: skip
    return tiles, "It chooses what the defense is given, and reads off what becomes of it."


def _retrained(photo: Photo) -> tuple[Tiles, str]:
    copies = [_under(BLUR, copies[0]) for copies in varied_copies([photo], draws=4)]
    tiles = [(f"copy {i + 1}", copy.pixels) for i, copy in enumerate(copies)]
    return tiles, "It makes many defended copies of known photos and trains classifiers on them."


def _restored(photo: Photo) -> tuple[Tiles, str]:
    defense = DEFENSES.build("gaussian_blur:sigma=0.06,region=image")
    strangers = [scene for scene in prepare("orl:people=12,photos=4").background]

    def again(photos: Sequence[Photo]) -> Sequence[Photo]:
        return [_made(defense, one) for one in photos]

    restorer = Checking(Wiener(lambda photos: [None] * len(photos)), again)
    restorer = restorer.fit(strangers, again(strangers))
    blurred_photo = _made(defense, photo)
    tiles = [("clean", photo.pixels), ("to be named", blurred_photo.pixels),
             ("restored", restorer.restore([blurred_photo])[0].pixels)]  # fmt: skip
    return tiles, "It learns from other people how to undo the defense. Here: from 12 of ORL."


def _linkage(photo: Photo) -> tuple[Tiles, str]:
    pair = (photo, _known(photo))
    return [
        (f"defended photo {i + 1}", _under(BLUR, one).pixels) for i, one in enumerate(pair)
    ], "It has no names: do the two show one person?"


def _named(photo: Photo) -> tuple[Tiles, str]:
    return [("Who is this?", _under("eye_bar", photo).pixels)], "It asks a model that was trained."


def _under(spec: str, photo: Photo) -> Photo:
    return _made(DEFENSES.build(spec), photo)


def _made(defense: Defense, photo: Photo) -> Photo:
    return photo.with_pixels(defense(photo).photo.pixels)


DRAWN: dict[str, Callable[[Photo], tuple[Tiles, str]]] = {
    "linkage": _linkage,
    "look": _look,
    "matched": _matched,
    "named": _named,
    "naive": _naive,
    "pixels": _pixels,
    "probed": _probed,
    "purified": _purified,
    "restored": _restored,
    "retrained": _retrained,
    "sought": _sought,
}
