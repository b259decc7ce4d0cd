"""A second run takes what the first one measured, and never anything else."""

import json
import os
import shutil
import sqlite3
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import Defense, Photo
from unmask.defenses.photo import Pixels
from unmask.evaluate import Plan, compare
from unmask.evaluate.comparison import remembering
from unmask.evaluate.comparison.jobs import Job
from unmask.evaluate.comparison.measure import measure_or_say
from unmask.evaluate.comparison.remembering import Memory
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.folder import taken
from unmask.evaluate.results.records import Record

PLAN = Plan(("pixels",), ("ssim", "lpips"), ("dlib",), budget="quick")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "cache.sqlite"


@pytest.fixture
def few(scene: Scene) -> Scene:
    return replace(scene, gallery=scene.gallery[:8], probes=scene.probes[:8],
                   background=scene.background[:12])  # fmt: skip


def figures(records: tuple[Record, ...]) -> list[dict[str, object]]:
    return [{**asdict(record), "run": ""} for record in records]


def test_a_second_run_measures_nothing(
    few: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = ["none", "mask:margin=0.1,fill=black"]
    first = compare(few, specs, PLAN, folder=tmp_path / "first", few=True)
    assert taken(first.folder) == []
    monkeypatch.setattr("unmask.evaluate.comparison.workers.done_job", None)
    second = compare(few, specs, PLAN, folder=tmp_path / "second", few=True)
    assert figures(first.records) == figures(second.records)
    assert taken(second.folder) == specs
    assert json.loads((second.folder / "config.json").read_text())["from_cache"] == specs
    # what a run took is still told when it is gone on with, and its files are enough for that
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "another"))
    with pytest.raises(TypeError, match="not callable"):  # planted cases are measured anew
        compare(few, specs, PLAN, folder=second.folder, few=True, resume=True)
    assert taken(second.folder) == specs


def job(spec: str, plan: Plan = PLAN) -> Job:
    return Job(spec, plan)


def known(scene: Scene, spec: str, plan: Plan = PLAN) -> bool:
    return Memory(scene).find(job(spec, plan)) is not None


def measured(scene: Scene, spec: str) -> None:
    kept = Memory(scene)
    assert kept.find(job(spec)) is None
    kept.keep(job(spec), measure_or_say(spec, scene, PLAN))


def test_other_settings_and_no_cache_know_nothing(
    few: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(few, "mask")
    assert known(few, "mask")
    assert not known(few, "mask:fill=mean")
    assert not known(few, "mask", Plan(("look",), ("ssim",), ("dlib",), budget="quick"))
    monkeypatch.setenv("UNMASK_CACHE", "off")
    assert not known(few, "mask")


def test_nobody_is_named_in_it(few: Scene, cache: Path, tmp_path: Path) -> None:
    pictures(few, tmp_path / "made", 0)
    (tmp_path / "made" / few.probes[0].key).with_suffix(".png").unlink()
    spec = f"folder:path={tmp_path / 'made'}"
    measured(few, spec)
    found = Memory(few).find(job(spec))
    assert found
    assert list(found.failures) == [few.probes[0].key]
    with sqlite3.connect(cache) as opened:
        values = [value[16:] for (value,) in opened.execute("SELECT value FROM entries")]
    texts = [zlib.decompress(value) for value in values if value[:1] == b"\x78"]
    assert any(b"failures" in text for text in texts)
    assert not any(few.probes[0].key.encode() in text for text in texts)


def pictures(scene: Scene, folder: Path, level: int) -> None:
    for photo in (*scene.gallery, *scene.probes, *scene.background):
        path = (folder / photo.key).with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full_like(photo.pixels, level)).save(path)


def test_other_pictures_of_another_program_are_seen(few: Scene, tmp_path: Path) -> None:
    """Even if names, sizes and times stay, which is all that the spec knows."""
    folder = tmp_path / "made"
    pictures(few, folder, 0)
    spec = f"folder:path={folder}"
    measured(few, spec)
    assert known(few, spec)
    path = next(folder.rglob("*.png"))
    before, facts = path.read_bytes(), path.stat()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert path.stat().st_size == facts.st_size
    assert not known(few, spec)


def test_a_linked_folder_that_leads_elsewhere_is_seen(few: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    for level in (0, 9):
        pictures(few, folder / f"version-{level}", level)
    first = Path(few.probes[0].key).parts[0]
    (folder / first).symlink_to(f"version-0/{first}", target_is_directory=True)
    spec = f"folder:path={folder}"
    kept = Memory(few)
    assert kept.find(job(spec)) is None
    key = kept._key(job(spec))
    (folder / first).unlink()
    (folder / first).symlink_to(f"version-9/{first}", target_is_directory=True)
    assert Memory(few)._key(job(spec)) != key


def test_what_was_changed_under_way_is_not_kept(few: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    pictures(few, folder, 0)
    spec = f"folder:path={folder}"
    kept = Memory(few)
    assert kept.find(job(spec)) is None
    found = measure_or_say(spec, few, PLAN)
    shutil.rmtree(folder)
    pictures(few, folder, 9)
    kept.keep(job(spec), found)
    assert not known(few, spec)


def test_nobody_knows_what_another_program_does(
    few: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "grey.toml"
    tool.write_text('name = "grey"\ncommand = ["true", "{input}", "{output}"]\n')
    spec = f"command:path={tool}"
    monkeypatch.setattr(remembering, "measurement_key", None)  # it is not even asked for
    assert not known(few, spec)


@dataclass(frozen=True)
class Fragile(Defense):
    region: str = "image"
    broken: ClassVar[bool] = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return photo.pixels

    def fit(self, background: object) -> "Fragile":
        if self.broken:
            raise RuntimeError("no memory")
        return self


def test_what_broke_is_tried_again(few: Scene, tmp_path: Path) -> None:
    first = compare(few, [Fragile()], PLAN, folder=tmp_path / "first", few=True)
    assert first.rows[0].worst.status == "invalid"
    Fragile.broken = False
    try:
        second = compare(few, [Fragile()], PLAN, folder=tmp_path / "second", few=True)
    finally:
        Fragile.broken = True
    assert second.rows[0].worst.value == 1.0


def test_weights_that_came_since_are_used(few: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(few, "mask")
    assert known(few, "mask")
    # LPIPS finds its weights now
    monkeypatch.setattr(
        "unmask.evaluate.metrics.lpips.Lpips.values",
        lambda self, clean, made: np.zeros(len(clean)),
    )
    assert not known(few, "mask")


def test_a_torn_entry_is_measured_anew(few: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(few, "mask")
    monkeypatch.setattr(remembering, "restore", lambda text: json.loads("{"))
    assert not known(few, "mask")
