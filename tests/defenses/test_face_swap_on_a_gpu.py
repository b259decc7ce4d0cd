"""The diffusion pipeline on a graphics card; skipped where there is none."""

from pathlib import Path

import numpy as np
import pytest
import torch

from unmask.defenses.face_swap.pipeline import inpainted, load_pipeline

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here"),
    # of other people's code: old names that diffusers and transformers use in each other
    pytest.mark.filterwarnings("ignore"),
]


def test_crops_are_those_of_a_processor_and_of_any_batch(tiny_pipeline: Path) -> None:
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (4, 64, 64, 3), np.uint8)
    masks = np.zeros((4, 64, 64), bool)
    masks[:, 16:48, 16:48] = True
    seeds = [5, 6, 7, 8]
    here = inpainted(load_pipeline(str(tiny_pipeline)), crops, masks, seeds, prompt="a", steps=2)
    pipeline = load_pipeline(str(tiny_pipeline), device="cuda")
    there = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2)
    alone = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2, batch=1)
    assert np.abs(there - alone).max() < 2  # grey levels
    assert np.abs(there - here).max() < 2
    again = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2)
    assert np.array_equal(there, again)
