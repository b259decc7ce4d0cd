"""What somebody sees who types `import unmask`."""

import io
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

import unmask
from unmask import progress
from unmask.defenses import DEFENSES
from unmask.evaluate.comparison.found import Comparison
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import Record, write_records
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.verify.findings import Finding
from unmask.evaluate.verify.run import Verdict

HEAVY = ("numpy", "cv2", "torch", "pandas", "matplotlib", "optuna", "PIL", "rich", "typer")


def test_importing_is_light_and_everything_is_there() -> None:
    code = f"import sys, unmask; print([m for m in {HEAVY} if m in sys.modules], dir(unmask))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("[] [")
    assert all(f"'{name}'" in told.stdout for name in unmask.__all__)
    assert all(callable(getattr(unmask, name)) for name in unmask.__all__)
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        unmask.comparee  # noqa: B018


def test_a_bar_is_one_line_for_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    bar = progress.Bar(stream)
    bar("finding faces", 0, 2)
    bar("finding faces", 1, 2)  # too soon to draw
    bar("finding faces", 2, 2)
    now[0] = 61.0
    bar("attacking: " + "x" * 200, 1, 4)
    bar.close()
    lines = stream.getvalue().split("\n")
    assert [line.count("\r") for line in lines] == [2, 1, 0]
    assert "2/2 0:00" in lines[0]
    assert "======" in lines[1]
    assert all(len(part) <= 78 for line in lines for part in line.split("\r"))


def test_nobody_watches_nobody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(True) as told:
        assert told is None
    with progress.shown(False) as told:
        assert told is None
    with progress.shown(print) as told:  # type: ignore[arg-type]
        assert told is print  # type: ignore[comparison-overlap]

    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    sys.stderr, before = Watched(), sys.stderr
    try:
        with progress.shown(True) as told:
            assert told
            told("finding faces", 1, 2)
        assert sys.stderr.getvalue().endswith("\n")
    finally:
        sys.stderr = before


def test_a_finished_run_is_read_back(tmp_path: Path) -> None:
    worst = Record("orl", "s", "quick", "mask", {}, "leakage", "worst", "rank1", value=0.5,
                   low=0.4, high=0.6, n=10, people=5, chance=0.2)  # fmt: skip
    write_records(tmp_path / "records.jsonl", [worst])
    found = unmask.read(tmp_path)
    assert isinstance(found, Comparison)
    assert repr(found) == repr(Comparison((worst,), None, tmp_path))
    page = found.report()
    assert page == tmp_path / "report.html"
    assert "mask" in page.read_text("utf-8")
    with pytest.raises(ValueError, match=r"no records.jsonl; is it the folder of a finished run"):
        unmask.read(tmp_path / "nothing")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for name in "abc":
        Image.fromarray(astronaut()[:256, 100:356]).save(folder / f"{name}.png")
    return folder


def _mine(divisor: int) -> type[unmask.Defense]:
    """The class that a cell of a notebook defines."""
    known: dict[str, type[unmask.Defense]] = {}
    exec(
        "from dataclasses import dataclass\nimport unmask\n@dataclass(frozen=True)\n"
        "class Mine(unmask.Defense):\n    def apply(self, photo, rng):\n"
        f"        return photo.pixels // {divisor}\n",
        {"__name__": "__main__"}, known,
    )  # fmt: skip
    return known["Mine"]


def test_apply_takes_texts_and_objects_of_a_notebook(photos: Path, tmp_path: Path) -> None:
    done = unmask.apply("mask", str(photos), str(tmp_path / "masked"), seed=1)
    assert repr(done) == "3 photos: 3 defended"
    assert list(done.to_dataframe()["outcome"]) == ["defended"] * 3
    halved = unmask.apply(_mine(2)(), photos, tmp_path / "halved", workers=2)  # and does not hang
    assert halved.counts == {"defended": 3}
    again = unmask.apply(_mine(2)(), photos, tmp_path / "halved", resume=True)
    assert again.kept == 3
    with pytest.raises(ValueError, match="code have changed"):  # edited, and the cell run again
        unmask.apply(_mine(3)(), photos, tmp_path / "halved", resume=True)


def test_reports_name_what_was_not_defended(tmp_path: Path) -> None:
    wall = np.full((64, 64, 3), 200, np.uint8)
    (tmp_path / "walls").mkdir()
    for number in range(12):
        Image.fromarray(wall + np.uint8(number)).save(tmp_path / "walls" / f"{number:02d}.png")
    done = unmask.apply("mask", tmp_path / "walls", tmp_path / "out")
    assert repr(done).splitlines()[:2] == ["12 photos: 12 no_face", "  no_face: 00.png"]
    assert repr(done).splitlines()[-1] == "  and 4 more"
    found = tuple(Finding("survivor", "untouched", f"{n}.png") for n in range(12))
    verdict = Verdict(found, 12, 12, (), None, (), ("dlib",))
    assert "survivors: 12 untouched" in repr(verdict)
    assert repr(verdict).splitlines()[-1] == "  and 4 more"
    assert list(verdict.to_dataframe()["level"]) == ["survivor"] * 12


def test_an_object_is_tuned_within_what_it_is_not_to_search(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmask.evaluate.tuning.run.prepare", lambda *_, **__: scene)
    plan = Plan(("pixels",), ("ssim",), (), budget="search")
    blur = replace(DEFENSES.build("gaussian_blur"), region="box")
    found = unmask.tune(blur, folder=tmp_path / "run", goal=Goal(), trials=2, search=plan,
                        test=plan, search_only=True, few=True)  # fmt: skip
    assert len({point.defense for point in found.points}) == 2
    assert all("region=box" in point.defense for point in found.points)
    assert list(found.to_dataframe()["people"]) == ["search"] * len(found.points)
    assert "no limit was asked for, so none of these settings is advised" in found._repr_html_()
