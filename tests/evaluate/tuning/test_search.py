"""Whole searches: known answers, resuming, several processes, shared storages."""

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages.journal import JournalFileBackend, JournalStorage

from unmask.defenses import DEFENSES
from unmask.evaluate import Plan, tune
from unmask.evaluate.cli import main
from unmask.evaluate.cli.specs import split_specs
from unmask.evaluate.comparison.plan import BUDGETS
from unmask.evaluate.statistics import clustered_interval
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.run import Tuned
from unmask.evaluate.tuning.samplers import SAMPLERS
from unmask.evaluate.tuning.trials import trial_rows

QUICK = Plan(("naive", "pixels"), ("ssim",), ("dlib",), budget="quick")
PIXELS = Plan(("pixels",), ("ssim",), budget="quick")  # asks no face model
DATA = "orl:people=12,photos=4"
SHARES = (0.25, 0.375, 0.375)
PLUGIN = Path(__file__).parents[2] / "sample_plugin"
SMALL = [
    "--split", "0.25,0.375,0.375", "--search-budget", "quick", "--budget", "quick",
    "--metrics", "ssim", "--few",
]  # fmt: skip


def small(folder: Path, defense: str = "pixelate", **settings: object) -> Tuned:
    given = {"data": DATA, "trials": 6, "search": QUICK, "test": QUICK, "shares": SHARES,
             "workers": 1, "few": True}  # fmt: skip
    return tune(defense, folder=folder, **{**given, **settings})  # type: ignore[arg-type]


def table(folder: Path, name: str = "trials.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def study_of(folder: Path) -> optuna.Study:
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    return optuna.load_study(study_name=None, storage=storage)


def table_of(folder: Path) -> list[dict[str, object]]:
    """Return the trials of a search that wrote no table."""
    return trial_rows(study_of(folder))


def program(*words: str) -> list[str]:
    """Return a program whose budget `quick` is two attackers: planted cases cost least."""
    code = (
        "from unmask.evaluate.cli import main; from unmask.evaluate.comparison import plan; "
        "plan.BUDGETS['quick'] = ('naive', 'pixels'); main()"
    )
    return [sys.executable, "-P", "-c", code, *words]


def test_front_chosen_and_outputs(tmp_path: Path) -> None:
    found = small(tmp_path / "run")
    run = tmp_path / "run"
    assert len(table(run)) == 6
    assert [row["defense"] for row in table(run)[:2]] == [
        "pixelate:blocks=32",
        "pixelate:blocks=2",
    ]
    leaks = [point.leakage.value for point in found.front]
    assert leaks == sorted(leaks)
    assert found.check is not None
    assert found.chosen
    assert found.check.defense == found.chosen.defense
    assert len(found.checked) == min(len(found.front), 8)
    assert found.opened == 1
    assert found.holds is None  # no limit was asked
    (spec,) = split_specs(f"@{run / 'chosen.json'}")
    assert DEFENSES.build(spec) == DEFENSES.build(found.chosen.defense)
    chosen = json.loads((run / "chosen.json").read_text("utf-8"))
    assert chosen["defense"] == "pixelate"
    assert chosen["holds"] is None
    for name in ("front.png", "curve.png"):
        assert (run / name).read_bytes().startswith(b"\x89PNG")
    page = (run / "report.html").read_text("utf-8")
    assert "optimism" in page
    assert "looked at once" in page
    assert study_of(run).metric_names == ["leakage", "ssim"]
    assert not (run / "pictures.sqlite").exists()
    assert len(list((run / "strips").iterdir())) == 6
    assert {row["test_leakage"] for row in table(run, "front.csv")} != {""}


def test_same_numbers_without_any_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = small(tmp_path / "a", "noise", trials=2)
    monkeypatch.setenv("UNMASK_CACHE", "off")
    bare = small(tmp_path / "b", "noise", trials=2, cached=False)
    assert [p.as_dict() for p in kept.points] == [p.as_dict() for p in bare.points]
    assert kept.check
    assert bare.check
    assert kept.check.as_dict() == bare.check.as_dict()


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("goal", [Goal(), Goal(max_leakage=0.9)])
def test_every_sampler_searches(tmp_path: Path, sampler: str, goal: Goal) -> None:
    found = small(tmp_path / "run", sampler=sampler, goal=goal, search_only=True, search=PIXELS)
    states = {row["state"] for row in table_of(tmp_path / "run")}
    assert states <= {"complete", "pruned"}
    assert found.points


def test_a_cap_nobody_can_hold(tmp_path: Path) -> None:
    found = small(tmp_path / "run", "eye_bar", goal=Goal(max_leakage=0.3))
    assert not found.holds
    assert found.chosen is None
    assert not (tmp_path / "run" / "chosen.json").exists()
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "No setting holds leakage at most 0.3" in page


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"goal": Goal(max_leakage=0.1)}, "not above chance: guessing names 1 in 4 .* 11 people"),
        ({"trials": 0}, "--trials must be at least 1"),
        ({"sampler": "dice"}, "sampler must be one of tpe"),
        ({"shares": (0.9, 0.05, 0.05)}, "need at least 3 people each"),
        ({"goal": Goal("psnr")}, "needs the metric psnr"),
        ({"jobs": 0}, "--jobs must be at least 1"),
        ({"storage": "nosuchdb://x"}, "nosuchdb"),
    ],
)
def test_bad_input_is_one_clear_line(
    tmp_path: Path, settings: dict[str, object], rule: str
) -> None:
    with pytest.raises(Exception, match=rule) as caught:
        small(tmp_path / "run", **settings)
    assert isinstance(caught.value, ValueError | LookupError)
    assert "\n" not in str(caught.value)


def test_another_study_is_not_mixed_in(tmp_path: Path) -> None:
    storage = str(tmp_path / "shared.log")
    small(tmp_path / "a", storage=storage, trials=3, search_only=True)
    with pytest.raises(ValueError, match=r"other settings \(photos, split\)"):
        small(tmp_path / "b", storage=storage, search_only=True,
              search=Plan(QUICK.attackers, QUICK.metrics, budget="quick"),
              shares=(0.375, 0.25, 0.375))  # fmt: skip
    with pytest.raises(ValueError, match=r"other settings \(goal\)"):
        small(tmp_path / "c", storage=storage, search_only=True, goal=Goal(min_utility=0.5))


def test_killed_and_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    words = ["tune", "noise", DATA, "--trials", "6", "--out", str(run), *SMALL, "--quiet"]
    process = subprocess.Popen(program(*words), cwd=tmp_path)
    strips = run / "strips"
    for _ in range(4000):
        if process.poll() is not None or (strips.is_dir() and len(list(strips.iterdir())) >= 3):
            break
        time.sleep(0.05)
    assert process.poll() is None, "it was done before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {p.name: p.stat().st_mtime_ns for p in strips.iterdir()}
    assert not (run / "trials.csv").exists()
    monkeypatch.setitem(BUDGETS, "quick", QUICK.attackers)  # as `program` does
    monkeypatch.setattr(sys, "argv", ["unmask", *words, "--resume"])
    with pytest.raises(SystemExit) as done:
        main()
    assert not done.value.code
    rows = [row for row in table(run) if row["state"] in ("complete", "pruned")]
    assert len(rows) == 6
    after = {p.name: p.stat().st_mtime_ns for p in strips.iterdir()}
    for name in sorted(before)[:-1]:  # the last may have been written as the kill came
        assert after[name] == before[name]


def test_two_processes_share_a_journal(tmp_path: Path) -> None:
    script = tmp_path / "script.py"  # without a guard: it is not run again in the processes
    script.write_text(
        "from pathlib import Path\n"
        "from unmask.evaluate import Plan, tune\n"
        "print('runs')\n"
        "plan = Plan(('pixels',), ('ssim',), budget='quick')\n"
        f"tune('noise', {DATA!r}, folder=Path('run'), trials=10, search=plan, test=plan,"
        f" shares={SHARES}, few=True, jobs=2, search_only=True)\n"
    )
    done = subprocess.run([sys.executable, "-P", str(script)], cwd=tmp_path, check=False,
                          capture_output=True, text=True)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "runs\n"), done.stderr
    rows = [row for row in table_of(tmp_path / "run") if row["state"] == "complete"]
    assert len(rows) == 10
    assert len({row["trial"] for row in rows}) == 10


def test_what_goes_wrong_in_a_process_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"failed by ValueError: sampler must be one of tpe"):
        small(tmp_path / "run", sampler="dice", jobs=2)


def test_two_programs_share_a_postgresql_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = os.environ.get("UNMASK_TEST_POSTGRES")
    if not url:
        pytest.skip("UNMASK_TEST_POSTGRES is not set: no PostgreSQL server to test with")
    name = f"unmask-test-{os.getpid()}-{time.time_ns()}"
    running = [
        subprocess.Popen(
            program("tune", "noise", DATA, "--trials", "10", "--out", str(tmp_path / part), *SMALL,
                    "--quiet", "--storage", url, "--study", name, "--search-only"),
            cwd=tmp_path,
        )
        for part in ("a", "b")
    ]  # fmt: skip
    assert [process.wait(240) for process in running] == [0, 0]
    monkeypatch.setitem(BUDGETS, "quick", QUICK.attackers)  # as `program` does
    found = small(
        tmp_path / "c", "noise", trials=10, storage=url, study=name,
        search=Plan(metrics=("ssim",), budget="quick"),
    )  # fmt: skip
    rows = [row for row in table(tmp_path / "c") if row["state"] in ("complete", "pruned")]
    assert len(rows) == 10
    assert len(found.points) == 10
    strips = [{p.name for p in (tmp_path / part / "strips").iterdir()} for part in ("a", "b")]
    assert strips[0]
    assert strips[1]
    assert not strips[0] & strips[1]
    assert len(strips[0] | strips[1]) == 10


def test_a_known_answer_is_found(tmp_path: Path) -> None:
    """`dial` leaks exactly where it signs: the weakest strength that holds is known."""
    run = tmp_path / "run"
    dial = _dial()
    tune(
        dial.Dial(), "orl:people=30,photos=8", shares=(0.2, 0.4, 0.4), few=True, trials=30,
        goal=Goal(max_leakage=0.6), search=QUICK, test=QUICK, folder=run, names=True,
        search_only=True,
    )  # fmt: skip
    finished = [row for row in table_of(run) if row["state"] == "complete"]
    holding = [row for row in finished if float(str(row["leakage_high"])) <= 0.6]
    best = max(holding, key=lambda row: float(str(row["ssim"])))
    found = float(str(best["defense"]).partition("strength=")[2].partition(",")[0])
    assert found == pytest.approx(_truth(run, dial.place, cap=0.6), rel=0.05)


def _dial() -> Any:
    """Return the module of the plug-in, which is installed nowhere."""
    spec = importlib.util.spec_from_file_location("dial_plugin", PLUGIN / "dial_plugin.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def _truth(run: Path, place: Callable[[str], float], cap: float) -> float:
    """Return the weakest strength whose interval ends below the cap, from the photos' places."""
    split = json.loads((run / "config.json").read_text("utf-8"))["split"]
    keys = [key for key in split["probe"] if key.split("/")[0] in split["search"]]
    people = [key.split("/")[0] for key in keys]
    chance = 1 / len(set(people))
    for strength in sorted({place(key) for key in keys}):
        credits = [chance if place(key) <= strength else 1.0 for key in keys]
        if clustered_interval(credits, people).high <= cap:
            return strength
    raise AssertionError("no strength holds")
