"""The contract of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.mask import Mask
from unmask.defenses.testing import require

from ..comparison.plan import METRICS
from ..metrics.base import Metric, Unavailable
from ..metrics.sets import SetMetric
from .running import Check, alike, registered, rests_on
from .subjects import drawn, everywhere, flat, portrait, portrait_face

Values = NDArray[np.float64]


def registered_by_its_name(metric: Metric) -> None:
    """`name` is the name of its entry point."""
    registered(METRICS, metric, metric.name)


def says_how_to_read_it(metric: Metric) -> None:
    """`higher_is` is `better` or `worse`, and `bounds` are two numbers, low and high."""
    require(
        metric.higher_is in ("better", "worse"),
        f"{metric.name}.higher_is must be 'better' or 'worse', got {metric.higher_is!r}",
    )
    low, high = metric.bounds
    require(low < high, f"{metric.name}.bounds must be low and high, got {metric.bounds}")
    require(isinstance(metric.unit, str), f"{metric.name}.unit must be a text, got {metric.unit}")


def one_value_a_photo(metric: Metric) -> None:
    """Values are `(N,)`, each finite or NaN, also for a photo without a face."""
    photos = [*_photos(), replace(portrait(), faces=(), key="nobody")]
    for some in (photos, photos[:1]):
        made = [everywhere(photo, photo.pixels) for photo in some]
        found = np.asarray(metric.values(some, made))
        require(
            found.shape == (len(some),) and np.issubdtype(found.dtype, np.floating),
            f"{metric.name}.values must be floats of shape ({len(some)},), got {found.dtype} "
            f"{found.shape}",
        )
        require(not np.isinf(found).any(), f"{metric.name} gives an infinite value; NaN means "
                "that the clean photo does not allow the measurement")  # fmt: skip


def stays_within_its_bounds(metric: Metric) -> None:
    """No value lies outside of `bounds`, however a photo was changed."""
    low, high = metric.bounds
    for way, made in _ways().items():
        found = _values(metric, made)
        outside = found[(found < low) | (found > high)]
        require(
            not outside.size,
            f"{metric.name} says {outside[:1]} for photos with {way}, its bounds are {low} and "
            f"{high}",
        )


def nothing_is_better_than_no_change(metric: Metric) -> None:
    """Photos that stayed as they were get the best value, and some change gets a worse one."""
    means = {way: _mean(metric, made) for way, made in _ways().items()}
    known = {way: mean for way, mean in means.items() if not np.isnan(mean)}
    if "no change" not in known:
        raise Unavailable("these photos do not allow the measurement")
    sign = 1 if metric.higher_is == "better" else -1
    ideal = known.pop("no change")
    for way, mean in known.items():
        require(
            sign * mean <= sign * ideal + 1e-6 * max(1.0, abs(ideal)),
            f"{metric.name} says {mean:.4g} for photos with {way}, but {ideal:.4g} for the "
            f"untouched ones, and higher is {metric.higher_is}; is higher_is the wrong way round?",
        )
    require(
        any(sign * mean < sign * ideal for mean in known.values()),
        f"{metric.name} says {ideal:.4g} for untouched photos and for {', '.join(known)} alike",
    )


def nan_depends_on_the_clean_photo_alone(metric: Metric) -> None:
    """NaN says that a clean photo allows no measurement: what became of it plays no part."""
    found = {way: np.isnan(_values(metric, made)) for way, made in _ways().items()}
    plain = found.pop("no change")
    for way, lost in found.items():
        require(
            bool((lost == plain).all()),
            f"{metric.name} is NaN on {lost.sum()} of {len(lost)} photos with {way}, but on "
            f"{plain.sum()} of the same photos untouched: a defense that destroys more would be "
            "left out of its mean; give the worst value there",
        )


def same_values_again(metric: Metric) -> None:
    """Asked twice, it says the same."""
    for made in _ways().values():
        first, second = _values(metric, made), _values(metric, made)
        require(alike(first, second), f"{metric.name} says {first}, and {second} when asked again")


def a_photo_alone_as_among_others(metric: Metric) -> None:
    """Neither the other photos nor their order change a value."""
    if isinstance(metric, SetMetric):
        return
    clean, made = _photos(), _ways()["blur"]
    together = _values(metric, made)
    turned = np.asarray(metric.values(clean[::-1], made[::-1]))[::-1]
    alone = np.concatenate([np.asarray(metric.values([c], [m]))
                            for c, m in zip(clean, made, strict=True)])  # fmt: skip
    for how, other in (("in another order", turned), ("one by one", alone)):
        require(alike(together, other), f"{metric.name} says {together}, and {other} {how}")


def leaves_photos_alone(metric: Metric) -> None:
    """The pixels that it is shown are as before."""
    clean, made = _photos(), _ways()["noise"]
    kept = [photo.pixels.copy() for photo in (*clean, *(one.photo for one in made))]
    metric.values(clean, made)
    for photo, before in zip((*clean, *(one.photo for one in made)), kept, strict=True):
        require(np.array_equal(photo.pixels, before), f"{metric.name} writes to its photos")


metric_checks: tuple[Check, ...] = (
    registered_by_its_name,
    says_how_to_read_it,
    one_value_a_photo,
    stays_within_its_bounds,
    rests_on(nothing_is_better_than_no_change),
    rests_on(nan_depends_on_the_clean_photo_alone),
    same_values_again,
    a_photo_alone_as_among_others,
    leaves_photos_alone,
)


@cache
def _photos() -> list[Photo]:
    """Return a portrait, its mirror picture in another size, and drawn people."""
    one = portrait()
    mirrored = np.ascontiguousarray(one.pixels[16:240, ::-1][:, 16:240])
    x, y, w, h = portrait_face().box
    face = replace(portrait_face(), box=(256 - 16 - x - w, y - 16, w, h), five=None, points=None)
    other = Photo(mirrored, "mirrored", one.identity, (face,))
    return [one, other, *drawn(300, 4, 1)]


@cache
def _ways() -> dict[str, list[Defended]]:
    """Return what may become of the photos, by name."""
    rng = np.random.default_rng(0)
    made: dict[str, list[Defended]] = {
        way: [] for way in ("no change", "blur", "noise", "grey", "a black face")
    }
    for photo in _photos():
        pixels = photo.pixels
        noise = np.clip(pixels + rng.normal(0, 60, pixels.shape), 0, 255).astype(np.uint8)
        made["no change"].append(everywhere(photo, pixels.copy()))
        made["blur"].append(everywhere(photo, cv2.GaussianBlur(pixels, (0, 0), 12).astype("u1")))
        made["noise"].append(everywhere(photo, noise))
        made["grey"].append(everywhere(photo, flat(*pixels.shape[:2])))
        made["a black face"].append(Mask(region="box")(photo))
    return made


def _values(metric: Metric, made: Sequence[Defended]) -> Values:
    return np.asarray(metric.values(_photos(), made), np.float64)


def _mean(metric: Metric, made: Sequence[Defended]) -> float:
    """Return the mean over photos, or the figure of the whole set; NaN where there is none."""
    if isinstance(metric, SetMetric):
        return float(metric.overall(_photos(), made, np.arange(len(made)))[0])
    values = _values(metric, made)
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")
