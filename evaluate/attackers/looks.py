"""What a picture looks like, in numbers: colours, edges and textures, place by place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

SIDE = 96  # pixels: pictures are brought to this square
GRID = 4  # places a side, for colours and textures
EDGES = 64  # pixels: side of the square in which edges are sought
CELL, TURNS = 8, 9  # pixels and directions of a cell of edges
LIGHT, TINTS = 16, 10  # bins of the histograms
REACH = 40.0  # Lab: tints further from grey count in the outermost bin
BATCH = 64

Vectors = NDArray[np.float32]
Floats = NDArray[np.float32]


def looks(pictures: Iterable[Pixels]) -> list[Vectors]:
    """Return four arrays `(N, D)`, float32: colours, histograms, edges, textures.

    - colours: means and spreads of Lab in places of a grid;
    - histograms: roots of the shares of lightness and of tints (Lab's a with b), of pixels as
      they are: in the small square, fine colours of a large photo are all one grey;
    - edges: histograms of oriented gradients (Dalal and Triggs, CVPR 2005);
    - textures: roots of the shares of uniform local binary patterns (Ojala, Pietikäinen,
      Mäenpää, IEEE TPAMI 2002) in places of a grid.

    Args:
        pictures: any sizes; no more than `BATCH` of them are held at once.
    """
    parts: list[list[Vectors]] = []
    both = ((_square(one, SIDE), _picked(one, SIDE)) for one in pictures)
    while some := list(islice(both, BATCH)):
        lab, fine = (np.stack([_lab(one) for one in kind]) for kind in zip(*some, strict=True))
        grey = [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one, _ in some]
        small = np.stack([_square(one, EDGES) for one in grey])
        made = [_colours(lab), _histograms(fine), edges_of(small), textures_of(np.stack(grey))]
        parts.append([one.astype(np.float32) for one in made])
    return [np.concatenate(same) for same in zip(*parts, strict=True)]


class Pair(NamedTuple):
    """Vectors of known pictures and of those that are asked about."""

    known: Vectors
    asked: Vectors


def together(known: Iterable[Pixels], asked: Iterable[Pixels]) -> Pair:
    """Return all looks as one vector a picture: each kind weighs alike, by the known pictures."""
    scaled: list[Pair] = []
    for old, new in zip(looks(known), looks(asked), strict=True):
        spread = max(float(old.std(0).mean()), 1e-6) * float(np.sqrt(old.shape[1]))
        middle = old.mean(0)
        scaled.append(Pair((old - middle) / spread, (new - middle) / spread))
    return Pair(*(np.concatenate(side, 1) for side in zip(*scaled, strict=True)))


def edges_of(grey: NDArray[np.uint8]) -> Floats:
    """Return `(N, D)`: histograms of oriented gradients of square grey pictures `(N, S, S)`."""
    count, side = grey.shape[:2]
    values = grey.astype(np.float32)
    down, across = np.zeros_like(values), np.zeros_like(values)
    down[:, 1:-1] = values[:, 2:] - values[:, :-2]
    across[:, :, 1:-1] = values[:, :, 2:] - values[:, :, :-2]
    angle = np.rad2deg(np.arctan2(down, across)) % 180
    turn = np.minimum((angle * (TURNS / 180)).astype(np.int64), TURNS - 1)
    cells = _counted(turn, TURNS, side // CELL, np.hypot(down, across)) / CELL**2
    near = [cells[:, y : y + cells.shape[1] - 1, x : x + cells.shape[2] - 1]
            for y in (0, 1) for x in (0, 1)]  # fmt: skip
    cut = np.minimum(_of_one_length(np.concatenate(near, -1)), np.float32(0.2))
    return _of_one_length(cut).reshape(count, -1)


def textures_of(grey: NDArray[np.uint8]) -> Floats:
    """Return `(N, D)`: which uniform patterns are in each place of grey pictures `(N, S, S)`."""
    middle, (height, width) = grey[:, 1:-1, 1:-1], grey.shape[1:]
    ring = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    above = np.stack([grey[:, y : y + height - 2, x : x + width - 2] >= middle for y, x in ring])
    changes = (above != np.roll(above, 1, 0)).sum(0)
    pattern = np.where(changes <= 2, above.sum(0), 9)
    whole = np.pad(pattern, ((0, 0), (1, 1), (1, 1)), "edge")
    found = _counted(whole, 10, GRID)
    return np.asarray(np.sqrt(found / found.sum(-1, keepdims=True)).reshape(len(grey), -1))


def _colours(lab: Floats) -> Floats:
    count, side = len(lab), lab.shape[1] // GRID
    places = lab.reshape(count, GRID, side, GRID, side, 3)
    both = [places.mean((2, 4)), places.std((2, 4))]
    return np.concatenate([one.reshape(count, -1) for one in both], 1)


def _histograms(lab: Floats) -> Floats:
    light = np.clip(lab[..., 0] * (LIGHT / 100), 0, LIGHT - 1).astype(np.int64)
    tint = np.clip((lab[..., 1:] + REACH) * (TINTS / 2 / REACH), 0, TINTS - 1).astype(np.int64)
    both = tint[..., 0] * TINTS + tint[..., 1]
    found = np.concatenate(
        [_counted(light, LIGHT, 1)[:, 0, 0], _counted(both, TINTS**2, 1)[:, 0, 0]], 1
    )
    return np.asarray(np.sqrt(found / (lab.shape[1] * lab.shape[2])), np.float32)


def _counted(
    kinds: NDArray[np.integer], most: int, places: int, weights: Floats | None = None
) -> Floats:
    """Return `(N, places, places, most)`: how much of each kind there is in each place."""
    count, side = kinds.shape[:2]
    place = np.arange(side) * places // side
    number = (np.arange(count)[:, None, None] * places + place[:, None]) * places + place
    flat = (number * most + kinds).ravel()
    heavy = None if weights is None else weights.ravel()
    made = np.bincount(flat, heavy, count * places**2 * most)
    return made.reshape(count, places, places, most).astype(np.float32)


def _of_one_length(vectors: NDArray[np.floating]) -> Floats:
    lengths = np.sqrt((vectors**2).sum(-1, keepdims=True) + 1e-10)
    return np.asarray(vectors / lengths, np.float32)


def _lab(picture: Pixels) -> Floats:
    return np.asarray(cv2.cvtColor(picture / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def _picked(picture: Pixels, side: int) -> Pixels:
    """Return a pixel of each place of a grid, `(side, side, 3)`."""
    rows, columns = (
        (part * length).astype(np.int64)
        for part, length in zip(_places(side), picture.shape[:2], strict=True)
    )
    return np.asarray(picture[rows, columns], np.uint8)


@cache
def _places(side: int) -> NDArray[np.float64]:
    """Return a place in each field of a grid, `(2, side, side)`, in shares of a picture.

    They are drawn, always the same: even steps would see nothing but the dots of a pattern.
    """
    within = np.random.default_rng(0).random((2, side, side))
    return np.asarray((np.indices((side, side)) + within) / side)


def _square(picture: Pixels, side: int) -> Pixels:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
