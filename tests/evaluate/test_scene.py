"""What is said about data: counts for the reader, names for the machine's own file."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.evaluate.comparison.config import describe
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import prepare


@pytest.fixture
def people(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(16):
        for photo in range(1 if number > 12 else 2):
            path = tmp_path / f"Jo_Doe_{number:02d}" / f"{photo}.png"
            path.parent.mkdir(exist_ok=True)
            small = Image.fromarray(rng.integers(0, 255, (9, 9, 3), np.uint8))
            small.resize((64, 64)).save(path)
    copy = (tmp_path / "Jo_Doe_00" / "0.png").read_bytes()
    (tmp_path / "Jo_Doe_01" / "2.png").write_bytes(copy)
    (tmp_path / "Jo_Doe_02" / "2.png").write_bytes(b"no picture")
    return tmp_path


def test_nobody_is_named_in_notes(people: Path) -> None:
    scene = prepare(str(people), drop_duplicates=True)
    assert scene.notes[:3] == (
        "1 file could not be read (--names lists them in config.json)",
        "1 photo left out as duplicates (--names lists them in config.json)",
        "3 people with one photo among the background people",
    )
    assert "Jo_Doe" not in " ".join(scene.notes)
    config = json.loads(json.dumps(describe(scene, ["none"], Plan(attackers=("naive",)))))
    assert len(config["details"]) == 2
    assert any("Jo_Doe_02/2.png" in line for line in config["details"])
    assert any("Jo_Doe_01/2.png" in line for line in config["details"])
    assert {key.partition("/")[0] for key in config["split"]["single"]} == {
        f"Jo_Doe_{n}" for n in (13, 14, 15)
    }


def test_a_single_photo_that_is_somebody_elses_too_is_left_out(people: Path) -> None:
    copy = (people / "Jo_Doe_03" / "0.png").read_bytes()
    (people / "Jo_Doe_13" / "0.png").write_bytes(copy)
    scene = prepare(str(people), drop_duplicates=True)
    everyone = {photo.key for photo in (*scene.gallery, *scene.probes, *scene.background)}
    assert "Jo_Doe_13/0.png" not in everyone
    assert {f"Jo_Doe_{n}/0.png" for n in (14, 15)} <= {p.key for p in scene.background}
    assert "2 people with one photo among the background people" in scene.notes


def test_people_called_alike_are_said(people: Path) -> None:
    """One person in two folders, `JO_Doe` and `Jo_Doe`, is hardly ever named as either."""
    (people / "Jo_Doe_01").rename(people / "JO_Doe_00")
    (people / "Jo_Doe_02").rename(people / "Jose\u0301")
    (people / "Jo_Doe_03").rename(people / "Jos\u00e9")
    notes = [prepare(str(people), seed=n, drop_duplicates=True).notes for n in range(6)]
    told = {note for some in notes for note in some if "called like another" in note}
    assert {note.partition(" ")[0] for note in told} <= {"2", "4"}
    assert told
    assert "Jos" not in " ".join(told)
