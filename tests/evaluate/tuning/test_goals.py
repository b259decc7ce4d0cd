"""A cap on the face alone, and settings that are as good as another defense."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Choice, Range
from unmask.evaluate import Plan
from unmask.evaluate.comparison.measured import Attack
from unmask.evaluate.statistics import Estimate
from unmask.evaluate.tuning.caveats import check_region
from unmask.evaluate.tuning.choose import choose, next_stronger
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.points import Point, above, beside, point_of

from .test_points import attack, measured
from .test_search import small

PIXELS = Plan(("pixels",), ("ssim",), (), budget="quick")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"of": "face"}, "says what --max-leakage caps"),
        ({"of": "context", "max_leakage": 0.1}, "--of must be photo or face"),
        ({"as_good_as": "mask", "max_leakage": 0.1}, "--max-leakage and --as-good-as"),
        ({"min_utility": 0.5, "max_leakage": 0.1}, "give one limit"),
    ],
)
def test_goals_that_make_no_sense(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Goal(**given)  # type: ignore[arg-type]


def test_another_defense_must_exist() -> None:
    with pytest.raises(LookupError):
        Goal(as_good_as="maks")


def test_the_face_alone_is_held_against_its_cap() -> None:
    found = measured(attack("pixels", 0.9), region="ellipse", face=(attack("pixels", 0.0),))
    assert point_of(found).leakage.value == pytest.approx(0.9)
    point = point_of(found, of="face")
    assert point.leakage.value == 0
    assert Goal(max_leakage=0.3, of="face").violation(point) <= 0
    stray = point_of(replace(found, face_doubts=("changed outside",)), of="face")
    assert (stray.leakage.high, stray.reason) == (1.0, "changed outside")


def test_where_the_whole_photo_may_change_it_is_the_face() -> None:
    assert point_of(measured(attack("pixels", 0.9)), of="face").leakage.value == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("spec", "space"),
    [("mask:region=eyes", {}), ("mask", {"region": Choice(("eyes", "box"))}),
     ("mask", {"margin": Range(-0.2, 0.4)})],
)  # fmt: skip
def test_a_region_that_leaves_the_face_is_refused(
    spec: str, space: dict[str, Range | Choice]
) -> None:
    built = DEFENSES.build(spec)
    check_region(Goal(max_leakage=0.1), built, space)
    with pytest.raises(ValueError, match="a region that holds the face"):
        check_region(Goal(max_leakage=0.1, of="face"), built, space)


def test_the_other_defense_gets_the_region() -> None:
    assert beside("mask", "gaussian_blur:region=head,margin=0.2") == (
        DEFENSES.build("mask:region=head,margin=0.2").spec
    )


def test_above_is_paired_and_a_broken_attack_makes_it_open() -> None:
    people = np.repeat(np.arange(12), 2)
    hit = (people % 2).astype(float)
    one = Attack("pixels", "pixels", informed=True, credits={"rank1": hit})
    same = measured(one)
    assert above(same, same).value == 0
    found = above(measured(attack("pixels", 1.0)), same)
    assert found.value == pytest.approx(0.5)
    assert found.low > 0.1  # which no unpaired question of 12 people could tell
    lost = Attack("cnn", "cnn", status="invalid", reason="out of memory")
    assert above(measured(one, lost), same).high == 1.0
    assert above(same, measured(one, lost)).high == 1.0


def test_as_good_as_chooses_the_mildest() -> None:
    goal = Goal(as_good_as="mask")

    def point(number: int, high: float, ssim: float) -> Point:
        gap = Estimate(high - 0.1, high - 0.2, high, 24)
        use = {"ssim": Estimate(ssim, ssim, ssim, 24)}
        return Point("blur", Estimate(0.9, 0.8, 1.0, 24), "pixels", use, number=number,
                     beside={"above": gap})  # fmt: skip

    points = [point(0, 0.3, 0.9), point(1, 0.05, 0.7), point(2, 0.01, 0.5)]
    assert choose(points, goal).number == 1
    other = next_stronger(points, goal, points[1])
    assert other is not None
    assert other.number == 2
    assert goal.violation(replace(points[2], beside={})) > 0  # not measured holds nothing
    assert Point.restore(points[0].as_dict(), {}, 0) == replace(points[0], settings={})


def test_a_search_under_a_cap_on_the_face(tmp_path: Path) -> None:
    goal = Goal(max_leakage=0.6, of="face")
    found = small(tmp_path, "mask", goal=goal, search=PIXELS, test=PIXELS, trials=3,
                  data="orl:people=16,photos=6")  # fmt: skip
    assert found.chosen is not None
    assert found.check is not None
    assert found.check.leakage.value == pytest.approx(1 / 6)  # people
    assert found.check.beside["photo"].value > found.check.leakage.value
    assert found.check.beside["context"].value > found.check.leakage.value
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "leakage of the face at most 0.6" in page


def test_a_search_for_what_is_as_good_as_a_mask(tmp_path: Path) -> None:
    found = small(tmp_path, "mask:fill=grey,region=head", goal=Goal(as_good_as="mask"),
                  search=PIXELS, test=PIXELS, trials=3)  # fmt: skip
    assert all("above" in point.beside for point in found.points)
    assert found.check is not None
    assert "above" in found.check.beside
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "leakage at most 0.05 above mask of the same region" in page
