"""Example faces: public ones by default, nobody of the user's, and never worth a run."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.evaluate.comparison.examples import example_faces
from unmask.evaluate.data.scene import Scene

pytestmark = pytest.mark.example_faces
BLUR = "gaussian_blur:sigma=0.1"


def _pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)


def test_public_faces_do_not_depend_on_the_photos_of_the_run(scene: Scene) -> None:
    """Not even k-Same, which pastes people that it learned."""
    faces = example_faces(scene, [BLUR, "k_same", "nosuch"], 0)
    (blurred,), (same,) = faces.examples[BLUR], faces.examples["k_same"]
    assert blurred.clean == same.clean
    for one in (blurred, same):
        assert all(len(data) < 8192 for data in (one.clean, one.defended, one.won) if data)
    lost = [np.abs(_pixels(data) - _pixels(blurred.clean)).mean()
            for data in (blurred.defended, blurred.won or b"")]  # fmt: skip
    assert lost[1] < lost[0]
    assert blurred.share is not None
    assert blurred.share > 0.05
    other = Scene("other", scene.split, (), (), ())
    assert example_faces(other, [BLUR, "k_same"], 0).examples["k_same"] == faces.examples["k_same"]
    assert "no defense named 'nosuch'" in faces.why["nosuch"]
    assert "public domain" in faces.whose


def test_own_faces_only_when_asked(scene: Scene) -> None:
    own = example_faces(scene, ["pixelate:blocks=4"], 0, "own").examples["pixelate:blocks=4"]
    assert len(own) == 3
    assert len({one.clean for one in own}) == 3
    assert example_faces(scene, [BLUR], 0, "none").examples == {}


def test_other_programs_have_no_picture_and_say_why(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    spec = f"folder:path={tmp_path},label=tool"
    faces = example_faces(scene, [spec], 0)
    assert faces.examples == {}
    assert "another program" in faces.why[spec]
