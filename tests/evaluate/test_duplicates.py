from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from unmask.defenses import Photo
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.duplicates import Pair, check_duplicates, find_duplicates
from unmask.evaluate.data.split import split_people

Pixels = NDArray[np.uint8]
ORL = load_dataset("orl").photos
SPLIT = split_people(ORL)


def jpeg(pixels: Pixels) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=60)
    return np.asarray(Image.open(stream))


def half(pixels: Pixels) -> Pixels:
    return cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def larger(pixels: Pixels) -> Pixels:
    return cv2.resize(pixels, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC)


def brighter(pixels: Pixels) -> Pixels:
    return np.clip(pixels.astype(int) + 20, 0, 255).astype(np.uint8)


def contrast(pixels: Pixels) -> Pixels:
    return np.clip(pixels * 1.1 - 8, 0, 255).astype(np.uint8)


def all_of_it(pixels: Pixels) -> Pixels:
    return jpeg(brighter(half(pixels)))


def person(part: str, role: str, skip: int = 0) -> Photo:
    name = getattr(SPLIT, part)[skip]
    return next(p for p in SPLIT.select(ORL, part, role) if p.identity == name)


def test_no_false_alarm_on_many_frames_of_one_person() -> None:
    assert find_duplicates(ORL) == []
    assert check_duplicates(ORL, SPLIT) == (ORL, ())


@pytest.mark.parametrize("change", [jpeg, half, larger, brighter, contrast, all_of_it])
def test_copies_are_found(change: Callable[[Pixels], Pixels]) -> None:
    copies = [replace(p.with_pixels(change(p.pixels)), key=f"copy/{p.key}") for p in ORL[::8]]
    pairs = find_duplicates([*ORL, *copies])
    assert {(pair.a, pair.b) for pair in pairs} == {(f"copy/{p.key}", p.key) for p in ORL[::8]}
    assert {pair.kind for pair in pairs} == {"near"}


def test_equal_pixels_are_exact() -> None:
    photo = ORL[0]
    pairs = find_duplicates([photo, ORL[1], replace(photo, key="again.pgm")])
    assert pairs == [Pair("again.pgm", "s1/1.pgm", "exact")]


def test_pictures_without_detail_are_equal_only_if_exact() -> None:
    grey = [np.full((40, 40, 3), level, np.uint8) for level in (90, 90, 91)]
    pairs = find_duplicates([Photo(p, f"{i}") for i, p in enumerate(grey)])
    assert pairs == [Pair("0", "1", "exact")]
    assert find_duplicates([]) == []


def test_refused_across_gallery_and_probes() -> None:
    known, asked = person("test", "gallery"), person("test", "probe")
    photos = [p.with_pixels(jpeg(known.pixels)) if p.key == asked.key else p for p in ORL]
    with pytest.raises(ValueError, match="in gallery and probes of") as caught:
        check_duplicates(photos, SPLIT)
    assert known.key in str(caught.value)
    assert asked.key in str(caught.value)


@pytest.mark.parametrize("part", ["test", "background"])
def test_refused_under_two_people(part: str) -> None:
    one, other = person("test", "probe"), person(part, "probe", skip=1)
    photos = [p.with_pixels(one.pixels) if p.key == other.key else p for p in ORL]
    with pytest.raises(ValueError, match=f"under two people, .*{other.identity}"):
        check_duplicates(photos, SPLIT)


def test_twice_in_one_role_is_harmless() -> None:
    mine = SPLIT.select(ORL, "test", "gallery")[:2]
    assert mine[0].identity == mine[1].identity
    photos = [p.with_pixels(mine[0].pixels) if p.key == mine[1].key else p for p in ORL]
    assert len(check_duplicates(photos, SPLIT)[0]) == 400


def test_drop_leaves_one_of_each() -> None:
    one, other = person("test", "probe"), person("test", "probe", skip=1)
    copies = {other.key: jpeg(one.pixels), person("search", "gallery").key: one.pixels}
    photos = [p.with_pixels(copies.get(p.key, p.pixels)) for p in ORL]
    kept, dropped = check_duplicates(photos, SPLIT, drop=True)
    keys = {one.key, *copies}
    assert {pair.b for pair in dropped} == keys - {min(keys)}
    assert {pair.a for pair in dropped} == {min(keys)}
    assert {p.key for p in ORL} - {p.key for p in kept} == keys - {min(keys)}
    assert check_duplicates(kept, split_people(kept)) == (kept, ())
    assert all(pair.a in str(pair) and pair.b in str(pair) for pair in dropped)


def test_drop_keeps_what_is_only_like_a_photo_that_went() -> None:
    by_key = {photo.key: photo.pixels for photo in ORL}
    a, c = by_key["s34/2.pgm"], by_key["s34/3.pgm"]  # alike, but below the limit
    between = ((a.astype(int) + c) // 2).astype(np.uint8)
    name = SPLIT.test[0]
    chain = [Photo(p, f"{name}/{key}", name) for key, p in (("a", a), ("b", between), ("c", c))]
    assert [pair.kind for pair in find_duplicates(chain)] == ["near", "near"]
    kept, dropped = check_duplicates(chain, SPLIT, drop=True)
    assert [photo.key[-1] for photo in kept] == ["a", "c"]
    assert len(dropped) == 1


def test_one_message_counts_all() -> None:
    one = person("test", "probe")
    others = {person("test", "probe", skip=n).key for n in (1, 2)}
    photos = [p.with_pixels(one.pixels) if p.key in others else p for p in ORL]
    with pytest.raises(ValueError, match="and 2 more such pairs"):
        check_duplicates(photos, SPLIT)


def test_a_thousand_photos_take_about_a_second() -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 255, (1000, 16, 16, 3), np.uint8)
    photos = [Photo(cv2.resize(p, (250, 250)), f"{i}", f"{i}") for i, p in enumerate(small)]
    start = time.process_time()
    assert find_duplicates(photos) == []
    assert time.process_time() - start < 3  # measured 0.3 s; machines differ
