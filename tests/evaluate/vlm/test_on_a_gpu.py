"""What an accelerator answers must be what a processor answers; skipped where there is none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.device import on_device
from unmask.evaluate.vlm.opening import load

pytestmark = pytest.mark.gpu
PROMPTS = ["who is this person ?", "what is the name of the person shown ?", "who ?"]


@pytest.mark.parametrize("name", ["llava", "qwen"])
def test_a_model_that_writes(
    name: str, request: Any, pictures: list[np.ndarray], accelerator: str
) -> None:
    folder = str(request.getfixturevalue(name))
    shown = (pictures * 3)[: len(PROMPTS)]
    candidates = ["Anna Bell", "Carl Dorn", "Ida Jung"]
    here = load(folder, dtype="float32")
    with on_device(accelerator):
        there, alone = load(folder, dtype="float32"), load(folder, dtype="float32", batch=1)
    assert here.answer(shown, PROMPTS) == there.answer(shown, PROMPTS)
    plain = here.likelihoods(shown, PROMPTS, candidates)
    near = there.likelihoods(shown, PROMPTS, candidates)
    assert np.abs(plain - near).max() < 1e-2
    assert np.abs(alone.likelihoods(shown, PROMPTS, candidates) - near).max() < 1e-2


def test_a_model_that_compares(clip: Path, pictures: list[np.ndarray], accelerator: str) -> None:
    prompts, names = ["a photo of"] * len(pictures), ["Anna Bell", "Carl Dorn"]
    here = load(str(clip)).likelihoods(pictures, prompts, names)
    with on_device(accelerator):
        there = load(str(clip)).likelihoods(pictures, prompts, names)
    assert np.abs(here - there).max() < 1e-2
