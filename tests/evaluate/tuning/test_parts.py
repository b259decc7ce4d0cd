"""The parts of tuning that need no photos: spaces, goals, choices, kept pictures."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Choice, Photo, Range
from unmask.evaluate.data.pictures import Pictures
from unmask.evaluate.statistics import Estimate
from unmask.evaluate.tuning.caveats import none_leaks
from unmask.evaluate.tuning.choose import (
    UnmetError,
    choose,
    front,
    nearest,
    next_stronger,
    spread,
)
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.points import Point, difference
from unmask.evaluate.tuning.refused import check_values
from unmask.evaluate.tuning.spaces import active, anchors, midpoint, search_space, share, spec_with


def point(number: int, leak: float, use: float, width: float = 0.05) -> Point:
    around = (Estimate(v, max(v - width, 0), min(v + width, 1), 50) for v in (leak, use))
    leakage, utility = around
    return Point(f"mask:margin={number}", leakage, "naive", {"ssim": utility}, {}, number)


POINTS = [point(0, 0.9, 0.95), point(1, 0.1, 0.4), point(2, 0.4, 0.7), point(3, 0.5, 0.6)]


def test_fixed_parameters_are_not_searched() -> None:
    assert set(search_space("k_same")) == {"k", "method"}
    assert set(search_space("k_same:k=3")) == {"method"}


def test_other_ranges() -> None:
    space = search_space("gaussian_blur", "sigma=0.05..2 region=head|image")
    assert space == {"sigma": Range(0.05, 2, log=True), "region": Choice(("head", "image"))}


@pytest.mark.parametrize(
    ("defense", "changes", "rule"),
    [
        ("gaussian_blur", "sigmaa=1..2", "has no parameter 'sigmaa'; it has region"),
        ("gaussian_blur", "sigma=1", "is no range"),
        ("gaussian_blur", "sigma=a..b", "is no range of numbers"),
        ("gaussian_blur:sigma=0.1", "", "all of its parameters are fixed"),
        ("none", "", "it has no tunable parameter"),
    ],
)
def test_bad_spaces(defense: str, changes: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        search_space(defense, changes)


@pytest.mark.parametrize(
    ("defense", "changes", "rule"),
    [
        ("mask", "margin=0..1 region=ellipse|haed",
         "--space: region=haed is refused: .*; did you mean 'head'"),
        ("mask", "margin=0..1 region=elipse|haed", "region=elipse .*; did you mean 'ellipse'"),
        ("mask", "margin=0..3", "margin=3.0 is refused: margin must be between -0.4 and 2"),
        ("gaussian_blur", "sigma=a|b", "sigma=a is refused: sigma must be a number"),
        ("pixelate", "blocks=300..2", "blocks=300 is refused"),
    ],
)  # fmt: skip
def test_refused_values_are_said_at_once(defense: str, changes: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        check_values(defense, search_space(defense, changes))


def test_usual_spaces_are_not_refused() -> None:
    for name in DEFENSES.available():
        if name != "folder" and DEFENSES.load(name).space:
            check_values(name, search_space(name))


def test_many_values_are_tried_one_by_one() -> None:
    options = "|".join(f"{n}" for n in range(2, 60))
    space = search_space("dp_pix", f"blocks={options} m={options} epsilon=0.1..1")
    check_values("dp_pix", space)
    with pytest.raises(ValueError, match="region=n is refused"):
        check_values("dp_pix", space | search_space("dp_pix", "region=box|n"))


def test_options_that_are_numbers_are_tried_as_numbers() -> None:
    space = search_space("pixelate", "blocks=4|8 region=box|head")
    assert space["blocks"] == Choice((4, 8))
    assert spec_with("pixelate", {"blocks": 4, "region": "box"}) == "pixelate:blocks=4,region=box"


def test_whole_numbers_stay_whole() -> None:
    assert search_space("k_same", "components=5..50")["components"] == Range(5, 50, integer=True)


def test_anchors_are_weak_strong_default() -> None:
    first, last, plain = anchors("pixelate", search_space("pixelate"))
    assert (first["blocks"], last["blocks"]) == (32, 2)
    assert plain["blocks"] == DEFENSES.build("pixelate").parameters["blocks"]


def test_a_parameter_that_does_not_matter_is_left_out() -> None:
    space = {"method": Choice(("a", "b")), "k": Range(2, 9, when=("method", ("b",)))}
    assert active(space, {"method": "a", "k": 3}, "k_same") == {"method": "a"}
    assert active(space, {"method": "b", "k": 3}, "k_same") == {"method": "b", "k": 3}


def test_specs_keep_what_was_set() -> None:
    made = spec_with("gaussian_blur:region=image", {"sigma": 0.25})
    assert DEFENSES.build(made) == DEFENSES.build("gaussian_blur:region=image,sigma=0.25")


@pytest.mark.parametrize("kind", [Range(0.01, 0.3, log=True), Range(32, 2), Range(0.0, 0.5)])
def test_share_undoes_at(kind: Range) -> None:
    assert [share(kind, kind.at(s)) for s in (0, 0.3, 1)] == pytest.approx([0, 0.3, 1], abs=1e-4)


def test_midpoint() -> None:
    space = search_space("mask")
    a, b = {"margin": 0.1, "fill": "black"}, {"margin": 0.3, "fill": "black"}
    assert midpoint(a, b, space) == {"margin": pytest.approx(0.2), "fill": "black"}
    assert midpoint(a, {**b, "fill": "grey"}, space) is None
    assert midpoint({"blocks": 3}, {"blocks": 4}, search_space("pixelate")) is None


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"max_leakage": 1.1}, "between 0 and 1, got 1.1"),
        ({"max_leakage": float("nan")}, "between 0 and 1"),
        ({"min_utility": 2}, "for ssim must be between"),
        ({"max_leakage": 0.1, "min_utility": 0.5}, "give one limit"),
        ({"utility": "beauty"}, "beauty"),
    ],
)
def test_bad_goals(settings: dict[str, float], rule: str) -> None:
    with pytest.raises((ValueError, LookupError), match=rule):
        Goal(**settings)  # type: ignore[arg-type]


def test_front_has_only_what_no_other_beats() -> None:
    assert [p.number for p in front(POINTS, Goal())] == [1, 2, 0]


def test_a_cap_counts_the_upper_end() -> None:
    assert choose(POINTS, Goal(max_leakage=0.46)).number == 2
    assert choose(POINTS, Goal(max_leakage=0.44)).number == 1  # 0.40 + 0.05 is above
    with pytest.raises(UnmetError, match=r"nearest is mask:margin=1: leakage 0\.100"):
        choose(POINTS, Goal(max_leakage=0.12))


def test_a_floor_counts_the_lower_end() -> None:
    assert choose(POINTS, Goal(min_utility=0.64)).number == 2
    assert choose(POINTS, Goal(min_utility=0.66)).number == 0
    with pytest.raises(UnmetError, match=r"nearest is mask:margin=0: ssim 0\.950"):
        choose(POINTS, Goal(min_utility=0.99))


def test_without_a_limit_the_knee_is_chosen() -> None:
    assert choose(POINTS, Goal()).number == 2


def test_nearest_of_equals_is_of_more_use() -> None:
    goal = Goal(max_leakage=0.3)
    equals = [point(5, 0.4, 0.36), point(6, 0.4, 0.69), point(7, 0.4002, 0.5), point(8, 0.9, 0.9)]
    assert nearest(equals, goal).number == 6
    assert nearest(equals[::-1], goal).number == 6
    with pytest.raises(ValueError, match="nothing was measured"):
        nearest([], goal)


def test_second_choice_leaks_less() -> None:
    goal = Goal(max_leakage=0.46)
    assert next_stronger(POINTS, goal, POINTS[2]) == POINTS[1]
    assert next_stronger(POINTS, goal, POINTS[1]) is None


def test_spread_keeps_the_ends() -> None:
    many = [point(n, n / 40, n / 40) for n in range(30)]
    few = spread(many, 8)
    assert (len(few), few[0], few[-1]) == (8, many[0], many[-1])


def test_hypervolume_is_the_area_that_is_beaten() -> None:
    rng = np.random.default_rng(0)
    points = [point(n, *rng.random(2)) for n in range(12)]
    leak, use = np.meshgrid(*[(np.arange(500) + 0.5) / 500] * 2)
    beaten = np.zeros_like(leak, bool)
    for p in points:
        beaten |= (leak >= p.leakage.value) & (use <= p.utilities["ssim"].value)
    assert Goal().hypervolume(points) == pytest.approx(beaten.mean(), abs=0.005)


def test_difference_of_independent_estimates() -> None:
    gap = difference(Estimate(0.2, 0.1, 0.4, 10), Estimate(0.3, 0.2, 0.5, 10))
    assert gap.value == pytest.approx(-0.1)
    assert gap.low == pytest.approx(-0.1 - np.hypot(0.1, 0.2))
    assert gap.high == pytest.approx(-0.1 + np.hypot(0.2, 0.1))


def test_kept_pictures_are_the_same_and_damage_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmask.evaluate.data.pictures._SLOW", 0.0)
    rng = np.random.default_rng(1)
    photos = [Photo(rng.integers(0, 256, (40, 30, 3), np.uint8), f"{n}", "") for n in range(3)]
    defense = DEFENSES.build("noise:sigma=0.2,region=image")
    plain = defense.many(photos, seed=5)
    store = Pictures(tmp_path / "pictures.sqlite")
    first = store.many(defense, photos, seed=5)
    keys = [store._key(defense, photo, 5) for photo in photos]
    kept = store._cache.get_many(keys)
    with closing(sqlite3.connect(tmp_path / "pictures.sqlite")) as file:
        file.execute(
            "UPDATE entries SET value = substr(value, 1, length(value) - 9) WHERE key = ?",
            keys[:1],
        )  # torn
        file.commit()
    for made in (first, store.many(defense, photos, seed=5), store.many(defense, photos, seed=5)):
        for a, b in zip(plain, made, strict=True):
            assert np.array_equal(a.photo.pixels, b.photo.pixels)
            assert np.array_equal(a.mask, b.mask)
            assert (a.outcome, a.reason) == (b.outcome, b.reason)
    assert store._cache.get_many(keys) == kept
    other = store.many(defense, photos, seed=6)
    edited = Pictures(tmp_path / "pictures.sqlite", "code of the defense, after an edit")
    assert not edited._cache.get_many([edited._key(defense, photo, 5) for photo in photos])
    assert not np.array_equal(other[0].photo.pixels, first[0].photo.pixels)


def test_what_is_quick_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmask.evaluate.data.pictures._SLOW", 1e9)
    photos = [Photo(np.zeros((40, 30, 3), np.uint8), "a", "")]
    store = Pictures(tmp_path / "pictures.sqlite")
    defense = DEFENSES.build("constant")
    store.many(defense, photos, seed=0)
    assert not store._cache.get_many([store._key(defense, photos[0], 0)])


def test_few_people_cannot_show_a_low_leakage():
    assert none_leaks(21).high == pytest.approx(1 - 0.025 ** (1 / 21), abs=1e-3)
    assert none_leaks(36).high < 0.1 < none_leaks(34).high
