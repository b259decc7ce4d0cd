"""Several photos that are known to show one person: who do they name together?"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cells import blocks
from .rates import Floats, finite, mean_of, rank_credit, rank_ties

SIZES: tuple[int | None, ...] = (2, 4, None)
"""Photos in an album; None: all that there are of a person."""
MOST = 128  # albums of one person; where there could be more, so many are drawn by lot


def album_name(size: int | None) -> str:
    """Return the statistic of albums of a size: `rank1@4`, `rank1@all`."""
    return f"rank1@{size or 'all'}"


def album_answers(releases: ArrayLike, truth: ArrayLike) -> dict[str, dict[str, Floats]]:
    """Return how surely albums of each of `SIZES` name their person, by statistic and way.

    Beside the ways of `album_credits` there is `fewer photos`: whoever has an album may look at
    fewer photos of it, as they would one by one, if that names more. So an album never names
    less than a smaller one, or than a photo, of the same people.

    Args:
        releases: `(R, N, P)`, the scores of one release after the other; the photos of an album
            come from one of them, credits are means over all.
        truth: `(N,)`, column of the person on each photo.

    Returns:
        `(N,)` each, 0 to 1; NaN for people with fewer photos than the album.
    """
    tables, people = finite(releases, "scores"), np.asarray(truth, np.int64)
    single = np.mean([rank_credit(table, people) for table in tables], axis=0)
    fewer = _by_person(single, people, people)
    found: dict[str, dict[str, Floats]] = {}
    for size in SIZES:
        all_of_them = [album_credits(table, people, size) for table in tables]
        ways: dict[str, Floats] = {
            way: np.mean([one[way] for one in all_of_them], axis=0) for way in all_of_them[0]
        }
        known = np.isfinite(ways["sum"])
        if known.any():
            ways["fewer photos"] = np.where(known, fewer, np.nan)
            # people weigh the same, as in the figure that must not fall with the size
            best = max(ways.values(), key=lambda credit: mean_of(credit[known], people[known]))
            fewer = np.where(known, best, fewer)
        found[album_name(size)] = ways
    return found


def album_credits(
    scores: ArrayLike, truth: ArrayLike, size: int | None = None, *, seed: int = 0
) -> dict[str, Floats]:
    """Return how surely an album names its person, for each way to add up scores.

    An album is `size` photos of one person. All that there can be count alike, or about `MOST`
    drawn by lot where there are more, so that it is not luck which photos lie together. Their
    scores are added up, and the highest sum is the answer; ties share credit as in
    `rank_credit`.

    Attackers answer with log-probabilities, similarities or anything else, on any scale. No
    one sum is best for all of them, so there are two, and each is an attack of its own:

    - `sum`: as they are. Right for log-probabilities of photos that are taken one by one.
    - `standardized`: each photo's scores less their mean, over their spread, so that no photo
      outshouts the others.

    Args:
        scores: `(N, P)`, higher is likelier; a row per photo.
        truth: `(N,)`, column of the person on each photo.
        size: photos in an album, L; None: all of a person, one album each.
        seed: of the lot.

    Returns:
        By way, `(N,)`: the mean over the albums of the person on each photo, 0 to 1; NaN for
        those with fewer than `size` photos, who have no such album.

    Raises:
        ValueError: wrong shapes, NaN or infinite scores, a column that does not exist.
    """
    table, people = finite(scores, "scores"), np.asarray(truth, np.int64)
    rank_ties(table, people)  # checks both
    members, owner = _albums(tuple(people.tolist()), size, seed)
    found = {}
    for way, rows in {"sum": table, "standardized": standardized(table)}.items():
        # a row of zeros stands in for what smaller albums lack
        padded = np.vstack([rows, np.zeros((1, table.shape[1]))])
        credit = np.zeros(len(owner))
        for some in blocks(len(owner), members.shape[1] * table.shape[1]):
            credit[some] = rank_credit(padded[members[some]].sum(1), owner[some])
        found[way] = _by_person(credit, owner, people)
    return found


def standardized(scores: ArrayLike) -> Floats:
    """Return scores less the mean of their row, over its spread; a row of ties is all zeros.

    Args:
        scores: `(N, P)`.
    """
    table = np.asarray(scores, np.float64)
    largest = np.abs(table).max(1, keepdims=True)
    table = table / np.where(largest > 0, largest, 1.0)  # squares of huge scores overflow
    spread = table.std(1, keepdims=True)
    ties = np.ptp(table, axis=1, keepdims=True) == 0
    apart: Floats = np.where(ties, 0.0, table - table.mean(1, keepdims=True))
    return apart / np.where(ties | (spread == 0), 1.0, spread)


def _by_person(credit: Floats, owner: NDArray[np.int64], people: NDArray[np.int64]) -> Floats:
    """Return `(N,)`: the mean credit of each photo's person, NaN for those without one."""
    length = int(people.max(initial=-1)) + 1
    sums = np.bincount(owner, credit, length)
    counts = np.bincount(owner, minlength=length)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    found: Floats = np.asarray(means[people], np.float64)
    return found


@lru_cache(maxsize=16)
def _albums(
    people: tuple[int, ...], size: int | None, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return `(A, L)` photos of each album, filled up with -1, and `(A,)` whose it is."""
    who = np.array(people, np.int64)
    albums: list[tuple[int, ...]] = []
    owner: list[int] = []
    for person in dict.fromkeys(people):
        mine = np.flatnonzero(who == person).tolist()
        wanted = size or len(mine)
        if len(mine) < wanted:
            continue
        if comb(len(mine), wanted) <= MOST:
            sets = list(combinations(mine, wanted))
        else:
            rng = np.random.default_rng([seed, person, wanted])
            sets = _drawn(mine, wanted, rng)
        albums += sets
        owner += [person] * len(sets)
    longest = max(map(len, albums), default=0)
    members = np.full((len(albums), longest), -1, np.int64)
    for row, album in zip(members, albums, strict=True):
        row[: len(album)] = album
    return members, np.array(owner, np.int64)


def _drawn(mine: list[int], size: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return about `MOST` albums; shuffled again and again and cut, so that all photos count."""
    sets: list[tuple[int, ...]] = []
    while len(sets) < MOST:
        order = rng.permutation(mine).tolist()
        sets += [tuple(order[i : i + size]) for i in range(0, len(order) - size + 1, size)]
    return sets
