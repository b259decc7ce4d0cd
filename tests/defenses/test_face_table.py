"""A table of faces hides none: what it does not know, or cannot know, is looked at anew."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from unmask.defenses import DEFENSES, Face
from unmask.defenses.apply.prepared import over_boxes
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.tree import apply
from unmask.defenses.faces.looking import ANEW, Looking
from unmask.defenses.faces.table import FaceTable

HASH = "ab" * 32


def _table(folder: Path, *, any_box: bool = False, **columns: list[Any]) -> FaceTable:
    path = folder / "faces.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return FaceTable.load(path, any_box=any_box)


def _boxes(*boxes: tuple[Any, ...]) -> dict[str, list[Any]]:
    return {name: [box[i] for box in boxes] for i, name in enumerate("xywh")}


def test_boxes_of_others_in_pixels(tmp_path: Path) -> None:
    table = _table(
        tmp_path, path=["a.jpg", "./a.jpg", "b.jpg"],
        **_boxes((1, 2, 30, 40), (50, 2, 10, 10), (None,) * 4),
    )  # fmt: skip
    found, doubt = table.faces_for("a.jpg", HASH, 100, 80)
    assert [face.box for face in found] == [(1, 2, 30, 40), (50, 2, 10, 10)]
    assert not doubt
    assert table.faces_for("b.jpg", HASH, 100, 80) == ((), "")  # looked at: there is none
    assert table.faces_for("c.jpg", HASH, 100, 80) == ((), "it is not in the table")
    assert "believed" in table.remarks[0]
    assert not table.own


def test_boxes_of_others_in_shares(tmp_path: Path) -> None:
    table = _table(
        tmp_path,
        path=["a.jpg", "b.jpg", "c.jpg"],
        bbox=[[[0.1, 0.2, 0.5, 0.7], [0.9, 0.9, 0.6, 0.8]], [], None],
    )
    found, doubt = table.faces_for("a.jpg", HASH, 200, 100)
    assert not doubt
    # corners in another order are put right
    np.testing.assert_allclose([f.box for f in found], [(20, 20, 80, 50), (120, 80, 60, 10)])
    assert table.faces_for("b.jpg", HASH, 200, 100) == ((), "")
    assert "does not say" in table.faces_for("c.jpg", HASH, 200, 100).doubt
    assert not table.remarks


@pytest.mark.parametrize(
    "box",
    [
        (np.nan, 2, 30, 40), (1, 2, np.inf, 40), (1, 2, -30, 40), (1, 2, 30, 0),
        (0.1, 0.2, 0.3, 0.4), (900, 2, 30, 40), (1, -70, 30, 40), (1, None, 30, 40),
        (-2e9, -2e9, 4e9, 4e9),
    ],
)  # fmt: skip
def test_a_box_that_cannot_be_hides_no_face(tmp_path: Path, box: tuple[Any, ...]) -> None:
    good = (5.0, 5.0, 20.0, 20.0)
    table = _table(tmp_path, path=["a.jpg"] * 2, **_boxes(good, box))
    found, doubt = table.faces_for("a.jpg", HASH, 100, 80)
    assert [face.box for face in found] == [good]  # it counts besides
    assert "box" in doubt


@pytest.mark.parametrize("bbox", [[[10, 20, 50, 70]], [[0.1, 0.2, 0.5]], [[0.1, None, 0.5, 1.0]]])
def test_shares_that_are_none_hide_no_face(tmp_path: Path, bbox: list[Any]) -> None:
    assert _table(tmp_path, path=["a.jpg"], bbox=[bbox]).faces_for("a.jpg", HASH, 99, 99).doubt


def test_another_file_or_size_is_looked_at_anew(tmp_path: Path) -> None:
    rows = {"path": ["a.jpg"], **_boxes((1, 2, 30, 40))}
    table = _table(tmp_path, **rows, sha256=[HASH.upper()], width=[100], height=[80])
    assert len(table.faces_for("a.jpg", HASH, 100, 80).faces) == 1
    assert table.faces_for("a.jpg", "cd" * 32, 100, 80) == (
        (), "the table is of another file of this name",
    )  # fmt: skip
    assert "not turned upright?" in table.faces_for("a.jpg", HASH, 80, 100).doubt
    assert "in the table 100x80" in table.faces_for("a.jpg", HASH, 200, 160).doubt
    assert not table.remarks


def test_rows_that_contradict_each_other(tmp_path: Path) -> None:
    rows = {"path": ["a.jpg"] * 2, **_boxes((1, 2, 30, 40), (None,) * 4)}
    table = _table(tmp_path, **rows, sha256=[HASH, "cd" * 32])
    assert table.faces_for("a.jpg", "cd" * 32, 100, 80).doubt


def test_what_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read as Parquet"):
        FaceTable.load(tmp_path / "none.parquet")
    (tmp_path / "junk.parquet").write_bytes(b"PAR1 junk")
    with pytest.raises(ValueError, match="cannot be read as Parquet"):
        FaceTable.load(tmp_path / "junk.parquet")
    with pytest.raises(ValueError, match=r"needs the columns path.* has path, x"):
        _table(tmp_path, path=["a.jpg"], x=[1.0])
    with pytest.raises(ValueError, match="needs a path"):
        _table(tmp_path, path=[None], **_boxes((1, 2, 3, 4)))


def test_a_table_of_other_paths_is_said(tmp_path: Path) -> None:
    table = _table(tmp_path, path=["src/a.jpg"], **_boxes((1, 2, 3, 4)))
    assert "its first path is src/a.jpg, that of the photos a.jpg" in table.unknown(["a.jpg"])
    assert not table.unknown(["a.jpg", "src/a.jpg"])


def _settings(table: FaceTable | None, spec: str = "mask") -> Settings:
    return Settings(DEFENSES.build(spec), 0, faces=table)


def test_opacity_that_others_never_saw_is_looked_at(tmp_path: Path) -> None:
    table = _table(tmp_path, path=["a.png"], **_boxes((None,) * 4))
    pixels = np.full((60, 60, 3), 90, np.uint8)
    alpha = np.full((60, 60), 255, np.uint8)
    look = Looking(table=table).look
    told = {"name": "a.png", "data_hash": HASH, "landmarks": ()}
    assert look(pixels, alpha, **told).note == ""
    alpha[:30] = 0
    assert "opacity" in look(pixels, alpha, **told).note


def test_any_box_is_covered_to_its_corners(tmp_path: Path) -> None:
    table = _table(tmp_path, any_box=True, path=["a.png"], **_boxes((10, 20, 40, 12)))
    assert over_boxes(DEFENSES.build("mask")).region == "box"
    assert over_boxes(DEFENSES.build("mask:region=head")).region == "head"
    seen = Looking(table=table).look(
        np.full((60, 60, 3), 90, np.uint8), None, name="a.png", data_hash="",
        landmarks={"five", "points"},
    )  # fmt: skip
    assert seen.stored == (seen.stored[0],)
    assert seen.stored[0].points is None
    assert table.digest != FaceTable.load(tmp_path / "faces.parquet").digest


def test_settings_tell_tables_apart(tmp_path: Path) -> None:
    one = _settings(_table(tmp_path, path=["a.png"], **_boxes((10, 20, 40, 12)))).digest
    two = _settings(_table(tmp_path, path=["a.png"], **_boxes((10, 20, 40, 13)))).digest
    assert len({one, two, _settings(None).digest}) == 3


def test_a_table_decides_and_an_outdated_one_does_not(tmp_path: Path) -> None:
    from PIL import Image
    from skimage import data

    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(data.astronaut()).save(source / "a.png")
    Image.fromarray(data.astronaut()[:, ::-1]).save(source / "b.png")
    table = _table(tmp_path, path=["a.png"], **_boxes((300, 300, 50, 50)))
    rows = apply(DEFENSES.build("mask:region=box"), source, tmp_path / "out", faces=table).rows
    assert [row.outcome for row in rows] == ["defended", "defended"]
    assert not rows[0].reason  # believed, also where it is another's mistake
    assert rows[1].reason == f"{ANEW}: it is not in the table"
    made = np.asarray(Image.open(tmp_path / "out" / "a.png"))
    assert (made != data.astronaut()).any(-1)[305:345, 305:345].all()
    other = _table(tmp_path, path=["in/a.png"], **_boxes((300, 300, 50, 50)))
    with pytest.raises(ValueError, match="knows none of the 2 photos"):
        apply(DEFENSES.build("mask"), source, tmp_path / "out2", faces=other)


def test_a_face_of_a_table_has_what_the_defense_needs(tmp_path: Path) -> None:
    from skimage import data

    table = _table(tmp_path, path=["a.png"], **_boxes((197, 72, 55, 74)))
    told = {"name": "a.png", "data_hash": "", "landmarks": ("points",)}
    (face,) = Looking(table=table).look(data.astronaut(), None, **told).stored
    assert isinstance(face, Face)
    assert face.points is not None
    assert face.five is None
