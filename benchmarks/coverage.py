"""Do the printed figures hold? `python -m unmask.benchmarks.coverage OUT.md`.

Simulated attacks, so the truth is known. Some people are easy and some are hard to name, some
photos too, and attackers agree on that in part: of the variance behind an answer 0.3 is of the
person, 0.3 of the photo and 0.4 of one attacker on one photo. All attackers are equally good,
which is where the highest of them owes most to luck.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from scipy.stats import norm

from unmask.defenses.files.atomic import write_text
from unmask.evaluate.statistics import (
    Estimate,
    clustered_interval,
    paired_difference,
    person_interval,
    worst_case,
    worst_gaps,
)
from unmask.threads import pin_threads

from .origin import origin

Floats = NDArray[np.float64]
RATES = (0.1, 0.5)
SIZES = ((3, 1), (3, 4), (6, 4), (12, 1), (12, 4), (20, 4), (40, 4))
ATTACKERS = (1, 12)
DEFENSES = 12
DRAWS = 500  # resamples of one interval; a run takes 2000


def answers(rng: Generator, people: int, photos: int, rates: Floats) -> Floats:
    """Return `(*rates, people * photos)` right and wrong answers with these true rates.

    The last axis of `rates` are attackers; those before it share people, but not photos.
    """
    shape = rates.shape
    person = rng.normal(size=(people, 1))
    photo = rng.normal(size=(*shape[:-1], 1, people, photos))
    own = rng.normal(size=(*shape, people, photos))
    latent = np.sqrt(0.3) * person + np.sqrt(0.3) * photo + np.sqrt(0.4) * own
    right = latent < norm.ppf(rates)[..., None, None]
    return np.asarray(right.reshape(*shape, -1), np.float64)


def worst_lines(runs: int) -> Iterator[str]:
    """Yield a row per rate, size and number of attackers."""
    for rate in RATES:
        for people, photos in SIZES:
            for attackers in ATTACKERS:
                rng, who = default_rng(0), np.repeat(np.arange(people), photos)
                found = []
                for _ in range(runs):
                    right = answers(rng, people, photos, np.full(attackers, rate))
                    found.append(worst_case(dict(enumerate(right)), who, resamples=DRAWS).estimate)
                yield f"| {rate} | {people} x {photos} | {attackers} | {_told(found, rate)}"


def _told(found: list[Estimate], truth: float) -> str:
    printed = np.mean([e.value for e in found])
    low, high = np.mean([(e.low > truth, e.high < truth) for e in found], 0)
    return f"{printed:.3f} | {low:.1%} | {high:.1%} |"


def unequal_lines(runs: int, people: int = 40) -> Iterator[str]:
    """Yield a row per kind of data in which some people have many photos and most have few."""
    kinds = {"as all others": (0.2, 0.2), "harder to name": (0.3, 0.1), "easier": (0.1, 0.35)}
    for kind, (few, many) in kinds.items():
        rng = default_rng(0)
        counts = np.maximum(1, rng.lognormal(1.0, 1.2, 1_000_000)).astype(int)
        rate = np.where(counts < 8, few, many)
        photos, persons = float((counts * rate).sum() / counts.sum()), float(rate.mean())
        wrong = []
        for _ in range(runs):
            mine = rng.choice(counts, people)
            mean = np.where(mine < 8, few, many)
            own = rng.beta(mean * 7 / 3, (1 - mean) * 7 / 3)  # correlation within people 0.3
            who = np.repeat(np.arange(people), mine)
            right = (rng.random(len(who)) < own[who]).astype(float)
            ends = (
                person_interval(right, who, resamples=DRAWS),
                clustered_interval(right, who, resamples=DRAWS),
            )
            wrong.append([
                out
                for end, truth in zip(ends, (persons, photos), strict=True)
                for out in (end.low > truth, end.high < truth)
            ])  # fmt: skip
        shares = " | ".join(f"{share:.1%}" for share in np.mean(wrong, 0))
        yield f"| {kind} | {persons:.3f} | {photos:.3f} | {shares} |"


def difference_lines(runs: int) -> Iterator[str]:
    """Yield a row per number of people and pair of rates: where each end of a difference lies."""
    for people, photos in ((10, 1), (10, 4), (20, 4), (40, 4)):
        for rates in ((0.1, 0.05), (0.05, 0.1), (0.5, 0.5)):
            rng, who = default_rng(0), np.repeat(np.arange(people), photos)
            found = []
            for _ in range(runs):
                a, b = answers(rng, people, photos, np.array(rates))
                found.append(paired_difference(a, b, who, resamples=DRAWS))
            told = _told(found, rates[0] - rates[1])
            yield f"| {rates[0]} | {rates[1]} | {people} x {photos} | {told}"


def order_lines(runs: int) -> Iterator[str]:
    """Yield a row per kind of defenses: how often any, or the right one, is said to leak less."""
    equal = np.full((DEFENSES, 8), 0.2)
    lonely = equal.copy()
    lonely[DEFENSES // 2 :, 1:] = 0.06
    apart = [equal.copy() for _ in range(2)]
    for rates, high in zip(apart, (0.45, 0.6), strict=True):
        rates[0] = high
    who = np.repeat(np.arange(20), 4)
    for kind, rates, firsts in (
        ("all 0.2", equal, 0), ("all 0.2, half of them by one attacker alone", lonely, 0),
        ("0.45 against 0.2", apart[0], DEFENSES - 1), ("0.6 against 0.2", apart[1], DEFENSES - 1),
    ):  # fmt: skip
        rng = default_rng(0)
        single: list[float] = []
        together: list[float] = []
        for _ in range(runs):
            defenses = [dict(enumerate(right)) for right in answers(rng, 20, 4, rates)]
            gaps = worst_gaps(defenses, who, resamples=DRAWS)
            found = [gap.p <= 0.05 for gap in gaps]
            plain = [_apart(a, b, who) for a, b in combinations(defenses, 2)]
            for seen, shares in ((found, together), (plain, single)):
                shares.append(float(np.mean(seen[:firsts]) if firsts else any(seen)))
        what = "found" if firsts else "wrong in"
        yield f"| {kind} | {what} | {np.mean(single):.1%} | {np.mean(together):.1%} |"


def _apart(a: dict[int, Floats], b: dict[int, Floats], who: NDArray[np.int64]) -> bool:
    """Say whether one pair differs by itself, the best attack of each picked beforehand."""
    best = [max(side.values(), key=lambda right: float(right.mean())) for side in (a, b)]
    gap = paired_difference(best[0], best[1], who, resamples=DRAWS)
    return gap.low > 0 or gap.high < 0


def page(runs: int) -> str:
    """Simulate, and return the tables as Markdown."""
    return "\n".join([
        "## The highest of several attackers", "",
        "| truth | people x photos | attackers | printed, mean | lower end above the truth "
        "| upper end below the truth |",
        "| --- | --- | ---: | ---: | ---: | ---: |", *worst_lines(runs), "",
        "## Some people with many photos: two means, each with its own truth", "",
        "40 people with 1 to some hundred photos, half of them with one or two.", "",
        "| those with 8 photos or more are | true mean over people | over photos "
        "| people: lower end above | upper end below | photos: lower end above "
        "| upper end below |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |", *unequal_lines(runs), "",
        "## A paired difference of two attacks", "",
        "| truth of one | of the other | people x photos | printed, mean "
        "| lower end above the truth | upper end below the truth |",
        "| --- | --- | --- | ---: | ---: | ---: |", *difference_lines(runs), "",
        f"## Which of {DEFENSES} defenses truly leak less", "",
        "20 people with 4 photos, 8 attackers.", "",
        "| true leakage | | each pair by itself | all pairs together |",
        "| --- | --- | ---: | ---: |", *order_lines(max(runs // 4, 1)), "",
    ])  # fmt: skip


def publish(
    name: str, title: str, page: Callable[[int], str], *, runs: int, rest: str = ""
) -> None:
    """Simulate as often as the command line says, and write the page there.

    Args:
        name: of the module that is run.
        title: of the page.
        page: given the number of runs, returns the tables as Markdown.
        runs: how many a row, unless `--runs` says otherwise.
        rest: what must be known of them, in brackets.
    """
    parser = argparse.ArgumentParser(prog=f"python -m unmask.benchmarks.{name}")
    parser.add_argument("out", type=Path)
    parser.add_argument("--runs", type=int, default=runs)
    given = parser.parse_args()
    pin_threads()
    start = time.process_time()
    tables = page(given.runs)
    head = [f"# {title}", "", f"`{parser.prog} {shlex.join(sys.argv[1:])}`", "",
            f"{given.runs} simulated runs a row{rest}, 95 % intervals; "
            f"{time.process_time() - start:.0f} CPU-s. docs/statistics.md says what they mean.",
            origin(), ""]  # fmt: skip
    given.out.parent.mkdir(parents=True, exist_ok=True)
    write_text(given.out, "\n".join([*head, tables]))


if __name__ == "__main__":
    publish("coverage", "Do the printed figures hold?", page, runs=400,
            rest=" (the last table a quarter)")  # fmt: skip
