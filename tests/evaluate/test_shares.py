"""Parts of a comparison, put together: what one run would have found, or nothing at all."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from unmask.evaluate.cli import app
from unmask.evaluate.comparison import run
from unmask.evaluate.comparison.jobs import Job
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import compare, compare_share
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import find
from unmask.evaluate.results.share import Share

ASKED = [
    "orl:people=12,photos=3", "--defenses", "none mask", "--budget", "quick", "--attackers",
    "pixels", "--metrics", "ssim", "--few",
]  # fmt: skip
LONE = ["--workers", "1"]
OWN = ("made", "records", "from_cache")  # of each run: when, how long it took, what was known


def told(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)


def refused(*folders: Path) -> str:
    with pytest.raises(ValueError, match="part") as caught:
        told("merge", *folders, "--out", folders[0].with_name("never"), *LONE)
    assert not folders[0].with_name("never").exists(), "what is refused leaves nothing"
    return str(caught.value)


def records(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "records.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) | {"seconds": 0, "run": ""} for line in lines]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two parts of a run, and beside it the whole run."""
    place = tmp_path_factory.mktemp("machines")
    for part in ("1/2", "2/2"):
        assert (
            told("compare", *ASKED, *LONE, "--part", part, "--out", place / "parts").exit_code == 0
        )
    with pytest.MonkeyPatch.context() as patch:  # else it would find what the parts measured
        patch.setenv("UNMASK_CACHE", str(place / "cache"))
        assert told("compare", *ASKED, *LONE, "--out", place / "whole").exit_code == 0
    return place / "parts"


@pytest.fixture
def parts(done: Path, tmp_path: Path) -> Path:
    """Parts that a test may spoil."""
    shutil.copytree(done, tmp_path / "parts")
    return tmp_path / "parts"


def edit(part: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    plain = json.loads((part / name).read_text("utf-8"))
    change(plain)
    (part / name).write_text(json.dumps(plain), "utf-8")


def test_parts_share_the_work(done: Path) -> None:
    jobs = [set(json.loads((done / f"part-{n}-of-2" / "part.json").read_text())["told"]["jobs"])
            for n in (1, 2)]  # fmt: skip
    assert not jobs[0] & jobs[1]
    assert len(jobs[0] | jobs[1]) == 16, "12 planted cases, 2 defenses, 2 parts of photos"
    assert not list(done.rglob("records.jsonl")), "a part alone proves nothing"


def test_merged_is_as_if_one_had_run(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "measure_all", _nobody)
    merged = tmp_path / "merged"
    one, two = sorted(done.iterdir())
    assert told("merge", two, one, "--out", merged, *LONE).exit_code == 0
    whole = done.with_name("whole")
    assert records(merged) == records(whole)
    assert (merged / "summary.csv").read_bytes() == (whole / "summary.csv").read_bytes()
    not_made = {"faces.json", "frontier.svg", "frontier.pdf"}  # in tests, but by fixtures
    listed = [{p.name for p in one.rglob("*")} - not_made for one in (merged, whole)]
    assert listed[0] == listed[1]
    for config in (merged, whole):
        edit(config, "config.json", lambda plain: [plain.pop(key) for key in OWN])
    assert (merged / "config.json").read_bytes() == (whole / "config.json").read_bytes()


def _nobody(jobs: Sequence[Job], *_: object, **__: object) -> Iterator[object]:
    assert not jobs, "all was measured in parts"
    yield from ()


def test_a_part_that_is_not_there_is_named_and_how_to_do_it(parts: Path) -> None:
    shutil.rmtree(parts / "part-2-of-2")
    assert refused(parts).startswith(
        "part 2/2 is missing; do it with: unmask compare orl:people=12"
    )
    assert f"--part 2/2 --out {parts} --resume" in refused(parts)


def test_a_part_counts_once(parts: Path, tmp_path: Path) -> None:
    shutil.copytree(parts / "part-1-of-2", tmp_path / "again")
    assert "part 1/2 is there twice" in refused(parts, tmp_path / "again")
    edit(tmp_path / "again", "part.json", lambda plain: plain.update(part="1/3"))
    assert "name the folders of one run" in refused(parts, tmp_path / "again")


def test_an_interrupted_part_is_finished_first(parts: Path) -> None:
    part = parts / "part-1-of-2"
    edit(part, "part.json", lambda plain: plain.update(finished=False, told={}))
    gone = sorted((part / "measured").iterdir())[0]
    gone.unlink()
    assert "part 1/2 is not finished" in refused(parts)
    assert (
        told("compare", *ASKED, *LONE, "--part", "1/2", "--out", parts, "--resume").exit_code == 0
    )
    assert gone.exists()
    assert told("merge", parts, "--out", parts.with_name("merged"), *LONE).exit_code == 0


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("part.json", lambda plain: plain["asked"].extend(["--seed", "1"]), "asked the same"),
        ("config.json", lambda plain: plain["plan"].update(seed=1), "(plan: seed)"),
        ("config.json", lambda plain: plain.update(photos="other"), "(photos)"),
        ("config.json", lambda plain: plain.update(split_hash="other"), "(split_hash)"),
        ("config.json", lambda plain: plain["code"].update(unmask="other"), "(code: unmask)"),
        ("config.json", lambda plain: plain["versions"].update(numpy="1"), "(versions: numpy)"),
        ("config.json", lambda plain: plain["defenses"].pop(), "(defenses)"),
    ],
)
def test_parts_are_of_one_run(
    parts: Path, name: str, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    edit(parts / "part-2-of-2", name, change)
    assert said in refused(parts)
    assert "part-2-of-2" in refused(parts)


def test_no_measurement_is_lost_or_replaced(parts: Path) -> None:
    one, other = sorted((parts / "part-2-of-2" / "measured").glob("*.json"))[:2]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    assert "holds another measurement than it noted" in refused(parts)
    one.unlink()
    assert "part 2/2" in (said := refused(parts))
    assert "lacks 'case " in said
    assert "do it again with: unmask compare" in said
    one.write_bytes(kept)


def test_folders_without_parts(tmp_path: Path, parts: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no part of a run" in refused(parts, tmp_path / "empty")
    with pytest.raises(ValueError, match="hold no parts of 'compare' or 'tune all'"):
        told("merge", tmp_path / "empty", "--out", tmp_path / "x")


def test_the_script_for_slurm_asks_for_parts_that_there_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "machines.md").read_text("utf-8")
    script = page[page.index("#!/bin/bash") :].partition("```")[0]
    first, last = re.findall(r"--array=(\d+)-(\d+)", script)[0]
    (line,) = [one for one in script.replace("\\\n", "").splitlines() if one.startswith("unmask")]
    program = typer.main.get_command(app).commands["compare"]  # type: ignore[attr-defined]
    for task in range(int(first), int(last) + 1):
        words = shlex.split(
            line.replace("$SLURM_ARRAY_TASK_ID", str(task)).replace("$SLURM_CPUS_PER_TASK", "2")
        )
        given = program.make_context("compare", words[2:]).params
        assert given["part"] == Share(task, int(last))


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_parts_count_from_1(text: str) -> None:
    with pytest.raises(ValueError, match="a part is I/N, as 3/8, from 1/8 to 8/8"):
        Share.parse(text)
    done = told("compare", "--part", text, "--out", "x")
    assert done.exit_code == 2


def test_a_part_needs_a_folder() -> None:
    done = told("compare", "orl", "--part", "1/2")
    assert done.exit_code == 2
    assert "a folder for all parts" in done.output


def test_every_thing_is_in_one_part() -> None:
    things = range(23)
    for of in (1, 2, 5, 23, 40):
        shares = [Share(number, of).mine(things) for number in range(1, of + 1)]
        assert sorted(thing for share in shares for thing in share) == list(things)


def test_rows_that_a_cheat_settled_in_a_part_are_measured_anew(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can tell in the part itself: the case that shows the cheat lies in another."""
    asked: list[Job] = []
    people = np.repeat(np.arange(8), 3)

    def measured(job: Job, *reached: tuple[str, float], spared: tuple[str, ...] = ()) -> Measured:
        attacks = tuple(
            Attack(name, name, informed=True, credits={"rank1": np.full(24, rank1)})
            for name, rank1 in reached
        )
        return Measured(job.spec, {}, people, ("defended",) * 24, attacks, (), spared=spared)

    def measure_all(jobs: Sequence[Job], *_: object, **__: object) -> Iterator[object]:
        asked.extend(jobs)
        for number, job in enumerate(jobs):
            if job.case:
                yield number, measured(job, ("pixels", 1.0), ("matched", 0.1))
            elif job.plan.everybody:
                yield number, measured(job, ("pixels", 1.0), ("matched", 0.6))
            else:
                yield number, measured(job, ("pixels", 1.0), spared=("matched",))

    monkeypatch.setattr(run, "measure_all", measure_all)
    plan = Plan(("pixels", "matched"), (), ("dlib",), everybody=False, seed=5)
    specs = ["none", "pixelate:blocks=8,region=image"]
    for number in (1, 2):
        compare_share(Share(number, 2), scene, specs, plan, folder=tmp_path / "parts", few=True)
    assert not any(job.plan.everybody for job in asked)
    asked.clear()
    found = compare(
        scene, specs, plan, folder=tmp_path / "run", few=True, parts=[tmp_path / "parts"]
    )
    assert [job.label for job in asked] == specs, "and no planted case"
    assert all(job.plan.everybody for job in asked)
    worst = find(found.records, kind="leakage", name="worst")
    assert [one.value for one in worst] == pytest.approx([0.6, 0.6])


def test_what_broke_in_a_part_is_said_and_tried_again(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[str] = []

    def measure_all(jobs: Sequence[Job], *_: object, **__: object) -> Iterator[object]:
        people = np.repeat(np.arange(8), 3)
        one = Measured("", {}, people, ("defended",) * 24, (), ())
        for number, job in enumerate(jobs):
            broken.append(job.label)
            why = {"status": "invalid", "reason": "the defense broke: OSError: no"}
            yield number, replace(one, defense=job.spec, **(why if job.label == "none" else {}))

    monkeypatch.setattr(run, "measure_all", measure_all)
    plan = Plan(("pixels",), (), ("dlib",), seed=6)
    for _ in range(2):
        found = compare_share(Share(1, 1), scene, ["none"], plan, folder=tmp_path / "parts",
                              few=True, resume=True)  # fmt: skip
        assert found["none"].broken
    assert broken.count("none") == 2
    assert broken.count("case constant") == 1
