"""What else photos tell: never too low by rare classes, frequent ones, or people on both sides."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import Face, Photo
from unmask.evaluate.comparison.attributes import asked_of, attribute_records, questions_of
from unmask.evaluate.comparison.groups import read_groups
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.data.split import Split
from unmask.evaluate.report.attributes import attributes
from unmask.evaluate.report.reading import Run
from unmask.evaluate.results.attributes import attribute_table
from unmask.evaluate.results.records import Record
from unmask.evaluate.statistics import balanced_accuracy, highest_balanced

SIDE = 48
PLAN = Plan(("pixels",), (), ())


def _person(number: int, photo: int, *, light: bool, smile: bool) -> Photo:
    """Return a picture with a texture of its own, whose ground and lower half tell attributes."""
    own = np.random.default_rng(number).normal(0, 30, (SIDE, SIDE))
    again = np.random.default_rng([number, photo]).normal(0, 6, (SIDE, SIDE))
    values = 110 + own + again + 25 * light
    values[SIDE // 2 :] += 40 * smile
    pixels = np.clip(values, 0, 255).astype(np.uint8)[..., None].repeat(3, 2)
    faces = (Face((8, 8, 32, 32)),)
    return Photo(pixels, f"p{number:02d}/{photo}.png", f"p{number:02d}", faces)


def _scene(people: int = 36) -> Scene:
    """Return people of whom one in four is light, each smiling on every other photo."""
    photos = [
        _person(n, i, light=n % 4 == 0, smile=bool(i % 2)) for n in range(people) for i in range(2)
    ]
    test, background = people * 2 // 3, people
    names = [f"p{n:02d}" for n in range(people)]
    gallery = tuple(p for i, p in enumerate(photos) if i % 2 == (i // 2 % 2) and i // 2 < test)
    probes = tuple(p for i, p in enumerate(photos) if i % 2 != (i // 2 % 2) and i // 2 < test)
    strangers = tuple(p for i, p in enumerate(photos) if test <= i // 2 < background)
    split = Split(
        tuple(names[test:]), (), tuple(names[:test]),
        frozenset(p.key for p in gallery), frozenset(p.key for p in probes),
    )  # fmt: skip
    return Scene("made up", split, gallery, probes, strangers)


def _worst(defense: str, **facts: object) -> Record:
    base = Record("made up", "x", "standard", defense, {}, "leakage", "worst", "rank1")
    return replace(base, **({"value": 0.5, "low": 0.4, "high": 0.6} | facts))


def _light(scene: Scene) -> dict[str, dict[str, str]]:
    people = {p.identity for p in (*scene.gallery, *scene.background)}
    return {"light": {n: "yes" if int(n[1:]) % 4 == 0 else "no" for n in sorted(people)}}


def test_an_attribute_is_guessed_of_people_never_seen() -> None:
    scene = _scene()
    rows = [_worst("none"), _worst("constant"), _worst("mask:region=image")]
    clean, *blank = attribute_records(rows, scene, PLAN, _light(scene))
    assert (clean.kind, clean.name, clean.statistic) == ("leakage", "attribute light", "balanced")
    assert clean.value is not None
    assert clean.value > 0.85  # one in four is light: always "no" would reach 0.5
    assert clean.ceiling == clean.value
    for record in blank:
        assert record.value == pytest.approx(0.5)
        assert record.ceiling == clean.value
        assert record.chance == 0.5


def test_who_is_asked_about_takes_no_part_in_learning() -> None:
    scene = _scene()
    drawn = np.random.default_rng(5).permutation(36)
    lot = {"lot": {f"p{n:02d}": "ab"[drawn[n] % 2] for n in range(36)}}
    (record,) = attribute_records([_worst("none")], scene, PLAN, lot)
    # the person is on a gallery photo with the same texture; by that it would be 1.0
    assert record.low is not None
    assert record.low < 0.5
    assert record.value is not None
    assert record.value < 0.8


def test_what_differs_between_photos_of_a_person_is_told_by_file() -> None:
    scene = _scene()
    photos = (*scene.gallery, *scene.background, *scene.probes)
    smile = {"smile": {p.key: "yes" if p.key.endswith("1.png") else "no" for p in photos}}
    rows = [_worst("none"), _worst("gaussian_blur:sigma=0.3,region=image")]
    found = attribute_records(rows, scene, PLAN, smile, read_as="use")
    assert [r.name for r in found] == ["guess smile", "learn smile"] * 2
    assert {r.kind for r in found} == {"utility"}
    assert all(r.value is not None and r.value > 0.9 for r in found[:2])
    assert found[2].value is not None
    assert found[2].value > 0.8  # a blur leaves what half of a face is lighter


def test_rare_classes_and_people_without_an_entry_are_left_out_and_counted() -> None:
    scene = _scene()
    some = {"hair": {f"p{n:02d}": ("red" if n < 2 else "abc"[n % 2]) for n in range(20)}}
    (question,) = questions_of(some, asked_of(scene, 0))
    assert question.classes == ("a", "b")
    assert question.reason == "left out, with the number of people: red (2), unknown (4)"
    with pytest.raises(ValueError, match="needs two classes with 5 test people each; hair has 0"):
        questions_of({"hair": {"somebody": "x"}}, asked_of(scene, 0))


def test_what_broke_is_said() -> None:
    scene = _scene()
    rows = [
        _worst("none", status="at least", reason="x"),
        _worst("k_same", status="unavailable", value=None, low=None, high=None, reason="too few"),
    ]
    bound, none = attribute_records(rows, scene, PLAN, _light(scene))
    assert (bound.status, bound.reason) == ("at least", "the leakage of the row is a lower bound")
    assert bound.value is not None
    assert (none.status, none.reason, none.value) == ("unavailable", "too few", None)
    assert [len(column.cells) for column in attribute_table([bound, none])] == [2] * 7
    assert "too few" in "".join(attributes(Run("run", [bound, none])))
    assert attribute_table(rows) == []


def test_ages_are_cut_into_thirds(tmp_path: Path) -> None:
    table = tmp_path / "info.csv"
    lines = [f"p{n:02d},{20 + n}" for n in range(36)]
    table.write_text("identity,age\n" + "\n".join(lines) + "\n")
    (question,) = questions_of(read_groups(table), asked_of(_scene(), 0))
    assert len(question.classes) == 2  # of the oldest third nobody is among the test people


def test_balanced_accuracy_counts_each_class_alike() -> None:
    right = [1] * 90 + [0] * 10
    found = balanced_accuracy(right, ["a"] * 90 + ["b"] * 10, range(100))
    assert found.value == 0.5
    assert found.low < 0.5 < found.high
    sure = balanced_accuracy([1] * 20, ["a"] * 10 + ["b"] * 10, range(20))
    assert sure.value == sure.high == 1
    assert 0.7 < sure.low < 0.9  # ten people of each show no more than that
    with pytest.raises(ValueError, match=r"must be \(N,\)"):
        balanced_accuracy([1, 0], ["a"], [0, 1])


def test_the_best_of_many_lucky_guessers_is_not_above_chance() -> None:
    rng = np.random.default_rng(0)
    classes, above = np.repeat(["a", "b"], 20), 0
    for _ in range(40):
        names = {str(i): rng.integers(0, 2, 40) for i in range(6)}
        name, found = highest_balanced(names, classes, np.arange(40), resamples=400)
        alone = balanced_accuracy(names[name], classes, np.arange(40), resamples=400)
        assert found.value == alone.value > 0.5
        assert found.low <= alone.low
        above += found.low > 0.5
    assert above <= 4


def test_intervals_cover() -> None:
    rng, inside = np.random.default_rng(1), 0
    for _ in range(120):
        classes = np.repeat(["a", "b", "c"], (40, 16, 8))
        truth = np.repeat((0.9, 0.6, 0.4), (40, 16, 8))
        people = np.repeat(np.arange(32), 2)
        able = rng.beta(4 * truth[::2], 4 * (1 - truth[::2])).repeat(2)
        found = balanced_accuracy(rng.random(64) < able, classes, people, resamples=400)
        inside += found.low <= (0.9 + 0.6 + 0.4) / 3 <= found.high
    assert inside >= 108  # nine in ten at the very least
