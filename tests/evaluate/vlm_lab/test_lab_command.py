"""`audit-vlm lab` speaks like every other command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unmask.evaluate.cli import app
from unmask.evaluate.cli.lab_said import model_columns, strength_columns
from unmask.evaluate.cli.layout import table_lines
from unmask.evaluate.lab.cells import Cell, factorial
from unmask.evaluate.lab.report import strength_table
from unmask.evaluate.lab.results import MASKED, NO_IMAGE, OTHER, Probed, Result
from unmask.evaluate.vlm.opening import check_model

BLUR = "gaussian_blur:sigma=0.08,region=image"


def made(cell: Cell, defenses: tuple[str, ...]) -> Result:
    people = tuple(n // 3 for n in range(60))
    right = 0.3 if cell.tune != "clean" else 0.8
    return Result(cell, tuple(
        Probed(kind, tuple(float(n % 10 < 10 * share) for n in range(60)), (), people)
        for kind, share in (("clean", right), *((one, right / 2) for one in defenses),
                            (MASKED, 0.1), (OTHER, 0.0), (NO_IMAGE, 0.1))
    ), 0.05, 1.0)  # fmt: skip


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Train nothing; return what was asked for."""
    asked: dict[str, object] = {}

    def run_cells(cells: list[Cell], setting: object, **more: object) -> list[Result]:
        asked.update(more, cells=cells, setting=setting)
        setting.folder.mkdir(parents=True, exist_ok=True)  # type: ignore[attr-defined]
        found = [made(cell, setting.defenses) for cell in cells]  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr("unmask.evaluate.lab.run.run_cells", run_cells)
    return asked


def invoke(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["audit-vlm", "lab", *words], env={"COLUMNS": "80"})
    assert done.exit_code == code, done.output
    return done.output


def test_the_verdict_comes_first_and_all_fits(ran: dict[str, object], tmp_path: Path) -> None:
    out = invoke("orl", "--limit", "7", "--seeds", "0, 2", "--out", str(tmp_path / "run"))
    assert out.startswith("Trained on clean photos with names, the model names 0.800")
    assert "c/d/c named" in out
    assert "0.80 0.66-0.92" in out
    lines = [line for line in out.splitlines() if "written:" not in line]
    assert max(map(len, lines)) <= 80
    assert f"written: {tmp_path / 'run' / 'report.html'}" in out
    assert ran["setting"].data == "orl,people=7"  # type: ignore[attr-defined]
    assert ran["workers"] == 2
    assert {cell.seed for cell in ran["cells"]} == {0, 2}  # type: ignore[attr-defined]


def test_json_and_quiet(ran: dict[str, object], tmp_path: Path) -> None:
    records = json.loads(invoke("--json", "--seeds", "0", "--out", str(tmp_path / "a")))
    assert {record["name"] for record in records} == {"named/forced"}
    assert invoke("--quiet", "--seeds", "0", "--out", str(tmp_path / "b")) == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seeds", "a"], "--seeds: must be whole numbers"),
        (["--seeds", "-1"], "--seeds: must be whole numbers"),
        (["--stages", "dirty"], "--stages: must be clean or clean,defended"),
        (["--resume"], "--resume: needs --out"),
        (["orl,people=9", "--limit", "3"], "--limit: the data say how many people already"),
        (["--workers", "-1"], "--workers"),
    ],
)
def test_bad_usage_is_told_as_elsewhere(
    words: list[str], said: str, ran: dict[str, object]
) -> None:
    assert said in " ".join(invoke(*words, code=2).split())
    assert not ran


def test_a_stopped_lab_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("unmask.evaluate.lab.run.run_cells", stopped)
    monkeypatch.setattr("sys.argv", ["unmask", "audit-vlm", "lab", "orl"])
    out = invoke("orl", "--out", str(tmp_path / "run"), code=130)
    assert "finished models are kept. Go on with:\n  unmask audit-vlm lab orl --out" in out


def test_no_two_models_print_alike() -> None:
    specs = ("gaussian_blur:sigma=0.08,region=image", "gaussian_blur:sigma=0.081,region=image")
    results = [made(cell, specs) for cell in factorial(specs, (0,))]
    columns, said = model_columns(results, specs)
    assert len({*columns[0].cells}) == len(columns[0].cells) == len(results)
    assert f"d1: {specs[0]}, d2: {specs[1]}" in said
    for table in (columns, strength_columns(results, specs)):
        lines = [line for line in table_lines(table, 80) if " = " not in line]
        assert max(map(len, lines)) <= 80


def test_what_was_not_trained_has_no_row() -> None:
    results = [made(cell, (BLUR,)) for cell in factorial((BLUR,), (0,), defended=False)]
    assert [row[0] for row in strength_table(results, (BLUR,))] == ["trained on", "clean"]
    _, said = model_columns(results, (BLUR,))
    assert f"defended: {BLUR}" in said  # asked about, though no model saw it


def test_the_run_folder_of_a_lab_says_where_its_model_is(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    for name in ("config.json", "model/config.json", "model/lab.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ValueError, match=r"is a run of the lab and no model; give .*model"):
        check_model(str(tmp_path))
    check_model(str(tmp_path / "model"))
