"""Parquet and Arrow: pictures changed, all else as it was."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from unmask.defenses.apply.shards.columns import columns_of
from unmask.defenses.apply.shards.records import ShardConfig

from .conftest import EMPTY, Run, encoded

STRUCT = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
FEATURES = (
    b'{"info": {"features": {"pic": {"_type": "Image"}, '
    b'"label": {"dtype": "int64", "_type": "Value"}}}}'
)


def _table(face: bytes, wall: bytes) -> pa.Table:
    pictures = [
        {"bytes": face, "path": "a.jpg"}, {"bytes": wall, "path": "b.png"}, None,
        {"bytes": b"broken", "path": None}, {"bytes": None, "path": "elsewhere.jpg"},
        {"bytes": face, "path": None},
    ]  # fmt: skip
    schema = pa.schema(
        [("pic", STRUCT), ("label", pa.int64()), ("caption", pa.string())],
        {b"huggingface": FEATURES},
    )
    captions = ["an astronaut", None, "nothing", "", "x", "y"]
    return pa.table([pictures, list(range(6)), captions], schema=schema)


def _told(outcome: str) -> str:
    return "failed" if outcome == "unreadable" else outcome


def _differs(old: bytes, new: bytes) -> bool:
    pixels = [np.asarray(Image.open(io.BytesIO(one))).astype(int) for one in (old, new)]
    return bool(np.abs(pixels[0] - pixels[1]).max() > 100)


def test_parquet(tmp_path: Path, run: Run, face: bytes, wall: bytes) -> None:
    codecs = {"pic.bytes": "NONE", "pic.path": "SNAPPY", "label": "GZIP", "caption": "ZSTD"}
    source = tmp_path / "x.parquet"
    old = _table(face, wall)
    pq.write_table(old, source, row_group_size=4, compression=codecs)
    done = run(source)
    assert not done.failed
    assert [(row.path, _told(row.outcome)) for row in done.rows] == [
        ("x.parquet/0/pic", "defended"), ("x.parquet/1/pic", "no_face"),
        ("x.parquet/3/pic", "failed"), ("x.parquet/4/pic", "failed"),
        ("x.parquet/5/pic", "defended"),
    ]  # fmt: skip
    with pq.ParquetFile(tmp_path / "out" / "x.parquet") as file:
        new = file.read()
        groups = [file.metadata.row_group(number) for number in range(2)]
        assert [group.num_rows for group in groups] == [2, 1]
        written = {groups[0].column(n).path_in_schema: groups[0].column(n) for n in range(4)}
        assert {name: one.compression for name, one in written.items()} == {
            "pic.bytes": "UNCOMPRESSED", "pic.path": "SNAPPY", "label": "GZIP", "caption": "ZSTD",
        }  # fmt: skip
        assert file.schema_arrow.equals(old.schema, check_metadata=True)
    assert new["label"].to_pylist() == [0, 2, 5]
    assert new["caption"].to_pylist() == ["an astronaut", "nothing", "y"]
    first, second, third = new["pic"].to_pylist()
    assert second is None
    assert first["path"] == "a.jpg"
    assert _differs(face, first["bytes"])
    assert _differs(face, third["bytes"])
    assert face not in (tmp_path / "out" / "x.parquet").read_bytes()
    assert done.copied == {"column label": 6, "column caption": 6}


def test_a_column_with_the_outcome_keeps_all_rows(
    tmp_path: Path, run: Run, config: ShardConfig, face: bytes, wall: bytes
) -> None:
    pq.write_table(_table(face, wall), tmp_path / "x.parquet")
    run(tmp_path / "x.parquet", replace(config, outcome_column="outcome"))
    new = pq.read_table(tmp_path / "out" / "x.parquet")
    assert [one and _told(one) for one in new["outcome"].to_pylist()] == [
        "defended", "no_face", None, "failed", "failed", "defended",
    ]  # fmt: skip
    assert [one is None for one in new["pic"].to_pylist()] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert new["label"].to_pylist() == list(range(6))
    assert b'"outcome"' in new.schema.metadata[b"huggingface"]
    again = run(tmp_path / "x.parquet", replace(config, outcome_column="label"))
    assert "choose another" in again.failed


@pytest.mark.parametrize(
    ("kind", "wrap"),
    [
        (pa.binary(), lambda one: one),
        (pa.large_binary(), lambda one: one),
        (STRUCT, lambda one: {"bytes": one, "path": None}),
        (pa.list_(STRUCT), lambda one: [{"bytes": one, "path": None}]),
        (pa.list_(pa.binary()), lambda one: [b"no picture", one]),
        (pa.struct([("deep", pa.struct([("x", pa.binary())]))]), lambda one: {"deep": {"x": one}}),
        (pa.map_(pa.string(), pa.binary()), lambda one: [("x", one)]),
    ],
    ids=lambda one: str(one) if isinstance(one, pa.DataType) else "",
)
def test_pictures_are_found_wherever_they_are(
    tmp_path: Path, run: Run, face: bytes, kind: pa.DataType, wrap: Any
) -> None:
    """Also in a column of another name, and beside values that are none."""
    rows = pa.array([wrap(b"not one"), wrap(face), None], kind)
    pq.write_table(pa.table({"thing": rows, "n": [1, 2, 3]}), tmp_path / "x.parquet")
    done = run(tmp_path / "x.parquet")
    assert "defended" in {row.outcome for row in done.rows}
    assert face not in (tmp_path / "out" / "x.parquet").read_bytes()
    new = pq.read_table(tmp_path / "out" / "x.parquet")
    assert new["thing"].type == kind
    assert {2, 3} <= set(new["n"].to_pylist())


def test_all_pictures_of_a_row_or_none(
    tmp_path: Path, run: Run, config: ShardConfig, face: bytes, wall: bytes
) -> None:
    table = pa.table({"jpg": [face, face], "other": [face, wall], "n": [1, 2]})
    pq.write_table(table, tmp_path / "x.parquet")
    done = run(tmp_path / "x.parquet")
    assert [row.outcome for row in done.rows] == ["defended", "defended", "no_face", "no_face"]
    assert pq.read_table(tmp_path / "out" / "x.parquet")["n"].to_pylist() == [1]
    run(tmp_path / "x.parquet", replace(config, columns=("jpg",)))  # others were not asked for
    new = pq.read_table(tmp_path / "out" / "x.parquet")
    assert new["other"].to_pylist() == [face, wall]
    assert new["jpg"].to_pylist() != [face, face]
    for names, why in ((("png",), "no column 'png'"), (("n",), "int64, not pictures")):
        assert why in run(tmp_path / "x.parquet", replace(config, columns=names)).failed


@pytest.mark.parametrize("value", [b"\0\0\0\x20ftypisom", "/9j/4AAQSkZJRgABAQ", "data:image/png"])
def test_what_may_show_a_face_and_cannot_be_changed_is_left_out(
    tmp_path: Path, run: Run, face: bytes, value: bytes | str
) -> None:
    kind = pa.binary() if isinstance(value, bytes) else pa.string()
    table = pa.table({"jpg": [face, face], "more": pa.array([value, None], kind)})
    pq.write_table(table, tmp_path / "x.parquet")
    done = run(tmp_path / "x.parquet")
    assert [row.outcome for row in done.rows][-2:] == ["failed", "defended"]
    assert done.rows[0].outcome == "failed"
    assert pq.read_table(tmp_path / "out" / "x.parquet")["more"].to_pylist() == [None]


def test_damaged_and_empty_tables(tmp_path: Path, run: Run, face: bytes) -> None:
    source = tmp_path / "x.parquet"
    pq.write_table(pa.table({"jpg": [face] * 3}), source)
    whole = source.read_bytes()
    for broken in (b"", whole[:-9], whole[9:], whole[:500] + whole[900:], b"PAR1" * 4):
        source.write_bytes(broken)
        done = run(source)
        assert done.failed
        assert str(tmp_path) not in done.failed
        assert not list((tmp_path / "out").iterdir())
    pq.write_table(pa.table({"caption": ["x"]}), source)
    assert "no picture is in it; its columns are caption" in run(source).failed
    pq.write_table(pa.table({"jpg": pa.array([], pa.binary())}), source)
    assert not run(source).failed


def test_rows_draw_for_themselves_and_alike_each_time(
    tmp_path: Path, run: Run, config: ShardConfig, face: bytes
) -> None:
    from unmask.defenses import DEFENSES

    noise = replace(config.settings, defense=DEFENSES.build("noise:sigma=1.0"))
    pq.write_table(pa.table({"jpg": [face, face]}), tmp_path / "x.parquet")
    files = []
    for _ in range(2):
        run(tmp_path / "x.parquet", replace(config, settings=noise))
        files.append((tmp_path / "out" / "x.parquet").read_bytes())
    assert files[0] == files[1]
    one, two = pq.read_table(tmp_path / "out" / "x.parquet")["jpg"].to_pylist()
    assert one != two


def test_columns_are_known_by_type_name_and_features() -> None:
    schema = pa.schema(
        [("pic", pa.binary()), ("image", pa.binary()), ("raw", pa.binary()), ("hf", STRUCT),
         ("text", pa.string())],
        {b"huggingface": FEATURES},
    )  # fmt: skip
    assert {one.name: one.sure for one in columns_of(schema)} == {
        "pic": True, "image": True, "raw": False, "hf": True,
    }  # fmt: skip


def test_saved_by_datasets(tmp_path: Path, run: Run, face: bytes) -> None:
    datasets = pytest.importorskip("datasets")
    pictures = {"image": [face, encoded(EMPTY)], "label": [1, 2]}
    features = datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    datasets.disable_progress_bars()
    datasets.Dataset.from_dict(pictures, features=features).save_to_disk(tmp_path / "saved")
    done = run(next((tmp_path / "saved").glob("*.arrow")))
    assert [row.outcome for row in done.rows] == ["defended", "no_face"]
    written = next((tmp_path / "out").glob("*.arrow"))
    assert face not in written.read_bytes()
    new = datasets.Dataset.from_file(str(written))
    assert new.features == features
    assert new["label"][:] == [1]
    assert new[0]["image"].size == (256, 256)
