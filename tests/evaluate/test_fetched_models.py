"""The real SFace and YuNet, where an index is there to bring them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses.faces.find import find_many
from unmask.defenses.faces.yunet import YUNET, YuNet, decoded
from unmask.defenses.files.published import Published, fetched
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.known import KNOWN
from unmask.evaluate.recognizers.onnx import Onnx


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of its own: what is at hand in that of the other tests would change them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNMASK_CACHE", str(tmp_path_factory.mktemp("models")))
        patch.delenv("UNMASK_OFFLINE")
        yield


def fetched_or_skipped(file: Published) -> Path:
    try:
        return fetched(file)
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("fetching")
def test_sface_names_people(scene: Scene) -> None:
    fetched_or_skipped(KNOWN["sface"])
    model = Onnx("sface")
    assert (model.channels, model.mean, model.scale) == ("rgb", 0.0, 1.0)
    chips = [model.chip(photo) for photo in scene.probes[:5]]
    together = model.forward(chips)
    assert np.array_equal(together, np.vstack([model.forward([c]) for c in chips[::-1]])[::-1])
    other = Onnx(str(KNOWN["sface"].path))  # the file by its path: onnxruntime runs it
    assert np.abs(other.forward(chips) - together).max() < 1e-4
    assert other.fingerprint != model.fingerprint
    near = model.similarity(model.embed(scene.probes), model.embed(scene.gallery))
    named = [scene.gallery[i].identity for i in near.argmax(1)]
    right = [name == photo.identity for name, photo in zip(named, scene.probes, strict=True)]
    assert np.mean(right) >= 0.9


@pytest.mark.usefixtures("fetching")
def test_yunet_finds_the_faces_that_others_find(scene: Scene) -> None:
    fetched_or_skipped(YUNET)
    photos = scene.probes[:8]
    found = find_many([photo.pixels for photo in photos], detector="yunet")
    for photo, faces in zip(photos, found, strict=True):
        assert photo.face is not None
        x, y, w, h = np.array(photo.face.box)
        u, v, a, b = np.array(faces[0].box)
        shared = max(0, min(x + w, u + a) - max(x, u)) * max(0, min(y + h, v + b) - max(y, v))
        assert shared / (w * h + a * b - shared) > 0.5
    assert YuNet().find(np.full((90, 70, 3), 128, np.uint8)) == []


def test_boxes_are_counted_from_the_cell_in_strides() -> None:
    made = {
        "cls_32": np.zeros((1, 4, 1), np.float32),
        "obj_32": np.ones((1, 4, 1), np.float32),
        "bbox_32": np.zeros((1, 4, 4), np.float32),
    }
    made["cls_32"][0, 2] = 0.25
    made["bbox_32"][0, 2] = [0.5, 0.25, np.log(2), np.log(3)]
    boxes, scores = decoded(made, 32)
    assert np.allclose(scores, [0, 0, 0.5, 0])
    assert np.allclose(
        boxes[2], [0.5 * 32 - 32, 1.25 * 32 - 48, 64, 96]
    )  # second row, first column


def test_yunet_takes_no_larger_photo() -> None:
    with pytest.raises(ValueError, match="longest must be at most 640 for yunet, got 800"):
        YuNet(longest=800)
