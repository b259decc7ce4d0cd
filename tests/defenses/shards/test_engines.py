"""What engines promise, without starting Ray: that takes long, see test_ray.py."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from unmask.defenses.apply.engines import on_ray as module
from unmask.defenses.apply.engines.on_ray import TRIES, on_ray


def _lost(number: object, why: str) -> str:
    return f"lost {number}: {why}"


def _fails(number: int) -> str:
    raise OSError(28, f"no room for {number}")


class _DeadError(Exception):
    pass


class _FailedError(Exception):
    cause: Exception


class _FakeRay:
    """As much of Ray as is used, in this process; a task that is named kills its actor."""

    def __init__(self, deadly: set[int], cores: int = 2) -> None:
        self.exceptions = SimpleNamespace(RayActorError=_DeadError, RayTaskError=_FailedError)
        self.deadly, self.cores = deadly, cores
        self.started: list[Any] = []
        self.begun: list[int] = []

    def is_initialized(self) -> bool:
        return True

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.cores}

    def remote(self, **_: Any) -> Any:
        def actor(cls: Any) -> Any:
            def start(*given: Any) -> Any:
                worker = cls(*given)
                handle = SimpleNamespace(do=SimpleNamespace(remote=lambda task: (worker, task)))
                self.started.append(handle)
                return handle

            return SimpleNamespace(remote=start)

        return actor

    def wait(self, refs: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        return refs[:num_returns], refs[num_returns:]

    def get(self, ref: Any) -> Any:
        worker, task = ref
        self.begun.append(task)
        if task in self.deadly:
            raise _DeadError("The actor died.\nAnd more.")
        try:
            return worker.do(task)
        except Exception as error:
            failed = _FailedError()
            failed.cause = error
            raise failed from error

    def kill(self, actor: Any) -> None:
        self.started.remove(actor)


def test_a_task_that_kills_every_actor_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = _FakeRay({1})
    monkeypatch.setattr(module, "_installed", lambda: ray)
    found = list(on_ray(lambda number: f"done {number}", range(3), lost=_lost))
    assert sorted(found) == ["done 0", "done 2", f"lost 1: its worker died {TRIES} times: "
                             "The actor died."]  # fmt: skip
    assert ray.begun.count(1) == TRIES
    assert ray.begun.count(0) == 1


def test_errors_of_ray_tasks_are_those_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_installed", lambda: _FakeRay(set()))
    with pytest.raises(OSError, match="no room for"):
        list(on_ray(_fails, range(3), lost=_lost, workers=1))


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'unmask\[ray\]'"):
        list(on_ray(_fails, range(3), lost=_lost))
