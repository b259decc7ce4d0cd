"""Which sampler finds most in few trials: `python -m unmask.benchmarks.samplers OUT.md`.

Two defenses are tuned (leakage against SSIM), one of them also under a limit, by every
sampler over several seeds. Equal
settings are measured once and taken from the cache after that, so the figures do not depend
on the order.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from unmask.defenses.files.atomic import replacing, write_text
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.samplers import SAMPLERS
from unmask.evaluate.tuning.spaces import search_space
from unmask.evaluate.tuning.study import open_study, work
from unmask.evaluate.tuning.task import Task
from unmask.evaluate.tuning.trials import points_of
from unmask.threads import pin_threads

from .origin import origin

DEFENSES = ("gaussian_blur:region=image", "dp_pix:region=image")
SPACES = {DEFENSES[0]: "sigma=0.02..2"}
CAP = 0.6  # what 8 search people can show
CASES = (*((defense, Goal()) for defense in DEFENSES), (DEFENSES[1], Goal("ssim", CAP)))
MARKS = (10, 20, 40)
Curves = dict[str, np.ndarray]


def curves(defense: str, goal: Goal, scene: Scene, seeds: int, trials: int) -> Curves:
    """Return `(seeds, trials)`, by sampler: what was reached after each trial.

    That is hypervolume, or under a limit the best SSIM of a setting that holds it.
    """
    found: Curves = {}
    for sampler in SAMPLERS:
        rows = []
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as folder:
                rows.append(_one(defense, goal, scene, Path(folder), sampler, seed, trials))
        found[sampler] = np.array(rows)
    return found


def _one(
    defense: str, goal: Goal, scene: Scene, folder: Path, sampler: str, seed: int, trials: int
) -> list[float]:
    plan = Plan(("naive", "matched", "pixels"), ("ssim",), budget="quick", seed=0)
    space = search_space(defense, SPACES.get(defense, ""))
    task = Task(defense, space, goal, scene, plan, folder, trials, sampler, sampler_seed=seed)
    work(task)
    points = points_of(open_study(task))
    if goal.limited:
        holding = [(p.number or 0, goal.gain(p)) for p in points if goal.violation(p) <= 0]
        return [max((gain for n, gain in holding if n < t), default=0.0)
                for t in range(1, trials + 1)]  # fmt: skip
    values = [goal.hypervolume(points[: number + 1]) for number in range(len(points))]
    return [*values, *[values[-1]] * (trials - len(values))]  # a grid may be used up


def main() -> None:
    """Measure, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default="orl:people=24,photos=6")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=40)
    given = parser.parse_args()
    pin_threads()
    scene = prepare(given.data, part="search", shares=(0.25, 0.5, 0.25))
    marks = [mark for mark in MARKS if mark <= given.trials]
    lines = [
        "# Samplers",
        "",
        f"`python -m unmask.benchmarks.samplers {shlex.join(sys.argv[1:])}`",
        "",
        f"Hypervolume of (leakage, SSIM), mean over {given.seeds} seeds with the standard "
        f"deviation, {scene.people} search people of {scene.dataset}, budget quick.",
        f"Under a limit: the best SSIM of a setting whose interval of leakage ends at {CAP} or "
        "below, 0 where there is none.",
        origin(),
        "",
    ]
    figure = Figure(figsize=(4.5 * len(CASES), 4), layout="constrained")
    for number, (defense, goal) in enumerate(CASES, 1):
        found = curves(defense, goal, scene, given.seeds, given.trials)
        axes = figure.add_subplot(1, len(CASES), number)
        title = f"{defense}, leakage at most {CAP}" if goal.limited else defense
        heads = " | ".join(f"{mark} trials" for mark in marks)
        lines += [f"## {title}", "", f"| sampler | {heads} |", "| --- " * (len(marks) + 1) + "|"]
        for sampler, values in found.items():
            cells = [
                f"{values[:, m - 1].mean():.4f} ± {values[:, m - 1].std():.4f}" for m in marks
            ]
            lines.append(f"| {sampler} | {' | '.join(cells)} |")
            axes.plot(range(1, given.trials + 1), values.mean(0), label=sampler)
        lines.append("")
        axes.set(title=title, xlabel="trials", ylabel="SSIM" if goal.limited else "hypervolume")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    write_text(given.out, "\n".join(lines))
    with replacing(given.out.with_suffix(".png")) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


if __name__ == "__main__":
    main()
