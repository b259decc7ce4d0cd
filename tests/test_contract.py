"""Every registered defense keeps the contract: one test for each defense and check.

Not `folder` and `command`, which are about programs of others and have tests of their own.
`face_swap` draws by a tiny random network: the checks draw hundreds of faces, and the real one
takes a second for each where the processor has no half precision. What such a network draws is no
face, so a judge who is always content stands in here: otherwise each face would be masked, and
the checks would see nothing but the mask. It draws two faces at most, in two or three steps; the
whole space, up to eight in 24 steps, is run by the check that is about it.
"""

from pathlib import Path

import pytest
import torch

from unmask.defenses import DEFENSES, Range
from unmask.defenses.face_swap.face_swap import FaceSwap
from unmask.defenses.testing import (
    CHECKS,
    Check,
    run,
    survives_a_new_process,
    whole_space_runs,
)

FEW = {
    "candidates": Range(1, 2, log=True, integer=True),
    "steps": Range(2, 3, log=True, integer=True),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from unmask.defenses.face_swap.model import Shape, SwapNet, save_weights

    path = tmp_path_factory.mktemp("tiny") / "tiny.safetensors"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_weights(SwapNet(Shape(patch=12, channels=(32, 32), groups=8)), path, {})
    return path


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(
    "name", [n for n in DEFENSES.available() if n not in ("command", "folder")]
)
def test_every_defense(
    name: str, check: Check, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick: dict[str, dict[str, object]] = {
        "face_swap": {"weights": str(tiny), "candidates": 2, "steps": 2},
        "cloak": {"steps": 1},
    }
    if check is not whole_space_runs:
        monkeypatch.setattr(FaceSwap, "space", FaceSwap.space | FEW)
    if check is not survives_a_new_process:  # whose new process has its own judge
        monkeypatch.setattr("unmask.defenses.face_swap.face_swap.surety", lambda *_: 1.0)
    run(check, DEFENSES.build(name, **quick.get(name, {})))
