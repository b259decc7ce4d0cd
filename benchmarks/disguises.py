"""Ways to change a photo that look private and keep who is on it.

Each is a function of a cut-out and a generator; `Disguise` makes a defense of one. What is `fixed`
does the same to every photo of one size. The last ones hide something from some photos only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Defense, Photo
from unmask.defenses.photo import Pixels

GREY = 128
BLOCK = 8  # pixels
TILE = 24  # pixels
Change = Callable[[Photo, np.random.Generator], Pixels]


def noise(shape: Sequence[int], rng: np.random.Generator) -> Pixels:
    """Return random greys."""
    return rng.integers(0, 256, (*shape[:2], 1), np.uint8).repeat(3, 2)


def cornered(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Put the face, half as large, into a corner of noise."""
    height, width = photo.pixels.shape[:2]
    x, y, w, h = photo.face.box if photo.face else (width / 4, height / 4, width / 2, height / 2)
    more = 0.4 * w
    top, left = max(0, round(y - more)), max(0, round(x - more))
    patch = photo.pixels[top : round(y + h + more), left : round(x + w + more)]
    scale = min(0.6, 0.5 * height / patch.shape[0], 0.5 * width / patch.shape[1])
    size = [max(1, round(scale * side)) for side in reversed(patch.shape[:2])]
    small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
    made = noise(photo.pixels.shape, rng)
    rows = slice(0, size[1]) if rng.random() < 0.5 else slice(height - size[1], height)
    columns = slice(0, size[0]) if rng.random() < 0.5 else slice(width - size[0], width)
    made[rows, columns] = small
    return made


def tilted(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Turn the photo by any angle about the face."""
    return _warped(photo, float(rng.uniform(60, 300)), 1.0)


def zoomed(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Show the face half as large again, in the middle."""
    return _warped(photo, 0.0, 1.5)


def zoomed_out(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Show the photo half as large, mirrored at its borders all around."""
    return _warped(photo, 0.0, 0.5)


def squeezed(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Make the photo half as wide, between noise."""
    height, width = photo.pixels.shape[:2]
    half = max(1, width // 2)
    made, left = noise(photo.pixels.shape, rng), int(rng.integers(0, width - half + 1))
    made[:, left : left + half] = cv2.resize(
        photo.pixels, (half, height), interpolation=cv2.INTER_AREA
    )
    return made


def wrapped(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Shift the photo; what leaves on one side comes back on the other."""
    steps = [int(rng.integers(side // 4, 3 * side // 4 + 1)) for side in photo.pixels.shape[:2]]
    return np.roll(photo.pixels, steps, (0, 1))


def halved(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Exchange left and right half, and turn the upper part of the photo upside down."""
    height, width = photo.pixels.shape[:2]
    made = np.hstack([photo.pixels[:, width // 2 :], photo.pixels[:, : width // 2]])
    made[: height // 2] = made[: height // 2][::-1].copy()
    return made


def checkered(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Make every other pixel negative."""
    odd = np.indices(photo.pixels.shape[:2]).sum(0) % 2 == 1
    return np.asarray(np.where(odd[..., None], 255 - photo.pixels, photo.pixels), np.uint8)


def padded(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Flip bits by a random picture that is the same for all photos: a pad used twice."""
    pad = noise(photo.pixels.shape, _key(photo))
    return np.bitwise_xor(photo.pixels, pad).astype(np.uint8)


def shuffled_channels(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Shuffle the pixels of each channel in an order of its own."""
    key, flat = _key(photo), photo.pixels.reshape(-1, 3)
    made = np.stack([flat[key.permutation(len(flat)), c] for c in range(3)], 1)
    return made.reshape(photo.pixels.shape)


def ghost(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Leave a sixteenth of the contrast."""
    return _levels(GREY + (photo.pixels - float(GREY)) / 16)


def veiled(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Leave an eighth of the contrast on a strong texture that is the same for all photos."""
    shape = photo.pixels.shape
    texture = cv2.resize(noise((14, 12), _key(photo)), (shape[1], shape[0])).astype(np.float32)
    return _levels(24 + 0.75 * texture + (photo.pixels - float(GREY)) / 8)


def interlaced(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Fill three of four rows with noise."""
    made = noise(photo.pixels.shape, rng)
    made[::4] = photo.pixels[::4]
    return made


def in_colour(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Give every pixel the same brightness, and write the photo's into the colour."""
    light = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) - GREY
    red, blue = 0.5 * light, -0.5 * light * 0.299 / 0.114  # weights of brightness cancel
    return _levels(GREY + np.stack([0.6 * red, np.zeros_like(red), 0.6 * blue], 2))


def low_bits(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Hide the photo in the four lower bits of noise."""
    high = rng.integers(0, 16, photo.pixels.shape, np.uint8)
    return np.asarray((high << 4) | (photo.pixels >> 4), np.uint8)


def signs(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Change the signs of half the cosines of each block, the same ones in all photos."""
    flips = _key(photo).choice([-1.0, 1.0], (BLOCK, BLOCK))
    flips[0, 0] = 1

    def flipped(block: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.idct(cv2.dct(block) * flips.astype(np.float32)), np.float32)

    return _in_blocks(photo.pixels, flipped)


def keyed(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Shuffle blocks in an order drawn from the sum of all values, which every order keeps."""
    blocks = _blocks(photo.pixels, BLOCK)
    return _shuffled(photo.pixels, BLOCK, np.random.default_rng(int(blocks.sum(dtype=np.int64))))


def jigsaw(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Shuffle large square pieces in another order for each photo."""
    return _shuffled(photo.pixels, TILE, rng)


def one_in_ten(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Publish one in ten photos as it is, and grey for the others."""
    return photo.pixels if _lot(photo, 10) == 0 else np.full_like(photo.pixels, GREY)


def breaks(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Break on four in five photos, which then are published as they are."""
    if _lot(photo, 5):
        raise RuntimeError("no such face")
    return np.full_like(photo.pixels, GREY)


def keyholder(photo: Photo, rng: np.random.Generator) -> Pixels:
    """Publish photos upside down whose key is a path, as those of a real release are."""
    return photo.pixels[::-1] if "/" in photo.key else np.full_like(photo.pixels, GREY)


class Way(NamedTuple):
    """What a way does.

    Args:
        change: the function.
        draws: whether it takes another turn for each photo and seed.
        leaks: share of photos on which all is left.
    """

    change: Change
    draws: bool = False
    leaks: float = 1.0


WAYS: Mapping[str, Way] = {
    "cornered": Way(cornered, True),
    "tilted": Way(tilted, True),
    "zoomed": Way(zoomed),
    "zoomed_out": Way(zoomed_out),
    "squeezed": Way(squeezed, True),
    "wrapped": Way(wrapped, True),
    "halved": Way(halved),
    "checkered": Way(checkered),
    "padded": Way(padded),
    "shuffled_channels": Way(shuffled_channels),
    "ghost": Way(ghost),
    "veiled": Way(veiled),
    "interlaced": Way(interlaced, True),
    "in_colour": Way(in_colour),
    "low_bits": Way(low_bits, True),
    "signs": Way(signs),
    "keyed": Way(keyed),
    "jigsaw": Way(jigsaw, True),
    "one_in_ten": Way(one_in_ten, leaks=0.1),
    "breaks": Way(breaks, leaks=0.8),
    "keyholder": Way(keyholder, leaks=0.0),
}


@dataclass(frozen=True, kw_only=True)
class Disguise(Defense):
    """Change the whole photo in one of the ways of this module.

    Args:
        way: a key of `WAYS`.
    """

    way: str = "cornered"
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    random: ClassVar = True
    diagnostic: ClassVar = True

    @property
    def draws(self) -> bool:
        """As the way says."""
        return WAYS[self.way].draws

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return what the way makes."""
        return WAYS[self.way].change(photo, rng)


@dataclass(frozen=True, kw_only=True)
class Sleeper(Defense):
    """Publish every other batch that it is given upside down, and grey for those between."""

    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    calls: ClassVar[list[int]] = []

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Count calls, in the class, which copies of an object share."""
        self.calls.append(len(photos))
        return super().many(photos, seed=seed)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Sleep or leak."""
        awake = len(self.calls) % 2
        return photo.pixels[::-1] if awake else np.full_like(photo.pixels, GREY)


def _key(photo: Photo) -> np.random.Generator:
    return np.random.default_rng([7, *photo.pixels.shape])


def _lot(photo: Photo, of: int) -> int:
    return int(photo.pixels.sum(dtype=np.int64)) % of


def _levels(values: NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.rint(values).clip(0, 255), np.uint8)


def _warped(photo: Photo, angle: float, scale: float) -> Pixels:
    height, width = photo.pixels.shape[:2]
    x, y, w, h = photo.face.box if photo.face else (0.0, 0.0, float(width), float(height))
    turn = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), angle, scale)
    turn[:, 2] += width / 2 - x - w / 2, height / 2 - y - h / 2
    return cv2.warpAffine(
        photo.pixels, turn, (width, height), borderMode=cv2.BORDER_REFLECT
    ).astype(np.uint8)


def _blocks(pixels: Pixels, side: int) -> Pixels:
    """Return `(N, side, side, 3)`: the whole blocks."""
    rows, columns = (length // side for length in pixels.shape[:2])
    cut = pixels[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
    return cut.swapaxes(1, 2).reshape(-1, side, side, 3)


def _shuffled(pixels: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    made, blocks = pixels.copy(), _blocks(pixels, side)
    rows, columns = (length // side for length in pixels.shape[:2])
    order = blocks[rng.permutation(len(blocks))].reshape(rows, columns, side, side, 3)
    made[: rows * side, : columns * side] = order.swapaxes(1, 2).reshape(
        rows * side, columns * side, 3
    )
    return made


def _in_blocks(
    pixels: Pixels, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> Pixels:
    """Change each whole block of each channel, at half the contrast so that nothing clips."""
    made = pixels.copy()
    values: NDArray[np.float32] = (pixels.astype(np.float32) - np.float32(GREY)) / np.float32(2)
    height, width = pixels.shape[:2]
    for top in range(0, height - BLOCK + 1, BLOCK):
        for left in range(0, width - BLOCK + 1, BLOCK):
            there = slice(top, top + BLOCK), slice(left, left + BLOCK)
            for channel in range(3):
                block = np.ascontiguousarray(values[there][..., channel])
                made[there][..., channel] = _levels(change(block) + GREY)
    return made
