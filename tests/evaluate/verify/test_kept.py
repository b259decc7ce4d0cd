"""Who was to stay visible is no survivor; whoever else is left, is."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from unmask.defenses.apply.manifest import read_rows, write_rows
from unmask.evaluate.verify import verify
from unmask.evaluate.verify.recorded import Kept, read_manifest

from .conftest import Folders

ONE, OTHER = (f"kept {name} (distance 0.21, at most 0.4)" for name in ("anna", "bo; kept c"))


def _keep(folders: Folders, name: str, reason: str) -> None:
    """Put the source in its place and say in the manifest who stays visible in it."""
    shutil.copy(folders.source / name, folders.output / name)
    digest = hashlib.sha256((folders.output / name).read_bytes()).hexdigest()
    path = folders.output / "manifest.csv"
    rows = read_rows(path)
    write_rows(path, [
        replace(row, reason=reason, hash_out=digest) if row.path == name else row for row in rows
    ])  # fmt: skip


def test_kept_faces_are_told_and_strangers_counted(folders: Folders) -> None:
    _keep(folders, "0.jpg", f"{ONE}; {OTHER}")
    _keep(folders, "2.jpg", ONE)  # and one that nobody speaks of
    _keep(folders, "a/1.jpg", f"{ONE}; {OTHER}")
    shutil.copy(folders.source / "a" / "3.jpg", folders.output / "a" / "1.jpg")  # not that file
    found = verify(folders.source, folders.output, leakage=False)
    assert {(one.path, one.kind) for one in found.of("note") if one.kind == "kept"} == {
        ("0.jpg", "kept")
    }
    assert {one.path for one in found.of("survivor")} == {"2.jpg", "a/1.jpg"}
    assert sum(one.kind == "untouched" for one in found.of("survivor")) >= 2
    (copy,) = (one for one in found.of("note") if one.detail.startswith("copy"))
    assert "the manifest says: kept anna" in copy.detail


def test_what_the_manifest_says_is_read_from_rows_of_this_very_file(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()

    def said(reason: str, hash_out: str = digest, path: str = "1.png") -> Kept | None:
        (tmp_path / "manifest.csv").write_text(
            f'path,faces,reason,hash_out\n{path},2,"{reason}",{hash_out}\n'
        )
        return read_manifest(tmp_path).kept("1.png", tmp_path / "1.png")

    assert said(f"looked at anew; {ONE}; {OTHER}") == Kept(2, 2, f"{ONE}; {OTHER}")
    assert said("kept: nobody") is None
    assert said(ONE, "") is None
    assert said(ONE, digest[::-1]) is None
    assert said(ONE, path="2.png") is None
