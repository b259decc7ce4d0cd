"""A run folder names nobody unless asked, and goes on all the same."""

import json
from pathlib import Path

import pytest

from unmask.evaluate.comparison.config import describe
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.folder import open_folder, without_names

PLAN = Plan(("naive",), ("ssim",), ("dlib",), "quick")


def test_people_are_counted(scene: Scene, tmp_path: Path) -> None:
    config = {**describe(scene, ["none"], PLAN), "details": ["not read: Jo_Doe/1.png: broken"]}
    config["split"] = {**config["split"], "left_out": {"Jo_Doe": "1 photo, 2 are needed"}}
    open_folder(tmp_path / "run", config, resume=False)
    text = (tmp_path / "run" / "config.json").read_text("utf-8")
    assert "Jo_Doe" not in text
    assert not any(f'"{name}' in text for name in scene.split.test)
    told = json.loads(text)
    assert (told["split"]["test"], told["split"]["left_out"], told["details"]) == (8, 1, 1)
    assert told["split"]["hash"] == scene.split.hash
    open_folder(tmp_path / "run", config, resume=True)
    open_folder(tmp_path / "run", config, resume=True, names=True)  # also the other way round
    assert "Jo_Doe" in (tmp_path / "run" / "config.json").read_text("utf-8")
    open_folder(tmp_path / "run", config, resume=True)
    other = {**config, "split_hash": "another"}
    with pytest.raises(ValueError, match="split_hash"):
        open_folder(tmp_path / "run", other, resume=True)
    assert without_names({"a": [1]}) == {"a": [1]}


def test_what_is_only_told_does_not_stop_a_resume(scene: Scene, tmp_path: Path) -> None:
    config = describe(scene, ["none"], PLAN)
    assert config["metrics"]["ssim"]["better"] == "more"
    assert config["weights"]["recognizer dlib"].startswith("CC0")
    open_folder(tmp_path / "run", config, resume=False)
    later = {**config, "made": {"date": "2030"}, "limit": 0.1}
    open_folder(tmp_path / "run", later, resume=True)
