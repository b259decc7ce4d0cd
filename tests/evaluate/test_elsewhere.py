"""Who only puts the pieces of a photo elsewhere hides nothing from whoever puts them together."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Photo, Pixels
from unmask.defenses.base import Defense
from unmask.evaluate.comparison.elsewhere import elsewhere
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.data.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Puzzle(Defense):
    """Shuffle square pieces in another order for each photo.

    Args:
        size: of a piece, in pixels.
        turned: whether pieces are turned, too, each by a right angle of its own.
        negative: whether every other one is negative.
        grain: levels of noise on all of it.
    """

    size: int = 16
    turned: bool = False
    negative: bool = False
    grain: float = 0.0
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    random: ClassVar = True
    name: ClassVar[str] = "puzzle"

    @property
    def draws(self) -> bool:
        return True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        side, made = self.size, photo.pixels.copy()
        corners = [(r, c) for r in range(0, made.shape[0] - side + 1, side)
                   for c in range(0, made.shape[1] - side + 1, side)]  # fmt: skip
        for number, (row, column) in enumerate(rng.permutation(corners)):
            piece = photo.pixels[row : row + side, column : column + side]
            piece = np.rot90(piece, int(rng.integers(4)) if self.turned else 0)
            down, across = corners[number]
            made[down : down + side, across : across + side] = (
                255 - piece if self.negative and number % 2 else piece
            )
        noisy = made + rng.normal(0, self.grain, made.shape)
        return np.asarray(noisy.clip(0, 255), np.uint8)


def said(defense: Defense, scene: Scene) -> str:
    return elsewhere(scene.gallery, [one.photo for one in defense.many(scene.gallery, seed=3)])


@pytest.mark.parametrize(
    "how", [{}, {"turned": True}, {"negative": True}, {"size": 8}, {"grain": 2.0}]
)
def test_a_puzzle_is_seen(how: dict[str, Any], scene: Scene) -> None:
    assert "stand at another place of the defended photo" in said(Puzzle(**how), scene)


@pytest.mark.parametrize(
    "spec",
    ["none", "jpeg:quality=10", "gaussian_blur", "gaussian_blur:region=image", "pixelate",
     "pixelate:region=image,blocks=32", "mask", "mask:region=image,fill=noise", "eye_bar", "noise",
     "noise:region=image,sigma=0.05", "motion_blur:region=image", "dp_pix", "dp_svd:region=image",
     "downscale:region=image", "constant", "permute", "cloak"],
)  # fmt: skip
def test_no_other_defense_is_taken_for_one(spec: str, scene: Scene) -> None:
    assert not said(DEFENSES.build(spec), scene)


def test_patterns_that_repeat_prove_nothing() -> None:
    """A grid of dots holds each of its pieces many times, and so does one of another photo."""
    grid = np.zeros((96, 96, 3), np.uint8)
    grid[::7, ::5] = 255
    photos = [Photo(np.roll(grid, turn, (0, 1)), faces=()) for turn in range(8)]
    assert not elsewhere(photos, photos[::-1])


def test_smooth_and_tiny_photos_have_no_pieces() -> None:
    grey = [Photo(np.full((90, 80, 3), level, np.uint8), faces=()) for level in range(8)]
    tiny = [Photo(np.full((4, 3, 3), level, np.uint8), faces=()) for level in range(8)]
    assert not elsewhere(grey, grey)
    assert not elsewhere(tiny, tiny)


def test_its_row_is_a_lower_bound(tmp_path: Path, scene: Scene) -> None:
    plan = Plan(("pixels",), (), (), budget="quick")
    found = compare(scene, [Puzzle()], plan, folder=tmp_path / "run", few=True, progress=None)
    row = found.rows[0].worst
    assert row.status == "at least"
    assert "whoever puts them together, which no attacker here does, may name more" in row.reason
