"""A real local Ray with two workers, one of which is killed in the middle of a comparison."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from unmask.evaluate.comparison.jobs import jobs_of
from unmask.evaluate.comparison.measured import Measured
from unmask.evaluate.comparison.on_ray import check_alike, machine, measure_on_ray
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.store import dump
from unmask.evaluate.comparison.workers import measure_all
from unmask.evaluate.data.scene import prepare
from unmask.evaluate.tuning import on_ray as tuning_on_ray
from unmask.evaluate.tuning.every import tune_all
from unmask.evaluate.tuning.goal import Goal

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Ray's own
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc"),
]
PLAN = Plan(("pixels",), ("ssim",), ("dlib",), budget="quick", everybody=False, seed=11)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start it once; the workers are known by a variable."""
    mark = str(tmp_path_factory.mktemp("ray"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNMASK_TEST", mark)
        patch.setenv("UNMASK_CACHE", mark)
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR",
                 object_store_memory=80 << 20)  # fmt: skip
        yield mark
        ray.shutdown()


def workers_of(mark: str) -> list[int]:
    """Return the numbers of our actors' processes, and of nobody else's."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended under way
            mine = f"UNMASK_TEST={mark}".encode() in (place / "environ").read_bytes()
            if mine and (place / "cmdline").read_bytes().startswith(b"ray::_Worker"):
                found.append(int(place.name))
    return found


def without_time(measured: Measured) -> str:
    attacks = tuple(replace(one, seconds=0) for one in measured.attacks)
    face = tuple(replace(one, seconds=0) for one in measured.face)
    utilities = tuple(replace(one, seconds=0) for one in measured.utilities)
    return dump(replace(measured, attacks=attacks, face=face, utilities=utilities, disclosed=(),
                        ceiling=()))  # fmt: skip


def test_a_killed_worker_changes_nothing(cluster: str) -> None:
    scene = prepare("orl:people=12,photos=3")
    jobs = jobs_of(scene, ["noise", "pixelate:blocks=4"], PLAN)
    jobs = [job for job in jobs if job.case in ("", "marked")]
    assert {bool(job.part) for job in jobs} == {True, False}
    begun: list[int] = []

    def begin(number: int) -> None:
        begun.append(number)
        if len(begun) == 4:  # two are done, so both workers run
            victims.extend(workers_of(cluster)[:1])
            os.kill(victims[0], signal.SIGKILL)

    victims: list[int] = []
    there = dict(measure_on_ray(jobs, scene, begin=begin))
    assert victims
    assert len(begun) == len(jobs) + 1, "the job of the dead worker is begun anew"
    here = dict(measure_all(jobs, scene))
    assert sorted(there) == sorted(here) == list(range(len(jobs)))
    for number in here:
        assert without_time(there[number]) == without_time(here[number])


@pytest.mark.skipif("UNMASK_SLOW_TESTS" not in os.environ, reason="searches a second time")
def test_searches_on_a_cluster_are_those_of_one_machine(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {
        "goal": Goal(max_leakage=0.8), "defenses": ["eye_bar", "none"], "trials": 2,
        "search": PLAN, "test": PLAN, "shares": (0.25, 0.375, 0.375), "few": True,
    }  # fmt: skip
    data = "orl:people=16,photos=4"
    there = tune_all(data, folder=tmp_path / "there", engine="ray", **settings)
    monkeypatch.setattr(tuning_on_ray, "on_ray", None)
    here = tune_all(data, folder=tmp_path / "here", **settings)
    assert there.as_dict()["failed"] == here.as_dict()["failed"]
    for name in ("iso.csv", "01-eye_bar/front.csv"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    names = [{p.name for p in (tmp_path / one).rglob("*.*")} for one in ("there", "here")]
    assert names[0] == names[1]


def test_a_machine_with_other_code_or_versions_is_refused() -> None:
    mine = machine(["none"], [PLAN])
    check_alike(mine, machine(["none"], [PLAN]))
    for key, name in (("code", "unmask"), ("versions", "numpy")):
        with pytest.raises(ValueError, match=rf"has other {key}: {name}: install the same"):
            check_alike(mine, {**mine, key: {**mine[key], name: "other"}})
