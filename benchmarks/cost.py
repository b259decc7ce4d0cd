"""What `compare` costs, step by step: `python -m unmask.benchmarks.cost OUT.md DATA [OPTION ...]`.

Three runs of one command, each with a cache of its own that holds face models alone: in one
process, with every step timed; then with two workers, cold and once more warm. Processor seconds
count, for others may use the machine. A step's own time is without the steps within it. OPTIONs
are those of `compare`, for example `--defenses "gaussian_blur mask"`. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from unmask.defenses.files.atomic import write_text
from unmask.defenses.files.cache import cache_folder

from .origin import origin
from .processes import UNMASK, Cost, measured

KINDS = ("defenses", "planted cases", "clean parts", "the rest")
_ALONE = (sys.executable, "-m", "unmask.benchmarks.cost", "--timed")


class Step(NamedTuple):
    """What is timed: functions of one kind.

    Args:
        name: as the table says.
        module: below `unmask`.
        functions: names in there, `Class.method` where they are methods.
    """

    name: str
    module: str
    functions: tuple[str, ...]


def _attacker(name: str) -> Step:
    kind = name.capitalize()
    return Step(
        f"attacker `{name}`", f"evaluate.attackers.{name}", (f"{kind}.fit", f"{kind}.scores")
    )


STEPS = (
    Step("finding faces of clean photos", "evaluate.data.scene", ("prepare",)),
    Step("faces on defended photos", "evaluate.metrics.refound", ("find_many",)),
    Step("defending", "evaluate.comparison.defending", ("defend_all",)),
    Step("cutting faces out", "evaluate.recognizers.dlib_resnet", ("DlibResNet.chip",)),
    Step("cutting faces out", "evaluate.recognizers.onnx", ("Onnx.chip",)),
    Step("face model dlib", "evaluate.recognizers.dlib_resnet", ("DlibResNet.forward",)),
    Step("face model SFace", "evaluate.recognizers.onnx", ("Onnx.forward",)),
    Step("the rest of embedding (cache)", "evaluate.recognizers.base", ("Recognizer.embed",)),
    *map(_attacker, ("naive", "matched", "pixels", "sought", "probed", "purified", "look",
                     "linkage", "retrained", "restored")),
    Step("`sought`: looking for faces", "evaluate.attackers.sought", ("faces_anew",)),
    Step("weights of heads", "evaluate.attackers.retrained", ("fuse",)),
    Step("heads (PCA, LDA, logistic)", "evaluate.attackers.heads", ("Head.fit", "Head.scores")),
    Step("scores into credits", "evaluate.comparison.attacking", ("_judge",)),
    Step("parts of photos", "evaluate.comparison.parts", ("within", "_emptied")),
    Step("ceiling", "evaluate.comparison.measure", ("ceiling",)),
    Step("likeness of the release", "evaluate.comparison.measure", ("unlike",)),
    Step("metrics", "evaluate.comparison.measure", ("_utility",)),
    Step("records and intervals", "evaluate.comparison.run",
         ("records_of", "differences", "planted_records")),
    Step("example faces", "evaluate.comparison.run", ("example_faces",)),
    Step("page", "evaluate.comparison.run", ("write_report",)),
    Step("keys of what is kept", "evaluate.comparison.remembering", ("measurement_key",)),
)  # fmt: skip


class Clock:
    """Processor seconds by step and kind of job, each without what is within it."""

    def __init__(self) -> None:
        self.spent: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.kind = KINDS[-1]
        self._open: list[str] = ["start and the rest"]
        self._since = 0.0  # all that the process took so far counts

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens within."""
        self._add()
        self._open.append(name)
        try:
            yield
        finally:
            self._add()
            self._open.pop()

    def _add(self) -> None:
        now = time.process_time()
        self.spent[self._open[-1], self.kind] += now - self._since
        self._since = now

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, timed as a step."""

        def timed(*given: Any, **more: Any) -> Any:
            with self.step(name):
                return function(*given, **more)

        return timed

    def job(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that does a job, and say of which kind it is."""

        def done(job: Any, scene: Any) -> Any:
            with self.step("attacking, the rest"):
                self.kind = KINDS[2 if job.part else 1 if job.case else 0]
                try:
                    return function(job, scene)
                finally:
                    self._add()
                    self.kind = KINDS[-1]

        return done


def timed(arguments: Sequence[str], out: Path) -> None:
    """Run `compare` in this process, and write what each step took as JSON."""
    from importlib import import_module

    from unmask.evaluate.cli import main
    from unmask.evaluate.comparison import workers

    clock = Clock()
    with ExitStack() as stack:
        for step in STEPS:
            module = import_module(f"unmask.{step.module}")
            for function in step.functions:
                owner: Any = module
                *above, name = function.split(".")
                for part in above:
                    owner = getattr(owner, part)
                if hasattr(owner, name):
                    made = clock.timed(step.name, getattr(owner, name))
                    stack.enter_context(patch.object(owner, name, made))
                else:
                    print(f"nothing to time: {step.module}.{function}", file=sys.stderr)
        stack.enter_context(patch.object(workers, "done_job", clock.job(workers.done_job)))
        try:
            sys.argv = ["unmask", "compare", *arguments]
            main()
        except SystemExit as end:
            if end.code:
                raise
    with clock.step("the end"):
        pass
    spent = [[name, kind, seconds] for (name, kind), seconds in clock.spent.items()]
    write_text(out, json.dumps(spent))


def by_step(spent: Sequence[tuple[str, str, float]]) -> Iterator[str]:
    """Yield a table of steps, the longest first."""
    every: defaultdict[str, float] = defaultdict(float)
    cells: defaultdict[tuple[str, str], float] = defaultdict(float)
    for name, kind, seconds in spent:
        every[name] += seconds
        cells[name, kind] += seconds
    yield "| step | " + " | ".join(KINDS) + " | all, CPU-s |"
    yield "| --- |" + " ---: |" * (len(KINDS) + 1)
    for name, seconds in sorted(every.items(), key=lambda one: -one[1]):
        parts = " | ".join(f"{cells[name, kind]:.1f}" for kind in KINDS)
        yield f"| {name} | {parts} | {seconds:.1f} |"
    sums = [sum(cells[name, kind] for name in every) for kind in KINDS]
    yield "| all | " + " | ".join(f"{one:.1f}" for one in sums) + f" | {sum(sums):.1f} |"


def _run(command: Sequence[str], cache: Path) -> Cost:
    found = measured(command, {"UNMASK_CACHE": str(cache)})
    if found.code:
        raise SystemExit(f"{shlex.join(command)} failed:\n{found.output[-2000:]}")
    return found


def page(data: str, options: Sequence[str], *, alone: bool) -> list[str]:
    """Measure, and return the tables as lines of Markdown."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="unmask-cost-") as place:
        home = Path(place)
        caches = [home / "alone", home / "two"]
        for cache in caches:
            cache.mkdir(mode=0o700)
            if (cache_folder() / "models").is_dir():
                shutil.copytree(cache_folder() / "models", cache / "models")
        if not alone:
            lines += ["| two workers | CPU-s | wall-s | MiB |", "| --- | ---: | ---: | ---: |"]
            for name in ("cold", "warm"):
                out = ["--out", str(home / name), "--workers", "2"]
                cost = _run([*UNMASK, "compare", data, *options, *out], caches[1])
                lines.append(
                    f"| {name} | {cost.cpu:.0f} | {cost.wall:.0f} | {cost.memory / 2**20:.0f} |"
                )
                print(lines[-1], file=sys.stderr, flush=True)
        found = home / "steps.json"
        out = ["--out", str(home / "alone-run"), "--workers", "1"]
        _run([*_ALONE, str(found), data, *options, *out], caches[0])
        lines += ["", *by_step(json.loads(found.read_text()))]
    return lines


def main() -> None:
    """Write the tables."""
    if sys.argv[1:2] == ["--timed"]:
        timed(sys.argv[3:], Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("data", help="a dataset or folder, as of `compare`")
    parser.add_argument("--alone", action="store_true", help="only the table of steps")
    given, options = parser.parse_known_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    text = page(given.data, options, alone=given.alone)
    head = [
        f"# What `compare` costs on {given.data}", "",
        f"`python -m unmask.benchmarks.cost {shlex.join(sys.argv[1:])}`", "", origin(), "",
    ]  # fmt: skip
    write_text(given.out, "\n".join([*head, *text, ""]))


if __name__ == "__main__":
    main()
