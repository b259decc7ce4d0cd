"""What a metric says of defended photos, so that a failure never looks like use."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from ..metrics.base import Metric, Unavailable
from ..metrics.sets import Overall, SetMetric


class Usefulness(NamedTuple):
    """A value per photo, `(N,)`; of a metric of the whole set `overall` and how to read it."""

    values: NDArray[np.float64]
    overall: Overall | None = None
    reason: str = ""


def usefulness(
    metric: Metric,
    clean: Sequence[Photo],
    defended: Sequence[Defended],
    people: NDArray[np.int64],
) -> Usefulness:
    """Ask a metric, and count photos that failed as what they are: of no use.

    They kept their pixels, which any metric likes best. So each gets the worst value there is:
    the bound of the metric, or, where that is infinite, the worst of what the other photos got
    and of what a blank picture in its place gets. It stays NaN where the clean photo
    does not allow the measurement. From a set they are left out, and it is not measured if they
    are more than half of it.

    Args:
        metric: what is measured.
        clean: the photos as they were.
        defended: what became of them, in the same order.
        people: `(N,)`, who is on each.

    Raises:
        Unavailable: the metric cannot be measured here, or too many photos of a set failed.
        ValueError: not one value a photo, or one that is infinite; of a set, none that is finite.
    """
    values = np.asarray(metric.values(clean, defended), np.float64)
    if values.shape != (len(clean),):
        raise ValueError(f"values must be one value a photo, ({len(clean)},), got {values.shape}")
    _refuse_infinite(values)
    failed = np.array([one.outcome == "failed" for one in defended], bool)
    if isinstance(metric, SetMetric):
        return _of_the_set(metric, clean, defended, people, failed, values)
    lost = failed & ~np.isnan(values)
    if lost.any():
        values = values.copy()
        values[lost] = _worst(metric, values[~failed], list(compress(clean, lost)))
    return Usefulness(values)


def _worst(
    metric: Metric, others: NDArray[np.float64], lost: Sequence[Photo]
) -> NDArray[np.float64]:
    """Return the value of each photo that was lost."""
    better = metric.higher_is == "better"
    bound = metric.bounds[0 if better else 1]
    if np.isfinite(bound):
        return np.full(len(lost), float(bound))
    made = []
    for photo in lost:
        blank = np.broadcast_to(photo.pixels.mean((0, 1)).astype(np.uint8), photo.pixels.shape)
        everywhere = np.ones(photo.pixels.shape[:2], np.float32)
        made.append(Defended(photo.with_pixels(blank.copy()), "failed", everywhere))
    values = np.asarray(metric.values(lost, made), np.float64)
    _refuse_infinite(values)
    known = others[~np.isnan(others)]
    worse, all_of_them = (np.fmin, np.min) if better else (np.fmax, np.max)
    if known.size:
        values = worse(values, all_of_them(known))
    if np.isnan(values).any():
        raise ValueError("a photo failed, and neither bounds nor a blank picture say what that "
                         "counts; give it finite bounds")  # fmt: skip
    return values


def _of_the_set(
    metric: SetMetric,
    clean: Sequence[Photo],
    defended: Sequence[Defended],
    people: NDArray[np.int64],
    failed: NDArray[np.bool_],
    values: NDArray[np.float64],
) -> Usefulness:
    count, total = int(failed.sum()), len(clean)
    if 2 * count > total:
        raise Unavailable(f"{count} of {total} photos failed, so the rest is no such set any more")
    kept = ~failed
    before, after = list(compress(clean, kept)), list(compress(defended, kept))
    overall = metric.overall(before, after, people[kept])
    if not np.isfinite(overall[0]):
        raise ValueError(f"the figure of a set must be finite, got {overall[0]}")
    left_out = f"without {count} of {total} photos, which failed" if count else ""
    return Usefulness(values, overall, left_out)


def _refuse_infinite(values: NDArray[np.float64]) -> None:
    infinite = np.isinf(values)
    if infinite.any():
        raise ValueError(
            f"a value must be finite, or NaN if the clean photo allows none, got "
            f"{values[infinite][0]} on {infinite.sum()} of {len(values)} photos"
        )
