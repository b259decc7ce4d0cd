"""A shared study knows its photos by content: the name of a folder says nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from unmask.evaluate import Plan
from unmask.evaluate.comparison import config
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.spaces import search_space
from unmask.evaluate.tuning.storages import close
from unmask.evaluate.tuning.study import open_study
from unmask.evaluate.tuning.task import Task

PLAN = Plan(("naive", "pixels"), ("ssim",), budget="quick")


def opened(scene: Scene, folder: Path) -> None:
    """Open the study that all tests here share."""
    task = Task("pixelate", search_space("pixelate"), Goal(), scene, PLAN, folder, 3,
                storage=str(folder / "shared.log"))  # fmt: skip
    close(open_study(task))


def test_other_photos_under_one_name_are_another_study(scene: Scene, tmp_path: Path) -> None:
    opened(scene, tmp_path)
    darker = replace(scene.probes[0], pixels=scene.probes[0].pixels // 2)
    with pytest.raises(ValueError, match=r"was made with other settings \(photos\)"):
        opened(replace(scene, probes=(darker, *scene.probes[1:])), tmp_path)


def test_the_same_photos_under_another_name_are_one_study(scene: Scene, tmp_path: Path) -> None:
    opened(scene, tmp_path)
    opened(replace(scene, dataset="a copy of the folder"), tmp_path)


def test_other_code_is_another_study(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(scene, tmp_path)
    monkeypatch.setattr(config, "code_digest", lambda distribution: "0" * 16)
    with pytest.raises(ValueError, match=r"was made with other settings \(code\)"):
        opened(scene, tmp_path)
