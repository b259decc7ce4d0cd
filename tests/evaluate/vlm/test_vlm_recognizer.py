"""A model as a face model: what it sees of a face, compared by cosine."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import RECOGNIZERS, Plan
from unmask.evaluate.data.scene import prepare
from unmask.evaluate.recognizers.vlm import Vlm
from unmask.evaluate.testing import recognizer_checks
from unmask.evaluate.testing.subjects import faces
from unmask.evaluate.vlm.folder import fingerprint_of


@pytest.mark.parametrize("name", ["clip", "llava", "qwen"])
def test_saved_models_keep_the_contract(name: str, request: pytest.FixtureRequest) -> None:
    model = RECOGNIZERS.build(f"vlm:{request.getfixturevalue(name)},size=64")
    assert model.label == f"vlm:tiny-{name}"
    for check in recognizer_checks:
        if check.__name__ != "one_person_is_more_alike":  # random weights know nobody
            check(model)
    vectors = model.embed(faces())
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.ptp(vectors, axis=0).max() > 1e-4


def test_another_file_is_another_model(clip: Path, tmp_path: Path) -> None:
    other = shutil.copytree(clip, tmp_path / "tiny-clip")
    assert Vlm(str(other)).fingerprint == Vlm(str(clip)).fingerprint
    (other / "config.json").write_text((other / "config.json").read_text() + " ")
    assert Vlm(str(other)).fingerprint != Vlm(str(clip)).fingerprint
    assert Vlm(str(clip), size=64).fingerprint != Vlm(str(clip)).fingerprint


def test_each_byte_of_the_weights_counts(tmp_path: Path) -> None:
    """Training that leaves both ends of a large file alone makes another model all the same."""
    data = bytearray(5 << 20)
    (tmp_path / "model.safetensors").write_bytes(data)
    before = fingerprint_of(tmp_path)
    data[len(data) // 2] = 1
    (tmp_path / "model.safetensors").write_bytes(data)
    assert fingerprint_of(tmp_path) != before


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no such model folder"):
        Vlm("/nowhere/model")


def test_it_is_a_face_model_of_attackers(clip: Path) -> None:
    few = prepare("orl:people=12,photos=4")
    plan = Plan(attackers=("naive", "linkage"), recognizers=(f"vlm:{clip},size=64",), metrics=())
    clean = measure("none", few, plan, draws=1, judged=False)
    seen = {(a.name, a.recognizer): a for a in clean.attacks}
    assert ("naive", "vlm:tiny-clip") in seen
    assert ("linkage", "vlm:tiny-clip") in seen
