"""A scene that is sent in boxes is the scene that it was."""

from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.comparison import travelling
from unmask.evaluate.comparison.content import content_of
from unmask.evaluate.comparison.travelling import Box, packed, size_of, unpacked
from unmask.evaluate.data.scene import Scene, prepare


def test_a_scene_that_travels_is_the_same(tmp_path: Path) -> None:
    scene = prepare("orl:people=12,photos=3", scratch=tmp_path / "pixels")
    sent: list[Box] = []

    def put(box: Box) -> int:
        sent.append(box)
        return len(sent) - 1

    parcel = packed(scene, put)
    assert sum(array.nbytes for box in sent for array in box) == size_of(scene)
    assert len(parcel.rest) < size_of(scene) / 4
    there = unpacked(parcel, lambda numbers: [sent[number] for number in numbers])
    assert isinstance(there, Scene)
    assert content_of(there) == content_of(scene)
    first = there.probes[0]
    assert np.shares_memory(first.pixels, sent[0][_row(sent[0], first.pixels)]), "no copy"
    made = first.with_pixels(255 - first.pixels)
    assert not isinstance(made.held, np.ndarray), "what is made of it may go to disk"
    assert np.array_equal(made.pixels, 255 - first.pixels)


def _row(box: Box, pixels: np.ndarray) -> int:
    return next(row for row, array in enumerate(box) if np.shares_memory(array, pixels))


def test_boxes_are_of_a_size(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    sent: list[Box] = []
    monkeypatch.setattr(travelling, "_BOX", 200_000)
    packed(scene, sent.append)
    sizes = [sum(array.nbytes for array in box) for box in sent]
    assert len(sizes) > 3
    assert max(sizes) < 200_000 + scene.probes[0].pixels.nbytes
