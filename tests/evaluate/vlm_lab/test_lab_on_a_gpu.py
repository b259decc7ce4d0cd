"""The lab on an accelerator: it learns there as on a processor; skipped where there is none."""

from pathlib import Path

import numpy as np
import pytest

from unmask.device import on_device
from unmask.evaluate.lab.cells import Cell
from unmask.evaluate.lab.photos import CLEAN
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.lab.results import NO_IMAGE, Result
from unmask.evaluate.lab.run import Setting, run_cells

pytestmark = pytest.mark.gpu
SHORT = {
    "text_steps": 80, "tower_steps": 200, "align_steps": 150, "tune_steps": 80,
    "width": 64, "text_width": 48, "layers": 1, "batch": 16,
}  # fmt: skip


def _ran(folder: Path) -> Result:
    cell = Cell(CLEAN, CLEAN, CLEAN)
    (result,) = run_cells([cell], Setting("orl:people=6", (), Recipe(**SHORT), folder, cell))
    return result


def test_it_learns_names_and_the_same_each_time(tmp_path: Path, accelerator: str) -> None:
    with on_device(accelerator):
        one, two = _ran(tmp_path / "one"), _ran(tmp_path / "two")
    assert one.probes == two.probes
    assert np.mean(one.probe(CLEAN).credits) > 0.4  # chance is 1/6
    assert np.mean(one.probe(NO_IMAGE).credits) == pytest.approx(1 / 6, abs=1e-9)
