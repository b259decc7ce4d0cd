"""Strips of clean, defended and restored faces: only on request, and the right faces."""

from pathlib import Path

import numpy as np
import pytest

from unmask.defenses.files.pictures import read_picture
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.strips import write_strips
from unmask.evaluate.data.scene import Scene


def test_one_strip_for_each_variant(scene: Scene, tmp_path: Path) -> None:
    plan = Plan(("naive", "restored:variants=linear"))
    (path,) = write_strips(scene, ["gaussian_blur:sigma=0.1,region=image"], plan, tmp_path)
    assert path.name.endswith("-linear.png")
    pixels, _ = read_picture(path)
    clean, blurred, restored = (
        part.astype(float) for part in np.split(pixels[:, : pixels.shape[1] // 3 * 3], 3, 1)
    )
    sharp = [float(np.abs(np.diff(part, axis=1)).mean()) for part in (clean, blurred, restored)]
    assert sharp[1] < 0.7 * sharp[2]
    assert sharp[1] < 0.5 * sharp[0]


def test_an_attacker_that_restores_is_needed(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--strips shows what 'restored' won back"):
        write_strips(scene, ["none"], Plan(("naive",)), tmp_path)
