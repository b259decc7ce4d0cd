"""WebDataset tars: pictures changed, the rest kept, nothing half, nothing by accident."""

import gzip
import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses.apply.shards.records import ShardConfig
from unmask.defenses.apply.shards.tar_members import sample_of
from unmask.defenses.faces.find import find_faces

from .conftest import EMPTY, FACE, Pack, Run, encoded, unpacked


def _black(data: bytes) -> bool:
    """Whether the face of FACE is masked."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    x, y, w, h = find_faces(FACE)[0].box
    inner = pixels[round(y + h / 4) : round(y + 3 * h / 4), round(x + w / 4) : round(x + w / 2)]
    return bool(inner.mean() < 8)


def test_pictures_change_and_the_rest_stays(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, wall: bytes
) -> None:
    members = {
        "a/0001.jpg": face,
        "a/0001.json": b'{"caption": "an astronaut"}',
        "a/0001.txt": b"an astronaut",
        "a/0002.txt": b"a wall",
        "a/0002.png": wall,
        "a/0003.cls": b"7",
        "a/0003.left.jpg": face,
        "a/0003.right.png": encoded(FACE, "PNG"),
        "README": b"about it",
    }
    done = run(pack(tmp_path / "s-000.tar", members))
    assert not done.failed
    new = unpacked(tmp_path / "out" / "s-000.tar")
    kept = [name for name in members if "0002" not in name]
    assert list(new) == kept
    for name in kept:
        if name.endswith(("jpg", "png")):
            assert _black(new[name]), name
        else:
            assert new[name] == members[name]
    rows = {row.path: row for row in done.rows}
    assert [(path, row.outcome) for path, row in rows.items()] == [
        ("s-000.tar/a/0001.jpg", "defended"),
        ("s-000.tar/a/0002.png", "no_face"),
        ("s-000.tar/a/0003.left.jpg", "defended"),
        ("s-000.tar/a/0003.right.png", "defended"),
    ]
    assert "with its sample" in rows["s-000.tar/a/0002.png"].reason
    assert done.copied == {".json": 1, ".txt": 1, ".cls": 1, "(no ending)": 1}
    assert done.hash_in != done.hash_out


def test_headers_tell_names_and_sizes_alone(
    tmp_path: Path, pack: Pack, run: Run, face: bytes
) -> None:
    run(pack(tmp_path / "s.tar", {"1.jpg": face, "1.txt": b"x"}))
    with tarfile.open(tmp_path / "out" / "s.tar") as tar:
        for member in tar:
            facts = (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode)
            assert facts == (0, 0, 0, "", "", 0o644)
    assert b"alice" not in (tmp_path / "out" / "s.tar").read_bytes()
    assert oct((tmp_path / "out" / "s.tar").stat().st_mode & 0o777) != "0o600"  # others may read


@pytest.mark.parametrize(
    "hidden",
    ["1.bin", "1.JPG", "1", "1.jpg.orig", "1.txt"],
)
def test_a_picture_is_one_by_what_it_holds(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, hidden: str
) -> None:
    done = run(pack(tmp_path / "s.tar", {hidden: face}))
    assert [(row.path, row.outcome) for row in done.rows] == [(f"s.tar/{hidden}", "defended")]
    assert _black(unpacked(tmp_path / "out" / "s.tar")[hidden])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("1.mp4", b"\0\0\0\x20ftypisom", "video"),
        ("1.bin", b"\0\0\0\x20ftypisom", "video"),
        ("1.json", b'{"image": "/9j/4AAQSkZJRg"}', "base64"),
        ("1.txt", b"iVBORw0KGgoAAAANSUhEUg", "base64"),
        ("1.heic", b"\0\0\0\x20ftypheic", ""),
        ("1.jpg.gz", b"\x1f\x8b damaged", "damaged"),
    ],
)
def test_what_may_show_a_face_and_cannot_be_changed_is_left_out(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, name: str, content: bytes, why: str
) -> None:
    members = {"1.jpg": face, name: content, "2.txt": b"stays"}
    done = run(pack(tmp_path / "s.tar", members))
    assert [row.path for row in done.rows] == ["s.tar/1.jpg", f"s.tar/{name}"]
    assert {row.outcome for row in done.rows} <= {"failed", "unreadable"}
    assert why in done.rows[1].reason
    assert list(unpacked(tmp_path / "out" / "s.tar")) == ["2.txt"]


def test_members_that_lead_elsewhere_are_refused(tmp_path: Path, run: Run, face: bytes) -> None:
    links = {"2.jpg": tarfile.SYMTYPE, "3.jpg": tarfile.LNKTYPE, "4.jpg": tarfile.CHRTYPE,
             "5.jpg": tarfile.FIFOTYPE}  # fmt: skip
    names = ["../1.jpg", "/1.jpg", "a/../../1.jpg", "C:\\1.jpg", "..\\1.jpg"]
    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        for name, kind in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
            caption = tarfile.TarInfo(name.replace("jpg", "txt"))
            tar.addfile(caption)
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(face)
            tar.addfile(member, io.BytesIO(face))
        folder = tarfile.TarInfo("good")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    done = run(tmp_path / "s.tar")
    assert {row.path.removeprefix("s.tar/") for row in done.rows} == {*links, *names}
    assert {row.outcome for row in done.rows} == {"failed"}
    assert all(row.reason for row in done.rows)
    assert list(unpacked(tmp_path / "out" / "s.tar")) == ["good"]


def test_compressed_tars_and_members(tmp_path: Path, pack: Pack, run: Run, face: bytes) -> None:
    text = gzip.compress(b"x" * 99)
    members = {"1.jpg.gz": gzip.compress(face), "1.txt.gz": text, "2.jpg": face}
    assert not run(pack(tmp_path / "s.tar.gz", members)).failed
    assert not run(pack(tmp_path / "s.tar", members)).failed
    new = unpacked(tmp_path / "out" / "s.tar.gz")
    assert new == unpacked(tmp_path / "out" / "s.tar")
    assert _black(gzip.decompress(new["1.jpg.gz"]))
    assert new["1.txt.gz"] == text
    stored = (tmp_path / "out" / "s.tar.gz").read_bytes()
    assert stored[:2] == b"\x1f\x8b"
    assert stored[3:8] == bytes(5)  # no name of a file, no time


def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _no_end(data: bytes) -> bytes:
    return data.rstrip(b"\0") + bytes(-len(data.rstrip(b"\0")) % 512)


def _bad_header(data: bytes) -> bytes:
    at = data.index(b"2.jpg")
    return data[:at] + b"9" + data[at + 1 :]


def _vanishes(data: bytes) -> bytes:
    """Let a member say that it is a header of the next one, with a right check sum."""
    at = data.index(b"2.jpg")
    header = bytearray(data[at : at + 512])
    header[156:157] = b"x"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return data[:at] + bytes(header) + data[at + 512 :]


def _goes_on(data: bytes) -> bytes:
    return data + data


@pytest.mark.parametrize(
    "damage",
    [_cut, _no_end, _bad_header, _vanishes, _goes_on, lambda _: b"no tar", lambda _: b""],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_shard_is_not_written_at_all(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, damage: object, packed: bool
) -> None:
    source = pack(tmp_path / "s.tar", {"1.jpg": face, "2.jpg": face})
    broken = damage(source.read_bytes())  # type: ignore[operator]
    source.write_bytes(gzip.compress(broken) if packed else broken)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "s.tar").write_bytes(b"of an earlier run")
    done = run(source)
    assert done.failed
    assert str(tmp_path) not in done.failed
    assert not done.rows
    assert not list((tmp_path / "out").iterdir())


def test_damaged_compression_is_noticed(tmp_path: Path, pack: Pack, run: Run, face: bytes) -> None:
    source = pack(tmp_path / "s.tar.gz", {"1.jpg": face})
    data = bytearray(source.read_bytes())
    data[-6] ^= 1  # the check sum of all
    source.write_bytes(data)
    assert "CRC" in run(source).failed


def test_names_that_are_no_text_and_twins(
    tmp_path: Path, pack: Pack, run: Run, face: bytes
) -> None:
    odd = os.fsdecode(b"\xff\xfe.jpg")
    long = "a" * 150 + "/" + "b" * 120 + ".jpg"
    members = {odd: face, "new\nline.jpg": face, "A.jpg": face, "a.jpg": face, long: face}
    done = run(pack(tmp_path / "s.tar", members))
    assert list(unpacked(tmp_path / "out" / "s.tar")) == list(members)
    assert [row.path for row in done.rows] == [
        "s.tar/\\xff\\xfe.jpg", "s.tar/new\nline.jpg", "s.tar/A.jpg", "s.tar/a.jpg",
        f"s.tar/{long}",
    ]  # fmt: skip
    assert len({row.path for row in done.rows}) == len(members)


def test_members_of_one_name_draw_for_themselves(
    tmp_path: Path, run: Run, config: ShardConfig
) -> None:
    """The same noise on two photos could be subtracted."""
    from dataclasses import replace

    from unmask.defenses import DEFENSES

    noise = replace(config.settings, defense=DEFENSES.build("noise:sigma=1.0"))
    picture = encoded(FACE, "PNG")
    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        for _ in range(2):
            member = tarfile.TarInfo("1.png")
            member.size = len(picture)
            tar.addfile(member, io.BytesIO(picture))
    done = run(tmp_path / "s.tar", replace(config, settings=noise))
    assert [row.path for row in done.rows] == ["s.tar/1.png", "s.tar/1.png#2"]
    with tarfile.open(tmp_path / "out" / "s.tar") as tar:
        one, two = (tar.extractfile(member).read() for member in tar)  # type: ignore[union-attr]
    assert one != two


def test_a_scattered_sample_is_left_out_from_its_picture_on(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, wall: bytes
) -> None:
    members = {"1.png": wall, "2.jpg": face, "1.txt": b"about 1", "2.txt": b"about 2"}
    run(pack(tmp_path / "s.tar", members))
    assert list(unpacked(tmp_path / "out" / "s.tar")) == ["2.jpg", "2.txt"]


def test_what_macos_leaves_beside_files_is_left_out(
    tmp_path: Path, pack: Pack, run: Run, face: bytes
) -> None:
    done = run(pack(tmp_path / "s.tar", {"._1.jpg": face, ".DS_Store": b"?", "1.jpg": face}))
    assert list(unpacked(tmp_path / "out" / "s.tar")) == ["1.jpg"]
    assert done.hidden == 2


def test_what_a_killed_worker_left_is_swept(
    tmp_path: Path, pack: Pack, run: Run, face: bytes
) -> None:
    source = pack(tmp_path / "s.tar", {"1.jpg": face})
    run(source)
    from unmask.defenses.apply.shards.records import Shard
    from unmask.defenses.apply.shards.shard import _mark

    left = tmp_path / "out" / f".unmask-{_mark(Shard(source, source, 's.tar'))}abc.tar"
    left.write_bytes(b"half")
    other = tmp_path / "out" / ".unmask-of-another-worker.tar"
    other.write_bytes(b"half")
    run(source)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"s.tar", other.name}


@pytest.mark.parametrize(
    ("name", "key"),
    [("1.jpg", "1"), ("a.b/1.left.jpg", "a.b/1"), ("a/1", ""), ("a.b/1", ""), (".x", ""),
     ("new\nline.jpg", "new\nline")],
)  # fmt: skip
def test_samples_are_those_of_webdataset(name: str, key: str) -> None:
    assert sample_of(name) == key
    filters = pytest.importorskip("webdataset.tariterators")
    if "\n" not in name:
        assert (filters.base_plus_ext(name)[0] or "") == key


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its own
def test_webdataset_reads_it(
    tmp_path: Path, pack: Pack, run: Run, face: bytes, wall: bytes
) -> None:
    webdataset = pytest.importorskip("webdataset")
    members = {
        "1.jpg": face, "1.txt": b"one", "2.png": wall, "2.txt": b"two", "3.jpg": face,
        "3.txt": b"three",
    }  # fmt: skip
    run(pack(tmp_path / "s.tar", members))
    read = webdataset.WebDataset(str(tmp_path / "out" / "s.tar"), shardshuffle=False)
    samples = [(one["__key__"], one["txt"]) for one in read.decode("rgb8")]
    assert samples == [("1", "one"), ("3", "three")]


def test_an_empty_wall_is_kept_where_that_was_asked_for(
    tmp_path: Path, pack: Pack, run: Run, config: ShardConfig, wall: bytes
) -> None:
    from dataclasses import replace

    copying = replace(config, settings=replace(config.settings, on_miss="copy"))
    done = run(pack(tmp_path / "s.tar", {"1.png": wall, "1.txt": b"one"}), copying)
    assert [row.outcome for row in done.rows] == ["no_face"]
    new = unpacked(tmp_path / "out" / "s.tar")
    assert list(new) == ["1.png", "1.txt"]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(new["1.png"]))), EMPTY)
