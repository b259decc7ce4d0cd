"""What attackers learn on an accelerator is what they learn on a processor; else skipped."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.faces.dlib_chip import dlib_chip
from unmask.device import on_device
from unmask.evaluate.attackers.cnn import Cnn
from unmask.evaluate.attackers.restoration.unet import Unet
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet

pytestmark = pytest.mark.gpu
Made = tuple[np.ndarray, np.ndarray, np.ndarray]


def _both(make: Callable[[], np.ndarray], accelerator: str) -> Made:
    """Return what is made on the processor, on the accelerator, and there once more."""
    found = []
    for name in ("cpu", accelerator, accelerator):
        with on_device(name):
            found.append(make())
    return found[0], found[1], found[2]


def _blurred(photos: Sequence[Photo]) -> list[Photo]:
    made = DEFENSES.build("gaussian_blur:sigma=0.06,region=image").many(photos, seed=1)
    return [one.photo for one in made]


def test_faces_are_the_same_vectors(scene: Scene, accelerator: str) -> None:
    chips = [dlib_chip(photo) for photo in scene.gallery[:11]]
    here, there, again = _both(lambda: DlibResNet().forward(chips), accelerator)
    assert np.abs(here - there).max() < 1e-4  # of a distance of 0.6 between two people
    assert np.array_equal(there, again)
    with on_device(accelerator):
        backwards = DlibResNet().forward(chips[::-1])[::-1]
    assert np.array_equal(there, backwards)


def test_a_network_that_names_learns_the_same(scene: Scene, accelerator: str) -> None:
    photos = _blurred(scene.gallery)
    people = np.unique([photo.identity for photo in photos], return_inverse=True)[1]
    sources = np.arange(len(photos))

    def scores() -> np.ndarray:
        return np.exp(Cnn(seed=1).fit(photos, people, sources).scores(photos))

    here, there, again = _both(scores, accelerator)
    assert np.array_equal(there, again)
    assert (there.argmax(1) == people).mean() > (here.argmax(1) == people).mean() - 0.1
    assert np.abs(here - there).mean() < 0.05  # roundings grow over the steps


def test_a_network_that_restores_learns_the_same(scene: Scene, accelerator: str) -> None:
    clean = scene.background[:12]
    seen = _blurred(clean)

    def restored() -> np.ndarray:
        net = Unet(lambda draw: (clean, seen), lambda photos: [None] * len(photos), steps=4)
        return np.stack([p.pixels for p in net.fit(clean, seen).restore(seen[:4])]).astype(int)

    here, there, again = _both(restored, accelerator)
    assert np.array_equal(there, again)
    assert np.abs(here - there).max() <= 2  # grey levels
