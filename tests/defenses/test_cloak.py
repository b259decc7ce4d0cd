"""The cloak: bounded, and aimed at one recognizer."""

import numpy as np
import pytest

from unmask.defenses import DEFENSES
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet


@pytest.mark.parametrize("epsilon", [2.0, 8.0])
def test_no_value_moves_by_more_than_epsilon(scene: Scene, epsilon: float) -> None:
    photo = scene.probes[0]
    done = DEFENSES.build(f"cloak:epsilon={epsilon},steps=3")(photo)
    change = np.abs(done.photo.pixels.astype(int) - photo.pixels)
    assert 0 < change.max() <= epsilon
    assert not change[done.mask == 0].any()


def test_its_recognizer_sees_somebody_else(scene: Scene) -> None:
    photos = scene.probes[:4]
    model = DlibResNet()
    clean = model.embed(photos)
    moved = {}
    for epsilon in (1, 8):
        defended = DEFENSES.build(f"cloak:epsilon={epsilon}").many(photos)
        made = model.embed([d.photo for d in defended])
        moved[epsilon] = np.linalg.norm(made - clean, axis=1)
    assert (moved[8] > 0.6).all()  # dlib's own threshold for "another person"
    assert (moved[8] > moved[1]).all()
