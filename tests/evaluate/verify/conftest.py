"""Photos of several faces, and what a mask made of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.apply.tree import apply
from unmask.evaluate.data import load_dataset

PHOTOS = 4


class Folders(NamedTuple):
    source: Path
    output: Path


def scenes() -> Iterator[Pixels]:
    """Return photos of two people each, on a background of its own."""
    return _scenes(PHOTOS)


def strangers() -> Pixels:
    """Return such a photo of two people who are on no other one."""
    return list(_scenes(PHOTOS + 1))[-1]


def _scenes(count: int) -> Iterator[Pixels]:
    faces = load_dataset(f"orl:people={2 * count},photos=1").photos
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = rng.integers(60, 200, (12, 16, 3), np.uint8)
        scene = np.asarray(cv2.resize(coarse, (512, 320), interpolation=cv2.INTER_CUBIC), np.uint8)
        for place, photo in enumerate(faces[2 * number : 2 * number + 2]):
            large = cv2.resize(photo.pixels, (184, 224), interpolation=cv2.INTER_CUBIC)
            scene[48:272, 40 + 250 * place : 224 + 250 * place] = large
        yield scene


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """Four photos and their masked copies."""
    place = tmp_path_factory.mktemp("verify")
    (place / "source" / "a").mkdir(parents=True)
    for number, scene in enumerate(scenes()):
        path = place / "source" / ("a" if number % 2 else "") / f"{number}.jpg"
        Image.fromarray(scene).save(path, quality=92)
    apply(DEFENSES.build("mask"), place / "source", place / "output")
    return Folders(place / "source", place / "output")


@pytest.fixture
def folders(made: Folders, tmp_path: Path) -> Folders:
    """Copies that a test may spoil."""
    for name, folder in made._asdict().items():
        shutil.copytree(folder, tmp_path / name)
    return Folders(tmp_path / "source", tmp_path / "output")
