"""Advice as somebody with a folder of photos gets it."""

import json
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unmask.defenses.files.pictures import read_picture
from unmask.evaluate.advice import advise as room
from unmask.evaluate.advice.advise import advise
from unmask.evaluate.advice.table import Table
from unmask.evaluate.advice.words import lines
from unmask.evaluate.cli.main import app
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.results.folder import without_names
from unmask.evaluate.results.gate import above
from unmask.evaluate.results.records import SEEDS, Record, read_records, write_records

Faces = Callable[[int, int], Path]


@pytest.fixture(scope="module")
def labelled(faces: Faces) -> Path:
    """Four people, three photos each, and a copy of one of them."""
    root = faces(4, 3)
    first = min(root.rglob("*.png"))
    shutil.copy(first, first.with_name("again.png"))
    return root


def text_of(root: Path, limit: float, run: Path | None = None) -> str:
    return "\n".join(f"{one.about}: {one.text}"
                     for one in lines(advise(root, max_leakage=limit, run=run)))  # fmt: skip


def a_run(folder: Path, test: Sequence[str], *, budget: str = "standard", **more: object) -> Path:
    """Write the folder of a run in which a mask leaks 0.04."""
    folder.mkdir(parents=True)

    def record(spec: str, value: float, low: float, high: float, **more: object) -> Record:
        given = {"people": 40, "chance": 0.025, "attack": "matched", "recognizer": "dlib", **more}
        return Record("folder:our staff", "s", budget, spec, {}, "leakage", "worst", "rank1",
                      value=value, low=low, high=high, models="dlib", **given)  # type: ignore[arg-type]  # fmt: skip

    write_records(
        folder / "records.jsonl",
        [record("none", 1.0, 0.9, 1.0), record("mask:region=head", 0.04, 0.0, 0.08, **more)],
    )
    (folder / "config.json").write_text(json.dumps({"split": {"test": list(test)}}))
    return folder


def test_a_folder_is_looked_at(labelled: Path) -> None:
    told = text_of(labelled, 0.1)
    assert told.startswith("your photos: 13, 13 looked at: grey, 92 x 112; a face in 100 %, ")
    assert "(close crops)" in told
    assert "1 are exact copies" in told
    assert "4 sub-folders with several photos, taken as people" in told


def test_figures_of_others_are_called_that(labelled: Path) -> None:
    found = advise(labelled, max_leakage=0.1)
    told = text_of(labelled, 0.1)
    assert not found.own
    assert found.table.name == "orl"  # they are like it
    assert f"NOT of your people: of {found.table.people} others, of the ORL faces" in told
    assert "Yours may leak more" in told
    assert "to measure your own people takes 24 of them" in told
    assert "--measure" not in told


def test_enough_people_can_be_measured(faces: Faces) -> None:
    root = faces(24, 2)
    told = text_of(root, 0.1)
    assert f"unmask advise {shlex.quote(str(root))} --max-leakage 0.1 --measure" in told


def test_where_nothing_holds_nothing_is_to_be_applied(
    labelled: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "tables", lambda: (table,))
    told = text_of(labelled, 0.04)
    assert "advice: no measured setting is shown to hold 0.04." in told
    assert "The nearest is mask:margin=0.1,fill=black, and it does NOT hold: 2 of 100" in told
    assert "a proof needs about" in told
    assert "2 settings have only a lower bound, or no figure" in told
    assert "unmask apply mask" not in told
    assert "--max-leakage 0.05, by mask" in told


def test_where_one_holds_the_commands_follow(
    labelled: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "tables", lambda: (table,))
    found = {one.about: one for one in lines(advise(labelled, max_leakage=0.1))}
    assert "At most 10 of 100 photos of those people are named" in found["advice"].text
    assert shlex.split(found["apply"].text) == [
        "unmask", "apply", "gaussian_blur:sigma=0.3", str(labelled), f"{labelled}-anonymized"
    ]  # fmt: skip
    assert shlex.split(found["verify"].text)[2:] == [str(labelled), f"{labelled}-anonymized"]
    assert "an album is not shown to stay within 0.1" in found["beware"].text
    assert "no anonymizer of this region removes that" in found["around it"].text


def test_a_run_of_these_people(labelled: Path, tmp_path: Path) -> None:
    people = sorted(path.name for path in labelled.iterdir())
    run = a_run(tmp_path / "own", people[:2])
    told = text_of(labelled, 0.1, run)
    assert "of 40 people who are called like yours, measured earlier" in told
    assert "At most 8 of 100 photos are named" in told
    other = text_of(labelled, 0.1, a_run(tmp_path / "other", ["somebody"]))
    assert "NOT of your people" in other
    assert "At most 8 of 100 photos of those people are named" in other


def test_a_run_that_names_nobody_is_of_nobody_knows_whom(labelled: Path, tmp_path: Path) -> None:
    """As `compare` and `--measure` leave it: people are counted."""
    run = a_run(tmp_path / "run", ["s1"])
    settings = without_names({"split": {"test": ["s1", "s2"]}})
    (run / "config.json").write_text(json.dumps(settings), "utf-8")
    assert advise(labelled, max_leakage=0.1, run=run).own is None
    told = text_of(labelled, 0.1, run)
    assert "whom the run does not name" in told
    assert "NOT of your people" not in told
    assert "people of your folder" not in told
    assert "At most 8 of 100 photos of those people are named" in told


def test_what_a_run_does_not_know_is_not_advised(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "bound", ["s1"], status="at least", reason="an attack broke")
    assert advise(labelled, max_leakage=1.0, run=run).choice.chosen is None
    assert "None of them has a figure that may be relied on" in text_of(labelled, 1.0, run)
    quick = a_run(tmp_path / "quick", ["s1"], budget="quick")
    assert "Stronger attackers were not asked" in text_of(labelled, 0.1, quick)


def test_the_program(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", ["somebody"])
    sheet = tmp_path / "sheet.png"
    asked = ["advise", str(labelled), "--run", str(run), "--json", "--sheet", str(sheet)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["holds"] is True
    assert found["advice"]["defense"] == "mask:region=head"
    assert found["figures"]["own"] is False
    assert "unmask apply mask:region=head" in found["apply"]
    assert read_picture(sheet)[0].shape[1] > 700
    before = sheet.read_bytes()
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 1
    assert "is there already" in str(again.exception)
    assert sheet.read_bytes() == before
    strict = CliRunner().invoke(app, [*asked[:5], "--max-leakage", "0.05"])
    assert strict.exit_code == 3
    assert json.loads(strict.stdout)["advice"] is None
    assert json.loads(strict.stdout)["nearest"]["holds"] is False
    assert json.loads(strict.stdout)["apply"] is None


def test_the_sheet_says_what_does_not_hold(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", ["somebody"])
    sheet = tmp_path / "sheet.png"
    done = CliRunner().invoke(app, ["advise", str(labelled), "--run", str(run), "--max-leakage",
                                    "0.05", "--sheet", str(sheet)])  # fmt: skip
    assert done.exit_code == 3
    assert "(does NOT hold 0.05); it holds clean faces" in " ".join(done.stdout.split())


def test_a_folder_without_faces(tmp_path: Path) -> None:
    Image.fromarray(np.full((80, 80, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="no face was found in the 1 photos looked at"):
        advise(tmp_path)


def test_mistakes(labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no photos"):
        advise(tmp_path / "empty")
    with pytest.raises(ValueError, match="is the name right"):
        advise(tmp_path / "nothing")
    with pytest.raises(ValueError, match=r"no records\.jsonl"):
        advise(labelled, run=tmp_path)
    first = min(labelled.rglob("*.png"))
    (tmp_path / "flat").mkdir()
    shutil.copy(first, tmp_path / "flat")
    with pytest.raises(ValueError, match="to measure takes 24 people, each with several photos"):
        advise(tmp_path / "flat", measure_into=tmp_path / "run")


def test_measuring_first(faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of `compare`, which takes minutes and is tested elsewhere."""
    from unmask.evaluate.advice import measuring

    root = faces(24, 2)

    def prepare(data: str, **more: object) -> str:
        assert data == f"folder:{root}"
        assert more["drop_duplicates"] is True
        return "scene"

    def compare(scene: str, specs: Sequence[str], plan: Plan, *, folder: Path, **more: object
                ) -> None:  # fmt: skip
        assert (scene, plan.budget, plan.seed) == ("scene", "standard", 7)
        assert {"none", "mask:region=head", "gaussian_blur:sigma=0.3"} < set(specs)
        a_run(folder, ["somebody"])

    monkeypatch.setattr(measuring, "prepare", prepare)
    monkeypatch.setattr(measuring, "compare", compare)
    found = advise(root, max_leakage=0.1, measure_into=tmp_path / "run", seed=7)
    assert found.own
    assert found.choice.chosen
    assert found.choice.chosen.defense == "mask:region=head"


@pytest.mark.parametrize("limit", [0.02, 0.05, 0.2, 0.5, 1.0])
def test_no_strength_is_made_up(
    limit: float, labelled: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "tables", lambda: (table,))
    shown = advise(labelled, max_leakage=limit).setting
    assert shown in table.settings


def test_a_run_whose_records_were_changed_shows_nothing(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", ["s1"])
    settings = {"split": {"test": ["s1"]}, "records": "0123456789abcdef"}
    (run / "config.json").write_text(json.dumps(settings), "utf-8")
    with pytest.raises(ValueError, match="is not what the run wrote"):
        advise(labelled, max_leakage=0.1, run=run)


def test_other_code_than_was_measured_is_said(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", ["s1"])
    settings = {"split": {"test": ["s1"]}, "code": {"unmask": "of long ago"}}
    (run / "config.json").write_text(json.dumps(settings), "utf-8")
    assert "Measured with other code of unmask than is installed here" in text_of(
        labelled, 0.1, run
    )


@pytest.mark.parametrize(
    ("status", "high"), [("ok", 0.2), ("at least", 0.06), ("unavailable", None)]
)
def test_no_seed_may_be_above_the_limit(
    labelled: Path, tmp_path: Path, status: str, high: float | None
) -> None:
    """`compare --seeds --max-leakage` fails on the same records."""
    run = a_run(tmp_path / "run", ["s1"])
    records = read_records(run / "records.jsonl")
    low = None if high is None else 0.04
    records.append(
        replace(records[1], name=SEEDS, statistic="median", value=low, low=low, high=high,
                status=status, reason="seeds 0: 0.040, 1: 0.200")  # type: ignore[arg-type]
    )  # fmt: skip
    write_records(run / "records.jsonl", records)
    assert advise(labelled, max_leakage=0.1, run=run).choice.chosen is None
    assert len(above(records, 0.1)) == 2  # none, and this one


def test_the_upper_end_is_not_rounded_down_to_the_limit(labelled: Path, tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", ["s1"])
    records = read_records(run / "records.jsonl")
    records[1] = replace(records[1], high=0.10004)
    write_records(run / "records.jsonl", records)
    assert advise(labelled, max_leakage=0.1, run=run).choice.chosen is None


def test_luck_is_said_where_one_of_several_is_chosen(
    labelled: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "tables", lambda: (table,))
    assert "had its own chance to hold by luck on these people" in text_of(labelled, 0.1)
