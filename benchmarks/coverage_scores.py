"""Do figures from scores hold? `python -m unmask.benchmarks.coverage_scores OUT.md`.

As `unmask.benchmarks.coverage`, for what is read off scores and not off right and wrong answers.
A photo is a vector: that of its person, longer for some than for others, and noise. It is as
alike to a person as near to their vector, and to another photo as their directions are near. All
people are drawn anew in each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from unmask.evaluate.statistics import (
    Estimate,
    album_credits,
    album_name,
    chance_linkability,
    clustered_interval,
    d_sys,
    exposed_tenth,
    lineup_credits,
    open_credits,
    unlinkability,
    worst_case,
)

from .coverage import publish

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAWS = 500  # resamples of one interval; a run takes 2000
WIDTH = 16  # numbers in the vector of a photo


class Photos(NamedTuple):
    """`(N, WIDTH)` vectors, `(N,)` people, and `(P, WIDTH)` the vectors of these."""

    vectors: Floats
    people: Ints
    persons: Floats


def photos(rng: Generator, people: int, each: int, strength: float) -> Photos:
    """Return photos of people who are `strength` from the mean, some half and some twice."""
    lengths = strength * np.exp(rng.normal(scale=0.5, size=(people, 1)))
    persons = lengths * rng.normal(size=(people, WIDTH))
    who = np.repeat(np.arange(people), each)
    return Photos(persons[who] + rng.normal(size=(len(who), WIDTH)), who, persons)


def named_lines(runs: int) -> Iterator[str]:
    """Yield a row per question that is asked of the names; truth is the mean of all runs."""
    for strength in (0.2, 0.5):
        for people in (20, 40):
            rng, found = default_rng(0), dict[str, list[Estimate]]()
            for _ in range(runs):
                seen = photos(rng, people, 5, strength)
                scores = -((seen.vectors[:, None] - seen.persons[None]) ** 2).sum(2)
                for name, estimate in _named(scores, seen.people).items():
                    found.setdefault(name, []).append(estimate)
            for name, each in found.items():
                truth = float(np.mean([e.value for e in each]))
                yield f"| {name} | {people} x 5 | {truth:.3f} | {_missed(each, truth)}"


def _named(scores: Floats, who: Ints) -> dict[str, Estimate]:
    albums = {
        album_name(size): worst_case(album_credits(scores, who, size), who, resamples=DRAWS)
        for size in (2, None)
    }
    opened = worst_case(open_credits(scores, who, 0.1), who, resamples=DRAWS)
    line = clustered_interval(lineup_credits(scores, who, 5), who, resamples=DRAWS)
    return {**{name: worst.estimate for name, worst in albums.items()}, "line-up of 5": line,
            "tpir@fpir=1e-1": opened.estimate}  # fmt: skip


def exposed_lines(runs: int) -> Iterator[str]:
    """Yield a row per spread of people's rates, and number of people and photos."""
    for kind, alpha, beta in (("all 0.2", 0, 0), ("most near 0.1", 0.5, 4.5), ("0 to 1", 1, 1)):
        for people, each in ((20, 5), (40, 5), (40, 50), (100, 5)):
            rng = default_rng(0)
            many = rng.beta(alpha, beta, 400_000) if alpha else np.full(400_000, 0.2)
            seen = rng.binomial(each, many) / each
            rates, shown = (float(np.sort(x)[-40_000:].mean()) for x in (many, seen))
            who, found = np.repeat(np.arange(people), each), []
            for _ in range(runs):
                right = rng.random((people, each)) < rng.choice(many, (people, 1))
                values = {"": right.ravel().astype(float)}
                found.append(exposed_tenth(values, who, resamples=DRAWS).estimate)
            printed = np.mean([e.value for e in found])
            yield (
                f"| {kind} | {people} x {each} | {rates:.3f} | {shown:.3f} | {printed:.3f} "
                f"| {_missed(found, shown)}"
            )


def linked_lines(runs: int) -> Iterator[str]:
    """Yield a row per strength and size; truth is D_sys of pairs of 60,000 people."""
    for strength in (0.0, 0.3, 0.6, 1.2):
        many = photos(default_rng(1), 60_000, 2, strength)
        unit = many.vectors / np.linalg.norm(many.vectors, axis=1, keepdims=True)
        one = (unit[::2] * unit[1::2]).sum(1)
        two = np.concatenate([(unit[::2] * np.roll(unit[1::2], s, 0)).sum(1) for s in (1, 2, 3)])
        truth = d_sys(one, two)
        for people in (12, 20, 40):
            rng, found, chance = default_rng(0), [], []
            for _ in range(runs):
                seen = photos(rng, people, 4, strength)
                unit = seen.vectors / np.linalg.norm(seen.vectors, axis=1, keepdims=True)
                scores, same = unit @ unit.T, seen.people[:, None] == seen.people
                used = np.triu(np.ones_like(same), 1)
                chance.append(chance_linkability(scores, seen.people, None, used))
                measured = unlinkability(
                    scores, same, used, seen.people, chance=chance[-1], resamples=DRAWS
                )
                found.append(Estimate(*measured, int(used.sum())))
            printed = np.mean([e.value for e in found])
            yield (
                f"| {truth:.3f} | {people} x 4 | {printed:.3f} | {np.mean(chance):.3f} "
                f"| {_missed(found, truth)}"
            )


def _missed(found: list[Estimate], truth: float) -> str:
    low, high = np.mean([(e.low > truth + 1e-9, e.high < truth - 1e-9) for e in found], 0)
    return f"{low:.1%} | {high:.1%} |"


def page(runs: int) -> str:
    """Simulate, and return the tables as Markdown."""
    ends = "lower end above the truth | upper end below the truth |"
    return "\n".join([
        "## Albums, line-ups, photos of anybody", "",
        "Truth is the mean of all runs. Albums and photos of anybody: the higher of two ways to "
        "read the scores.", "",
        f"| figure | people x photos | truth | {ends}",
        "| --- | --- | ---: | ---: | ---: |", *named_lines(runs), "",
        "## The most exposed tenth", "",
        "True rate: how often the most exposed tenth of all people is named. Truth: what the "
        "tenth shows that is chosen by as many photos, of all people.", "",
        f"| people's rates | people x photos | true rate | truth | printed, mean | {ends}",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |", *exposed_lines(runs), "",
        "## D_sys", "",
        "By chance: people dealt out anew.", "",
        f"| truth | people x photos | printed, mean | by chance | {ends}",
        "| ---: | --- | ---: | ---: | ---: | ---: |", *linked_lines(runs), "",
    ])  # fmt: skip


if __name__ == "__main__":
    publish("coverage_scores", "Do figures from scores hold?", page, runs=200)
