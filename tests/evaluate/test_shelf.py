"""Pixels that lie on disk: the same ones, read when asked for, and gone when nobody needs them."""

import copy
import gc
import pickle
import signal
import subprocess
import sys
import weakref
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.defenses import Face, Photo
from unmask.defenses.pixelate import Pixelate
from unmask.evaluate.comparison.defending import defend_all
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.data import shelf as shelf_module
from unmask.evaluate.data.base import Dataset
from unmask.evaluate.data.folder import Folder
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.data.shelf import Shelf, laid
from unmask.evaluate.results.folder import SCRATCH

SIZE = (40, 30, 3)
ROOM = 4 * 40 * 30 * 3  # four photos


def _photos(count: int, shelf: Shelf | None = None) -> list[Photo]:
    rng = np.random.default_rng(0)
    made = [
        Photo(rng.integers(0, 256, SIZE, np.uint8), f"{i}", "a", (Face((5, 5, 20, 20)),))
        for i in range(count)
    ]
    return [laid(photo, shelf) for photo in made] if shelf else made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "run" / SCRATCH


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was read from disk."""
    found: list[int] = []
    read = shelf_module.read_row

    def counted(file: Path, row: int) -> Any:
        found.append(row)
        return read(file, row)

    monkeypatch.setattr(shelf_module, "read_row", counted)
    return found


def _files(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.arrow"))


def test_what_does_not_fit_into_memory_comes_back_from_disk(root: Path) -> None:
    shelf = Shelf(root, ROOM)
    photos = _photos(30, shelf)
    assert len(_files(root)) > 2
    for photo, plain in zip(photos, _photos(30), strict=True):
        assert np.array_equal(photo.pixels, plain.pixels)
        assert type(photo.pixels) is np.ndarray
        assert photo.pixels.dtype == np.uint8
    assert sum(p.held.array is not None for p in photos) <= 4  # type: ignore[union-attr]


def test_few_photos_never_touch_the_disk(root: Path) -> None:
    shelf = Shelf(root, ROOM)
    made = [photo.with_pixels(255 - photo.pixels) for photo in _photos(2, shelf)]
    assert len(made) == 2
    assert not root.exists()


def test_nobody_writes_to_what_others_will_read(root: Path) -> None:
    photos = _photos(6, Shelf(root, ROOM))
    for photo in (photos[0], photos[-1]):  # from disk, from memory
        with pytest.raises(ValueError, match="read-only"):
            photo.pixels[0] = 0


def test_labels_and_shapes_read_nothing(root: Path, reads: list[int]) -> None:
    photo = _photos(9, Shelf(root, ROOM))[0]
    other = photo.relabelled(key="b", identity="", faces=())
    assert (other.key, other.identity, other.faces) == ("b", "", ())
    assert (photo.key, photo.identity) == ("0", "a")
    assert other.shape == SIZE
    assert other.face_width == 30
    assert "shape=(40, 30, 3)" in repr(other)
    assert copy.deepcopy(photo).held is photo.held
    assert not reads
    assert np.array_equal(other.pixels, photo.pixels)
    assert replace(photo, key="c").pixels is not None


def test_a_photo_in_memory_is_as_it_always_was() -> None:
    pixels = np.zeros(SIZE, np.uint8)
    photo = Photo(pixels, "a")
    assert photo.pixels is pixels
    assert photo.with_pixels(pixels).relabelled(key="b").pixels is pixels
    assert list(asdict(photo)) == ["pixels", "key", "identity", "faces"]
    with pytest.raises(TypeError, match="pixels"):
        Photo()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        photo.pixels = pixels  # type: ignore[misc]


def test_one_picture_lies_there_once_however_many_hold_it(root: Path) -> None:
    shelf = Shelf(root, 1)
    photos = _photos(3, shelf)
    before = shelf.written
    again = [photo.with_pixels(photo.pixels.copy()) for photo in photos]
    assert shelf.written == before > 0
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(photos, again, strict=True))


def test_a_file_goes_when_nobody_holds_anything_of_it(root: Path) -> None:
    shelf = Shelf(root, ROOM)
    clean = _photos(8, shelf)
    kept = len(_files(root))
    for _ in range(5):
        made = [photo.with_pixels(photo.pixels // 2) for photo in clean]
        assert len(_files(root)) > kept
        del made
        shelf.hold(np.zeros(1, np.uint8))
        assert len(_files(root)) <= kept + 1


def test_a_part_of_a_large_array_does_not_keep_all_of_it(root: Path) -> None:
    large = np.zeros((100, *SIZE), np.uint8)
    held = Shelf(root).hold(large[3])
    assert held.read().base is None or held.read().base.nbytes == held.size


def test_another_process_gets_places_and_not_pixels(root: Path, tmp_path: Path) -> None:
    shelf = Shelf(root)  # all of it is in memory still
    photos = _photos(50, shelf)
    sent = pickle.dumps(photos)
    assert len(sent) < sum(photo.pixels.nbytes for photo in photos) / 5
    (tmp_path / "sent").write_bytes(sent)
    code = (
        "import pickle, sys; photos = pickle.load(open(sys.argv[1], 'rb'))\n"
        "from unmask.evaluate.data import shelf; shelf.ROOM = 1\n"
        "made = [p.with_pixels(p.pixels // 2) for p in photos]\n"
        "made[0].held.shelf._room = 1; made.append(photos[0].with_pixels(photos[0].pixels))\n"
        "print(sum(int(p.pixels.sum()) for p in made))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "sent")],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.stderr == ""
    assert int(done.stdout) == sum(int((p.pixels // 2).sum()) for p in photos) + int(
        photos[0].pixels.sum()
    )
    assert len([*root.iterdir()]) == 1, "it has left what it made"
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(
        pickle.loads(sent), _photos(50), strict=True))  # fmt: skip
    del photos[:-1]
    shelf.hold(np.zeros(1, np.uint8))
    assert _files(root), "another process may still read them"


def test_the_folder_is_for_its_owner_and_goes_with_the_shelf(root: Path) -> None:
    photos = _photos(9, Shelf(root, ROOM))
    assert root.stat().st_mode & 0o777 == 0o700
    assert {f.parent.stat().st_mode & 0o777 for f in _files(root)} == {0o700}
    del photos
    gc.collect()
    assert not root.exists()
    assert root.parent.exists()


@pytest.mark.parametrize("end", ["1 / 0", "raise KeyboardInterrupt", "os.kill(os.getpid(), 9)"])
def test_it_goes_with_the_process_and_what_was_killed_is_cleared_next(
    end: str, root: Path
) -> None:
    code = (
        "import os, sys, numpy as np; from pathlib import Path\n"
        "from unmask.evaluate.data.shelf import Shelf\n"
        "held = [Shelf(Path(sys.argv[1]), 1).hold(np.ones(9, np.uint8))]\n"
        "assert [*Path(sys.argv[1]).glob('*/*.arrow')]\n" + end
    )
    done = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True,
                          check=False)  # fmt: skip
    assert done.returncode
    assert root.exists() == (done.returncode == -signal.SIGKILL)
    if root.exists():
        (root / "mine.txt").write_text("not of a shelf")
        Shelf(root)
        assert [*root.iterdir()] == [root / "mine.txt"]


def test_what_was_defended_lies_beside_the_photo(root: Path) -> None:
    shelf = Shelf(root, ROOM)
    photos = _photos(5, shelf)
    made = defend_all(Pixelate(blocks=4), photos, seed=0)
    plain = defend_all(Pixelate(blocks=4), _photos(5), seed=0)
    for one, other in zip(made, plain, strict=True):
        assert one.photo.held.shelf is shelf  # type: ignore[union-attr]
        assert np.array_equal(one.photo.pixels, other.photo.pixels)
        assert np.array_equal(one.mask, other.mask)
        assert one.mask.dtype == np.float32
        assert len(pickle.dumps(one)) < 1500


def test_a_data_set_lays_photos_down_as_it_reads_them(tmp_path: Path, root: Path) -> None:
    from unmask.defenses.files.pictures import write_picture

    for name in "ab":
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(6):
            pixels = np.full(SIZE, number * 20 + ord(name), np.uint8)
            write_picture(tmp_path / "data" / name / f"{number}.png", pixels)
    data: Dataset = Folder(str(tmp_path / "data"))
    shelf = Shelf(root, ROOM)
    here, there = data.load(), data.load(shelf)
    assert shelf.written
    assert [p.key for p in here.photos] == [p.key for p in there.photos]
    assert all(
        np.array_equal(a.pixels, b.pixels) for a, b in zip(here.photos, there.photos, strict=True)
    )


def _on_disk(scene: Scene, root: Path, room: int) -> Scene:
    shelf = Shelf(root, room)
    gallery, probes, background = (
        tuple(laid(Photo(p.pixels, p.key, p.identity, p.faces), shelf) for p in part)
        for part in (scene.gallery, scene.probes, scene.background)
    )
    return replace(scene, gallery=gallery, probes=probes, background=background)


def _in_memory(scene: Scene) -> Scene:
    gallery, probes, background = (
        tuple(Photo(p.pixels, p.key, p.identity, p.faces) for p in part)
        for part in (scene.gallery, scene.probes, scene.background)
    )
    return replace(scene, gallery=gallery, probes=probes, background=background)


def _untimed(text: str) -> str:
    found = restore(text)
    return dump(
        replace(
            found,
            **{
                name: tuple(replace(one, seconds=0.0) for one in getattr(found, name))
                for name in ("attacks", "utilities", "disclosed", "ceiling", "face")
            },
        )
    )


def test_figures_are_the_same_bit_by_bit_and_nobody_holds_all_pixels(
    scene: Scene, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(("naive", "pixels", "look"), ("face_found", "seam"), ("dlib",), "quick")
    wanted = _untimed(dump(measure("dp_pix", _in_memory(scene), plan, face=True)))
    alive: list[weakref.ref[Any]] = []
    most = 0
    read = shelf_module.read_row

    def watched(file: Path, row: int) -> Any:
        nonlocal most
        array = read(file, row)
        alive.append(weakref.ref(array, alive.remove))
        most = max(most, len(alive))
        return array

    monkeypatch.setattr(shelf_module, "read_row", watched)
    for place in ("comparison.defending", "attackers.looks", "metrics.refound",
                  "recognizers.base"):  # fmt: skip
        monkeypatch.setattr(f"unmask.evaluate.{place}.BATCH", 8)
    found = measure("dp_pix", _on_disk(scene, root, 1), plan, face=True)
    assert _untimed(dump(found)) == wanted
    assert most < 2 * 8, "of 72 released photos, 24 known ones and 24 of others"


def test_a_run_leaves_no_pixels_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "ROOM", 5 * 112 * 92 * 3)
    run = tmp_path / "run"
    scene = prepare("orl:people=12,photos=2", scratch=run / SCRATCH)
    assert _files(run / SCRATCH)
    plan = Plan(("pixels",), ("ssim",), (), "quick")
    found = compare(scene, "pixelate", plan, folder=run, few=True, faces="none", progress=None)
    assert found.records
    del scene, found
    gc.collect()
    assert not (run / SCRATCH).exists()
