"""What a failed photo, an infinite value and a partly failed set count."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from unmask.defenses import Defended, Photo
from unmask.evaluate.comparison.measure import _utility
from unmask.evaluate.comparison.measured import Utility
from unmask.evaluate.comparison.plan import METRICS
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.metrics import sets
from unmask.evaluate.metrics.base import Metric
from unmask.evaluate.metrics.kid import Kid
from unmask.evaluate.results.records import BROKE

FAST = ("ssim", "psnr", "face_found", "landmark_error", "pose_change", "outside_change", "seam",
        "sharpness")  # fmt: skip


@dataclass(frozen=True)
class Brightness(Metric):
    """The mean level, as a plug-in may measure it: how bad is bad has no end."""

    name: ClassVar = "brightness"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (-math.inf, math.inf)
    level: Callable[[Photo], float] = lambda photo: float(photo.pixels.mean())

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> Any:
        return np.array([self.level(one.photo) for one in defended], np.float64)


def made(photos: Sequence[Photo], *failed: int) -> list[Defended]:
    return [
        Defended(
            photo,
            "failed" if i in failed else "unchanged",
            np.zeros(photo.pixels.shape[:2], np.float32),
        )
        for i, photo in enumerate(photos)
    ]


def looked_at(metric: Metric, photos: Sequence[Photo], defended: Sequence[Defended]) -> Utility:
    return _utility(metric, photos, defended, np.arange(len(photos)) // 2)


@pytest.fixture(scope="module")
def photos(scene: Scene) -> list[Photo]:
    return list(scene.probes[:4])


@pytest.mark.parametrize("name", FAST)
def test_a_failed_photo_is_of_the_worst_use(name: str, photos: list[Photo]) -> None:
    """It keeps its pixels: SSIM was 1.00, PSNR 100 dB, face 1.0."""
    metric = METRICS.build(name)
    low, high = metric.bounds
    best, worst = (high, low) if metric.higher_is == "better" else (low, high)
    found = looked_at(metric, photos, made(photos, 1))
    assert found.status == "ok"
    assert np.allclose(found.values, [best, worst, best, best], atol=1e-4)


def test_what_the_clean_photo_does_not_allow_stays_out(photos: list[Photo]) -> None:
    faceless = [Photo(photo.pixels, photo.key, faces=()) for photo in photos]
    values = looked_at(METRICS.build("face_found"), faceless, made(faceless, 0, 1)).values
    assert np.isnan(values).all()


def grey(level: int) -> Photo:
    pixels = np.full((20, 20, 3), level, np.uint8)
    pixels[:10] //= 2
    return Photo(pixels, str(level), faces=())


def test_without_a_worst_value_it_is_that_of_the_others_or_of_a_blank_picture() -> None:
    photos = [grey(level) for level in (40, 80, 200)]
    assert looked_at(Brightness(), photos, made(photos, 2)).values.tolist() == [30, 60, 30]
    spread = Brightness(level=lambda photo: float(photo.pixels.std()))
    assert looked_at(spread, photos, made(photos, 1, 2)).values.tolist() == [10, 0, 0]
    assert looked_at(spread, photos, made(photos, 0, 1, 2)).values.tolist() == [0, 0, 0]


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_value_is_an_error(value: float) -> None:
    """It was dropped as 'not measurable when clean'."""
    photos = [grey(40), grey(80)]
    found = looked_at(
        Brightness(level=lambda photo: value if photo.key == "80" else 1.0), photos, made(photos)
    )
    assert found.status == "invalid"
    assert BROKE in found.reason
    assert "inf on 1 of 2 photos" in found.reason


def test_a_value_a_photo_is_asked_for() -> None:
    class Short(Brightness):
        def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> Any:
            return np.ones(1)

    photos = [grey(40), grey(80)]
    assert "one value a photo" in looked_at(Short(), photos, made(photos)).reason


def test_failed_photos_are_no_part_of_a_set(
    photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are clean, so the set looked the more real the more of it failed."""
    photos = photos * 3
    seen: list[int] = []

    def few(shown: Sequence[Photo]) -> list[Photo]:
        seen.append(len(shown))
        return list(shown)

    monkeypatch.setattr(sets, "features", few)
    monkeypatch.setattr(Kid, "distance", lambda *_: (0.5, None, None))
    whole, part, half = (looked_at(Kid(), photos, made(photos, *range(n))) for n in (0, 6, 7))
    assert seen == [12, 12, 6, 6]
    assert (whole.overall, whole.reason) == ((0.5, None, None), "")
    assert (part.status, part.reason) == ("ok", "without 6 of 12 photos, which failed")
    assert half.status == "unavailable"
    assert half.reason.startswith("7 of 12 photos failed")


@pytest.mark.parametrize("figure", [math.nan, math.inf])
def test_a_set_needs_a_finite_figure(
    figure: float, photos: list[Photo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Kid, "overall", lambda *_: (figure, None, None))
    found = looked_at(Kid(), photos, made(photos))
    assert found.status == "invalid"
    assert BROKE in found.reason
