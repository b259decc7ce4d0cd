"""What the benchmarks of `apply` are made of, on a small scale."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("jpeglib")

from unmask.benchmarks.apply_fuzz import Case, cases, judged, told
from unmask.benchmarks.apply_growth import drawn, filled
from unmask.benchmarks.apply_speed import STAGES, stages
from unmask.benchmarks.damage import DAMAGES, SECRET, files_of
from unmask.benchmarks.processes import Cost, measured
from unmask.benchmarks.scenes import Kind, Scene, compose, written
from unmask.evaluate.data import load_dataset


@pytest.fixture(scope="module")
def person() -> Scene:
    photo = load_dataset("orl:people=1,photos=1").photos[0]
    pixels = cv2.resize(photo.pixels, (184, 224), interpolation=cv2.INTER_CUBIC)
    return Scene(pixels.astype(np.uint8), ((46.0, 60.0, 92.0, 110.0),))


def test_damaged_files_are_never_published(person: Scene) -> None:
    found = list(cases([person.pixels], 1))
    assert len(found) == len(files_of(person.pixels)) * len(DAMAGES) > 200
    outcomes = set()
    for case in found[::4]:  # all formats, each with three kinds of damage
        verdict = judged(case)
        outcomes.add(verdict.outcome)
        assert not verdict.wrong, (case.format, case.damage, verdict)
    assert outcomes >= {"defended", "unreadable"}
    plain = files_of(person.pixels)["plain.bmp"]
    assert told(Case("plain.bmp", "", plain, False), plain) == "nothing was changed"
    assert "secret" in told(Case("plain.bmp", "", plain, False), plain + SECRET)
    secrets = [name for name, data in files_of(person.pixels).items() if SECRET in data]
    assert len(secrets) >= 8


def test_scenes_show_faces_of_the_wished_width(person: Scene, tmp_path: Path) -> None:
    kind = Kind(640, 480, 3, (40, 60))
    scene = compose(kind, [person], 1)
    assert scene.pixels.shape == (480, 640, 3)
    assert [round(box[2]) for box in scene.boxes] == [60, 40, 60]
    np.testing.assert_array_equal(compose(kind, [person], 1).pixels, scene.pixels)
    x, y, w, h = scene.boxes[0]
    part = scene.pixels[round(y) : round(y + h), round(x) : round(x + w)]
    face = cv2.resize(person.pixels[60:170, 46:138], part.shape[1::-1])
    assert np.corrcoef(part.ravel(), face.ravel())[0, 1] > 0.9
    boxes = written(kind, [person], 2, tmp_path / "scenes")
    assert sorted(boxes) == ["00000.jpg", "00001.jpg"]
    spent = stages(tmp_path / "scenes", sorted(boxes), "mask", "")
    assert [*spent] == [*STAGES]
    assert all(seconds >= 0 for seconds in spent.values())


def test_the_cost_of_a_process_and_of_what_it_starts() -> None:
    work = (
        "import time\nstart = time.process_time()\nwhile time.process_time() < start + 0.3: pass"
    )
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}]); {work}"
    cost = measured([sys.executable, "-c", both.replace("; import", "\nimport")])
    assert cost.code == 0
    assert 0.5 < cost.cpu < 5
    assert cost.memory > 2**20
    bad = measured([sys.executable, "-c", "raise SystemExit('no')"])
    assert (bad.code, bad.output) == (1, "no\n")


def test_growth_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"?")
    filled(tmp_path / "in", tmp_path / "photos", 5)
    assert len([*(tmp_path / "in").rglob("*.jpg")]) == 5
    found = {(n, w): Cost(1.0, n / w, 2**20, 0, "") for n in (10, 100) for w in (1, 2)}
    drawn(found, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 5000
