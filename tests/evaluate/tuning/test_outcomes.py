"""What becomes of a search: failures, second looks, reports made again, all defenses."""

import json
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages.journal import JournalFileBackend, JournalStorage
from typer.testing import CliRunner

from unmask.evaluate import Iso, Plan, Tuned, tune, tune_all
from unmask.evaluate.cli.main import app
from unmask.evaluate.comparison import gathering
from unmask.evaluate.comparison.certificates import prove
from unmask.evaluate.comparison.measure import Measured
from unmask.evaluate.comparison.plan import BUDGETS
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.share import Share
from unmask.evaluate.results.summary import Row
from unmask.evaluate.statistics import Estimate
from unmask.evaluate.tuning import check, every, objective, searches
from unmask.evaluate.tuning.again import read_search
from unmask.evaluate.tuning.every import tune_share
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.kept import kept
from unmask.evaluate.tuning.looks import for_two_looks
from unmask.evaluate.tuning.points import Point, point_of, point_of_row

PLAIN = CliRunner()
DATA = "orl:people=12,photos=5"
PLAN = Plan(("naive", "pixels"), ("ssim",), budget="quick")
SHARES = (0.25, 0.375, 0.375)


@pytest.fixture(scope="module", autouse=True)
def proven() -> Iterator[None]:
    """Let these few and quick attackers count as if they had seen every planted leak."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "prove", lambda cases: replace(prove(cases), doubts=()))
        yield


def small(folder: Path, defense: str = "pixelate", *, trials: int = 4, **more: Any) -> Tuned:
    return tune(defense, DATA, folder=folder, trials=trials, search=PLAN, test=PLAN,
                shares=SHARES, few=True, **more)  # fmt: skip


def study_of(folder: Path) -> optuna.Study:
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    return optuna.load_study(study_name=None, storage=storage)


def breaking(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each trial fail but the first so many."""
    done = 0

    def measured(found: Measured, **asked: Any) -> Point:
        nonlocal done
        done += 1
        if done > after:
            raise ZeroDivisionError("the rank\nis zero")
        return point_of(found)

    monkeypatch.setattr(objective, "point_of", measured)


def test_every_trial_failing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(0, monkeypatch)
    with pytest.raises(
        ValueError, match=r"all trials failed, 10 of them; the first: Zero.*rank; "
    ):
        small(tmp_path / "run")
    lines = (tmp_path / "run" / "trials.csv").read_text("utf-8").splitlines()
    assert len([line for line in lines if ",fail," in line]) == 10


def test_failures_are_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(3, monkeypatch)
    found = small(tmp_path / "run", search_only=True, trials=4)
    many = re.match(r"most trials failed: (\d+) of (\d+) trials failed; the first: "
                    r"ZeroDivisionError: the rank; trials.csv", found.notes[0])  # fmt: skip
    assert many
    assert int(many[2]) - int(many[1]) == len(found.points) == 3


def test_a_refused_value_comes_before_any_trial(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="did you mean 'head'"):
        small(tmp_path / "run", "mask", space="region=ellipse|haed")
    assert not (tmp_path / "run").exists()


def test_the_second_look_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    widened: list[str] = []

    def first_fails(row: Row, like: Point, leak: Record) -> Point:
        looks.append(like.defense)
        found = point_of_row(row, like, leak)
        if len(looks) > 1:
            return found
        return replace(found, utilities={"ssim": Estimate(0.0, 0.0, 0.0, 5)})

    def wider(
        like: Point, measured: Measured, counting: Collection[tuple[str, str]], **asked: Any
    ) -> Point:
        assert {"naive", "pixels/32/lda"} <= {name for name, _ in counting}
        widened.append(measured.defense)
        return for_two_looks(like, measured, counting, **asked)

    monkeypatch.setattr(check, "point_of_row", first_fails)
    monkeypatch.setattr(check, "for_two_looks", wider)
    monkeypatch.setattr(check, "next_stronger", lambda points, goal, first: points[1])
    settings: dict[str, Any] = {"goal": Goal(min_utility=0.2), "space": "blocks=32..4"}
    found = small(tmp_path / "run", **settings)
    assert len(looks) == 2
    assert found.opened == 2
    assert found.first
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "looked at twice by all studies in this storage" in page
    assert "1.25 % of cases" in page
    assert widened == looks  # each with what was measured of it
    again = small(tmp_path / "run", resume=True, **settings)
    assert again.opened == 2  # nothing new was seen


def test_more_trials_after_the_check(tmp_path: Path) -> None:
    first = small(tmp_path / "run", trials=3, sampler="random")
    more = small(tmp_path / "run", trials=7, sampler="random", resume=True)
    assert len(more.points) == 7
    other = {p.defense for p in first.front} != {p.defense for p in more.front}
    assert more.opened == 1 + other


def test_objectives_have_names_also_in_old_studies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    settings: dict[str, Any] = {"storage": storage, "study": "s", "search_only": True}
    with monkeypatch.context() as old:
        old.setattr(optuna.Study, "set_metric_names", lambda *_: None)
        small(tmp_path / "run", trials=2, **settings)
    assert optuna.load_study(study_name="s", storage=storage).metric_names is None
    small(tmp_path / "run", trials=3, resume=True, **settings)
    assert optuna.load_study(study_name="s", storage=storage).metric_names == ["leakage", "ssim"]
    small(tmp_path / "cap", trials=1, search_only=True, goal=Goal(max_leakage=0.9))
    assert study_of(tmp_path / "cap").metric_names == ["ssim"]


def test_a_report_is_made_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    small(run, "mask", trials=4, space="region=ellipse|head")
    made = ("report.html", "front.csv", "front.png", "importance.png", "chosen.json")
    before = {name: (run / name).read_bytes() for name in made}
    for name in made:
        (run / name).unlink()
    done = PLAIN.invoke(app, ["report", str(run)])
    assert done.exit_code == 0, done.output
    assert {name: (run / name).read_bytes() for name in made} == before

    (run / "tuned.json").write_text('{"schema": 2, "goal": {}}', "utf-8")
    with pytest.raises(ValueError, match=r"tuned\.json is damaged \(KeyError.*--resume --out"):
        PLAIN.invoke(app, ["report", str(run)], catch_exceptions=False)
    (run / "tuned.json").write_text("{", "utf-8")
    with pytest.raises(ValueError, match=r"tuned\.json is damaged"):
        PLAIN.invoke(app, ["report", str(run)], catch_exceptions=False)
    (run / "tuned.json").unlink()
    with pytest.raises(ValueError, match=r"holds a search without tuned\.json"):
        PLAIN.invoke(app, ["report", str(run)], catch_exceptions=False)


@pytest.fixture(scope="module")
def all_tuned(tmp_path_factory: pytest.TempPathFactory) -> Iso:
    return tune_all(
        "orl:people=20,photos=4", goal=Goal(max_leakage=0.8),
        folder=tmp_path_factory.mktemp("all") / "run",
        defenses=["mask:fill=black,region=image", "eye_bar", "none"], trials=3, search=PLAN,
        test=PLAN, shares=(0.2, 0.4, 0.4), few=True,
    )  # fmt: skip


def test_all_defenses_at_one_leakage(all_tuned: Iso) -> None:
    assert list(all_tuned.failed) == ["none"]
    assert all_tuned.best is all_tuned.tuned["mask:fill=black,region=image"]
    chosen = json.loads((all_tuned.folder / "chosen.json").read_text("utf-8"))
    assert (chosen["defense"], chosen["holds"]) == ("mask", True)
    assert "seen in 2 looks at the same test people" in chosen["picked_by"]
    page = (all_tuned.folder / "report.html").read_text("utf-8")
    assert "seen in 2 looks at the same test people" in page
    assert "1 of 2 defenses holds leakage at most 0.8 on the test people" in page
    assert "nothing to tune in" in page


def test_results_are_told_in_a_line(all_tuned: Iso) -> None:
    assert len(repr(all_tuned)) < 300
    assert all(len(repr(found)) < 300 for found in all_tuned.tuned.values())


def test_notes_of_some_defenses_name_them(all_tuned: Iso) -> None:
    spec, found = next(iter(all_tuned.tuned.items()))
    assert all_tuned.notes == list(found.notes)
    failing = replace(found, notes=("2 of 5 trials failed", *found.notes))
    told = replace(all_tuned, tuned={**all_tuned.tuned, spec: failing}).notes
    assert told == [f"{spec}: 2 of 5 trials failed", *found.notes]


def test_all_reports_are_made_again(all_tuned: Iso) -> None:
    # `compare` left reports of its own in the folders of the test people
    found = [p for p in all_tuned.folder.rglob("*") if not p.parent.name.startswith("test")]
    made = [p for p in found if p.name in ("report.html", "chosen.json")]
    made += [all_tuned.folder / "iso.csv", all_tuned.folder / "iso.png"]
    before = [path.read_bytes() for path in made]
    for path in made:
        path.unlink()
    assert PLAIN.invoke(app, ["report", str(all_tuned.folder)]).exit_code == 0
    assert [path.read_bytes() for path in made] == before


def test_all_on_screen_and_as_json(all_tuned: Iso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(every, "tune_all", lambda *_, **__: all_tuned)
    words = ["tune", "all", "orl", "--max-leakage", "0.8"]
    shown = PLAIN.invoke(app, words)
    assert shown.exit_code == 1  # one could not be tuned
    assert "! none could not be tuned: nothing to tune in" in shown.output
    assert "2 looks at the same test people" in " ".join(shown.output.split())
    assert f"use it: unmask apply @{all_tuned.folder / 'chosen.json'}" in shown.output
    found = json.loads(PLAIN.invoke(app, [*words, "--json"]).stdout)
    assert found["holds"] is True
    assert [entry["holds"] for entry in found["defenses"]] == [True, False]
    assert found["defenses"][0]["test"]["leakage"][2] < 0.8
    assert list(found["failed"]) == ["none"]
    nothing = replace(all_tuned, tuned={"eye_bar": all_tuned.tuned["eye_bar"]}, failed={})
    monkeypatch.setattr(every, "tune_all", lambda *_, **__: nothing)
    assert PLAIN.invoke(app, words).exit_code == 3


def test_parts_of_all_are_put_together(
    all_tuned: Iso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*all_tuned.tuned, *all_tuned.failed]
    asked = {"goal": all_tuned.goal, "defenses": names}
    here = [path.name for path in sorted(all_tuned.folder.glob("0*"))]

    def search(spec: str, *_: object, folder: Path, **__: object) -> Tuned:
        if spec in all_tuned.failed:
            raise ValueError(all_tuned.failed[spec])
        shutil.copytree(all_tuned.folder / folder.name, folder)
        return kept(folder)

    monkeypatch.setattr(searches, "tune", search)
    parts = tmp_path / "parts"
    for share in (Share(1, 2), Share(2, 2)):
        tune_share(share, folder=parts, **asked)  # type: ignore[arg-type]
    merged = tune_all(folder=tmp_path / "whole", parts=[parts], **asked)  # type: ignore[arg-type]
    assert merged.as_dict()["failed"] == all_tuned.as_dict()["failed"]
    assert (merged.folder / "iso.csv").read_bytes() == (all_tuned.folder / "iso.csv").read_bytes()
    assert sorted(path.name for path in merged.folder.glob("0*")) == here
    again = read_search(merged.folder)
    assert isinstance(again, Iso)
    assert again.columns == merged.columns

    lone = parts / "part-1-of-2"
    config = json.loads((lone / here[0] / "config.json").read_text("utf-8"))
    for key in ("photos", "sampler", "split_hash"):
        (lone / here[0] / "config.json").write_text(json.dumps({**config, key: "other"}), "utf-8")
        with pytest.raises(ValueError, match=rf"is of another run than part 1/2 \({key}\)"):
            tune_all(folder=tmp_path / "never", parts=[parts], **asked)  # type: ignore[arg-type]
    shutil.rmtree(lone)
    with pytest.raises(ValueError, match="part 1/2 is missing; do it with: unmask tune"):
        tune_all(folder=tmp_path / "never", parts=[parts], **asked)  # type: ignore[arg-type]
    assert not (tmp_path / "never").exists()


def test_without_a_limit_the_exit_code_is_0_and_nothing_is_advised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUDGETS, "quick", PLAN.attackers)  # planted cases cost least
    words = ["tune", "pixelate", DATA, "--trials", "3", "--out", str(tmp_path / "run"),
             "--search-budget", "quick", "--budget", "quick", "--metrics", "ssim",
             "--workers", "1", "--split", "0.25,0.375,0.375", "--few"]  # fmt: skip
    done = PLAIN.invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "unmask apply" not in done.output
    assert "No limit was asked" in done.output
    assert "checking on 4 test people" in done.stderr
