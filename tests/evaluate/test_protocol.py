"""Protocol files: written, read back, and refused where they would not be the same experiment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from PIL import Image
from typer.testing import CliRunner

from unmask.evaluate.cli.main import app
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.protocol import read_protocol
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.tuning.run import tune


def tree(root: Path, people: int = 12, photos: int = 4) -> Path:
    for person in range(people):
        for photo in range(1 if person == 0 else photos):
            path = root / f"Jo_Doe_{person:02d}" / f"{photo}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            noise = default_rng([person, photo]).integers(0, 255, (9, 9, 3), np.uint8)
            Image.fromarray(noise).resize((48, 48)).save(path)
    return root


def roles(scene: Scene) -> dict[str, list[str]]:
    return {
        name: [p.key for p in getattr(scene, name)] for name in ("gallery", "probes", "background")
    }


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path, Scene]:
    root, path = tree(tmp_path / "photos"), tmp_path / "protocol.json"
    return root, path, prepare(str(root), seed=3, drop_duplicates=True, write_to=path)


def test_the_same_split_in_another_copy(written: tuple[Path, Path, Scene], tmp_path: Path) -> None:
    root, path, first = written
    copy = tree(tmp_path / "elsewhere", people=14)  # with two people more, whom nobody names
    for data in (root, copy):
        again = prepare(str(data), seed=9, protocol=path, shares=(0.4, 0.2, 0.4))
        assert again.split == first.split
        assert again.split.hash == first.split.hash
        assert roles(again) == roles(first)
        assert (
            "roles are those of the protocol protocol.json; all 45 photos are the same files"
            in (again.notes)
        )
    for part in ("search", "test"):
        assert roles(prepare(str(copy), protocol=path, part=part)) == roles(
            prepare(str(root), seed=3, part=part)
        )


def test_sessions_are_not_dealt_again(tmp_path: Path) -> None:
    root, path = tree(tmp_path / "photos"), tmp_path / "protocol.json"
    table = tmp_path / "sessions.csv"
    keys = [p.relative_to(root).as_posix() for p in root.rglob("*.png")]
    lines = [f"{key},{int(Path(key).stem) // 3}" for key in keys]
    table.write_text("\n".join(["file,session", *lines]))
    first = prepare(str(root), sessions=table, write_to=path)
    assert roles(first) != roles(prepare(str(root)))
    assert roles(prepare(str(root), protocol=path)) == roles(first)


def test_other_files_are_said(written: tuple[Path, Path, Scene]) -> None:
    root, path, _ = written
    for person in (1, 2):
        file = root / f"Jo_Doe_{person:02d}" / "0.png"
        with Image.open(file) as picture:
            picture.convert("L").save(file)
    notes = prepare(str(root), protocol=path).notes
    assert any("2 of 45 photos are other files than its own" in note for note in notes)
    assert "Jo_Doe" not in " ".join(notes)


def test_what_the_data_lack_is_refused(written: tuple[Path, Path, Scene]) -> None:
    root, path, _ = written
    (root / "Jo_Doe_01" / "0.png").unlink()
    (root / "Jo_Doe_02" / "1.png").write_bytes(b"")
    why = r"names 45 photos, of which 2 are not in these data, first Jo_Doe_01/0.png: there is no"
    with pytest.raises(ValueError, match=why):
        prepare(str(root), protocol=path)
    with pytest.raises(ValueError, match=r"of which 45 are not in these data"):
        prepare("orl", protocol=path)


def test_what_would_deal_anew_is_refused(written: tuple[Path, Path, Scene]) -> None:
    root, path, _ = written
    with pytest.raises(ValueError, match="leave people= and photos= out of the data"):
        prepare(f"{root},people=10", protocol=path)
    for settings in ({"people": 5}, {"drop_duplicates": True}, {"sessions": "x.csv"}):
        with pytest.raises(ValueError, match="leave limit, sessions"):
            prepare(str(root), protocol=path, **settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="exists and says something else; name a new file"):
        prepare(str(root), seed=4, write_to=path)
    before = path.read_bytes()
    prepare(str(root), seed=3, drop_duplicates=True, write_to=path)  # as a run that goes on
    assert path.read_bytes() == before


def _edit(told: dict[str, Any], what: str) -> None:
    split, photos = told["split"], told["photos"]
    key, person = split["probe"][0], split["test"][0]
    del split["hash"]
    if what == "two roles":
        split["gallery"].append(key)
    elif what == "two parts":
        split["search"].append(person)
    elif what == "no person":
        del photos[key]
    elif what == "no role":
        photos["more/1.png"] = [person, ""]
    elif what == "nobody's":
        photos[key][0] = "Stranger"
    elif what == "twice":
        split["probe"].append(key)
    elif what == "no probe":
        lost = [k for k in split["probe"] if photos[k][0] == person]
        split["probe"] = [k for k in split["probe"] if k not in lost]
        for one in lost:
            del photos[one]
    elif what == "single":
        split["test"].append(split["background"].pop(split["background"].index("Jo_Doe_00")))
    elif what == "no split":
        del told["split"]
    elif what == "numbers":
        split["test"] = [1, 2, 3]
    elif what == "photos":
        told["photos"] = {key: "x"}
    elif what == "version":
        told["unmask protocol"] = 2
    elif what == "hash":
        split["hash"] = "0" * 16
    elif what == "other":
        told.pop("unmask protocol")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("two roles", "is in gallery and in probe"),
        ("two parts", r"is in search and test"),
        ("no person", "not said whose it is"),
        ("no role", "more/1.png has no role"),
        ("nobody's", "not said whose it is"),
        ("twice", "in probe twice"),
        ("no probe", "needs photos in gallery and in probe, and has gallery"),
        ("single", "'Jo_Doe_00' needs photos in gallery and in probe, and has single"),
        ("no split", "'split' must hold"),
        ("numbers", "'split' must hold"),
        ("photos", "'photos' must be an object"),
        ("version", "of version 2, this unmask reads 1"),
        ("hash", "says its split is 0000000000000000, but"),
        ("other", "is no protocol: it has no"),
    ],
)
def test_files_that_say_too_much_or_too_little(
    written: tuple[Path, Path, Scene], what: str, why: str
) -> None:
    _, path, _ = written
    told = json.loads(path.read_text())
    _edit(told, what)
    path.write_text(json.dumps(told))
    with pytest.raises(ValueError, match=why):
        read_protocol(path)


def test_a_file_by_hand_needs_no_hash_and_no_digest(written: tuple[Path, Path, Scene]) -> None:
    root, path, first = written
    told = json.loads(path.read_text())
    del told["split"]["hash"]
    told["photos"] = {key: [person, ""] for key, (person, _) in told["photos"].items()}
    path.write_text(json.dumps(told))
    again = prepare(str(root), protocol=path)
    assert again.split.hash == first.split.hash
    assert any("of 45 photos nobody knows" in note for note in again.notes)


def test_somebody_elses_photo(written: tuple[Path, Path, Scene]) -> None:
    """The keys are there, but the data say that others are on them."""
    root, path, _ = written
    lines = ["path,identity"]
    for file in sorted(root.rglob("*.png")):
        lines.append(f"{file.relative_to(root)},{file.parent.name.replace('04', '05')}")
    (root / "labels.csv").write_text("\n".join(lines))
    with pytest.raises(ValueError, match=r"shows 'Jo_Doe_04', these data say 'Jo_Doe_05'"):
        prepare(f"table:{root / 'labels.csv'}", protocol=path)


def test_damaged_protocols(written: tuple[Path, Path, Scene]) -> None:
    _, path, _ = written
    whole = path.read_bytes()
    rng = default_rng(0)
    for turn in range(60):
        data = bytearray(whole)
        at = int(rng.integers(len(data)))
        if turn % 2:
            del data[at:]
        else:
            data[at : at + 4] = rng.bytes(4)
        path.write_bytes(bytes(data))
        told = ""
        try:
            read_protocol(path)
        except ValueError as error:
            told = str(error)
        assert "\n" not in told
    for nonsense in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000):
        path.write_bytes(nonsense)
        with pytest.raises(ValueError, match="no protocol"):
            read_protocol(path)
    with pytest.raises(ValueError, match="cannot read"):
        read_protocol(path.parent)


def test_a_search_takes_it_too(
    written: tuple[Path, Path, Scene], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root, path, _ = written
    seen: list[Scene] = []

    def stop(*given: Any, **named: Any) -> Scene:
        seen.append(prepare(*given, **named))
        raise ValueError("far enough")

    monkeypatch.setattr("unmask.evaluate.tuning.run.prepare", stop)
    with pytest.raises(ValueError, match="far enough"):
        tune("pixelate", root, protocol=path, folder=tmp_path / "run", progress=False)
    assert roles(seen[0]) == roles(prepare(str(root), protocol=path, part="search"))


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, path = tree(tmp_path / "photos"), tmp_path / "protocol.json"
    scenes: list[Scene] = []

    def stop(deal: Callable[[int], Scene], _: object, plan: Plan, **__: object) -> None:
        scenes.append(deal(plan.seed))
        raise ValueError("far enough")

    monkeypatch.setattr("unmask.evaluate.comparison.run.compare", stop)
    common = ["compare", str(root), "--quiet", "--out", str(tmp_path / "run")]
    for options in (
        ["--seed", "3", "--write-protocol", str(path)],
        ["--seed", "4", "--protocol", str(path)],
    ):
        done = CliRunner().invoke(app, [*common, *options])
        assert "far enough" in str(done.exception), done.output
    assert roles(scenes[0]) == roles(scenes[1])
    assert scenes[0].split.hash == json.loads(path.read_text())["split"]["hash"]
    for refused in (
        ["--protocol", str(path), "--split", ".3,.3,.4"],
        ["--protocol", str(path), "--folds", "2"],
        ["--seed", "5", "--write-protocol", str(path)],
    ):
        done = CliRunner().invoke(app, [*common, *refused])
        assert done.exit_code
        assert len(scenes) == 2


def test_a_protocol_leaves_no_shares_to_be_set(tmp_path: Path) -> None:
    """`tune` took them and went by the protocol, silently."""
    path = tmp_path / "protocol.json"
    path.write_text("{}")
    asked = ["tune", "pixelate", "--protocol", str(path), "--split", "0.3,0.3,0.4"]
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 2
    assert "the protocol says who is in which part" in said.output
