"""Do intervals hold where people take turns? `python -m unmask.benchmarks.coverage_folds OUT.md`.

Unlike in `coverage`, whole protocols are simulated: people with features, a split, attackers who
learn from the background what differs from photo to photo of one person (and so depend on it),
and who then look for the nearest of a gallery. In folds everybody is asked about once, and is
background in all other folds; what is right of two people of one fold depends on the same
attacker, and two attackers have learned from nearly the same people.

The truth is what a protocol of that kind reaches on average, over people, splits and photos.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from unmask.evaluate.statistics import Estimate, worst_case

from .coverage import DRAWS, publish

Floats = NDArray[np.float64]
SIZE = 24  # features
VIEWS = 3  # attackers, each of whom sees two features of three
HARD = (0.9, 1.6)  # how far photos of one person lie apart: how strong the defense is


class Setting(NamedTuple):
    """How many people there are, with how many photos each, and how they take part."""

    people: int
    photos: int
    folds: int  # 1: half of the people are tested, a quarter is background

    def __str__(self) -> str:
        kind = f"{self.folds} folds" if self.folds > 1 else "one split"
        return f"{self.people} x {self.photos} | {kind}"


SETTINGS = [
    Setting(people, photos, folds)
    for people, photos in ((12, 2), (24, 4), (40, 10))
    for folds in (1, 2, 4)
]


def rounds(setting: Setting) -> list[tuple[slice, NDArray[np.int64]]]:
    """Return who is tested and who is background, for each fold; people are in no order."""
    people = setting.people
    if setting.folds == 1:
        return [(slice(people // 2, people), np.arange(people // 4))]
    size = people // setting.folds
    tested = [slice(start, start + size) for start in range(0, size * setting.folds, size)]
    return [(one, np.delete(np.arange(people), one)) for one in tested]


def simulated(rng: Generator, setting: Setting, spread: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return `(VIEWS, N)` right and wrong answers, and `(N,)` the person on each photo."""
    people, photos = setting.people, setting.photos
    known = photos // 2
    turn = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))[0]
    scale = spread * np.geomspace(3, 0.3, SIZE)  # photos differ most in what tells nothing
    care = np.exp(0.4 * rng.normal(size=(people, 1, 1)))  # some people are harder to name
    noise = rng.normal(size=(people, photos, SIZE)) * scale * care @ turn
    seen = rng.normal(size=(people, 1, SIZE)) + noise
    right: list[Floats] = []
    who: list[NDArray[np.int64]] = []
    for tested, background in rounds(setting):
        mine = seen[tested]
        right.append(np.array([
            _named(mine[..., view], known, seen[background][..., view])
            for view in (np.arange(SIZE) % VIEWS != v for v in range(VIEWS))
        ]))  # fmt: skip
        who.append(np.repeat(np.arange(people)[tested], photos - known))
    return np.concatenate(right, 1), np.concatenate(who)


def _named(seen: Floats, known: int, background: Floats) -> Floats:
    """Return whom the nearest mean names, where all that varies in the background counts less."""
    apart = (background - background.mean(1, keepdims=True)).reshape(-1, background.shape[-1])
    freedom = max(len(apart) - len(background), 1)
    spread = apart.T @ apart / freedom
    flat = np.trace(spread) / len(spread) * np.eye(len(spread))
    weight = np.linalg.inv(0.8 * spread + 0.2 * flat)
    gallery = seen[:, :known].mean(1)
    probes = seen[:, known:].reshape(-1, seen.shape[-1])
    gap = probes[:, None] - gallery[None]
    nearest = np.einsum("npd,de,npe->np", gap, weight, gap).argmin(1)
    truth = np.repeat(np.arange(len(seen)), seen.shape[1] - known)
    return np.asarray(nearest == truth, np.float64)


def lines(runs: int) -> Iterator[str]:
    """Yield a row per setting and strength."""
    for spread in HARD:
        for setting in SETTINGS:
            rng = default_rng(0)
            one: list[Estimate] = []
            best: list[Estimate] = []
            rates = []
            for _ in range(runs):
                right, who = simulated(rng, setting, spread)
                rates.append(right.mean(1))
                one.append(worst_case({0: right[0]}, who, resamples=DRAWS).estimate)
                best.append(worst_case(dict(enumerate(right)), who, resamples=DRAWS).estimate)
            truth = np.mean(rates, 0)
            asked = len(who) // (setting.photos - setting.photos // 2)
            size = asked // setting.folds
            yield (
                f"| {setting} | {size} | {asked} | {truth[0]:.2f} | {np.std(rates, 0)[0]:.3f} "
                f"| {_told(one, float(truth[0]))} | {_told(best, float(truth.max()))} |"
            )


def _told(found: list[Estimate], truth: float) -> str:
    low, high = np.mean([(e.low > truth, e.high < truth) for e in found], 0)
    width = np.mean([e.high - e.low for e in found])
    return f"{low:.1%} | {high:.1%} | {width:.2f}"


def page(runs: int) -> str:
    """Simulate, and return the table as Markdown."""
    return "\n".join([
        f"Of one attacker, and of the highest of {VIEWS}: how often an end of the interval is on "
        "the wrong side of the truth, and how far both ends lie apart.", "",
        "| people x photos | protocol | in a line-up | asked about | truth | spread of runs "
        "| lower end above | upper end below | width | of 3: lower end above | upper end below "
        "| width |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *lines(runs), "",
    ])  # fmt: skip


if __name__ == "__main__":
    publish("coverage_folds", "Do intervals hold where people take turns?", page, runs=400)
