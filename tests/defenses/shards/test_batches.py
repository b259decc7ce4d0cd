"""Arrays and batches: the same as files, in the kind that they came in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from unmask.defenses import DEFENSES
from unmask.defenses.apply import BatchAnonymizer, Settings, anonymize, apply

from .conftest import EMPTY, FACE, encoded


@pytest.fixture
def batch(config: Any) -> BatchAnonymizer:
    return BatchAnonymizer(config.settings)


def test_arrays_become_what_files_become(tmp_path: Path) -> None:
    noise = DEFENSES.build("noise:sigma=0.3")
    Image.fromarray(FACE).save(tmp_path / "face.png")
    apply(noise, tmp_path / "face.png", tmp_path / "out", seed=3)
    before = FACE.copy()
    (new, nobody), rows = anonymize([FACE, EMPTY], noise, seed=3, names=["face.png", "wall"])
    with Image.open(tmp_path / "out" / "face.png") as written:
        np.testing.assert_array_equal(np.asarray(written), new)
    assert nobody is None
    assert [(row.path, row.outcome) for row in rows] == [
        ("face.png", "defended"), ("wall", "no_face"),
    ]  # fmt: skip
    np.testing.assert_array_equal(FACE, before)
    (copied,), _ = anonymize(EMPTY, noise, on_miss="copy")
    np.testing.assert_array_equal(copied, EMPTY)


def test_each_array_draws_for_itself_and_secretly() -> None:
    stack = np.stack([FACE, FACE])
    one, two = anonymize(stack, "noise:sigma=0.3", seed=1).photos
    assert (one != two).any()
    assert (anonymize(FACE, "noise:sigma=0.3").photos[0] != one).any()
    again, _ = anonymize(stack, "noise:sigma=0.3", seed=1).photos
    np.testing.assert_array_equal(one, again)


def test_what_are_no_photos_is_said() -> None:
    with pytest.raises(ValueError, match="must be uint8 RGB"):
        anonymize(FACE / 255.0, "mask")
    with pytest.raises(ValueError, match="each photo needs a name of its own, got 2 photos and 1"):
        anonymize([FACE, FACE], "mask", names=["x", "x"])
    with pytest.raises(LookupError, match="no defense named"):
        anonymize(FACE, "musk")
    with pytest.raises(ValueError, match="k_same is made of photos of unrelated people"):
        anonymize(FACE, "k_same")


def _kinds(face: bytes) -> dict[str, Any]:
    return {
        "bytes": face, "struct": {"bytes": face, "path": "x.jpg"}, "array": FACE,
        "PIL": Image.fromarray(FACE), "list": [face, face],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["bytes", "struct", "array", "PIL", "list"])
def test_each_kind_of_picture_stays_of_its_kind(
    batch: BatchAnonymizer, face: bytes, wall: bytes, kind: str
) -> None:
    value, nobody = _kinds(face)[kind], wall if kind in ("bytes", "list") else EMPTY
    nobody = {"struct": {"bytes": wall, "path": None}, "PIL": Image.fromarray(EMPTY),
              "list": [face, wall]}.get(kind, nobody)  # fmt: skip
    new = batch({"image": [value, nobody, None], "n": [1, 2, 3]})
    assert new["n"] == [1, 3]
    first, second = new["image"]
    assert second is None
    assert isinstance(first, Image.Image if kind == "PIL" else type(value))
    pixels = {"bytes": lambda one: one, "struct": lambda one: one["bytes"],
              "list": lambda one: one[0]}.get(kind)  # fmt: skip
    if pixels:
        assert pixels(first) != face
    else:
        assert (np.asarray(first) != FACE).any()


def test_numbers_of_rows_do_not_matter(config: Any, face: bytes) -> None:
    """Batches are cut anyhow, so seeds come from what is in a picture."""
    noise = replace(config.settings, defense=DEFENSES.build("noise:sigma=0.3"))
    batch, png = BatchAnonymizer(noise), encoded(FACE, "PNG")
    whole = batch({"image": [face, png]})["image"]
    parts = [batch({"image": [one]})["image"][0] for one in (face, png)]
    assert whole == parts
    table = batch(pa.table({"image": [png, face]}))
    assert table["image"].to_pylist() == whole[::-1]


def test_arrays_stay_arrays_and_outcomes_are_told(config: Any) -> None:
    told = BatchAnonymizer(config.settings, outcome_column="outcome")
    new = told({"image": np.stack([FACE, FACE]), "n": np.array([1, 2])})
    assert new["image"].shape == (2, *FACE.shape)
    assert new["outcome"] == ["defended"] * 2
    small = np.ascontiguousarray(FACE[:100, :100] * 0)
    mixed = told({"image": [FACE, small], "n": [1, 2]})
    assert mixed["image"][1] is None
    assert mixed["outcome"] == ["defended", "no_face"]


def test_a_batch_without_pictures_is_an_error(batch: BatchAnonymizer) -> None:
    """Else a pipeline would pass on tensors of a kind that nobody looked at."""
    with pytest.raises(ValueError, match="no picture is in it; its columns are pixels"):
        batch({"pixels": [FACE / 255.0]})
    with pytest.raises(ValueError, match="no picture is in it"):
        batch(pa.table({"caption": ["x"]}))
    chosen = BatchAnonymizer(batch.config.settings, columns=["pixels"])
    with pytest.raises(ValueError, match="must be uint8 RGB"):
        chosen({"pixels": [FACE / 255.0]})
    with pytest.raises(ValueError, match="no column 'pixels'; it has image"):
        chosen({"image": [FACE]})


@pytest.mark.parametrize("decode", [True, False])
def test_datasets_map(tmp_path: Path, batch: BatchAnonymizer, decode: bool) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    path = tmp_path / "face.jpg"  # as `imagefolder` does: a path in place of its content
    path.write_bytes(encoded(FACE))
    columns = {"image": [str(path), encoded(EMPTY)], "n": [1, 2]}
    features = datasets.Features(
        {"image": datasets.Image(decode=decode), "n": datasets.Value("int64")}
    )
    photos = datasets.Dataset.from_dict(columns, features=features)
    new = photos.map(batch, batched=True, keep_in_memory=True, load_from_cache_file=False)
    assert new["n"][:] == [1]
    assert new.features == features
    raw = new.cast_column("image", datasets.Image(decode=False))[0]["image"]
    assert str(tmp_path) not in str(raw["path"])
    assert raw["bytes"] != path.read_bytes()


def test_it_travels(config: Any) -> None:
    import pickle

    settings: Settings = pickle.loads(
        pickle.dumps(BatchAnonymizer(config.settings))
    ).config.settings
    assert settings == config.settings
